/* What stands in a form: files never leave with it, they have their own button. */

import { each } from "./page.js";

var buttons = /^(submit|button|file|reset|image)$/;

function counts(control) {
  if (!control.name || control.disabled || buttons.test(control.type)) return false;
  return !/^(radio|checkbox)$/.test(control.type) || control.checked;
}

export function encoded(form) {
  var pairs = [];
  each(form.elements, function (control) {
    if (counts(control)) pairs.push(encodeURIComponent(control.name) + "=" + encodeURIComponent(control.value));
  });
  return pairs.join("&");
}

export function valuesOf(form, name) {
  var found = [];
  each(form.elements, function (control) {
    if (control.name === name && counts(control)) found.push(control.value);
  });
  return found;
}
