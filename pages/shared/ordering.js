/* Cards put in order by pointer (mouse, pen, touch), by arrow keys or by the two buttons of each card.

`data`: {label, cards: [{id, name, definition}], order: [ids]}. State `order`: the ids from first to last, set once a
card has moved. The order on the screen is that of the elements; what the server sends back later never changes it. */

const EDGE = 60; // pixels from the window's top and bottom where a drag scrolls
const STEP = 9; // pixels that it scrolls in each frame

export default function ({ data, parentElement, setStateValue }) {
  const list = parentElement.querySelector("ol");
  const live = parentElement.querySelector("[aria-live]");
  if (list.childElementCount) return; // called again, for a new theme or an answer of the server

  const cards = new Map(data.cards.map((card) => [card.id, card]));
  const order = () => [...list.children].map((element) => element.dataset.id);
  const place = (element) => [...list.children].indexOf(element) + 1;
  const nameOf = (element) => cards.get(element.dataset.id).name;
  const say = (text) => (live.textContent = text);

  list.setAttribute("aria-label", data.label);
  data.order.forEach((id) => list.append(draw(cards.get(id))));
  number();

  function number() {
    [...list.children].forEach((element, at) => {
      element.querySelector(".rank").textContent = at + 1;
      element.setAttribute("aria-posinset", at + 1);
      element.setAttribute("aria-setsize", list.childElementCount);
    });
  }

  function moved(element) {
    number();
    setStateValue("order", order());
    say(`${nameOf(element)}: place ${place(element)} of ${list.childElementCount}.`);
  }

  /* The neighbours go past the card: an element that is itself put elsewhere would lose focus and pointer. */
  function shift(element, by) {
    for (; by < 0 && element.previousElementSibling; by += 1) element.after(element.previousElementSibling);
    for (; by > 0 && element.nextElementSibling; by -= 1) element.before(element.nextElementSibling);
  }

  function step(element, by) {
    const before = place(element);
    shift(element, by);
    if (place(element) !== before) moved(element);
    else say(`${nameOf(element)} is ${by < 0 ? "first" : "last"} already.`);
    element.scrollIntoView({ block: "nearest" });
  }

  list.onkeydown = (event) => {
    const all = list.childElementCount;
    const by = { ArrowUp: -1, ArrowDown: 1, Home: -all, End: all }[event.key];
    const element = event.target.closest("li");
    if (drag && event.key === "Escape") end(false);
    if (!by || !element || drag || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    step(element, by);
  };

  list.onclick = (event) => {
    const button = event.target.closest("button");
    if (button) step(button.closest("li"), Number(button.dataset.by));
  };

  let drag = null; // {element, pointer, grip: where in the card it was taken, y: of the pointer, start: the order before}

  list.onpointerdown = (event) => {
    const element = event.target.closest("li");
    if (drag || event.button !== 0 || !element || event.target.closest("button")) return;
    if (event.pointerType === "touch" && !event.target.closest(".grip")) return; // the rest of a card scrolls the page
    const grip = event.clientY - element.getBoundingClientRect().top;
    drag = { element, pointer: event.pointerId, grip, y: event.clientY, start: order() };
    list.setPointerCapture(event.pointerId);
    element.classList.add("held");
    requestAnimationFrame(scroll);
  };

  list.onpointermove = (event) => {
    if (drag?.pointer !== event.pointerId) return;
    drag.y = event.clientY;
    follow();
  };

  list.onpointerup = (event) => drag?.pointer === event.pointerId && end(true);
  list.onpointercancel = (event) => drag?.pointer === event.pointerId && end(false);

  /* Put the held card under the pointer; neighbours whose middle it has passed change places with it. */
  function follow() {
    const { element, grip, y } = drag;
    const middle = (other) => other.offsetTop + other.offsetHeight / 2;
    const wanted = y - grip - list.getBoundingClientRect().top;
    let other;
    while ((other = element.previousElementSibling) && wanted < middle(other)) shift(element, -1);
    while ((other = element.nextElementSibling) && wanted + element.offsetHeight > middle(other)) shift(element, 1);
    element.style.transform = `translateY(${wanted - element.offsetTop}px)`;
    number();
  }

  function scroll() {
    if (!drag || !list.isConnected) return;
    const by = drag.y < EDGE ? -STEP : drag.y > window.innerHeight - EDGE ? STEP : 0;
    if (by) {
      scroller()?.scrollBy(0, by);
      follow();
    }
    requestAnimationFrame(scroll);
  }

  function scroller() {
    let found = list.getRootNode().host ?? list;
    while (found && !/auto|scroll/.test(getComputedStyle(found).overflowY)) found = found.parentElement;
    return found;
  }

  function end(keep) {
    const { element, start } = drag;
    drag = null;
    element.classList.remove("held");
    element.style.transform = "";
    if (!keep) shift(element, start.indexOf(element.dataset.id) + 1 - place(element));
    if (order().join() !== start.join()) moved(element);
    else number();
    element.focus({ preventScroll: true });
  }
}

/* One card; whatever it says is set as text. */
function draw(card) {
  const element = make("li", "");
  element.tabIndex = 0;
  element.dataset.id = card.id;
  element.setAttribute("role", "option");
  element.setAttribute("aria-label", `${card.name}. ${card.definition}`);
  element.setAttribute("aria-describedby", "help");
  const grip = make("span", "grip");
  grip.append(make("span", "rank"), make("span", "dots", "⠿"));
  const text = make("span", "text");
  text.append(make("strong", "", card.name), make("span", "definition", card.definition));
  const buttons = make("span", "buttons");
  buttons.setAttribute("aria-hidden", "true"); // keyboards and screen readers have the arrow keys
  buttons.append(button("↑", -1, `Move ${card.name} up`), button("↓", 1, `Move ${card.name} down`));
  element.append(grip, text, buttons);
  return element;
}

function make(tag, name, text = "") {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  return element;
}

function button(sign, by, title) {
  const element = make("button", "", sign);
  Object.assign(element, { type: "button", tabIndex: -1, title });
  element.dataset.by = by;
  return element;
}
