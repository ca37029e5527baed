// <xianzhi-suggest for="search">: suggestions under an input of the shop's own, and the answer in a small window.

import { html, nothing } from "../vendor/lit/lit.js";
import { describeEnquiry, showEnquiry } from "./answers.js";
import { ShopElement } from "./shop-element.js";
import { STYLE } from "./style.js";
import { describeSuggestions, isComposing, keepKey, pressKey, showSuggestions } from "./suggestions.js";

const HEARD = ["focusin", "input", "keydown", "focusout"];
const MOVED = ["scroll", "resize"];
const GAP_PX = 4;
const LEAST_ROOM_PX = 160;

let made = 0;

export class SuggestElement extends ShopElement {
  static styles = STYLE;
  static properties = { target: { attribute: "for" } };

  isOnTop = true;

  #list = `xianzhi-suggest-${(made += 1)}`;
  /** The shop's input, as we found it. */
  #found = new Map();

  connectedCallback() {
    super.connectedCallback();
    this.root = this.getRootNode();
    // Heard at the root: inputs that come later, or are drawn anew by the page, are bound like any other.
    for (const event of HEARD) this.root.addEventListener(event, this.#hear, true);
    for (const event of MOVED) addEventListener(event, this.#place, { capture: true, passive: true });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const event of HEARD) this.root.removeEventListener(event, this.#hear, true);
    for (const event of MOVED) removeEventListener(event, this.#place, { capture: true });
    this.#release();
  }

  leave() {
    super.leave();
    this.giveWay();
  }

  #hear = (event) => {
    if (!this.target || event.target?.id !== this.target) return;
    this.#bind(event.target);
    if (event.type === "input") this.suggesting.type(this.input.value ?? "");
    else if (event.type === "focusout") this.suggesting.close();
    else if (event.type === "keydown") this.#press(event);
  };

  #press(event) {
    const isOurs = pressKey(event, this.suggesting, (item) => this.#read(item));
    if (event.key !== "Enter" || isComposing(event)) return;
    // Enter on a suggestion is the customer's choice of it, not of the shop's own search; without one the shop's search goes on.
    if (isOurs) event.stopImmediatePropagation();
    else this.suggesting.close();
  }

  #close = () => this.dialog.close();

  #pressInside(event) {
    keepKey(event);
    if (event.key !== "Escape" || isComposing(event)) return;
    event.preventDefault();
    this.#close();
  }

  #read(item) {
    this.suggesting.close();
    this.enquiry.read(item);
    this.dialog.showModal();
  }

  updated(changed) {
    super.updated(changed);
    if (!this.isConnected) return;
    const { isOpen } = this.suggesting;
    this.#showReaders();
    this.#describe(isOpen);
    const box = this.renderRoot.querySelector(".drop");
    box.hidden = !isOpen;
    box.togglePopover?.(isOpen); // Above everything of the page's, where the browser can.
    this.#place();
  }

  /** Put the list below the input, or above it where there is more room, and within the screen. */
  #place = () => {
    if (!this.suggesting.isOpen || !this.input?.isConnected) return;
    const { left, top, bottom, width } = this.input.getBoundingClientRect();
    const { style } = this.renderRoot.querySelector(".drop");
    const end = visualViewport ? visualViewport.offsetTop + visualViewport.height : innerHeight; // A keyboard lies below.
    const [below, above] = [end - bottom - 2 * GAP_PX, top - 2 * GAP_PX];
    const isAbove = below < LEAST_ROOM_PX && above > below;
    style.width = `${width}px`;
    style.setProperty("--_xz-room", `${Math.max(isAbove ? above : below, LEAST_ROOM_PX)}px`);
    const box = this.renderRoot.querySelector(".drop").getBoundingClientRect();
    style.left = `${Math.max(0, Math.min(left, document.documentElement.clientWidth - box.width))}px`;
    style.top = `${isAbove ? top - GAP_PX - box.height : bottom + GAP_PX}px`;
  };

  // No reference reaches from the page's input into our shadow: screen readers get a list of their own, a child of this
  // element, which lies beside the input.
  #showReaders() {
    const { items, active } = this.suggesting;
    if (this.drawn?.items === items && this.drawn.active === active) return;
    this.drawn = { items, active };
    const list = document.createElement("span");
    list.id = this.#list;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", this.say("suggestions"));
    const options = items.map(({ title }, index) => {
      const option = document.createElement("span");
      option.id = `${this.#list}-${index}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", String(index === active));
      option.textContent = title;
      return option;
    });
    list.append(...options);
    this.replaceChildren(...(options.length ? [list] : []));
  }

  #bind(input) {
    if (input === this.input) return;
    this.#release();
    this.input = input;
    this.requestUpdate();
  }

  #release() {
    for (const [name, value] of this.#found) setAttribute(this.input, name, value);
    this.#found.clear();
    this.input = null;
  }

  #describe(isOpen) {
    const { input } = this;
    if (!input) return;
    const { active } = this.suggesting;
    const states = {
      role: "combobox",
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-expanded": String(isOpen),
      "aria-controls": isOpen ? this.#list : null,
      "aria-activedescendant": isOpen && active >= 0 ? `${this.#list}-${active}` : null,
    };
    for (const [name, value] of Object.entries(states)) {
      if (!this.#found.has(name)) this.#found.set(name, input.getAttribute(name));
      setAttribute(input, name, value);
    }
  }

  render() {
    return html`<div class="root" lang=${this.language === "zh" ? "zh-CN" : "en"} dir="ltr">
      <div class="unseen"><slot></slot></div>
      <div class="drop" popover="manual">${showSuggestions(this, (item) => this.#read(item), { hidesFromReaders: true })}</div>
      <dialog class="reader" aria-labelledby="heading" @keydown=${(event) => this.#pressInside(event)} @keyup=${keepKey} @keypress=${keepKey}>
        <header><h2 id="heading">${this.say("title")}</h2>
          <button type="button" class="close" aria-label=${this.say("close")} @click=${this.#close}><svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path d="M6 6l12 12M18 6L6 18"/></svg></button></header>
        <div class="body" tabindex="-1" autofocus aria-busy=${this.enquiry.isBusy ? "true" : "false"}>${this.hasFailed ? this.showBroken() : showEnquiry(this) ?? nothing}</div>
        <p class="unseen" role="status">${describeEnquiry(this)}</p>
      </dialog>
      <p class="unseen" role="status">${describeSuggestions(this)}</p>
    </div>`;
  }
}

function setAttribute(node, name, value) {
  if (value === null) node.removeAttribute(name);
  else node.setAttribute(name, value);
}
