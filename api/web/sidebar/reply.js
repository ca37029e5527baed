// A reply that is ready to edit: what is missing in it, what nothing supports, and where it goes.

import { LitElement, html, live, nothing } from "../vendor/lit/lit.js";
import { cutStretches } from "../stretches.js";
import * as api from "./api.js";
import { isComposing } from "./keys.js";
import { say } from "./words.js";

// What a reply shows in place of a fact that the order does not tell.
const GAP = /【待补充[^】]*】|\[to fill: [^\]]*\]/g;
/** The longest reply that the service reads. */
export const MOST_CHARACTERS = 5_000;

const REST_MS = 700;
const CHARACTERS_PER_ROW = 24;

export class ReplyEditor extends LitElement {
  static properties = {
    desk: { attribute: false },
    reply: { attribute: false },
    draftKey: { attribute: false },
    /** What the edited text is checked against, or null: `{order_id, cited}`. */
    basis: { attribute: false },
    itemId: { attribute: false },
    requestId: { attribute: false },
    label: { attribute: false },
    /** Further buttons beside those that insert and copy. */
    acts: { attribute: false },
  };

  #checking = null;
  #resting = 0;
  #known = null; // What nothing supports, as last checked; null: as it came with the reply.
  #isUnchecked = false;

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    if (this.hasUpdated) this.#checkSoon();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#dropCheck();
  }

  willUpdate(changed) {
    if (!changed.has("draftKey") && !changed.has("reply")) return;
    this.#known = null;
    this.#checkSoon();
  }

  /** The text as the match filled it, with what is to be said first. */
  get original() {
    return [this.reply.notice, this.reply.text].filter(Boolean).join("\n");
  }

  get text() {
    return this.desk.drafts.get(this.draftKey) ?? this.original;
  }

  get isEdited() {
    return this.text !== this.original;
  }

  get field() {
    return this.querySelector("textarea");
  }

  /** Go into the text, to the first thing that is missing. */
  edit() {
    const [gap] = listGaps(this.text);
    this.field.focus();
    if (gap) this.field.setSelectionRange(gap.index, gap.index + gap[0].length);
    else this.field.setSelectionRange(this.text.length, this.text.length);
  }

  /** Give the text to the host page, or copy it where there is none. */
  insert() {
    this.#markSent();
    return this.desk.hand(this.text, { requestId: this.requestId, itemId: this.itemId });
  }

  copy() {
    this.#markSent();
    return this.desk.copy(this.text);
  }

  // It no longer keeps new answers waiting, but stays on show: it is yet to be judged.
  #markSent() {
    this.desk.drafts.markSent(this.draftKey);
    if (!this.field.matches(":focus")) this.desk.letGo();
  }

  #leave() {
    if (!this.isEdited) this.desk.release();
    else if (!this.desk.drafts.isUnderWay(this.draftKey)) this.desk.letGo();
  }

  // What is no longer in the text needs no support; what still is keeps its warning until it has been checked again.
  get #unsupported() {
    const known = this.#known ?? cutStretches(this.reply.text, leaveOutGaps(this.reply));
    return known.filter((part) => this.text.includes(part));
  }

  render() {
    const { text, desk } = this;
    const gaps = listGaps(text).length;
    const unsupported = this.#unsupported;
    return html`<div class="reply">
      <label><span class="reply-label">${this.label}</span>
        <textarea rows=${countRows(text)} .value=${live(text)} @input=${(event) => this.#write(event.target.value)}
          @focus=${() => desk.hold()} @blur=${() => this.#leave()}
          @keydown=${(event) => this.#press(event)}></textarea>
      </label>
      ${gaps ? html`<p class="missing">${say("missing", { count: gaps })}</p>` : nothing}
      ${unsupported.length ? html`<p class="missing">${say("unsupported", { parts: unsupported.join("、") })}</p>` : nothing}
      ${this.#isUnchecked ? html`<p class="missing">${say("unchecked")}</p>` : nothing}
      <p class="acts">
        ${desk.takesReplies ? html`<button type="button" class="go small" @click=${() => this.insert()}>${say("insert")}<kbd>I</kbd></button>` : nothing}
        <button type="button" class="${desk.takesReplies ? "plain" : "go"} small" @click=${() => this.copy()}>${say("copy")}<kbd>C</kbd></button>
        ${this.isEdited ? html`<button type="button" class="link" @click=${() => this.#restore()}>${say("restore")}</button>` : nothing}
        ${this.acts ?? nothing}
      </p>
    </div>`;
  }

  #press(event) {
    if (isComposing(event)) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.insert();
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.desk.focusActive();
    }
  }

  #write(text) {
    if (text === this.original) this.desk.drafts.drop(this.draftKey);
    else this.desk.drafts.keep(this.draftKey, text, this.desk.matching.result?.question ?? "");
    if (!this.isEdited) this.#known = null;
    this.desk.hold();
    this.#checkSoon();
    this.requestUpdate();
  }

  #restore() {
    this.#write(this.original);
    this.field.focus();
  }

  #dropCheck() {
    clearTimeout(this.#resting);
    this.#checking?.abort();
    this.#isUnchecked = false;
  }

  #checkSoon() {
    this.#dropCheck();
    if (this.isEdited && this.basis) this.#resting = setTimeout(() => this.#check(), REST_MS);
  }

  async #check() {
    const text = this.text;
    if (!text.trim()) return;
    if (Array.from(text).length > MOST_CHARACTERS) {
      this.#showUnchecked();
      return;
    }
    const mine = new AbortController();
    this.#checking = mine;
    try {
      const { claims } = await api.checkReply({ text, ...this.basis }, mine.signal);
      if (mine.signal.aborted) return;
      this.#known = claims.filter((claim) => claim.support === null).map((claim) => claim.text);
      this.requestUpdate();
    } catch {
      // A reply can be sent without the check; nothing is shown as checked that was not.
      if (!mine.signal.aborted) this.#showUnchecked();
    }
  }

  #showUnchecked() {
    this.#isUnchecked = true;
    this.requestUpdate();
  }
}

const listGaps = (text) => [...text.matchAll(GAP)];

/** Return the unsupported stretches outside of what is missing: the name of a fact claims nothing. */
function leaveOutGaps({ text, unsupported }) {
  const count = (before) => Array.from(before).length;
  const gaps = listGaps(text).map((gap) => [count(text.slice(0, gap.index)), count(text.slice(0, gap.index + gap[0].length))]);
  return (unsupported ?? []).filter(({ start, end }) => !gaps.some(([from, to]) => from <= start && end <= to));
}

// For browsers that do not size a field by its content.
function countRows(text) {
  const rows = text.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / CHARACTERS_PER_ROW)), 0);
  return Math.min(12, Math.max(2, rows));
}

customElements.define("x-reply", ReplyEditor);
