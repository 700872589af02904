import { build } from "esbuild";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import subsetFont from "subset-font";

const out = "../static";
const hashed = /^[a-z-]+\.[A-Z0-9]{8}\.(css|js|woff2|svg)(\.br|\.gz)?$/;
const least = 1000; // bytes: what is smaller gains nothing by being compressed
const shared = {
  bundle: true,
  minify: true,
  metafile: true,
  charset: "utf8",
  outdir: out,
  entryNames: "[name].[hash]",
  assetNames: "[name].[hash]",
  legalComments: "none",
  loader: { ".woff2": "file", ".svg": "copy" },
};

function names(metafile) {
  const found = {};
  for (const [file, made] of Object.entries(metafile.outputs)) {
    if (made.entryPoint) found[basename(made.entryPoint)] = basename(file);
  }
  return found;
}

function packages(metafile) {
  const inputs = Object.values(metafile.outputs).flatMap((made) => Object.keys(made.inputs));
  const found = inputs.map((file) => file.match(/node_modules\/((?:@[^/]+\/)?[^/.][^/]*)\//)?.[1]);
  return [...new Set(found.filter(Boolean))].sort();
}

function licenceText(name) {
  const folder = join("node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[sc]e/i.test(entry));
  const text = file ? readFileSync(join(folder, file), "utf8").trim() : "";
  const title = `${name} ${version} (${license})`;
  return `${title}\n${"=".repeat(title.length)}\n${text}\n`;
}

// Of the whole font, what pages in Latin letters use: with it a page weighs half as much.
async function makeFont(source, target) {
  const latin = [...Array(0x100).keys()].filter((code) => code >= 0x20 && (code < 0x7f || code >= 0xa0));
  const letters = String.fromCodePoint(...latin) + "–—‘’‚“”„•…‹›€™−←↑→↓";
  const options = { targetFormat: "woff2", variationAxes: { wght: { min: 400, max: 650 } }, keepFeatures: ["kern", "tnum"] };
  writeFileSync(target, await subsetFont(readFileSync(source), letters, options));
}

// As small as they get: this is done once, and not at each request.
function compress(file) {
  const plain = readFileSync(join(out, file));
  if (plain.length < least || file.endsWith(".woff2")) return;
  writeFileSync(join(out, `${file}.br`), brotliCompressSync(plain));
  writeFileSync(join(out, `${file}.gz`), gzipSync(plain, { level: 9 }));
}

mkdirSync(out, { recursive: true });
mkdirSync("node_modules/.made", { recursive: true });
await makeFont("node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2", "node_modules/.made/inter.woff2");
for (const file of readdirSync(out)) if (hashed.test(file)) rmSync(join(out, file));

const plain = await build({
  ...shared,
  entryPoints: ["app.css", "fields.css", "diagram.css", "information.css", "lists.css", "managing.css", "favicon.svg"],
  target: ["chrome92", "edge101", "firefox51", "ios10", "safari10"], // the same as in agents.py: a test compares them
});
const scripts = await build({ ...shared, entryPoints: ["start.js", "form.js", "bell.js", "viewer.js"], target: "es5" });
const diagram = await build({ ...shared, entryPoints: ["diagram.js"], target: "es2017" });

const manifest = { ...names(plain.metafile), ...names(scripts.metafile), ...names(diagram.metafile) };
const bundled = [...new Set(["@fontsource-variable/inter", ...packages(plain.metafile), ...packages(diagram.metafile)])].sort();
const sorted = Object.fromEntries(Object.entries(manifest).sort());
writeFileSync(join(out, "manifest.json"), JSON.stringify(sorted, null, 2) + "\n");
writeFileSync(join(out, "LICENSES.txt"), bundled.map(licenceText).join("\n\n"));
for (const file of readdirSync(out)) if (hashed.test(file)) compress(file);
