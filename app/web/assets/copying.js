/* A button that copies what a field holds; without it the field can be selected and copied by hand. */

import { made } from "./page.js";

export function copying(field) {
  var button = made("button", "button", field.getAttribute("data-copy"));
  var news = made("span", "quiet");
  button.type = "button";
  news.setAttribute("role", "status");
  button.addEventListener("click", function () {
    field.focus();
    field.setSelectionRange(0, field.value.length);
    if (document.execCommand("copy")) news.textContent = " " + field.getAttribute("data-said-copied");
  });
  field.parentNode.appendChild(button);
  field.parentNode.appendChild(news);
}
