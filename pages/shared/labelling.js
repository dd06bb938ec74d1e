/* An answer to be labelled: its words are selected as evidence, values get a stance, all by keys or by pointer.

`data`: {task, attempt, text, values: [{id, name, definition}]}. Trigger `sent`: {task, action: "store", "skip" or "undo",
labels: {value: {stance, intensity, evidence: [[start, end]]}}, note}, spans in code points. Nothing is sent before.
The answer is one run of text nodes and is never markup. Marks count in UTF-16 units here, as ranges of the browser do. */

const STANCES = { s: "supports", o: "opposes", p: "present", n: "neutral" };
const WORDS = { supports: "supports", opposes: "opposes", present: "there, unclear which way", neutral: "not there" };
const SHOWN = 80; // letters of a quotation

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".pc-label");
  if (root.dataset.task === data.task) {
    if (root.dataset.attempt !== String(data.attempt)) root.dataset.busy = ""; // what was sent has been answered
    root.dataset.attempt = data.attempt;
    return; // called again, for a new theme or an answer of the server
  }
  Object.assign(root.dataset, { task: data.task, attempt: data.attempt, busy: "" });

  const text = data.text;
  const pane = root.querySelector(".pc-answer");
  const list = root.querySelector(".pc-values");
  const live = root.querySelector("[aria-live]");
  const note = root.querySelector("textarea");
  const labels = new Map(data.values.map(({ id }) => [id, { stance: "neutral", intensity: 0, spans: [] }]));
  const rows = new Map();
  let active = data.values[0].id;

  list.replaceChildren(...data.values.map(row));
  note.value = "";
  show();
  focusRows();

  function focusRows() {
    root.querySelector(".pc-rows").focus({ preventScroll: true });
  }

  function row(value, at) {
    const element = make("li", "pc-value");
    const key = at < 9 ? String(at + 1) : at === 9 ? "0" : "";
    const name = make("button", "pc-name", value.name);
    Object.assign(name, { type: "button", title: value.definition, onclick: () => choose(value.id) });
    name.prepend(make("kbd", "", key));
    const group = make("span", "pc-stances");
    group.setAttribute("role", "radiogroup");
    group.setAttribute("aria-label", value.name);
    for (const [letter, stance] of Object.entries(STANCES)) {
      const button = make("button", "pc-stance", WORDS[stance]);
      Object.assign(button, { type: "button", onclick: () => (choose(value.id, false), say(stance)) });
      button.dataset.stance = stance;
      button.setAttribute("role", "radio");
      button.setAttribute("aria-keyshortcuts", letter);
      group.append(button);
    }
    element.append(name, group, make("ul", "pc-quotes"));
    rows.set(value.id, element);
    return element;
  }

  /* Make a value the active one; words that are selected become its evidence. */
  function choose(id, take = true) {
    active = id;
    if (take && attach() && labels.get(id).stance === "neutral") labels.get(id).stance = "present";
    show();
  }

  /* The active value's stance; said again, a direction becomes mild, and clear again. */
  function say(stance) {
    const label = labels.get(active);
    const again = stance === label.stance && !selected();
    label.intensity = stance in { supports: 1, opposes: 1 } ? (again ? 3 - label.intensity : 2) : 0;
    label.stance = stance;
    if (stance === "neutral") label.spans = [];
    else attach();
    show();
  }

  function attach() {
    const span = selected();
    if (!span) return false;
    const { spans } = labels.get(active);
    if (!spans.some(([start, end]) => start === span[0] && end === span[1])) spans.push(span);
    spans.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    getSelection().removeAllRanges();
    focusRows(); // the arrow keys move among the values again
    return true;
  }

  /* What is selected of the answer, without blanks at its ends and never half a character; null for nothing. */
  function selected() {
    const chosen = getSelection();
    if (!chosen.rangeCount || chosen.isCollapsed) return null;
    const range = chosen.getRangeAt(0);
    if (!pane.contains(range.startContainer) || !pane.contains(range.endContainer)) return null;
    let [start, end] = [place(range.startContainer, range.startOffset), place(range.endContainer, range.endOffset)];
    while (start < end && /\s/.test(text[start])) start += 1;
    while (end > start && /\s/.test(text[end - 1])) end -= 1;
    if (low(text, start)) start -= 1;
    if (low(text, end)) end += 1;
    return start < end ? [start, end] : null;
  }

  /* How many UTF-16 units of the answer lie before a boundary. */
  function place(node, offset) {
    const range = document.createRange();
    range.selectNodeContents(pane);
    range.setEnd(node, offset);
    return range.toString().length;
  }

  function show() {
    mark();
    for (const [id, element] of rows) {
      const label = labels.get(id);
      element.classList.toggle("pc-active", id === active);
      for (const button of element.querySelectorAll(".pc-stance")) {
        const chosen = button.dataset.stance === label.stance;
        button.setAttribute("aria-checked", chosen);
        button.tabIndex = chosen ? 0 : -1;
        button.textContent = WORDS[button.dataset.stance] + (chosen && label.intensity === 1 ? ", mildly" : "");
      }
      element.querySelector(".pc-quotes").replaceChildren(...label.spans.map((span) => quote(label, span)));
    }
    const { stance, intensity, spans } = labels.get(active);
    const mild = intensity === 1 ? ", mildly" : "";
    live.textContent = `${nameOf(active)}: ${WORDS[stance]}${mild}. ${spans.length} passages.`;
  }

  function quote(label, span) {
    const element = make("li", "");
    const words = text.slice(...span);
    const cut = [...words.slice(0, 2 * SHOWN)].slice(0, SHOWN).join("");
    const said = make("q", "", cut + (cut.length < words.length ? "…" : ""));
    said.dir = "auto";
    const drop = make("button", "", "×");
    Object.assign(drop, { type: "button", title: "Take this passage away" });
    drop.onclick = () => {
      label.spans.splice(label.spans.indexOf(span), 1);
      show();
    };
    element.append(said, drop);
    return element;
  }

  /* The answer again, cut where marks begin and end. */
  function mark() {
    const marks = [...labels].flatMap(([id, { stance, spans }]) => spans.map(([a, b]) => ({ id, stance, a, b })));
    const edges = [...new Set([0, text.length, ...marks.flatMap(({ a, b }) => [a, b])])].sort((a, b) => a - b);
    const pieces = edges.slice(1).map((end, at) => {
      const words = text.slice(edges[at], end);
      const here = marks.filter(({ a, b }) => a <= edges[at] && end <= b);
      if (!here.length) return document.createTextNode(words);
      const element = make("mark", "", words);
      element.dataset.stance = here[0].stance;
      element.title = here.map(({ id, stance }) => `${nameOf(id)}: ${WORDS[stance]}`).join(", ");
      return element;
    });
    pane.replaceChildren(...pieces);
  }

  function nameOf(id) {
    return data.values.find((value) => value.id === id).name;
  }

  function send(action) {
    if (root.dataset.busy) return;
    root.dataset.busy = "yes";
    const told = ({ stance, intensity, spans }) => {
      const evidence = spans.map(([start, end]) => [points(text, start), points(text, end)]);
      return intensity ? { stance, intensity, evidence } : { stance, evidence };
    };
    const stated = Object.fromEntries([...labels].map(([id, label]) => [id, told(label)]));
    setTriggerValue("sent", { task: data.task, action, labels: stated, note: note.value });
  }

  for (const button of root.querySelectorAll("[data-action]")) button.onclick = () => send(button.dataset.action);

  root.onmousedown = (event) => {
    if (event.target.closest("button")) event.preventDefault(); // what is selected stays so
  };

  root.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target === note) return;
    const inAnswer = pane.contains(event.target);
    const at = data.values.findIndex((value) => value.id === active);
    const key = event.key.toLowerCase();
    const step = inAnswer ? 0 : { arrowup: -1, arrowdown: 1 }[key];
    const number = /^\d$/.test(key) ? data.values[(Number(key) + 9) % 10] : null;
    if (step) choose(data.values[(at + step + data.values.length) % data.values.length].id, false);
    else if (number) choose(number.id);
    else if (key in STANCES) say(STANCES[key]);
    else if (key === "backspace" && labels.get(active).spans.pop()) show();
    else if (key === "k") send("skip");
    else if (key === "u") send("undo");
    else if (key === "enter" && !event.target.closest("button")) send("store");
    else if (!(inAnswer && key.length === 1)) return;
    event.preventDefault();
    event.stopPropagation();
    if (!inAnswer) rows.get(active).scrollIntoView({ block: "nearest" });
  };

  /* The answer has a caret, so that it can be selected by keys, but nobody writes in it. */
  pane.onbeforeinput = (event) => event.preventDefault();
  pane.ondrop = (event) => event.preventDefault();
}

function low(text, at) {
  return at > 0 && at < text.length && (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
}

/* How many code points, Python's letters, lie before a place counted in UTF-16 units. */
function points(text, place) {
  let count = place;
  for (let at = 1; at < place; at += 1) if (low(text, at)) count -= 1;
  return count;
}

function make(tag, name, text = "") {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  return element;
}
