/* Questions that depend on another answer: of the form, or of the same row. */

import { all, around, each } from "./page.js";
import { valuesOf } from "./answers.js";

function rowOf(part) {
  return around(part, function (one) { return one.hasAttribute("data-row"); });
}

function nameOf(condition, part) {
  var row;
  if (!condition.row) return condition.field;
  row = rowOf(part);
  return row ? row.getAttribute("data-row") + "." + condition.row : condition.row;
}

function holds(condition, form, part) {
  var values = valuesOf(form, nameOf(condition, part));
  var value = values.join("\n");
  if (condition.hasOwnProperty("equals")) return value === String(condition.equals);
  if (condition.hasOwnProperty("not_equals")) return value !== String(condition.not_equals);
  if (condition.hasOwnProperty("contains")) return values.indexOf(String(condition.contains)) >= 0;
  if (condition["in"]) return condition["in"].indexOf(value) >= 0;
  return true;
}

function show(form) {
  each(all("[data-show-if]", form), function (part) {
    var condition;
    try {
      condition = JSON.parse(part.getAttribute("data-show-if"));
    } catch (ignored) {
      return;
    }
    part.classList[holds(condition, form, part) ? "remove" : "add"]("js-hidden");
  });
}

export function conditional(form) {
  if (!form.querySelector("[data-show-if]")) return;
  form.addEventListener("change", function () { show(form); });
  form.addEventListener("input", function () { show(form); });
  show(form);
}
