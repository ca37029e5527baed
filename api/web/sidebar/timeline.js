// Where the parcels are: the newest scan at once, all of them with one press.

import { html, nothing } from "../vendor/lit/lit.js";
import { sayShortTime } from "../language.js";
import { say, sayBoth } from "./words.js";

/** Return the parcels of an order, each as a time line, newest scan first. */
export const showParcels = (parcels) => parcels.map(showParcel);

function showParcel(parcel) {
  const events = [...parcel.events].reverse();
  const name = say(parcel.direction === "return" ? "parcelReturn" : "parcel");
  return html`<div class="parcel">
    <p class="parcel-name"><span>${name}</span> <span class="quiet">${parcel.carrier} <span class="id">${parcel.tracking_no}</span></span></p>
    ${events.length ? html`<ol class="timeline">${showEvent(events[0], true)}</ol>` : html`<p class="hint">${say("noScans")}</p>`}
    ${events.length > 1
      ? html`<details class="scans">
          <summary>${say("scansAll", { count: events.length })}</summary>
          <ol class="timeline">${events.slice(1).map((event) => showEvent(event, false))}</ol>
          ${parcel.has_earlier_events ? html`<p class="hint">${say("scansEarlier")}</p>` : nothing}
        </details>`
      : nothing}
  </div>`;
}

function showEvent({ at, status, words, place, text }, isNewest) {
  return html`<li class="${isNewest ? "newest" : ""} ${["exception", "lost", "refused"].includes(status) ? "bad" : ""}">
    <span class="event-head">${words ? html`<strong>${sayBoth(words)}</strong>` : nothing} <time>${sayShortTime(at)}</time></span>
    <span class="event-text">${text || place}</span>
  </li>`;
}
