// The answer to a question: what to ask first, the solutions, the past cases, and what to do where nothing fits.

import { html, nothing, repeat } from "../vendor/lit/lit.js";
import { levelOf } from "./confidence.js";
import { nameOf, showCard } from "./solution-card.js";
import { say, sayError } from "./words.js";

const MOST_OF_A_KIND = 5; // Nobody reads the sixth with a customer on the line.

/** Return solutions as they are listed: articles first, then cases, each by rank. */
export function listSolutions(result) {
  const of = (kind) => (result?.solutions ?? []).filter((solution) => solution.kind === kind).slice(0, MOST_OF_A_KIND);
  return [...of("article"), ...of("case")];
}

/** Return what is shown of the newest match. */
export function showAnswers(desk) {
  const { matching } = desk;
  const held = matching.waiting
    ? html`<p class="held">${say("held")} <button type="button" class="link" @click=${() => matching.release()}>${say("heldShow")}</button></p>`
    : nothing;
  const trouble = matching.error ? showError(desk, matching.error) : nothing;
  if (!matching.result && (matching.error || matching.waiting)) return html`${held} ${trouble}`;
  if (!matching.result) return html`<p class="idle">${matching.isBusy ? say("working") : say("idle")}</p>`;
  const { result } = matching;
  const all = listSolutions(result);
  const articles = all.filter((solution) => solution.kind === "article");
  const cases = all.slice(articles.length);
  const placed = (solutions, before) => repeat(solutions, nameOf, (solution, index) => showCard(desk, solution, before + index + 1));
  return html`
    ${held} ${trouble}
    ${showOrderTrouble(result.order_source)} ${showRewordings(result.rewordings)}
    ${result.answered ? nothing : showUnsure(desk, result)} ${showAsk(desk, result)}
    ${articles.length ? html`<section aria-labelledby="solutions-title"><h2 id="solutions-title" class="list-title">${say("solutions")}</h2><ol class="cards">${placed(articles, 0)}</ol></section>` : nothing}
    ${cases.length ? html`<section aria-labelledby="cases-title"><h2 id="cases-title" class="list-title">${say("cases")}</h2>${showRemedies(result.remedies)}<ol class="cards">${placed(cases, articles.length)}</ol></section>` : nothing}
    ${result.answered ? html`<p class="gap-line">${say("gapLine")} ${showGap(desk, result)}</p>` : nothing}`;
}

/** Return what a screen reader is told of a new answer. */
export function describeResult(result) {
  if (!result.answered) return say("unsure");
  const count = result.solutions.length;
  return say("found", { count, level: say(`levels.${levelOf(result.confidence)}`) });
}

function showError(desk, error) {
  return html`<div class="panel trouble" role="alert">
    <p>${sayError(error)}</p>
    ${error.details?.length ? html`<ul>${error.details.map((detail) => html`<li>${detail}</li>`)}</ul>` : nothing}
    <button type="button" class="plain small" @click=${() => desk.matching.again()}>${say("retry")}</button>
  </div>`;
}

function showUnsure(desk, result) {
  return html`<div class="panel unsure">
    <h2>${say("unsure")}</h2>
    <p>${say(result.solutions.length ? "unsureText" : "nothing")}</p>
    <p>${showGap(desk, result)}</p>
  </div>`;
}

function showGap(desk, result) {
  if (desk.judging.of(result.request_id)) {
    return html`<span>${say("gapSaved")} <button type="button" class="link" @click=${() => desk.act("undo", null)}>${say("undo")}<kbd>Z</kbd></button></span>`;
  }
  return html`<button type="button" class="plain small" @click=${() => desk.act("gap")}>${say("gap")}<kbd>G</kbd></button>`;
}

function showAsk(desk, { ask, orders, order_id: orderId }) {
  if (!ask.length) return nothing;
  const [{ question }] = ask;
  return html`<div class="panel asks">
    <h2>${say("askTitle")}</h2>
    ${orders.length && !orderId ? html`<p class="quiet">${say("askWhich")}</p>` : nothing}
    <p class="ask-line"><span>${question}</span>
      <button type="button" class="plain small" @click=${() => desk.act("askBack")}>${say(desk.takesReplies ? "askInsert" : "askCopy")}<kbd>A</kbd></button></p>
  </div>`;
}

function showRemedies(remedies) {
  return remedies ? html`<p class="remedies">${say("remedies", remedies)}</p>` : nothing;
}

function showRewordings(rewordings) {
  const read = rewordings.filter(({ how }) => how !== "synonym");
  if (!read.length) return nothing;
  return html`<p class="hint">${say("readAs")} ${read.map((one) => `${one.written} → ${one.read_as}`).join("，")}</p>`;
}

function showOrderTrouble(source) {
  if (source?.state === "stale") return html`<p class="warn">${say("orderStale", { age: sayAge(source.age_seconds ?? 0) })}</p>`;
  return source?.state === "unavailable" ? html`<p class="warn">${say("orderUnavailable")}</p>` : nothing;
}

const sayAge = (seconds) =>
  seconds < 120 ? say("seconds", { count: Math.round(seconds) }) : say("minutes", { count: Math.round(seconds / 60) });
