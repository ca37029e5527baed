// Stretches of a text, such as the matched words, as the API counts them.

/** Return a text cut at stretches, each of those as `mark` makes it; everything goes in as text, never as markup. */
export function markStretches(text, stretches, mark) {
  // The API counts characters; JavaScript's own indexes count halves of some of them.
  const characters = Array.from(text);
  const parts = [];
  let at = 0;
  for (const { start, end } of [...stretches].sort((a, b) => a.start - b.start)) {
    if (start < at || end <= start) continue;
    parts.push(characters.slice(at, start).join(""), mark(characters.slice(start, end).join("")));
    at = end;
  }
  parts.push(characters.slice(at).join(""));
  return parts.filter((part) => part !== "");
}

/** Return what stands at stretches of a text. */
export const cutStretches = (text, stretches) => stretches.map(({ start, end }) => Array.from(text).slice(start, end).join(""));
