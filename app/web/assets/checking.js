/* The server's own rules, asked while typing: only fields that were touched show what is wrong. */

import { all, around, each, made, parsed } from "./page.js";
import { encoded } from "./answers.js";

var CLICK_FOLLOWS_MS = 50; /* after a finger or a button is up */
var head = /(^|\s)(label|hint|help|tip|row-head|unseen)(\s|$)/;

function fieldOf(element) {
  return around(element, function (one) { return one.hasAttribute("data-field"); });
}

function fieldNamed(form, name) {
  var found = null;
  each(all("[data-field]", form), function (one) {
    if (one.getAttribute("data-field") === name) found = one;
  });
  return found;
}

function idOf(name) {
  return "f-" + name.replace(/\./g, "-");
}

function describe(control, id, yes) {
  var ids = (control.getAttribute("aria-describedby") || "").split(/\s+/).filter(function (one) { return one && one !== id; });
  if (yes) ids.push(id);
  if (ids.length) control.setAttribute("aria-describedby", ids.join(" "));
  else control.removeAttribute("aria-describedby");
}

function mark(field, control, id, wrong) {
  var isRow = field.hasAttribute("data-row");
  var isInput = control && /^(INPUT|SELECT|TEXTAREA)$/.test(control.tagName);
  field.classList[wrong ? "add" : "remove"](isRow ? "row-wrong" : "wrong");
  if (isInput && wrong) control.setAttribute("aria-invalid", "true");
  if (isInput && !wrong) control.removeAttribute("aria-invalid");
  describe(isInput && field.tagName !== "FIELDSET" ? control : field, id, wrong);
}

/* A field inside a row or an address stands in the form before the frame around it: look at own children alone. */
function ownChild(field, fits) {
  var found = null;
  each(field.children, function (child) { if (!found && fits(child)) found = child; });
  return found;
}

function line(form, id, sentences) {
  var error = made("p", "error");
  error.id = id;
  error.appendChild(made("span", "unseen", form.getAttribute("data-said-error")));
  error.appendChild(document.createTextNode(sentences.join(" ")));
  return error;
}

function showError(form, name, sentences) {
  var field = fieldNamed(form, name);
  var id = idOf(name) + "-error";
  var old = field && ownChild(field, function (child) { return child.id === id; });
  if (!field) return;
  if (old) field.removeChild(old);
  mark(field, document.getElementById(idOf(name)), id, !!sentences);
  if (sentences) field.insertBefore(line(form, id, sentences), ownChild(field, function (child) { return !head.test(child.className); }));
}

function showComputed(form, values) {
  each(all("[data-computed]", form), function (place) {
    var name = place.getAttribute("data-computed");
    if (values.hasOwnProperty(name) && place.textContent !== values[name]) place.textContent = values[name] || "\u2014";
  });
}

/* Its own name, and those of the address or the row around it; not of the rows as a whole. */
function namesAround(control) {
  var names = [];
  var field = fieldOf(control);
  while (field && !field.classList.contains("rows")) {
    names.push(field.getAttribute("data-field"));
    field = fieldOf(field.parentNode);
  }
  return names;
}

/* What moves under a finger or a button that is down would lose its click: it waits until the click has been. */
function onceReleased() {
  var isDown = false;
  var timer = null;
  var held = null;

  function release() {
    isDown = false;
    if (held) held();
    held = null;
  }

  each(["mousedown", "touchstart"], function (name) {
    document.addEventListener(name, function () {
      window.clearTimeout(timer);
      isDown = true;
    }, true);
  });
  each(["mouseup", "touchend", "touchcancel", "dragend"], function (name) {
    document.addEventListener(name, function () {
      window.clearTimeout(timer);
      timer = window.setTimeout(release, CLICK_FOLLOWS_MS);
    }, true);
  });
  return function (act) {
    if (isDown) held = act;
    else act();
  };
}

export function checking(form) {
  var touched = {};
  var timer = null;
  var once = onceReleased();

  function show(answer) {
    var errors = answer.errors || {};
    for (var name in touched) {
      if (touched.hasOwnProperty(name)) showError(form, name, errors[name]);
    }
    showComputed(form, answer.computed || {});
  }

  function ask() {
    var http = new XMLHttpRequest();
    http.open("POST", form.getAttribute("data-check-url"));
    http.setRequestHeader("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8");
    http.setRequestHeader("Accept", "application/json");
    http.onload = function () {
      if (http.status === 200) once(function () { show(parsed(http.responseText)); });
    };
    http.send(encoded(form));
  }

  form.addEventListener("change", function (event) {
    var name = event.target.name;
    if (!name || event.target.type === "file" || /\.confirmed$/.test(name)) return;
    each(namesAround(event.target), function (one) { touched[one] = true; });
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, 300);
  });
}
