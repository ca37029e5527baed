// What both elements share: what the page tells them, their words, and that nothing of theirs breaks the page.

import { LitElement, html } from "../vendor/lit/lit.js";
import { Customer } from "./customer.js";
import { Enquiry } from "./enquiry.js";
import { isSafeLink } from "./rich-text.js";
import { Suggesting } from "./suggesting.js";
import { revealActive } from "./suggestions.js";
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

  get dialog() {
    return this.renderRoot.querySelector("dialog");
  }

  /** Tell the page of a hand-over: where it has a chat of its own, that goes on from here. */
  takeHandover(handover) {
    const { dialog } = this;
    const isModal = dialog.matches(":modal");
    const focused = this.renderRoot.activeElement;
    if (isModal) dialog.close(); // Behind it the page's chat could not take the focus.
    if (!this.tellPage("handover", handover.raw)) this.giveWay();
    else if (isModal) {
      dialog.showModal();
      focused?.focus({ preventScroll: true });
    }
  }

  /** Leave the place, and the focus, to the page. */
  giveWay() {
    const { dialog } = this;
    const isOurs = Boolean(this.renderRoot.activeElement);
    if (dialog.open) dialog.close();
    // What had the focus before gets it back from the browser, and a phone's keyboard comes with it.
    if (isOurs) (this.renderRoot.activeElement ?? this.getRootNode().activeElement)?.blur();
  }

  /** Go to the page's place for a person: where that is on this page, we stand before it. */
  followContact() {
    const [page, place] = new URL(this.contact, document.baseURI).href.split("#");
    if (place !== undefined && page === location.href.split("#")[0]) this.giveWay();
  }

  /** Open another answer and go to its beginning: the row that was pressed is gone. */
  async openAnswer(id) {
    this.enquiry.open(id);
    await this.updateComplete;
    this.renderRoot.querySelector(".body").scrollTop = 0;
    this.renderRoot.querySelector(".answer")?.focus({ preventScroll: true });
  }

  /** Show nothing of whoever was here before. */
  leave() {
    this.suggesting.close();
    this.enquiry.leave();
  }

  connectedCallback() {
    super.connectedCallback();
    // A page that moves us takes a modal dialog down from the top, and leaves it open.
    const { dialog } = this;
    if (dialog?.open && this.isOnTop) {
      dialog.close();
      dialog.showModal();
    }
    this.requestUpdate();
  }

  willUpdate(changed) {
    // Another function of the page's speaks of another customer.
    const named = changed.has("token") ? this.token ?? "" : changed.get("getToken") ? "" : null;
    if (named !== null && this.customer.take(named)) this.leave();
    this.say = makeSay(this.language);
    this.hadFocus = Boolean(this.renderRoot?.activeElement);
  }

  updated() {
    revealActive(this.renderRoot);
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
