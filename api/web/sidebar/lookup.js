// Who is on the line: the newest look-up, which of their orders is chosen, and what is shown in plain for a while.

import * as api from "./api.js";
import { insist } from "./patience.js";

const PLAIN_MS = 60_000; // Long enough to call back, short enough not to be read by who passes by.

export class CustomerLookup {
  /** What was asked for; may be a phone, so it is kept nowhere else. */
  query = "";
  /** idle | working | done | failed */
  state = "idle";
  answer = null;
  error = null;
  /** The order that the agent or the host named; null leaves it to the match. */
  namedOrder = null;
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

  /** What a match is told of the order: the one named, or whose it is; null while nobody knows yet. */
  get context() {
    if (this.state === "working") return null;
    if (this.namedOrder) return { order_id: this.namedOrder };
    const id = this.profile?.customer?.id;
    if (id && this.orders.length) return { customer: id };
    return this.orders.length ? { order_id: this.orders[0].id } : {};
  }

  /** Look a customer up; of several answers on their way only the newest counts. */
  async find(query, agent, { orderId = null } = {}) {
    this.forget();
    this.query = query.trim();
    if (!this.query) return;
    const mine = new AbortController();
    this.#running = mine;
    this.state = "working";
    this.host.requestUpdate();
    try {
      const request = () => api.lookUp(this.query, agent, mine.signal);
      const answer = await insist(request, { signal: mine.signal, onTrouble: this.onTrouble });
      if (mine === this.#running) this.#take(answer, orderId);
    } catch (error) {
      if (mine !== this.#running || mine.signal.aborted) return;
      Object.assign(this, { state: "failed", error });
    }
    if (mine !== this.#running) return;
    this.onSettled();
    this.host.requestUpdate();
  }

  #take(answer, orderId) {
    const orders = answer.profile?.orders ?? [];
    const asked = orders.filter((order) => (orderId ? order.id === orderId : order.is_asked_for));
    this.namedOrder = asked.length === 1 ? asked[0].id : null;
    Object.assign(this, { state: "done", answer });
  }

  /** Take an order as the one meant; null leaves it to the match again. */
  nameOrder(id) {
    this.namedOrder = id;
    this.host.requestUpdate();
  }

  /** Show data in plain for a minute. */
  async reveal(request) {
    const customerId = this.profile.customer.id;
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
    Object.assign(this, { query: "", state: "idle", answer: null, error: null, namedOrder: null });
    this.hide();
  }
}
