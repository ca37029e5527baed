// <xianzhi-suggest for="search">: suggestions under an input of the shop's own, and the answer in a small window.

import { html, nothing } from "../vendor/lit/lit.js";
import { describeEnquiry, showEnquiry } from "./answers.js";
import { ShopElement } from "./shop-element.js";
import { STYLE } from "./style.js";
import { describeSuggestions, pressKey, showSuggestions } from "./suggestions.js";

const HEARD = ["input", "keydown", "focusout"];
const MOVED = ["scroll", "resize"];
const GAP_PX = 4;

let made = 0;

export class SuggestElement extends ShopElement {
  static styles = STYLE;
  static properties = { target: { attribute: "for" } };

  #list = `xianzhi-suggest-${(made += 1)}`;

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
    this.#describe(false);
  }

  giveWay() {
    this.renderRoot.querySelector("dialog").close();
  }

  #hear = (event) => {
    if (!this.target || event.target?.id !== this.target) return;
    this.input = event.target;
    if (event.type === "input") this.suggesting.type(this.input.value ?? "");
    else if (event.type === "focusout") this.suggesting.close();
    // Enter on a suggestion is the customer's choice of it, not of the shop's own search.
    else if (pressKey(event, this.suggesting, (item) => this.#read(item)) && event.key === "Enter") event.stopImmediatePropagation();
  };

  #read(item) {
    this.suggesting.close();
    this.enquiry.read(item);
    this.renderRoot.querySelector("dialog").showModal();
  }

  updated(changed) {
    super.updated(changed);
    const { isOpen } = this.suggesting;
    this.#showReaders();
    this.#describe(isOpen);
    const box = this.renderRoot.querySelector(".drop");
    box.hidden = !isOpen;
    box.togglePopover?.(isOpen); // Above everything of the page's, where the browser can.
    this.#place();
  }

  #place = () => {
    if (!this.suggesting.isOpen || !this.input?.isConnected) return;
    const { left, bottom, width } = this.input.getBoundingClientRect();
    const box = this.renderRoot.querySelector(".drop");
    Object.assign(box.style, { left: `${left}px`, top: `${bottom + GAP_PX}px`, width: `${width}px` });
  };

  // No reference reaches from the page's input into our shadow: screen readers get a list of their own, a child of this
  // element, which lies beside the input.
  #showReaders() {
    const { items, active } = this.suggesting;
    const drawn = JSON.stringify([active, items]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
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
      if (value === null) input.removeAttribute(name);
      else input.setAttribute(name, value);
    }
  }

  render() {
    const close = () => this.renderRoot.querySelector("dialog").close();
    return html`<div class="root" lang=${this.language === "zh" ? "zh-CN" : "en"}>
      <div class="unseen"><slot></slot></div>
      <div class="drop" popover="manual">${showSuggestions(this, (item) => this.#read(item), { hidesFromReaders: true })}</div>
      <dialog class="reader" aria-labelledby="heading" @close=${() => this.input?.focus()}>
        <header><h2 id="heading">${this.say("title")}</h2>
          <button type="button" class="close" aria-label=${this.say("close")} @click=${close}><svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path d="M6 6l12 12M18 6L6 18"/></svg></button></header>
        <div class="body" tabindex="-1" autofocus aria-busy=${this.enquiry.isBusy ? "true" : "false"}>${this.hasFailed ? this.showBroken() : showEnquiry(this) ?? nothing}</div>
      </dialog>
      <p class="unseen" role="status">${describeSuggestions(this) || describeEnquiry(this)}</p>
    </div>`;
  }
}
