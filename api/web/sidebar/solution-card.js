// A solution as a card: closed a line, open all that is needed to judge it and to use it.

import { html, nothing } from "../vendor/lit/lit.js";
import { markStretches } from "../stretches.js";
import { sayValidity } from "../validity.js";
import { showConfidence } from "./confidence.js";
import { nameDraft } from "./drafts.js";
import { say } from "./words.js";

const mark = (text) => html`<mark>${text}</mark>`;
const SIGNS = { met: "✓", unmet: "✗", unknown: "?" };

/** Return the name of a solution within an answer. */
export const nameOf = (solution) => `${solution.kind}|${solution.id}|${solution.version}`;

/** Return the card; only the active one is open. */
export function showCard(desk, solution, place) {
  const isActive = nameOf(solution) === desk.activeName;
  const id = `solution-${place}`;
  const titles = solution.highlights.filter((one) => one.field === "title");
  return html`<li class="card ${solution.kind} ${solution.applies}" ?data-active=${isActive}>
    <h3>
      <button type="button" id=${id} class="card-head" aria-expanded=${isActive ? "true" : "false"} @click=${() => desk.activate(solution)}>
        <span class="rank" aria-hidden="true">${place}</span>
        <span class="card-title">${markStretches(solution.title, titles, mark)} ${showBadges(solution)}</span>
        ${showConfidence(solution.confidence)}
      </button>
    </h3>
    ${isActive ? showOpen(desk, solution) : nothing}
  </li>`;
}

function showBadges({ kind, conditions, applies, outcome, audience }) {
  return [
    conditions.length ? html`<span class="badge state-${applies}">${say(`applies.${applies}`)}</span>` : null,
    outcome ? html`<span class="badge outcome-${outcome}">${say(`outcome.${outcome}`)}</span>` : null,
    // No case is ever shown to customers.
    audience === "internal" && kind !== "case" ? html`<span class="badge internal">${say("internalOnly")}</span>` : null,
  ].filter(Boolean);
}

function showOpen(desk, solution) {
  return html`<div class="card-open">
    ${solution.conditions.length ? showConditions(solution.conditions) : nothing}
    ${solution.kind === "case" ? showHandling(desk, solution) : showAnswer(desk, solution)}
    ${showOrigin(solution)}
  </div>`;
}

function showConditions(conditions) {
  return html`<ul class="conditions">
    ${conditions.map(
      ({ text, state }) => html`<li class="state-${state}">
        <span class="sign" aria-hidden="true">${SIGNS[state] ?? "?"}</span><span>${text}<span class="visually-hidden"> ${say(`states.${state}`)}</span></span>
      </li>`,
    )}
  </ul>`;
}

function showAnswer(desk, solution) {
  const { matching } = desk;
  const found = solution.highlights.filter((one) => one.field === "snippet");
  const cited = [{ kind: solution.kind, id: solution.id, version: solution.version }];
  const orderId = matching.result.order_id;
  return html`
    ${showText(solution, found)}
    ${solution.reply.text
      ? html`<x-reply
          .desk=${desk} .draftKey=${nameDraft({ who: desk.lookup.who, orderId }, nameOf(solution))} .reply=${solution.reply}
          .basis=${orderId ? { order_id: orderId, cited } : { cited }} .itemId=${solution.id}
          .requestId=${matching.result.request_id} .label=${say("reply")} .acts=${showVerdict(desk, solution)}></x-reply>`
      : html`<p class="acts">${showVerdict(desk, solution)}</p>`}`;
}

// Folded to two lines until it is wanted: the reply below says the same for this order.
function showText(solution, found) {
  return html`<details class="snippet">
    <summary><span class="visually-hidden">${say("original")}</span><span class="snippet-text">${markStretches(solution.snippet, found, mark)}</span></summary>
  </details>`;
}

// What was done for another order: a precedent to read, not a reply to send.
function showHandling(desk, solution) {
  const found = solution.highlights.filter((one) => one.field === "snippet");
  return html`<p class="handling"><span class="reply-label">${say("handling")}</span>${markStretches(solution.snippet, found, mark)}</p>
    <p class="acts">${showVerdict(desk, solution)}</p>`;
}

function showVerdict(desk, solution) {
  const verdict = desk.judging.of(desk.matching.result.request_id, solution);
  if (verdict) {
    return html`<span class="verdict">${say(`verdicts.${verdict}`)}
      <button type="button" class="link" @click=${() => desk.act("undo", solution)}>${say("undo")}<kbd>Z</kbd></button></span>`;
  }
  return html`<span class="verdict">
    <button type="button" class="plain small" @click=${() => desk.act("used")}>${say("used")}<kbd>U</kbd></button>
    <button type="button" class="plain small" @click=${() => desk.act("wrong")}>${say("wrong")}<kbd>X</kbd></button>
  </span>`;
}

function showOrigin(solution) {
  const [citation] = solution.citations;
  const parts = [
    citation?.source,
    solution.id,
    solution.kind === "case" ? "" : say("version", { version: solution.version }),
    sayValidity(solution.kind, citation, say),
    solution.copies?.length ? say("copies", { ids: solution.copies.join(" ") }) : "",
  ];
  return html`<p class="origin">${parts.filter(Boolean).join(" · ")}</p>`;
}
