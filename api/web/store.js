// What the browser keeps for us; in a frame it may refuse to, and then nothing is kept.

/** Return what is kept under a name, or "". */
export function recall(name, { area = "localStorage" } = {}) {
  try {
    return globalThis[area].getItem(name) ?? "";
  } catch {
    return "";
  }
}

/** Keep a text under a name: in `localStorage` until it is deleted, in `sessionStorage` until the tab is closed. */
export function keep(name, text, { area = "localStorage" } = {}) {
  try {
    if (text) globalThis[area].setItem(name, text);
    else globalThis[area].removeItem(name);
  } catch {
    // The page works without; it only has to be told again next time.
  }
}
