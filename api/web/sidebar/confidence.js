// How sure something is: as a word and as a bar.

import { html } from "../vendor/lit/lit.js";
import { say } from "./words.js";

const HIGH = 0.8;
const MIDDLE = 0.5;

/** Return high, middle or low. */
export const levelOf = (confidence) => (confidence >= HIGH ? "high" : confidence >= MIDDLE ? "middle" : "low");

/** Return a probability as people read it. */
export const sayPercent = (probability) => `${Math.round(probability * 100)}%`;

/** Return the word and the bar. */
export function showConfidence(confidence) {
  const level = levelOf(confidence);
  const percent = sayPercent(confidence);
  // The bar's width goes through the style object: a style attribute is inline style, which the policy refuses.
  return html`<span class="confidence ${level}" title=${percent}>
    <span class="confidence-word">${say(`levels.${level}`)}</span>
    <span class="gauge" aria-hidden="true"><span .style=${`width: ${percent}`}></span></span>
  </span>`;
}
