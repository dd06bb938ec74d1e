/* Sliders for the weights, and the models ranked by them: a row a model, best on top, that glides to its new place.

`data`: {turn, taken, values: [{id, name, definition, weight}], label, title, axis, rows: [{model, colour, alignment, low,
high, worst, best, odd, words}]}, rows best first. Numbers that are not known are null; `odd` marks every other group,
`words` say all of a row; `taken`: the whole page was made from these weights. State `weights`: {turn, weights: {id: 0 to
100}}, sent as a slider moves, but one at a time: the next one when the ranking of the last has come, which bears its
`turn`. Triggers: `rested`, nothing has moved for a moment; `drawn`, the whole page is there too. */

const REST = 600; // milliseconds
const DRAWN = 300; // milliseconds until the rest of the page is drawn too
const PATIENCE = 3000; // milliseconds; an answer that takes longer is not waited for
const GLIDE = { duration: 180, easing: "ease-out" };
const TICKS = 6; // about as many
const STEPS = [1, 2, 5, 10];

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const sliders = parentElement.querySelector(".sliders");
  const here = (sliders.here ??= begin(data.turn));
  const inputs = () => [...sliders.querySelectorAll("input")];

  if (!sliders.childElementCount) sliders.append(...data.values.map(slider));
  here.drawn = data.turn;
  if (here.drawn === here.turn) {
    if (here.ahead) send(); // moved on meanwhile
    else inputs().forEach((input, at) => show(input, data.values[at].weight));
  }
  drawRanking(parentElement, data);
  if (data.taken && here.drawn === here.turn) here.later(() => setTriggerValue("drawn", true), DRAWN);

  sliders.onchange = () => here.ahead && send(); // let go: the person may leave the page before the answer
  sliders.oninput = (event) => {
    show(event.target, event.target.value);
    const waiting = here.drawn !== here.turn && performance.now() - here.sentAt < PATIENCE;
    if (waiting) here.ahead = true;
    else send();
    rest();
  };

  function send() {
    here.turn += 1;
    here.ahead = false;
    here.sentAt = performance.now();
    const weights = Object.fromEntries(inputs().map((input) => [input.name, Number(input.value)]));
    setStateValue("weights", { turn: here.turn, weights });
    rest();
  }

  function rest() {
    here.later(() => setTriggerValue("rested", true), REST);
  }

  return here.end;
}

/* What is remembered from one call to the next. Only one thing is to be done `later`, and none when another page was
asked for: Streamlit would take up what is sent from this page meanwhile and stay on it. */
function begin(turn) {
  let timer = 0;
  const stop = () => clearTimeout(timer);
  const leaving = (event) => event.target.closest?.("a[href]") && stop();
  const end = () => {
    stop();
    removeEventListener("click", leaving, true);
    removeEventListener("popstate", stop);
  };
  addEventListener("click", leaving, true);
  addEventListener("popstate", stop);
  const later = (work, after) => {
    stop();
    timer = setTimeout(work, after);
  };
  return { turn, ahead: false, sentAt: 0, later, end };
}

function slider({ id, name, definition }) {
  const label = make("label", "");
  const input = make("input", "");
  Object.assign(input, { type: "range", name: id, min: 0, max: 100, step: 1, ariaLabel: name, ariaDescription: definition });
  const top = make("span", "top");
  top.append(make("span", "value", name), make("span", "weight"));
  label.title = definition;
  top.ariaHidden = true; // the slider says both
  label.append(top, input);
  return label;
}

function show(input, weight) {
  input.value = weight;
  input.style.setProperty("--at", `${input.value}%`);
  input.parentElement.querySelector(".weight").textContent = input.value;
}

function drawRanking(parentElement, data) {
  const list = parentElement.querySelector("ol");
  const known = new Map([...list.querySelectorAll(".row")].map((row) => [row.dataset.model, row]));
  const before = new Map([...known].map(([model, row]) => [model, row.offsetTop]));
  const scale = scaleOf(data.rows);

  parentElement.querySelector(".title").textContent = data.title;
  parentElement.querySelector(".axis").textContent = data.axis;
  list.setAttribute("aria-label", data.label);
  const rows = data.rows.map((row, place) => filled(known.get(row.model) ?? made(row.model), row, place, scale));
  const wanted = new Set(rows);
  for (const each of [...list.children]) if (!wanted.has(each)) each.remove();
  // Those that stay where they are in the document keep their transitions.
  rows.forEach((row, place) => list.children[place] === row || list.insertBefore(row, list.children[place] ?? null));
  list.append(ruler(scale, rows.length));
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const row of list.querySelectorAll(".row")) {
    const by = before.get(row.dataset.model) - row.offsetTop;
    if (by) row.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], GLIDE);
  }
}

/* From numbers to percentages of the track, and the round numbers to write under it. */
function scaleOf(rows) {
  const ends = rows.flatMap((row) => [row.alignment, row.low, row.high, row.worst, row.best]).filter((x) => x !== null);
  const [low, high] = ends.length ? [Math.min(...ends), Math.max(...ends)] : [0, 1];
  const wide = high - low > 1e-6 ? high - low : 1; // steps must not be too small to count with
  const room = 0.04 * wide;
  const at = (x) => (100 * (x - low + room)) / (high - low + 2 * room);
  const rough = wide / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * STEPS.find((each) => each * power >= rough);
  const ticks = [];
  for (let k = Math.ceil((low - room) / step); k * step <= high + room; k += 1) ticks.push(k * step);
  return { at, ticks: ends.length ? ticks : [], digits: Math.max(0, -Math.floor(Math.log10(step))) };
}

function made(model) {
  const row = make("li", "row");
  row.dataset.model = model;
  const track = make("span", "track");
  track.append(make("span", "reach"), make("span", "interval"), make("span", "dot"));
  const number = make("span", "number");
  number.ariaHidden = true; // the words say it
  row.append(make("span", "name", model), track, number, make("span", "unseen"));
  return row;
}

function filled(row, { model, colour, alignment, low, high, worst, best, odd, words }, place, { at }) {
  const part = (name) => row.querySelector(`.${name}`);
  row.style.gridRow = place + 1;
  row.title = `${model}\n${words.join("\n")}`;
  row.classList.toggle("odd", odd);
  span(part("interval"), low, high, at);
  span(part("reach"), worst, best, at);
  part("dot").hidden = alignment === null;
  part("dot").style.left = `${at(alignment ?? 0)}%`;
  part("dot").style.background = colour;
  part("number").textContent = alignment === null ? "–" : Number(alignment.toFixed(2)).toFixed(2);
  part("unseen").textContent = words.join(", ");
  return row;
}

function span(element, from, to, at) {
  element.hidden = from === null || to === null;
  if (element.hidden) return;
  element.style.left = `${at(from)}%`;
  element.style.width = `${at(to) - at(from)}%`;
}

/* Lines behind the rows with their numbers below; screen readers have the rows'. */
function ruler({ at, ticks, digits }, rows) {
  const ruler = make("li", "ruler");
  ruler.setAttribute("aria-hidden", "true");
  ruler.style.gridRow = `1 / span ${rows}`;
  for (const tick of ticks) {
    const line = make("span", Math.abs(tick) < 1e-9 ? "zero" : "", (Math.abs(tick) < 1e-9 ? 0 : tick).toFixed(digits));
    line.style.left = `${at(tick)}%`;
    ruler.append(line);
  }
  return ruler;
}

function make(tag, name, text = "") {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  return element;
}
