// The question as it changes: matched when it rests, late answers dropped, the old answer shown until the new one is here.

import * as api from "./api.js";
import { insist } from "./patience.js";

const REST_MS = 350; // Shorter rests are between two syllables.
const LIMIT = 10;

export class Matching {
  question = "";
  turns = [];
  /** The answer on show, and the one that waits while a reply is being edited. */
  result = null;
  waiting = null;
  error = null;
  isBusy = false;
  /** While somebody writes in a reply, nothing may move under their hands. */
  isHeld = false;

  #running = null;
  #resting = 0;
  #answered = "";

  constructor(host, { onTrouble, onResult, onEmptied, readContext }) {
    Object.assign(this, { host, onTrouble, onResult, onEmptied, readContext });
    host.addController(this);
  }

  /** Take the question as it now is, and match it when it rests. */
  ask(question, { turns = this.turns, now = false } = {}) {
    Object.assign(this, { question, turns });
    this.#schedule(now ? 0 : REST_MS);
  }

  /** Take half a word of an input method: no question yet, and what came before it is none any more. */
  compose(question) {
    clearTimeout(this.#resting);
    this.question = question;
  }

  /** Match again, for another order or customer. */
  again() {
    this.#schedule(0);
  }

  /** Show nothing until there is a new answer; called when it is about somebody or something else. */
  drop() {
    clearTimeout(this.#resting);
    this.#running?.abort();
    this.#running = null;
    this.#answered = "";
    Object.assign(this, { result: null, waiting: null, error: null, isBusy: false, isHeld: false });
    this.onTrouble(null, { isDropped: true });
    this.host.requestUpdate();
  }

  /** Show what waited; called when nobody writes in a reply any more, or has done with it. */
  release() {
    this.isHeld = false;
    if (this.error) this.result = null;
    if (this.waiting) this.#show(this.waiting);
    this.host.requestUpdate();
  }

  #schedule(milliseconds) {
    clearTimeout(this.#resting);
    this.host.requestUpdate();
    if (!this.question.trim()) {
      this.onEmptied();
      this.drop();
      return;
    }
    const start = () => this.#match();
    if (milliseconds) this.#resting = setTimeout(start, milliseconds);
    else start();
  }

  async #match() {
    const context = this.readContext();
    // The customer is still being looked up; that ends with `again`, and a moment's answer without them helps nobody.
    if (context === null) {
      this.isBusy = true;
      return;
    }
    const body = { question: this.question, turns: this.turns, audience: "internal", limit: LIMIT, ...context };
    const asked = JSON.stringify(body);
    const replaces = this.#findReplaced(body, JSON.stringify(context));
    // The same question about the same order, typed away and back: what is shown or on its way is the answer.
    if (asked === this.#answered && !this.error) {
      this.isBusy = this.#running !== null && this.result === null;
      return;
    }
    this.#running?.abort();
    const mine = new AbortController();
    this.#running = mine;
    this.#answered = asked;
    Object.assign(this, { isBusy: true, error: null });
    this.host.requestUpdate();
    try {
      const answer = await insist(() => api.match({ ...body, ...replaces }, mine.signal), { signal: mine.signal, onTrouble: this.onTrouble });
      if (mine !== this.#running) return;
      this.isBusy = false;
      const result = { ...answer, question: body.question, context: JSON.stringify(context) };
      if (this.isHeld) this.waiting = result;
      else this.#show(result);
    } catch (error) {
      if (mine !== this.#running || mine.signal.aborted) return;
      Object.assign(this, { error, isBusy: false, waiting: null, result: this.isHeld ? this.result : null });
    }
    this.host.requestUpdate();
  }

  // While somebody works with the answer on show, something may yet be said of it.
  #findReplaced({ question }, context) {
    const { result, isHeld } = this;
    if (!result || isHeld || result.context !== context) return {};
    return question.startsWith(result.question) ? { replaces: result.request_id } : {};
  }

  #show(result) {
    Object.assign(this, { result, waiting: null });
    this.onResult(result);
    this.host.requestUpdate();
  }
}
