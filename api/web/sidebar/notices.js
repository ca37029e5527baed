// Announcements that touch the customer's orders, or the order that the question is about.

import { html, nothing } from "../vendor/lit/lit.js";
import { say } from "./words.js";

const URGENT = new Set(["recall", "delay", "outage"]);

/** Return the notices of the look-up and of the match, each once. */
export function showNotices({ lookup, matching }) {
  const all = [...(matching.result?.notices ?? []), ...(lookup.profile?.notices ?? [])];
  const notices = [...new Map(all.map((notice) => [notice.id, notice])).values()];
  if (!notices.length) return nothing;
  return html`<section class="part notices-part" aria-labelledby="notices-title">
    <h2 id="notices-title" class="visually-hidden">${say("noticesTitle")}</h2>
    ${notices.map(showNotice)}
  </section>`;
}

function showNotice({ kind, title, body, wording }) {
  return html`<details class="notice ${URGENT.has(kind) ? "urgent" : ""}">
    <summary><span class="badge">${say(`noticeKinds.${kind}`)}</span> ${title}</summary>
    ${wording ? html`<p><span class="quiet">${say("noticeSay")}</span> ${wording}</p>` : nothing}
    ${body ? html`<p><span class="quiet">${say("noticeNote")}</span> ${body}</p>` : nothing}
  </details>`;
}
