// One question of a customer's, and what came of it: the answer, whether it solved it, the hand-over to a person.

import * as service from "./service.js";

const MOST_SHOWN = 10;
const MOST_TURNS = 20;
const MOST_CHARACTERS = 10_000; // Of all turns together; the service refuses more.

export class Enquiry {
  question = "";
  turns = [];
  /** The order that the customer chose; "": the page's, or none. */
  orderId = "";
  result = null;
  openId = "";
  error = null;
  isBusy = false;
  /** @type {"" | "sending" | "solved" | "failed"} */
  judged = "";
  /** @type {"" | "sending" | "failed"} */
  handing = "";
  handover = null;

  #shown = new Map();
  #find = null;
  #running = null;
  #visit = {};

  constructor(host) {
    this.host = host;
  }

  /** Forget it all: somebody else sits here now. */
  leave() {
    this.#running?.abort();
    this.#running = null;
    this.#visit = {};
    this.#begin("");
    this.#change({ result: null, openId: "", error: null, isBusy: false, judged: "", handing: "", handover: null });
  }

  /** Ask a new question. */
  ask(question) {
    this.#begin(question);
    return this.#ask();
  }

  /** Read the article of a suggestion. */
  read({ id, title }) {
    this.#begin(title);
    return this.#run((signal) => service.read(this.host, id, { orderId: this.orderId }, signal));
  }

  /** Answer what was asked back. */
  reply(text) {
    const said = [{ role: "customer", text: this.question }, { role: "agent", text: this.result.asked }];
    this.turns = keepNewest([...this.turns, ...said]);
    this.question = text;
    return this.#ask();
  }

  /** Say which order is meant. */
  chooseOrder(id) {
    this.orderId = id;
    return this.#ask();
  }

  /** Do again what failed. */
  again() {
    return this.#run(this.#find);
  }

  /** Open one of the answers. */
  open(id) {
    const answer = this.result?.answers.find((one) => one.id === id);
    if (!answer) return;
    this.openId = id;
    this.judged = "";
    this.#shown.set(id, answer.title);
    this.host.requestUpdate();
    this.host.tellPage("read", { id, title: answer.title });
  }

  /** Say that it is solved. */
  async solve() {
    if (["sending", "solved"].includes(this.judged)) return;
    this.#change({ judged: "sending" });
    const { result, openId: id } = this;
    const note = (judged) => {
      if (this.result === result && this.openId === id) this.#change({ judged });
    };
    try {
      await service.judge(this.host, this.#judgement(true));
      note("solved");
      this.host.tellPage("solved", { id });
    } catch {
      note("failed");
    }
  }

  /** Say that it is not solved, and hand over to a person. */
  async handOver() {
    if (this.handing === "sending" || this.handover) return;
    // A hand-over does not wait for the judgement, nor fail with it.
    if (this.openId) service.judge(this.host, this.#judgement(false)).catch(() => {});
    const [mine, visit] = [this.#running, this.#visit];
    this.#change({ handing: "sending" });
    try {
      const shown = [...this.#shown.keys()].slice(-MOST_SHOWN);
      const { question, turns, orderId, result } = this;
      const handover = await service.handOver(this.host, { question, turns, shown, orderId, requestId: result?.requestId });
      if (visit !== this.#visit) return;
      if (mine === this.#running) this.#change({ handing: "", handover });
      // It was taken, whatever has been asked meanwhile: agents wait for the customer.
      this.host.takeHandover(handover);
    } catch {
      if (mine === this.#running) this.#change({ handing: "failed" });
    }
  }

  #begin(question) {
    Object.assign(this, { question, turns: [], orderId: this.host.orderId ?? "" });
    this.#shown.clear();
  }

  #ask() {
    const { question, turns, orderId } = this;
    return this.#run((signal) => service.ask(this.host, { question, turns, orderId }, signal));
  }

  async #run(find) {
    this.#running?.abort();
    const mine = new AbortController();
    this.#running = mine;
    this.#find = find;
    this.#change({ isBusy: true, error: null, judged: "", handing: "", handover: null });
    try {
      const result = await find(mine.signal);
      if (mine !== this.#running) return;
      this.#change({ result, openId: "", isBusy: false });
      // Without a sure answer nothing is opened: the nearest are there to be chosen.
      if (result.isAnswered && result.answers.length) this.open(result.answers[0].id);
    } catch (error) {
      if (mine === this.#running) this.#change({ error, result: null, openId: "", isBusy: false });
    }
  }

  #judgement(solved) {
    return { requestId: this.result.requestId, articleId: this.openId, solved };
  }

  #change(parts) {
    Object.assign(this, parts);
    this.host.requestUpdate();
  }
}

function keepNewest(turns) {
  let room = MOST_CHARACTERS;
  const firstTooMany = turns.findLastIndex(({ text }) => (room -= text.length) < 0);
  return turns.slice(firstTooMany + 1).slice(-MOST_TURNS);
}
