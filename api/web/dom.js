// Building the page: everything that comes from the API goes in as text, never as markup.

/** Make an element; `options` are attributes, except `text`, `on` (listeners) and `hidden`/`value`-like properties. */
export function el(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name === "on") Object.entries(value).forEach(([event, act]) => node.addEventListener(event, act));
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** Cut a text at what an expression finds, and wrap each find. */
export function wrapMatches(text, expression, wrap) {
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(expression)) {
    parts.push(text.slice(at, match.index), wrap(match[0]));
    at = match.index + match[0].length;
  }
  parts.push(text.slice(at));
  return parts.filter((part) => part !== "");
}
