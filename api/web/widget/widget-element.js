// <xianzhi-widget>: a launcher in the corner, and the panel that it opens; on a phone a sheet over the whole page.

import { html, live, nothing } from "../vendor/lit/lit.js";
import { describeEnquiry, showEnquiry } from "./answers.js";
import { Room } from "./room.js";
import { ShopElement } from "./shop-element.js";
import { STYLE } from "./style.js";
import { describeSuggestions, isComposing, keepKey, pressKey, showSuggestions } from "./suggestions.js";

const PHONE = "(max-width: 540px)";
const MOST_CHARACTERS = 2_000;
const NAME = "xianzhi-field";

export class WidgetElement extends ShopElement {
  static styles = STYLE;
  static properties = { open: { type: Boolean, reflect: true }, heading: { attribute: "title" } };

  text = "";
  room = new Room(this);
  #isHiding = false;

  constructor() {
    super();
    this.open = false;
  }

  /** On a phone: what lies behind cannot be reached while nothing of it is seen. */
  get isOnTop() {
    return matchMedia(PHONE).matches;
  }

  get #field() {
    return this.renderRoot.getElementById(NAME);
  }

  giveWay() {
    super.giveWay();
    this.open = false;
  }

  leave() {
    super.leave();
    this.text = "";
  }

  updated(changed) {
    super.updated(changed);
    if (!this.isConnected || this.dialog.open === this.open) return;
    if (this.open) this.#show();
    else this.#hide();
  }

  #show() {
    if (this.isOnTop) this.dialog.showModal();
    else this.dialog.show();
    this.#field.focus();
  }

  #hide() {
    this.suggesting.close();
    const isOurs = Boolean(this.renderRoot.activeElement);
    this.#isHiding = true;
    this.dialog.close();
    if (isOurs) this.renderRoot.querySelector(".launcher").focus();
  }

  /** Follow the browser where it closed the panel; it tells of it late, and the page may have opened it again by then. */
  #followClose() {
    if (!this.#isHiding) this.open = this.dialog.open;
    this.#isHiding = false;
  }

  #type(event) {
    this.text = event.target.value;
    this.suggesting.type(this.text);
  }

  #press(event) {
    keepKey(event);
    if (pressKey(event, this.suggesting, (item) => this.#read(item)) || event.key !== "Escape" || isComposing(event)) return;
    // On a desk the panel is not modal, and the browser closes only what is.
    event.preventDefault();
    this.open = false;
  }

  #read(item) {
    this.text = item.title;
    this.suggesting.close();
    this.enquiry.read(item);
    this.#leaveField();
  }

  #ask(event) {
    event.preventDefault();
    const question = this.text.trim();
    this.suggesting.close();
    if (!question) {
      this.#field.focus();
      return;
    }
    this.enquiry.ask(question);
    this.#leaveField();
  }

  /** Let the keyboard of a phone go, which covers half of the answer. */
  #leaveField() {
    this.requestUpdate();
    if (matchMedia("(pointer: coarse)").matches) this.renderRoot.querySelector(".body").focus({ preventScroll: true });
  }

  render() {
    const label = this.heading || this.say("title");
    return html`<div class="root" lang=${this.language === "zh" ? "zh-CN" : "en"} dir="ltr" title="">
      <button type="button" class="launcher" ?hidden=${this.open} aria-haspopup="dialog" @click=${() => { this.open = true; }}>
        <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><path d="M4 5.5h16v11H11l-4.5 4v-4H4z"/><path d="M8.5 9.5h7M8.5 12.5h4.5"/></svg><span>${this.say("launcher")}</span>
      </button>
      <dialog class="panel" aria-labelledby="heading" @close=${() => this.#followClose()} @keydown=${(event) => this.#press(event)} @keyup=${keepKey} @keypress=${keepKey}>
        <header><h2 id="heading">${label}</h2>
          <button type="button" class="close" aria-label=${this.say("close")} @click=${() => { this.open = false; }}><svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path d="M6 6l12 12M18 6L6 18"/></svg></button></header>
        <form class="ask" role="search" @submit=${(event) => this.#ask(event)}>
          ${this.#showField()} <button class="go">${this.say("send")}</button>
          ${showSuggestions(this, (item) => this.#read(item))}
        </form>
        <div class="body" tabindex="-1" autofocus aria-busy=${this.enquiry.isBusy ? "true" : "false"}>${this.hasFailed ? this.showBroken() : this.#showBody()}</div>
        <p class="unseen" role="status">${describeSuggestions(this)}</p>
        <p class="unseen" role="status">${describeEnquiry(this)}</p>
      </dialog>
    </div>`;
  }

  #showField() {
    const { isOpen, active } = this.suggesting;
    return html`<input id=${NAME} type="text" role="combobox" aria-autocomplete="list" aria-expanded=${isOpen ? "true" : "false"} aria-controls=${isOpen ? "suggestions" : nothing}
      aria-activedescendant=${isOpen && active >= 0 ? `suggestion-${active}` : nothing} aria-label=${this.say("field")} placeholder=${this.say("field")}
      maxlength=${MOST_CHARACTERS} autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false" enterkeyhint="search"
      .value=${live(this.text)} @input=${(event) => this.#type(event)} @blur=${() => this.suggesting.close()}>`;
  }

  #showBody() {
    const { enquiry } = this;
    const isIdle = !enquiry.isBusy && !enquiry.error && !enquiry.result;
    return isIdle ? html`<p class="hint">${this.say("hint")}</p>` : showEnquiry(this);
  }
}
