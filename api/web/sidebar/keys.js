// One key for each thing that is done all day; none of them while somebody types.

import { keep, recall } from "../store.js";

const STORED_AS = "xianzhi.keys";

/** What each key does, in the order in which the help lists them. */
export const KEYS = [
  { key: "s", act: "search" },
  { key: "o", act: "orders" },
  { key: "r", act: "reveal" },
  { key: "/", act: "question" },
  { key: "j", act: "next" },
  { key: "k", act: "previous" },
  { key: "e", act: "edit" },
  { key: "i", act: "insert" },
  { key: "c", act: "copy" },
  { key: "a", act: "askBack" },
  { key: "u", act: "used" },
  { key: "x", act: "wrong" },
  { key: "z", act: "undo" },
  { key: "g", act: "gap" },
  { key: "?", act: "help" },
];

const ACTS = new Map(KEYS.map(({ key, act }) => [key, act]));
// What the same keys give while a Chinese input method writes full-width punctuation.
const SAME_KEY = { "？": "?", "、": "/", "／": "/" };
const REPEATED = new Set(["next", "previous"]);
const WRITTEN_IN = "x-reply textarea";
const TYPED_INTO = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=button])";

let areOn = recall(STORED_AS) !== "off";
let areQuiet = false;
let written = null; // The reply that had the focus last.

/** Tell whether single keys do anything: speech input may press them by accident. */
export const keysAreOn = () => areOn;

/** Switch the single keys on or off, and remember it; `?` always opens the help. */
export function switchKeys(on) {
  areOn = on;
  keep(STORED_AS, on ? "" : "off");
}

/** Tell whether a key belongs to an input method: Safari ends the word first, and says so by the code alone. */
export const isComposing = (event) => event.isComposing || event.keyCode === 229;

/** Let single keys do nothing until the agent clicks, or presses Tab or Esc: what they typed into was taken from them. */
export function quietKeys() {
  areQuiet = true;
}

/** Notice when a reply is taken from under the agent's hands, and when they have seen it. */
export function watchWriting(page) {
  const wake = () => {
    areQuiet = false;
    written = null;
  };
  const note = ({ target }) => {
    written = target.matches(WRITTEN_IN) ? target : null;
  };
  page.addEventListener("focusin", note, { capture: true });
  page.addEventListener("pointerdown", wake, { capture: true });
  page.addEventListener("keydown", ({ key }) => ["Tab", "Escape"].includes(key) && wake(), { capture: true });
}

/** Return what a key press asks for, or "" where it is typing, or nothing of ours. */
export function readKey(event) {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return "";
  if (event.target.closest?.(TYPED_INTO) || document.querySelector("dialog[open]")) return "";
  // Letters that were meant for a reply that is no longer there.
  if (areQuiet || written?.checkVisibility() === false) return "";
  const act = ACTS.get(nameKey(event)) ?? "";
  if (event.repeat && !REPEATED.has(act)) return "";
  return areOn || act === "help" ? act : "";
}

function nameKey({ key, code }) {
  // An input method that is switched on hides the letter, but not which key it was.
  const named = key === "Process" && code.startsWith("Key") ? code.slice(3) : key;
  return SAME_KEY[named] ?? named.toLowerCase();
}
