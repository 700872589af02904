/* Where the reader is led: from the error summary to a field, to the row that a button has just moved, out of a tip. */

import { made } from "./page.js";

function openFolded(target) {
  var folded = target && target.parentNode;
  while (folded && folded.nodeName) {
    if (folded.nodeName === "DETAILS") folded.setAttribute("open", "");
    folded = folded.parentNode;
  }
}

export function followSummary(link) {
  link.addEventListener("click", function (event) {
    var target = document.getElementById(link.getAttribute("href").slice(1));
    if (!target) return;
    event.preventDefault();
    openFolded(target);
    (target.closest && target.closest(".field") || target).scrollIntoView();
    target.focus({ preventScroll: true });
  });
}

export function arrive() {
  var errors = document.getElementById("errors");
  var row = window.location.hash && document.getElementById(window.location.hash.slice(1));
  if (errors) errors.focus();
  else if (row && row.hasAttribute("data-row")) row.focus();
}

/* Escape takes a tip away without moving the pointer or the focus. */
export function tip(holder) {
  function off(event) {
    if (event.key === "Escape" || event.key === "Esc") holder.classList.add("tip-off");
  }
  function on() { holder.classList.remove("tip-off"); }
  holder.addEventListener("keydown", off);
  holder.addEventListener("mouseenter", function () { document.addEventListener("keydown", off); });
  holder.addEventListener("mouseleave", function () {
    document.removeEventListener("keydown", off);
    on();
  });
  holder.firstChild.addEventListener("blur", on);
}

/* A file that was chosen and not uploaded yet is easily forgotten. */
export function chosenFile(input) {
  var line = made("p", "file-chosen");
  line.setAttribute("role", "status");
  line.hidden = true;
  input.parentNode.appendChild(line);
  input.addEventListener("change", function () {
    var name = input.value.split(/[\\/]/).pop();
    line.hidden = !name;
    line.textContent = name ? input.getAttribute("data-said-chosen").replace("NAME", name) : "";
  });
}
