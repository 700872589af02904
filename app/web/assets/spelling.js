/* Amounts get their commas; dates and times are read back as people say them. */

import { made } from "./page.js";

function thousands(text) {
  var plain = text.replace(/[,\s]/g, "");
  var parts;
  if (!/^-?[0-9]+(\.[0-9]+)?$/.test(plain)) return text;
  parts = plain.split(".");
  parts[0] = parts[0].replace(/\B(?=([0-9]{3})+$)/g, ",");
  return parts.join(".");
}

function languageOf(element) {
  var language = element.getAttribute("lang") || document.documentElement.lang;
  return language === "en" ? "en-GB" : language;
}

function inWords(iso, language) {
  var parts = /^([1-9][0-9]{3})-([0-9]{2})-([0-9]{2})$/.exec(iso);
  var look = { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
  if (!parts) return "";
  return new Date(Date.UTC(+parts[1], parts[2] - 1, +parts[3])).toLocaleDateString(language, look).replace(",", "");
}

function written(input) {
  var holder = input.closest && input.closest("[lang]") || document.documentElement;
  if (input.type === "date") return inWords(input.value, languageOf(holder));
  return input.value ? input.value.slice(0, 5) + " HKT" : "";
}

export function separate(input) {
  input.addEventListener("blur", function () { input.value = thousands(input.value); });
}

export function spell(input) {
  var line = made("p", "hint echo");
  var format = document.getElementById(input.id + "-format");
  if (!/^(date|time)$/.test(input.type)) return;
  if (format) format.hidden = true;
  line.setAttribute("aria-live", "polite");
  input.parentNode.insertBefore(line, input.nextSibling);
  function write() { line.textContent = written(input); }
  input.addEventListener("change", write);
  /* Safari changes a date when it is left: a line that came then would move what is being pressed. */
  input.addEventListener("input", write);
  write();
}
