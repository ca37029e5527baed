// Whether the answer helped, and the hand-over to a person where it did not.

import { html, nothing } from "../vendor/lit/lit.js";

/** Return the two buttons under an answer, or the one where there is none. */
export function showHelp(host) {
  const { enquiry } = host;
  if (enquiry.handing === "sending") return html`<p class="working">${host.say("handing")}</p>`;
  if (enquiry.handing === "failed") {
    return html`<div class="trouble" role="alert"><p>${host.say("handingFailed")}</p>
      <p class="acts"><button type="button" class="go" @click=${() => enquiry.handOver()}>${host.say("again")}</button> ${showContact(host)}</p></div>`;
  }
  if (enquiry.judged === "solved") return html`<p class="thanks" role="status">${host.say("solvedThanks")}</p>`;
  if (!enquiry.openId) return html`<p class="acts"><button type="button" class="go" @click=${() => enquiry.handOver()}>${host.say("person")}</button></p>`;
  return html`<div class="judge" role="group" aria-label=${host.say("solvedAsk")}>
    <span>${host.say("solvedAsk")}</span>
    <button type="button" class="plain" @click=${() => enquiry.solve()}>${host.say("solved")}</button>
    <button type="button" class="plain" @click=${() => enquiry.handOver()}>${host.say("unsolved")}</button>
    ${enquiry.judged === "failed" ? html`<p class="trouble" role="alert">${host.say("judgeFailed")}</p>` : nothing}
  </div>`;
}

/** Return what was handed over, and where to go on. */
export function showHandover(host, { id, question, order, titles, isForgotten }) {
  const rows = [
    ["handedQuestion", question],
    ["handedOrder", order ? [order.label, order.state].filter(Boolean).join(" · ") : ""],
    ["handedShown", titles.join("；")],
    ["handedNumber", id],
  ];
  return html`<div class="handed" tabindex="-1">
    <h3>${host.say("handed")}</h3>
    <p>${host.say("handedText")}</p>
    ${isForgotten ? html`<p class="calm">${host.say("handedForgotten")}</p>` : nothing}
    <dl>${rows.filter(([, text]) => text).map(([name, text]) => html`<div><dt>${host.say(name)}</dt><dd>${text}</dd></div>`)}</dl>
    <p class="acts">${showContact(host, "go")}</p>
  </div>`;
}

/** Return the link to a person, where the page gives one. */
export function showContact(host, look = "plain") {
  return host.contact ? html`<a class=${look} href=${host.contact} @click=${() => host.followContact()}>${host.say("contact")}</a>` : nothing;
}
