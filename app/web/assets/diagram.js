import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { replay } from "./replay.js";

const edge = 24;
const readable = 0.6;
const tallest = 680;
const watermark = 40;

function words(figure, name) {
  return JSON.parse(figure.getAttribute(name) || "[]");
}

function clean(xml) {
  const found = new DOMParser().parseFromString(xml, "text/xml").getElementsByTagName("parsererror");
  if (found.length) throw new Error("Expected a drawing, but the answer is not XML.");
  return xml;
}

async function fetched(url) {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`Expected the drawing, but the portal answered ${answer.status}.`);
  return clean(await answer.text());
}

function fit(viewer, room) {
  const canvas = viewer.get("canvas");
  const { inner } = canvas.viewbox();
  const width = inner.width + 2 * edge;
  const height = inner.height + 2 * edge + watermark;
  const scale = Math.min(1.1, Math.max(readable, Math.min(room.clientWidth / width, tallest / height)));
  room.style.height = `${Math.round(Math.min(tallest, height * scale))}px`;
  canvas.resized();
  const view = { width: room.clientWidth / scale, height: room.clientHeight / scale };
  const spare = { x: Math.max(0, view.width - width), y: Math.max(0, view.height - height) };
  canvas.viewbox({ x: inner.x - edge - spare.x / 2, y: inner.y - edge - spare.y / 2, ...view });
}

function reveal(viewer, ids) {
  const canvas = viewer.get("canvas");
  const first = viewer.get("elementRegistry").get(ids[0]);
  if (!first) return;
  const view = canvas.viewbox();
  const hidden = first.x < view.x || first.x + first.width > view.x + view.width ||
    first.y < view.y || first.y + first.height > view.y + view.height;
  if (hidden) canvas.scrollToElement(first, 48);
}

function show(viewer, figure, state) {
  const canvas = viewer.get("canvas");
  const registry = viewer.get("elementRegistry");
  const overlays = viewer.get("overlays");
  registry.forEach(({ id }) => ["done", "token"].forEach((name) => canvas.removeMarker(id, name)));
  overlays.remove({ type: "token" });
  state.done.filter((id) => registry.get(id) && !state.open.includes(id)).forEach((id) => canvas.addMarker(id, "done"));
  state.open.filter((id) => registry.get(id)).forEach((id) => {
    canvas.addMarker(id, "token");
    overlays.add(id, "token", { position: { top: -11, left: -11 }, html: badge(figure) });
  });
  reveal(viewer, state.open);
}

function titleLanes(viewer, figure) {
  const titles = JSON.parse(figure.getAttribute("data-lanes") || "{}");
  const factory = viewer.get("graphicsFactory");
  viewer.get("elementRegistry").forEach((element, drawn) => {
    const title = element.type === "bpmn:Lane" && titles[element.businessObject.name];
    if (!title) return;
    element.businessObject.name = title;
    factory.update("shape", element, drawn);
  });
}

function badge(figure) {
  const made = document.createElement("span");
  made.className = "token-badge";
  made.title = figure.getAttribute("data-here") || "";
  made.textContent = "1";
  return made;
}

function button(label, sign, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "tool";
  made.setAttribute("aria-label", label);
  made.title = label;
  made.textContent = sign;
  made.addEventListener("click", act);
  return made;
}

function tools(viewer, figure, room) {
  const bar = document.createElement("div");
  const zoom = (step) => () => viewer.get("zoomScroll").stepZoom(step);
  bar.className = "drawing-tools";
  bar.append(
    button(figure.getAttribute("data-zoom-in"), "+", zoom(2)),
    button(figure.getAttribute("data-zoom-out"), "\u2212", zoom(-2)),
    button(figure.getAttribute("data-fit"), figure.getAttribute("data-fit"), () => fit(viewer, room)),
  );
  return bar;
}

function colours() {
  return {
    defaultFillColor: "var(--paper)",
    defaultStrokeColor: "var(--ink-2)",
    defaultLabelColor: "var(--ink)",
  };
}

function name(room, figure) {
  const svg = room.querySelector(".djs-container > svg");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", figure.getAttribute("data-title") || "");
}

function textSize() {
  const family = getComputedStyle(document.body).fontFamily;
  return { defaultStyle: { fontFamily: family, fontSize: 12, lineHeight: 1.25 }, externalStyle: { fontSize: 11 } };
}

async function draw(figure) {
  const now = { open: words(figure, "data-open"), done: words(figure, "data-done") };
  const xml = await fetched(figure.getAttribute("data-drawing-url"));
  const room = document.createElement("div");
  room.className = "drawing-room";
  figure.appendChild(room);
  const viewer = new NavigatedViewer({
    container: room,
    bpmnRenderer: colours(),
    textRenderer: textSize(),
    zoomScroll: { enabled: false },
  });
  try {
    await viewer.importXML(xml);
  } catch (error) {
    viewer.destroy();
    room.remove();
    throw error;
  }
  replace(figure, room);
  titleLanes(viewer, figure);
  name(room, figure);
  fit(viewer, room);
  show(viewer, figure, now);
  figure.insertBefore(tools(viewer, figure, room), room);
  follow(viewer, figure, room);
  drag(viewer, room);
  replay(figure, (state) => show(viewer, figure, state));
}

function replace(figure, room) {
  Array.from(figure.children).forEach((child) => {
    if (child !== room) child.remove();
  });
  figure.removeAttribute("tabindex");
  figure.classList.add("drawn");
}

function drag(viewer, room) {
  const canvas = viewer.get("canvas");
  let last = null;
  room.addEventListener("pointerdown", (event) => {
    last = event.pointerType === "touch" ? event.clientX : null;
  });
  room.addEventListener("pointermove", (event) => {
    if (last === null) return;
    canvas.scroll({ dx: event.clientX - last, dy: 0 });
    last = event.clientX;
  });
  ["pointerup", "pointercancel"].forEach((name) => room.addEventListener(name, () => { last = null; }));
}

function follow(viewer, figure, room) {
  let width = room.clientWidth;
  window.addEventListener("resize", () => {
    if (room.clientWidth === width || !room.clientWidth) return;
    width = room.clientWidth;
    fit(viewer, room);
    reveal(viewer, words(figure, "data-open"));
  });
}

function tell(figure, name) {
  figure.dispatchEvent(new Event(name));
}

async function start(figure) {
  if (figure.hasAttribute("data-started")) return;
  figure.setAttribute("data-started", "yes");
  try {
    await draw(figure);
    tell(figure, "drawn");
    figure.querySelector("button").focus();
  } catch (error) {
    console.warn(error.message);
    figure.removeAttribute("data-started");
    tell(figure, "failed");
  }
}

document.addEventListener("wanted", (event) => start(event.target));
document.querySelectorAll("figure.drawing[data-wanted]").forEach(start);
