/* Passkeys: the browser makes one or signs with one, and the form carries its answer. ES5, as everything here. */

import { all, each, parsed } from "./page.js";

function known() {
  return Boolean(window.PublicKeyCredential && navigator.credentials && navigator.credentials.create && window.Uint8Array);
}

function bytes(text) {
  var plain = window.atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  var found = new Uint8Array(plain.length);
  for (var i = 0; i < plain.length; i += 1) found[i] = plain.charCodeAt(i);
  return found;
}

function text(buffer) {
  var found = new Uint8Array(buffer);
  var plain = "";
  for (var i = 0; i < found.length; i += 1) plain += String.fromCharCode(found[i]);
  return window.btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/* What the portal asks, as the browser wants it: every array of bytes comes as text. */
function asked(options) {
  function named(one) { one.id = bytes(one.id); }
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  each(options.excludeCredentials || [], named);
  each(options.allowCredentials || [], named);
  return { publicKey: options };
}

function answered(key) {
  var said = { clientDataJSON: text(key.response.clientDataJSON) };
  each(["attestationObject", "authenticatorData", "signature", "userHandle"], function (name) {
    if (key.response[name]) said[name] = text(key.response[name]);
  });
  return JSON.stringify({ id: key.id, rawId: text(key.rawId), type: key.type, response: said });
}

export function passkey(form) {
  var field = form.querySelector("input[name=answer], input[name=code]");
  var line = form.querySelector("[data-said]");
  var button = form.querySelector("button");
  var busy = false;

  function failed() {
    busy = false;
    button.removeAttribute("aria-disabled");
    line.textContent = form.getAttribute("data-said-failed");
    line.removeAttribute("hidden");
  }

  function use(options) {
    var act = form.getAttribute("data-passkey");
    if (!options || !options.challenge) return failed();
    navigator.credentials[act](asked(options)).then(function (key) {
      field.value = answered(key);
      form.submit();
    })["catch"](failed);
  }

  function ask() {
    var http = new XMLHttpRequest();
    http.open("POST", form.getAttribute("data-options-url"));
    http.timeout = 15000;
    http.setRequestHeader("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8");
    http.setRequestHeader("Accept", "application/json");
    http.onload = function () { use(http.status === 200 && parsed(http.responseText)); };
    http.onerror = http.ontimeout = failed;
    http.send("csrf_token=" + encodeURIComponent(form.elements.csrf_token.value));
  }

  if (!known()) return;
  form.removeAttribute("hidden");
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (busy) return;
    busy = true;
    button.setAttribute("aria-disabled", "true");
    line.setAttribute("hidden", "");
    if (form.hasAttribute("data-options-url")) ask();
    else use(parsed(form.getAttribute("data-options")));
  });
}

/* What only makes sense with passkeys is shown where the browser knows them, and what explains their lack is not. */
export function noticePasskeys() {
  if (!known()) return;
  each(all("[data-needs-passkeys]"), function (one) { one.removeAttribute("hidden"); });
  each(all("[data-lacks-passkeys]"), function (one) { one.setAttribute("hidden", ""); });
}
