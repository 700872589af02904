(function () {
  "use strict";

  var every = 20000;

  function each(list, act) {
    for (var i = 0; i < list.length; i += 1) act(list[i]);
  }

  function all(selector, within) {
    return (within || document).querySelectorAll(selector);
  }

  function valueOf(form, name) {
    var found = "";
    each(form.elements, function (control) {
      if (control.name !== name) return;
      if ((control.type === "radio" || control.type === "checkbox") && !control.checked) return;
      found = control.value;
    });
    return found;
  }

  function holds(condition, form) {
    var value = valueOf(form, condition.field);
    if (condition.hasOwnProperty("equals")) return value === String(condition.equals);
    if (condition.hasOwnProperty("not_equals")) return value !== String(condition.not_equals);
    if (condition["in"]) return condition["in"].indexOf(value) >= 0;
    return true;
  }

  function showConditional(form) {
    each(all("[data-show-if]", form), function (part) {
      var condition;
      try {
        condition = JSON.parse(part.getAttribute("data-show-if"));
      } catch (ignored) {
        return;
      }
      part.classList[holds(condition, form) ? "remove" : "add"]("js-hidden");
    });
  }

  function encoded(form) {
    var pairs = [];
    each(form.elements, function (control) {
      if (!control.name || control.disabled) return;
      if (/^(submit|button|file|reset|image)$/.test(control.type)) return;
      if ((control.type === "radio" || control.type === "checkbox") && !control.checked) return;
      pairs.push(encodeURIComponent(control.name) + "=" + encodeURIComponent(control.value));
    });
    return pairs.join("&");
  }

  function parsed(text) {
    try {
      return JSON.parse(text) || {};
    } catch (ignored) {
      return {};
    }
  }

  function autosave(form) {
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

    function touched() {
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

  function once(form) {
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

  function thousands(text) {
    var plain = text.replace(/[,\s]/g, "");
    var parts;
    if (!/^-?[0-9]+(\.[0-9]+)?$/.test(plain)) return text;
    parts = plain.split(".");
    parts[0] = parts[0].replace(/\B(?=([0-9]{3})+$)/g, ",");
    return parts.join(".");
  }

  function separate(input) {
    input.addEventListener("blur", function () { input.value = thousands(input.value); });
  }

  function inWords(iso) {
    var parts = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(iso);
    var look = { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
    var language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
    if (!parts) return "";
    return new Date(Date.UTC(+parts[1], parts[2] - 1, +parts[3])).toLocaleDateString(language, look).replace(",", "");
  }

  function spell(input) {
    var line = document.createElement("p");
    var format = document.getElementById(input.id + "-format");
    if (input.type !== "date") return;
    if (format) format.hidden = true;
    line.className = "hint echo";
    line.setAttribute("aria-live", "polite");
    input.parentNode.insertBefore(line, input.nextSibling);
    function write() { line.textContent = inWords(input.value); }
    input.addEventListener("change", write);
    write();
  }

  function conditional(form) {
    if (!form.querySelector("[data-show-if]")) return;
    form.addEventListener("change", function () { showConditional(form); });
    form.addEventListener("input", function () { showConditional(form); });
    showConditional(form);
  }

  function openFolded(target) {
    var folded = target && target.parentNode;
    while (folded && folded.nodeName) {
      if (folded.nodeName === "DETAILS") folded.setAttribute("open", "");
      folded = folded.parentNode;
    }
  }

  function followSummary(link) {
    link.addEventListener("click", function (event) {
      var target = document.getElementById(link.getAttribute("href").slice(1));
      if (!target) return;
      event.preventDefault();
      openFolded(target);
      (target.closest && target.closest(".field") || target).scrollIntoView();
      target.focus({ preventScroll: true });
    });
  }

  function wrapperOf(control) {
    return control.closest && control.closest(".field");
  }

  function controlNamed(form, name) {
    var found = form.elements[name];
    return found && found.length !== undefined && !found.tagName ? found[0] : found;
  }

  function describe(control, id, yes) {
    var ids = (control.getAttribute("aria-describedby") || "").split(/\s+/).filter(function (one) { return one && one !== id; });
    if (yes) ids.push(id);
    if (ids.length) control.setAttribute("aria-describedby", ids.join(" "));
    else control.removeAttribute("aria-describedby");
  }

  function showError(form, name, sentences) {
    var control = controlNamed(form, name);
    var wrapper = control && wrapperOf(control);
    var old, line, unseen, before;
    if (!wrapper) return;
    old = wrapper.querySelector(".error");
    if (old) old.parentNode.removeChild(old);
    wrapper.classList[sentences ? "add" : "remove"]("wrong");
    if (sentences) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
    describe(control, "f-" + name + "-error", sentences);
    if (!sentences) return;
    line = document.createElement("p");
    unseen = document.createElement("span");
    unseen.className = "unseen";
    unseen.textContent = form.getAttribute("data-said-error");
    line.className = "error";
    line.id = "f-" + name + "-error";
    line.appendChild(unseen);
    line.appendChild(document.createTextNode(sentences.join(" ")));
    before = wrapper.querySelector(".hint") || wrapper.querySelector(".label");
    wrapper.insertBefore(line, before && before.parentNode === wrapper ? before.nextSibling : wrapper.firstChild);
  }

  /* The server's own rules, asked while typing: only fields that were touched show what is wrong. */
  function inline(form) {
    var touched = {};
    var timer = null;

    function show(errors) {
      for (var name in touched) {
        if (touched.hasOwnProperty(name)) showError(form, name, errors[name]);
      }
    }

    function ask() {
      var http = new XMLHttpRequest();
      http.open("POST", form.getAttribute("data-check-url"));
      http.setRequestHeader("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8");
      http.setRequestHeader("Accept", "application/json");
      http.onload = function () {
        if (http.status === 200) show(parsed(http.responseText).errors || {});
      };
      http.send(encoded(form));
    }

    form.addEventListener("change", function (event) {
      if (!event.target.name || event.target.name.indexOf(".") >= 0) return;
      touched[event.target.name] = true;
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, 300);
    });
  }

  each(all("form[data-once]"), once);
  each(all("form[data-check-url]"), inline);
  each(all("form"), conditional);
  each(all("form[data-draft-url]"), autosave);
  each(all("input[data-money]"), separate);
  each(all("input[type=date]"), spell);
  each(all(".errors a[href^='#']"), followSummary);
  if (document.getElementById("errors")) document.getElementById("errors").focus();
})();
