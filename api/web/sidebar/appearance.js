// Light, dark, or as the system says.

import { keep, recall } from "../store.js";

const STORED_AS = "xianzhi.appearance";

export const APPEARANCES = ["auto", "light", "dark"];

/** Return the appearance that was chosen. */
export function appearance() {
  const stored = recall(STORED_AS);
  return APPEARANCES.includes(stored) ? stored : "auto";
}

/** Choose an appearance, or apply the one chosen before. */
export function applyAppearance(name = appearance()) {
  keep(STORED_AS, name === "auto" ? "" : name);
  document.documentElement.dataset.appearance = name;
}
