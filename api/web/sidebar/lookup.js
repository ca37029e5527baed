// Who is on the line: the newest look-up, which of their orders is chosen, and what is shown in plain for a while.

import * as api from "./api.js";
import { insist } from "./patience.js";

const PLAIN_MS = 60_000; // Long enough to call back, short enough not to be read by who passes by.

export class CustomerLookup {
  /** What was asked for; may be a phone, so it is kept nowhere else. */
  query = "";
  /** idle | postponed | working | done | failed; postponed waits for an agent's id. */
  state = "idle";
  answer = null;
  error = null;
  /** The order that the agent or the host named; null leaves it to the match. */
  namedOrder = null;
  /** The order that came with the look-up; named if it is among those found. */
  wantedOrder = null;
  /** Whether the page around said who it is, not the agent. */
  isFromHost = false;
  plain = {};

  #running = null;
  #hiding = 0;

  /** @param {import("../vendor/lit/lit.js").LitElement} host */
  constructor(host, { onTrouble, onSettled }) {
    Object.assign(this, { host, onTrouble, onSettled });
    host.addController(this);
  }

  get profile() {
    return this.answer?.profile ?? null;
  }

  get orders() {
    return this.profile?.orders ?? [];
  }

  /** Whom a draft is written for. */
  get who() {
    return this.profile?.customer?.id ?? this.orders[0]?.id ?? "";
  }

  /** The order that came with the look-up and is not among those found, or null. */
  get missingOrder() {
    return this.profile && this.wantedOrder && !this.#findWanted() ? this.wantedOrder : null;
  }

  /** What a match is told of the order: the one named, or whose it is; null while nobody knows yet. */
  get context() {
    if (this.state === "working") return null;
    if (this.namedOrder) return { order_id: this.namedOrder };
    const id = this.profile?.customer?.id;
    if (id && this.orders.length) return { customer: id };
    return this.orders.length ? { order_id: this.orders[0].id } : {};
  }

  /** Look a customer up; of several answers on their way only the newest counts. */
  async find(query, agent, { orderId = null, isFromHost = false } = {}) {
    this.forget();
    Object.assign(this, { query: query.trim(), wantedOrder: orderId, isFromHost, state: "postponed" });
    if (!agent) return;
    const mine = new AbortController();
    this.#running = mine;
    this.state = "working";
    this.host.requestUpdate();
    try {
      const request = () => api.lookUp(this.query, agent, mine.signal);
      const answer = await insist(request, { signal: mine.signal, onTrouble: this.onTrouble });
      if (mine === this.#running) this.#take(answer);
    } catch (error) {
      if (mine !== this.#running || mine.signal.aborted) return;
      Object.assign(this, { state: "failed", error });
    }
    if (mine !== this.#running) return;
    this.onSettled();
    this.host.requestUpdate();
  }

  #take(answer) {
    Object.assign(this, { state: "done", answer });
    this.namedOrder = this.#findWanted();
  }

  // Only what was found is named: the match knows no other order, and refuses it.
  #findWanted() {
    const isAskedFor = !this.wantedOrder || fold(this.wantedOrder) === fold(this.query);
    const meant = this.orders.filter(({ id, is_asked_for: isAsked }) => (isAskedFor && isAsked) || fold(id) === fold(this.wantedOrder));
    return meant.length === 1 ? meant[0].id : null;
  }

  /** Take an order as the one meant; null leaves it to the match again. */
  nameOrder(id) {
    Object.assign(this, { namedOrder: id, wantedOrder: null });
    this.host.requestUpdate();
  }

  /** Take the order that the page around is about; tells whether another one is named now. */
  wantOrder(id) {
    const before = this.namedOrder;
    this.wantedOrder = id;
    if (this.state === "done") this.namedOrder = this.#findWanted();
    this.host.requestUpdate();
    return this.namedOrder !== before;
  }

  /** Show data of a customer in plain for a minute. */
  async reveal(customerId, request) {
    const answer = await api.reveal(customerId, request);
    if (this.profile?.customer?.id !== customerId) return;
    this.plain = { ...this.plain, ...answer.values };
    clearTimeout(this.#hiding);
    this.#hiding = setTimeout(() => this.hide(), PLAIN_MS);
    this.host.requestUpdate();
  }

  /** Mask again what was shown in plain. */
  hide() {
    clearTimeout(this.#hiding);
    this.plain = {};
    this.host.requestUpdate();
  }

  /** Drop the customer, and every answer that is still on its way. */
  forget() {
    this.#running?.abort();
    this.#running = null;
    this.onTrouble(null, { isDropped: true });
    Object.assign(this, { query: "", state: "idle", answer: null, error: null, namedOrder: null, wantedOrder: null, isFromHost: false });
    this.hide();
  }
}

// As the service compares numbers: full-width digits and small letters are the same.
const fold = (id) => (id ?? "").normalize("NFKC").toUpperCase();
