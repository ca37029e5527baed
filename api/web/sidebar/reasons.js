// Why the customer probably gets in touch, before they say a word; each with its ready answer.

import { html, nothing, repeat } from "../vendor/lit/lit.js";
import { sayPercent } from "./confidence.js";
import { nameDraft } from "./drafts.js";
import { say, sayBoth } from "./words.js";

/** Return the likely reasons; once there is a question it is what counts, and they fold away. */
export function showReasons(desk) {
  const { answer } = desk.lookup;
  const reasons = answer?.profile ? (answer.likely_reasons ?? []) : [];
  if (!reasons.length) return nothing;
  const isFolded = desk.matching.question.trim() !== "" && !isWrittenIn(desk);
  return html`<details class="part reasons-part" ?open=${!isFolded}>
    <summary><h2>${say("reasonsTitle")}</h2>${isFolded ? html` <span class="quiet">${sayBoth(reasons[0].title)} ${sayPercent(reasons[0].probability)}</span>` : nothing}</summary>
    ${answer.reasons_from === "rates" ? html`<p class="hint">${say("reasonsRates")}</p>` : nothing}
    <ol class="reasons">${repeat(reasons, (one) => one.reason, (one) => showReason(desk, one))}</ol>
  </details>`;
}

// A reply that is held while there is no answer on show can only be one of these.
function isWrittenIn(desk) {
  const { isHeld, result } = desk.matching;
  return (isHeld && result === null) || desk.querySelector(".reasons:focus-within") !== null;
}

function showReason(desk, { reason, title, probability, order_id: orderId, because, cases, solution }) {
  const percent = sayPercent(probability);
  return html`<li class="reason">
    <details>
      <summary>
        <span class="reason-name">${sayBoth(title)}</span>
        <span class="gauge" aria-hidden="true"><span .style=${`width: ${percent}`}></span></span>
        <span class="reason-percent">${percent}</span>
      </summary>
      <p class="quiet">${[...because.map(sayBoth), cases?.similar ? say("reasonCases", cases) : "", orderId ?? ""].filter(Boolean).join(" · ")}</p>
      ${solution ? showReady(desk, reason, solution) : nothing}
    </details>
  </li>`;
}

function showReady(desk, reason, solution) {
  return html`<p class="quiet">${say("reasonAnswer", { title: solution.title })}${solution.is_sure ? nothing : html` <span class="badge open">${say("reasonUnsure")}</span>`}</p>
    ${solution.reply
      ? html`<x-reply
          .desk=${desk} .name=${`reason|${reason}`} .draftKey=${nameDraft({ who: desk.lookup.who }, `reason|${reason}`)}
          .reply=${{ text: solution.reply, missing: solution.missing ?? [], unsupported: [], notice: solution.notice }}
          .itemId=${solution.item_id} .label=${say("reasonReply")}></x-reply>`
      : nothing}`;
}
