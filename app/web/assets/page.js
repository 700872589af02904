/* The few words about the page that every script here uses. ES5: browsers reach back to Safari 10 and Android 4.4. */

export function each(list, act) {
  for (var i = 0; i < list.length; i += 1) act(list[i]);
}

export function all(selector, within) {
  return (within || document).querySelectorAll(selector);
}

export function parsed(text) {
  try {
    return JSON.parse(text) || {};
  } catch (ignored) {
    return {};
  }
}

export function around(element, fits) {
  var found = element;
  while (found && found.nodeType === 1 && !fits(found)) found = found.parentNode;
  return found && found.nodeType === 1 ? found : null;
}

export function made(tag, className, text) {
  var element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

/* Tell the form that a control which a script fills in has changed. */
export function tell(control) {
  var event = document.createEvent("HTMLEvents");
  event.initEvent("change", true, false);
  control.dispatchEvent(event);
}
