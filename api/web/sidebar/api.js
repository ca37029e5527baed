// The routes that the sidebar asks, each as a function that returns the answer.

import { call } from "../client.js";

/** Find whom a phone, a number or the end of one means. */
export function lookUp(query, agent, signal) {
  return call(`/v1/customers:lookup?${new URLSearchParams({ q: query, agent })}`, { signal });
}

/** Return a customer's data in plain; it is noted who asked and why. */
export function reveal(customerId, { fields, agent, reason }) {
  return call(`/v1/customers/${encodeURIComponent(customerId)}:reveal`, { body: { fields, agent, reason } });
}

/** Return ranked solutions for a question. */
export const match = (body, signal) => call("/v1/match", { body, signal });

/** Say what came of a solution, or of the whole answer. */
export const judge = (body) => call("/v1/feedback", { body });

/** Take a judgement back. */
export function takeBack(requestId, solution) {
  const query = solution ? `?${new URLSearchParams({ kind: solution.kind, id: solution.id })}` : "";
  return call(`/v1/feedback/${encodeURIComponent(requestId)}${query}`, { method: "DELETE" });
}

/** Return what supports each figure of a reply. */
export const checkReply = (body, signal) => call("/v1/replies:check", { body, signal });

/** Return with which pages the sidebar speaks, and the shop's time zone. */
export const readSettings = () => call("/sidebar/settings");
