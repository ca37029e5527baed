// Suggestions as somebody types: the first key asks at once, one request runs at a time, the newest text is asked next.

import { suggest } from "./service.js";

const STUCK_MS = 1_000; // A request older than this gives way to a newer text.
const LEAST_REST_MS = 1_000; // After a failure.

export class Suggesting {
  items = [];
  /** Index of the one that the arrow keys have reached; -1: none. */
  active = -1;
  isOpen = false;

  #text = "";
  #running = null;
  #restsUntil = 0;

  constructor(host) {
    this.host = host;
    host.addController(this);
  }

  hostDisconnected() {
    this.close();
  }

  get chosen() {
    return this.isOpen ? this.items[this.active] : undefined;
  }

  /** Take the text as it now is. */
  type(text) {
    this.#text = text.trim();
    if (!this.#text) {
      this.close();
      return;
    }
    if (this.#running && performance.now() - this.#running.startedAt > STUCK_MS) this.#stop();
    this.#ask();
  }

  /** Show nothing, and drop what is on its way. */
  close() {
    this.#text = "";
    this.#stop();
    this.#show([]);
  }

  /** Go up or down the list; beyond its ends lies the field itself. */
  move(step) {
    const places = this.items.length + 1;
    this.active = ((this.active + 1 + step + places) % places) - 1;
    this.host.requestUpdate();
  }

  #stop() {
    this.#running?.call.abort();
    this.#running = null;
  }

  async #ask() {
    if (this.#running || performance.now() < this.#restsUntil) return;
    const mine = { text: this.#text, call: new AbortController(), startedAt: performance.now() };
    this.#running = mine;
    let items = [];
    try {
      items = await suggest(mine.text, { key: this.host.key, signal: mine.call.signal });
    } catch (error) {
      // Without suggestions the question can still be asked: nothing is said.
      if (mine === this.#running) this.#restsUntil = performance.now() + Math.max(error.waitMs ?? 0, LEAST_REST_MS);
    }
    if (mine !== this.#running) return;
    this.#running = null;
    const isNewest = mine.text === this.#text;
    // What an older text found is shown while the newer one is asked, but never emptied by it: nothing flickers.
    if (isNewest || items.length) this.#show(items);
    if (!isNewest) this.#ask();
  }

  #show(items) {
    const kept = this.items[this.active]?.id;
    this.items = items;
    this.isOpen = items.length > 0;
    this.active = items.findIndex(({ id }) => id === kept);
    this.host.requestUpdate();
  }
}
