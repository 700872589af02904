/* Several texts as chips. The field that the page came with, one per line, stays in the form and keeps them. */

import { each, made, tell } from "./page.js";

function drawn(source) {
  var box = { frame: made("div", "tags"), chips: made("ul", "chips"), line: made("div", "tag-line") };
  box.input = made("input", "input");
  box.add = made("button", "button", source.getAttribute("data-said-add"));
  box.told = made("p", "unseen");
  box.input.type = "text";
  box.add.type = "button";
  box.told.setAttribute("role", "status");
  box.chips.setAttribute("aria-label", source.getAttribute("data-said-list"));
  each(["aria-describedby", "aria-invalid", "aria-required"], function (name) {
    if (source.hasAttribute(name)) box.input.setAttribute(name, source.getAttribute(name));
  });
  box.input.setAttribute("autocomplete", "off");
  each([box.input, box.add], function (part) { box.line.appendChild(part); });
  each([box.chips, box.line, box.told], function (part) { box.frame.appendChild(part); });
  source.parentNode.insertBefore(box.frame, source);
  box.input.id = source.id;
  source.id = box.input.id + "-value";
  source.hidden = true;
  box.frame.appendChild(source);
  return box;
}

function lines(text) {
  return text.split("\n").map(function (one) { return one.trim(); }).filter(Boolean);
}

export function tags(source) {
  var format = document.getElementById(source.id + "-format");
  var box = drawn(source);

  function said(name) {
    return source.getAttribute("data-said-" + name);
  }

  function keep(texts) {
    source.value = texts.join("\n");
    draw();
    tell(source);
  }

  function remove(index) {
    var texts = lines(source.value);
    var gone = texts.splice(index, 1)[0];
    keep(texts);
    box.told.textContent = said("removed") + " " + gone;
    (box.chips.querySelectorAll("button")[Math.min(index, texts.length - 1)] || box.input).focus();
  }

  function chip(text, index) {
    var item = made("li", "chip");
    var button = made("button", "", "\u00d7");
    button.type = "button";
    button.setAttribute("aria-label", said("remove") + " " + text);
    button.addEventListener("click", function () { remove(index); });
    item.appendChild(made("span", "chip-text", text));
    item.appendChild(button);
    return item;
  }

  function draw() {
    var texts = lines(source.value);
    box.chips.textContent = "";
    box.chips.hidden = !texts.length;
    each(texts.map(chip), function (item) { box.chips.appendChild(item); });
  }

  function add() {
    var texts = lines(source.value);
    var more = lines(box.input.value).filter(function (one) { return texts.indexOf(one) < 0; });
    box.input.value = "";
    if (!more.length) return;
    keep(texts.concat(more));
    box.told.textContent = said("added") + " " + more.join(", ");
  }

  box.input.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229 || !box.input.value.trim()) return;
    event.preventDefault();
    add();
  });
  box.input.addEventListener("paste", function (event) {
    var pasted = event.clipboardData && event.clipboardData.getData("text") || "";
    if (lines(pasted).length < 2) return;
    event.preventDefault();
    keep(lines(source.value).concat(lines(pasted)));
  });
  box.input.addEventListener("blur", add);
  box.add.addEventListener("click", function () {
    add();
    box.input.focus();
  });
  window.addEventListener("pageshow", draw);
  if (format) format.hidden = true;
  draw();
}
