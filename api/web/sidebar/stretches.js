// Matched words in a text, marked; everything goes in as text, never as markup.

import { html } from "../vendor/lit/lit.js";

/** Return a text cut at stretches counted in characters, with those marked. */
export function markStretches(text, stretches) {
  // The API counts characters; JavaScript's own indexes count halves of some of them.
  const characters = Array.from(text);
  const parts = [];
  let at = 0;
  for (const { start, end } of [...stretches].sort((a, b) => a.start - b.start)) {
    if (start < at || end <= start) continue;
    parts.push(characters.slice(at, start).join(""), html`<mark>${characters.slice(start, end).join("")}</mark>`);
    at = end;
  }
  parts.push(characters.slice(at).join(""));
  return parts;
}

/** Return what stands at stretches of a text. */
export const cutStretches = (text, stretches) => stretches.map(({ start, end }) => Array.from(text).slice(start, end).join(""));
