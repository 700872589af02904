/* The drawing that came with the page shows where the request is; what zooms and steps through it is fetched when asked for. */

import { all, each } from "./page.js";

var fetched = false;

function add(tag, attributes, failed) {
  var element = document.createElement(tag);
  for (var name in attributes) element.setAttribute(name, attributes[name]);
  element.onerror = function () {
    document.head.removeChild(element);
    fetched = false;
    failed();
  };
  document.head.appendChild(element);
}

function fetchOnce(button, failed) {
  if (fetched) return;
  fetched = true;
  add("link", { rel: "stylesheet", href: button.getAttribute("data-style") }, failed);
  add("script", { src: button.getAttribute("data-script") }, failed);
}

function offer(button) {
  var words = button.textContent;
  var figure = document.getElementById(button.getAttribute("aria-controls"));

  function failed() {
    button.disabled = false;
    button.textContent = button.getAttribute("data-failed");
  }

  figure.addEventListener("failed", failed);
  figure.addEventListener("drawn", function () {
    button.parentNode.removeChild(button);
  });
  button.addEventListener("click", function () {
    var wanted = document.createEvent("HTMLEvents");
    button.disabled = true;
    button.textContent = words;
    figure.setAttribute("data-wanted", "yes");
    fetchOnce(button, failed);
    wanted.initEvent("wanted", true, false);
    figure.dispatchEvent(wanted);
  });
  button.removeAttribute("hidden");
}

each(all("button[data-script]"), offer);
