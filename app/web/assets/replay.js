const pause = 1200;

function tool(label, sign, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "tool";
  made.setAttribute("aria-label", label);
  made.textContent = sign;
  made.addEventListener("click", act);
  return made;
}

function slider(last, label) {
  const made = document.createElement("input");
  made.type = "range";
  made.min = 0;
  made.max = last;
  made.value = last;
  made.setAttribute("aria-label", label);
  return made;
}

function line() {
  const made = document.createElement("p");
  made.className = "replay-line";
  made.setAttribute("aria-live", "polite");
  return made;
}

/* Adds the bar that walks a drawing through its states, oldest first; the last state is now. */
export function replay(figure, show) {
  const states = JSON.parse(figure.getAttribute("data-replay") || "[]");
  const words = (name) => figure.getAttribute(`data-${name}`) || name;
  if (states.length < 2) return;
  const last = states.length - 1;
  const range = slider(last, words("step"));
  const sentence = line();
  const play = tool(words("play"), words("play"), toggle);
  let timer = null;

  function go(step) {
    range.value = Math.max(0, Math.min(last, step));
    const state = states[range.value];
    sentence.textContent = state.label;
    range.setAttribute("aria-valuetext", state.label);
    show(state);
  }

  function stop() {
    window.clearInterval(timer);
    timer = null;
    play.textContent = words("play");
    play.setAttribute("aria-label", words("play"));
  }

  function next() {
    go(Number(range.value) + 1);
    if (Number(range.value) === last) stop();
  }

  function toggle() {
    if (timer !== null) return stop();
    if (Number(range.value) === last) go(0);
    timer = window.setInterval(next, pause);
    play.textContent = words("stop");
    play.setAttribute("aria-label", words("stop"));
  }

  function by(step) {
    stop();
    go(Number(range.value) + step);
  }

  const bar = document.createElement("div");
  bar.className = "replay";
  bar.append(tool(words("earlier"), "\u25C0", () => by(-1)), sentence, range, tool(words("later"), "\u25B6", () => by(1)), play);
  range.addEventListener("input", () => by(0));
  figure.appendChild(bar);
  go(last);
}
