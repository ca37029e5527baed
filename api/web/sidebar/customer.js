// Who is on the line, masked; several to choose from; what they asked lately.

import { html, nothing } from "../vendor/lit/lit.js";
import { sayShortTime } from "../language.js";
import { say, sayBoth, sayError } from "./words.js";

const SHOWN_CONTACTS = 3;

/** Return what is known of the customer, or what became of the look-up. */
export function showCustomer(desk) {
  const { state, answer, error } = desk.lookup;
  if (state === "idle" || state === "postponed") return nothing;
  if (state === "working") return html`<p class="hint" role="status">${say("looking")}</p>`;
  if (state === "failed") return html`<p class="trouble-line" role="alert">${sayError(error)}</p>`;
  if (answer.profile) return showPerson(desk, answer.profile.customer);
  return answer.candidates.length ? showCandidates(desk, answer) : html`<p class="trouble-line" role="status">${say("noOne")}</p>`;
}

function showPerson(desk, person) {
  const plain = desk.lookup.plain;
  const isPlain = Object.keys(plain).length > 0;
  return html`<div class="person">
    <p class="person-line">
      <strong>${person ? (plain.name ?? person.name ?? say("noName")) : say("unknownCustomer")}</strong>
      ${person?.tier_words ? html`<span class="badge">${sayBoth(person.tier_words)}</span>` : nothing}
      <span>${plain.phone ?? person?.phone}</span>
      <span class="quiet">${person?.region.join(" ")}</span>
    </p>
    ${isPlain ? showPlain(plain) : nothing}
    <p class="person-acts">
      ${person
        ? isPlain
          ? html`<button type="button" class="link" @click=${() => desk.lookup.hide()}>${say("hide")}</button>`
          : html`<button type="button" class="link" @click=${() => desk.act("reveal")}>${say("reveal")}<kbd>R</kbd></button>`
        : nothing}
      <button type="button" class="link" @click=${() => desk.changeCustomer()}>${say("change")}</button>
    </p>
  </div>`;
}

// The name and the phone take the place of the masked ones; the rest has none to take.
function showPlain(plain) {
  const rows = Object.entries(plain).filter(([field, value]) => value === null || field === "address" || field === "email");
  return rows.map(
    ([field, value]) => html`<p class="plain-value"><span class="quiet">${say(`revealFields.${field}`)}</span> ${value ?? say("notKnown")}</p>`,
  );
}

function showCandidates(desk, { candidates, truncated }) {
  return html`<section class="candidates" aria-labelledby="candidates-title">
    <h2 id="candidates-title">${say(truncated ? "severalMore" : "several", { count: candidates.length })}</h2>
    <ul>
      ${candidates.map(
        ({ customer, order }) => html`<li>
          <button type="button" class="row" @click=${() => desk.choose(customer ? `客户编号 ${customer.id}` : order.id)}>
            <span><strong>${customer?.name ?? say("unknownCustomer")}</strong> ${customer?.phone} <span class="quiet">${customer?.region.join(" ")}</span></span>
            ${order ? html`<span class="quiet">${order.item_names[0]} · ${sayBoth(order.status_words)}</span>` : nothing}
          </button>
        </li>`,
      )}
    </ul>
  </section>`;
}

/** Return the newest questions about these orders. */
export function showContacts(desk) {
  const contacts = dropUnfinished(desk.lookup.profile?.contacts ?? []).slice(0, SHOWN_CONTACTS);
  if (!contacts.length || (desk.isNarrow && desk.matching.question.trim())) return nothing;
  return html`<section class="part" aria-labelledby="contacts-title">
    <h2 id="contacts-title">${say("contactsTitle")}</h2>
    <ul class="contacts">
      ${contacts.map(({ at, question }) => html`<li><time>${sayShortTime(at)}</time> <span class="one-line" title=${question}>${question}</span></li>`)}
    </ul>
  </section>`;
}

/** Leave out what is the beginning of the question listed before it: that was matched while it was still being typed. */
export function dropUnfinished(contacts) {
  const kept = [];
  for (const contact of contacts) {
    const last = kept.at(-1);
    if (!last || last.order_id !== contact.order_id || !last.question.startsWith(contact.question)) kept.push(contact);
  }
  return kept;
}
