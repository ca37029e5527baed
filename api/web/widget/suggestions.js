// The list under a field: what may be meant, with what was typed marked in it; and the keys that go through it.

import { html, nothing } from "../vendor/lit/lit.js";

/** Tell whether a key belongs to an input method: Safari ends the word first, and says so by the code alone. */
export const isComposing = (event) => event.isComposing || event.keyCode === 229;

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/** Do what a key asks of an open list; return whether it was one of the list's. */
export function pressKey(event, suggesting, choose) {
  if (isComposing(event) || !suggesting.isOpen || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key in STEPS) suggesting.move(STEPS[event.key]);
  else if (event.key === "Escape") suggesting.close();
  else if (event.key === "Enter" && suggesting.chosen) choose(suggesting.chosen);
  else return false;
  event.preventDefault();
  return true;
}

/** Return the list; `hidesFromReaders` where they have one of their own. */
export function showSuggestions(host, choose, { hidesFromReaders = false } = {}) {
  const { items, active, isOpen } = host.suggesting;
  if (!isOpen) return nothing;
  const choosing = (item) => (event) => {
    event.preventDefault();
    choose(item);
  };
  // The field keeps the focus, and a phone its keyboard, until the finger is lifted from one.
  return html`<ul id="suggestions" class="suggestions" role=${hidesFromReaders ? "none" : "listbox"} aria-hidden=${hidesFromReaders ? "true" : nothing}
    aria-label=${hidesFromReaders ? nothing : host.say("suggestions")} @mousedown=${(event) => event.preventDefault()}>
    ${items.map((item, index) => html`<li id=${`suggestion-${index}`} role=${hidesFromReaders ? "none" : "option"} aria-selected=${hidesFromReaders ? nothing : String(index === active)}
      class=${index === active ? "active" : ""} @click=${choosing(item)}>${markStretches(item)}</li>`)}
  </ul>`;
}

/** Scroll the list to the suggestion that the keys have reached; the page itself stays where it is. */
export function revealActive(root) {
  const active = root.querySelector(".suggestions .active");
  if (!active) return;
  const list = active.parentElement;
  const [inside, around] = [active.getBoundingClientRect(), list.getBoundingClientRect()];
  list.scrollTop += Math.max(inside.bottom - around.bottom, 0) || Math.min(inside.top - around.top, 0);
}

/** Keep a key to ourselves: from outside it looks as if pressed on the page, whose shortcuts would answer. */
export const keepKey = (event) => event.stopPropagation();

/** Return what a screen reader is told of a list. */
export function describeSuggestions(host) {
  return host.suggesting.isOpen ? host.say("count", { count: host.suggesting.items.length }) : "";
}

function markStretches({ title, stretches }) {
  const characters = Array.from(title); // As the service counts: an emoji is one.
  const parts = [];
  let at = 0;
  for (const [start, end] of stretches) {
    if (start < at) continue;
    parts.push(characters.slice(at, start).join(""), html`<mark>${characters.slice(start, end).join("")}</mark>`);
    at = end;
  }
  return [...parts, characters.slice(at).join("")];
}
