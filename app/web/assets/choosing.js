/* A long list that one types into: the editable combobox of the ARIA Authoring Practices.
   The list or the input that the page came with stays in the form and keeps the value. */

import { each, made, tell } from "./page.js";

var most = 100;

function optionsOf(source) {
  var list = source.list || document.getElementById(source.getAttribute("list"));
  var found = [];
  each((list || source).getElementsByTagName("option"), function (option) {
    var value = option.getAttribute("value");
    if (value) found.push({ value: value, label: option.textContent, sought: (option.textContent + " " + value).toLowerCase() });
  });
  return found;
}

function matching(options, typed) {
  var words = typed.toLowerCase().split(/\s+/);
  return options.filter(function (option) {
    return words.every(function (word) { return option.sought.indexOf(word) >= 0; });
  });
}

function same(options, typed) {
  var sought = typed.toLowerCase();
  return options.filter(function (option) {
    return option.label.toLowerCase() === sought || option.value.toLowerCase() === sought;
  })[0];
}

function carry(source, input) {
  each(["aria-describedby", "aria-invalid", "aria-required"], function (name) {
    if (source.hasAttribute(name)) input.setAttribute(name, source.getAttribute(name));
  });
  input.id = source.id;
  source.id = input.id + "-value";
  source.removeAttribute("list");
  source.hidden = true;
}

function drawn(source) {
  var box = { frame: made("div", "combo"), input: made("input", "input"), open: made("button", "combo-open") };
  box.popup = made("div", "combo-popup");
  box.list = made("ul", "combo-list");
  box.count = made("p", "combo-count");
  carry(source, box.input);
  box.list.id = box.input.id + "-options";
  box.input.type = "text";
  box.input.placeholder = source.tagName === "SELECT" && source.options[0] ? source.options[0].textContent : "";
  box.open.type = "button";
  box.popup.hidden = true;
  each([["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", box.list.id], ["aria-autocomplete", "list"],
    ["autocomplete", "off"], ["autocapitalize", "none"], ["spellcheck", "false"]], function (pair) {
    box.input.setAttribute(pair[0], pair[1]);
  });
  box.list.setAttribute("role", "listbox");
  box.list.setAttribute("aria-label", source.getAttribute("data-said-open"));
  box.count.setAttribute("role", "status");
  box.open.setAttribute("tabindex", "-1");
  box.open.setAttribute("aria-label", source.getAttribute("data-said-open"));
  each([box.list, box.count], function (part) { box.popup.appendChild(part); });
  each([box.input, box.open, box.popup], function (part) { box.frame.appendChild(part); });
  source.parentNode.insertBefore(box.frame, source);
  box.frame.appendChild(source);
  return box;
}

export function combobox(source) {
  var options = optionsOf(source);
  var isFree = source.tagName !== "SELECT";
  var box = drawn(source);
  var shown = [];
  var here = -1;

  function isOpen() {
    return !box.popup.hidden;
  }

  function labelled() {
    var known = options.filter(function (option) { return option.value === source.value; })[0];
    return known ? known.label : isFree ? source.value : "";
  }

  function close() {
    box.popup.hidden = true;
    here = -1;
    box.input.setAttribute("aria-expanded", "false");
    box.input.removeAttribute("aria-activedescendant");
  }

  function choose(value) {
    var changed = source.value !== value;
    source.value = value;
    box.input.value = labelled();
    close();
    if (changed) tell(source);
  }

  function go(index) {
    var items = box.list.children;
    if (items[here]) items[here].className = "";
    here = items.length ? (index + items.length) % items.length : -1;
    if (here < 0) return;
    items[here].className = "is-here";
    box.input.setAttribute("aria-activedescendant", items[here].id);
    if (items[here].offsetTop < box.list.scrollTop) box.list.scrollTop = items[here].offsetTop;
    if (items[here].offsetTop + items[here].offsetHeight > box.list.scrollTop + box.list.clientHeight) {
      box.list.scrollTop = items[here].offsetTop + items[here].offsetHeight - box.list.clientHeight;
    }
  }

  function item(option, index) {
    var found = made("li", "", option.label);
    found.id = box.list.id + "-" + index;
    found.setAttribute("role", "option");
    found.setAttribute("aria-selected", option.value === source.value ? "true" : "false");
    found.addEventListener("click", function () { choose(option.value); });
    return found;
  }

  function told(count) {
    if (!count) return source.getAttribute("data-said-none");
    return source.getAttribute("data-said-some").replace("COUNT", count).replace("ALL", options.length);
  }

  function open(typed) {
    var found = matching(options, typed);
    shown = found.slice(0, most);
    box.list.textContent = "";
    each(shown.map(item), function (one) { box.list.appendChild(one); });
    box.popup.hidden = false;
    here = -1;
    box.input.removeAttribute("aria-activedescendant");
    box.input.setAttribute("aria-expanded", "true");
    box.count.textContent = told(found.length);
  }

  function openAll() {
    var at = -1;
    open("");
    shown.forEach(function (option, index) { if (option.value === source.value) at = index; });
    if (at >= 0) go(at);
  }

  /* What was typed and not chosen: the option of that name, else free text where the list is a suggestion. */
  function settle() {
    var typed = box.input.value.trim();
    var known = same(options, typed);
    if (typed === labelled()) return close();
    if (known) return choose(known.value);
    if (!typed || isFree) return choose(typed);
    box.input.value = labelled();
    close();
  }

  var keys = {
    ArrowDown: function () {
      if (!isOpen()) openAll();
      else return go(here + 1);
      if (here < 0) go(0);
    },
    ArrowUp: function () {
      if (!isOpen()) openAll();
      else return go(here < 0 ? shown.length - 1 : here - 1);
      if (here < 0) go(shown.length - 1);
    },
    Enter: function () {
      if (here >= 0) choose(shown[here].value);
      else settle();
    },
    Escape: close
  };

  box.input.addEventListener("keydown", function (event) {
    var key = { Down: "ArrowDown", Up: "ArrowUp", Esc: "Escape" }[event.key] || event.key;
    var isTyping = event.isComposing || event.keyCode === 229;
    if (isTyping || !keys.hasOwnProperty(key) || /Enter|Escape/.test(key) && !isOpen()) return;
    event.preventDefault();
    keys[key]();
  });
  box.input.addEventListener("input", function () { open(box.input.value.trim()); });
  box.input.addEventListener("click", function () { if (!isOpen()) openAll(); });
  box.input.addEventListener("blur", settle);
  box.popup.addEventListener("mousedown", function (event) { event.preventDefault(); });
  box.open.addEventListener("mousedown", function (event) { event.preventDefault(); });
  box.open.addEventListener("click", function () {
    if (isOpen()) return close();
    box.input.focus();
    openAll();
  });
  window.addEventListener("pageshow", function () { box.input.value = labelled(); });
  box.input.value = labelled();
}
