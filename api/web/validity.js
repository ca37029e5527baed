// From when and until when something may be said to customers.

import { sayTime } from "./language.js";

/** Return the words for the validity of an article, or for when a case was closed, by what a page says. */
export function sayValidity(kind, citation, say) {
  const from = citation?.effective_from && sayTime(citation.effective_from, { day: true });
  const to = citation?.effective_to && sayTime(citation.effective_to, { day: true });
  if (kind === "case") return from ? say("closedAt", { from }) : "";
  if (from && to) return say("fromUntil", { from, to });
  if (from) return say("from", { from });
  return to ? say("until", { to }) : say("always");
}
