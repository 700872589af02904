/* The bell counts what is new while the page stays open; asking keeps no sign-in alive, and a hidden page asks nothing. */

import { all, each, parsed } from "./page.js";

var every = 20000;

function follow(bell) {
  var count = bell.querySelector("[data-bell-count]");
  var said = bell.querySelector("[data-bell-said]");
  var news = document.querySelector("[data-bell-news]");
  var timer = null;
  var asking = false;
  var over = false;

  function show(now) {
    if (now.said === undefined || now.said === said.textContent) return;
    count.textContent = now.shown;
    if (now.unread) count.removeAttribute("hidden");
    else count.setAttribute("hidden", "");
    said.textContent = now.said;
    news.textContent = now.said;
  }

  function later() {
    asking = false;
    if (!over && timer === null && document.visibilityState !== "hidden") timer = window.setTimeout(ask, every);
  }

  function ask() {
    var http;
    stop();
    if (asking || over) return;
    asking = true;
    http = new XMLHttpRequest();
    http.open("GET", bell.getAttribute("data-bell"));
    http.timeout = 15000;
    http.setRequestHeader("Accept", "application/json");
    http.setRequestHeader("X-Background", "1");
    http.onload = function () {
      over = http.status === 401;
      if (http.status === 200) show(parsed(http.responseText));
      later();
    };
    http.onerror = http.ontimeout = later;
    http.send();
  }

  function stop() {
    window.clearTimeout(timer);
    timer = null;
  }

  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden") stop();
    else ask();
  });
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) ask();
  });
  later();
}

each(all("[data-bell]"), follow);
