// What both elements share: what the page tells them, their words, and that nothing of theirs breaks the page.

import { LitElement, html } from "../vendor/lit/lit.js";
import { Customer } from "./customer.js";
import { Enquiry } from "./enquiry.js";
import { isSafeLink } from "./rich-text.js";
import { Suggesting } from "./suggesting.js";
import { chooseLanguage, makeSay } from "./words.js";

export class ShopElement extends LitElement {
  static properties = {
    token: {},
    key: {},
    locale: {},
    orderId: { attribute: "order-id" },
    contactUrl: { attribute: "contact-url" },
    getToken: { attribute: false },
  };

  customer = new Customer(() => this.getToken);
  suggesting = new Suggesting(this);
  enquiry = new Enquiry(this);
  say = makeSay("zh");

  get language() {
    return chooseLanguage(this.locale);
  }

  /** Where a hand-over leads, or "" where the page names nothing that may be followed. */
  get contact() {
    return this.contactUrl && isSafeLink(this.contactUrl) ? this.contactUrl : "";
  }

  /** Tell the page; false where a listener has taken it over. */
  tellPage(what, detail) {
    return this.dispatchEvent(new CustomEvent(`xianzhi:${what}`, { detail, bubbles: true, composed: true, cancelable: true }));
  }

  /** Tell the page of a hand-over: where it has a chat of its own, that goes on from here. */
  takeHandover(handover) {
    if (!this.tellPage("handover", handover.raw)) this.giveWay();
  }

  willUpdate(changed) {
    if (changed.has("token")) this.customer.take(this.token);
    this.say = makeSay(this.language);
    this.hadFocus = Boolean(this.renderRoot?.activeElement);
  }

  updated() {
    // A button that was pressed and is gone took the focus with it: keys and screen readers go on where it was.
    if (!this.hadFocus || this.renderRoot.activeElement) return;
    this.renderRoot.querySelector("dialog[open] .body")?.focus({ preventScroll: true });
  }

  // Lit would report whatever fails here to the shop's page.
  performUpdate() {
    try {
      super.performUpdate();
    } catch {
      if (this.hasFailed) return;
      this.hasFailed = true;
      this.requestUpdate();
    }
  }

  /** Return what stands where there is nothing to show. */
  showBroken() {
    return html`<p class="trouble" role="alert">${this.say("errors.broken")}</p>`;
  }
}
