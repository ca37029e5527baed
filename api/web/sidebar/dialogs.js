// The two dialogs: what the keys do, and why somebody wants to see a customer's data in plain.

import { LitElement, html, nothing } from "../vendor/lit/lit.js";
import { KEYS, quietKeys } from "./keys.js";
import { say, sayError } from "./words.js";

const FIELDS = ["phone", "name", "address", "email"];
const MOST_REASON = 500;

class Dialog extends LitElement {
  static properties = { desk: { attribute: false } };

  createRenderRoot() {
    return this;
  }

  get dialog() {
    return this.querySelector("dialog");
  }

  open() {
    if (!this.dialog.open) this.dialog.showModal();
  }
}

export class HelpDialog extends Dialog {
  render() {
    return html`<dialog aria-labelledby="help-title">
      <h2 id="help-title">${say("helpTitle")}</h2>
      <dl class="keys">${KEYS.map(({ key, act }) => html`<div><dt><kbd>${key.toUpperCase()}</kbd></dt><dd>${say(`acts.${act}`)}</dd></div>`)}</dl>
      <p class="hint">${say("helpTyping")}</p>
      <p class="acts"><button type="button" class="plain small" @click=${() => this.dialog.close()}>${say("close")}</button></p>
    </dialog>`;
  }
}

export class RevealDialog extends Dialog {
  #error = null;
  #customerId = "";

  /** Ask for a reason to show a customer's data; it holds for this customer only. */
  open(customerId) {
    this.#error = null;
    this.#customerId = customerId;
    this.querySelector("form").reset();
    this.requestUpdate();
    super.open();
  }

  /** Close when somebody else is on the line. */
  keepFor(customerId) {
    if (!this.dialog?.open || customerId === this.#customerId) return;
    this.dialog.close();
    quietKeys();
  }

  render() {
    return html`<dialog aria-labelledby="reveal-title">
      <form @submit=${(event) => this.#ask(event)}>
        <h2 id="reveal-title">${say("revealTitle")}</h2>
        <p class="hint">${say("revealText")}</p>
        <fieldset class="checks"><legend>${say("revealWhat")}</legend>
          ${FIELDS.map((field) => html`<label class="check"><input type="checkbox" name="fields" value=${field} ?checked=${field === "phone"}>${say(`revealFields.${field}`)}</label>`)}
        </fieldset>
        <label>${say("revealReason")}<input name="reason" autofocus required maxlength=${MOST_REASON} autocomplete="off" placeholder=${say("revealReasonHint")}></label>
        ${this.#error ? html`<p class="warn" role="alert">${sayError(this.#error)}</p>` : nothing}
        <p class="acts"><button class="go small">${say("revealGo")}</button>
          <button type="button" class="link" @click=${() => this.dialog.close()}>${say("cancel")}</button></p>
      </form>
    </dialog>`;
  }

  async #ask(event) {
    event.preventDefault();
    const said = new FormData(event.target);
    const fields = said.getAll("fields");
    const reason = said.get("reason").trim();
    if (!fields.length || !reason) return;
    const customerId = this.#customerId;
    const isOpen = () => this.dialog.open && customerId === this.#customerId;
    try {
      await this.desk.lookup.reveal(customerId, { fields, reason, agent: this.desk.agent });
      if (isOpen()) this.dialog.close();
    } catch (error) {
      if (!isOpen()) return;
      this.#error = error;
      this.requestUpdate();
    }
  }
}

customElements.define("x-help", HelpDialog);
customElements.define("x-reveal", RevealDialog);
