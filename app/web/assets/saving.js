/* The draft is kept while one types, and a form is sent once. */

import { all, each, parsed } from "./page.js";
import { encoded } from "./answers.js";

var every = 20000;

export function autosave(form) {
  var url = form.getAttribute("data-draft-url");
  var bar = document.getElementById("draft-bar");
  var line = bar && bar.querySelector("[data-state-line]");
  var changed = false;
  var saving = false;
  var timer = null;

  function say(sentence, trouble) {
    if (!line || !sentence) return;
    line.textContent = sentence;
    bar.classList[trouble ? "add" : "remove"]("trouble");
  }

  function said(name) {
    return form.getAttribute("data-said-" + name);
  }

  function later() {
    if (timer === null) timer = window.setTimeout(save, every);
  }

  function saved(answer) {
    var version = form.elements.version;
    if (answer.version !== undefined && version) version.value = answer.version;
    if (answer.saved_at) say((said("saved") || "").replace("HH:MM", answer.saved_at), false);
    if (changed) later();
  }

  function failed(status) {
    var again = status !== 409 && status !== 400;
    changed = true;
    say(said(status) || said("lost"), true);
    if (again) later();
  }

  function done(http) {
    saving = false;
    if (http.status === 200 && parsed(http.responseText).saved_at) saved(parsed(http.responseText));
    else failed(http.status === 200 ? 401 : http.status);
  }

  function save() {
    var http;
    timer = null;
    if (!changed || saving || form.getAttribute("data-sent")) return;
    changed = false;
    saving = true;
    http = new XMLHttpRequest();
    http.open("POST", url);
    http.timeout = 15000;
    http.setRequestHeader("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8");
    http.setRequestHeader("Accept", "application/json");
    http.onload = function () { done(http); };
    http.onerror = http.ontimeout = function () { saving = false; failed(0); };
    http.send(encoded(form));
  }

  function saveLeaving() {
    if (!changed || saving || form.getAttribute("data-sent")) return;
    if (!window.fetch) return save();
    changed = false;
    window.fetch(url, {
      method: "POST",
      keepalive: true,
      credentials: "same-origin",
      headers: { "Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8" },
      body: encoded(form)
    }).then(function (answer) {
      if (!answer.ok) throw answer;
      return answer.json();
    }).then(saved)["catch"](function (answer) { failed(answer && answer.status || 0); });
  }

  function touched(event) {
    if (!event.target.name || event.target.type === "file") return;
    if (!changed && !bar.classList.contains("trouble")) say(said("unsaved"), false);
    changed = true;
    later();
  }

  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  window.addEventListener("pagehide", saveLeaving);
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden") saveLeaving();
  });
}

export function once(form) {
  form.addEventListener("submit", function (event) {
    if (form.getAttribute("data-sent")) {
      event.preventDefault();
      return;
    }
    form.setAttribute("data-sent", "yes");
    each(all("button[type=submit]", form), function (button) { button.setAttribute("aria-disabled", "true"); });
  });
  window.addEventListener("pageshow", function () {
    form.removeAttribute("data-sent");
    each(all("button[type=submit]", form), function (button) { button.removeAttribute("aria-disabled"); });
  });
}
