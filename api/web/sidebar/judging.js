// What came of a solution, said with one press and taken back with one.

import * as api from "./api.js";

/** Judgements of the answer on show, by what they judge; the whole answer has the empty name. */
export class Judging {
  #standing = new Map();
  #last = null;

  constructor(host, { readAgent, onFailed }) {
    Object.assign(this, { host, readAgent, onFailed });
    host.addController(this);
  }

  /** Return the verdict that stands, or "". */
  of(requestId, solution) {
    return this.#standing.get(nameOf(requestId, solution)) ?? "";
  }

  /** Say what came of a solution, or with none of the whole answer; what was said before is replaced. */
  async judge(requestId, solution, verdict, reply) {
    const agent = this.readAgent();
    const body = { request_id: requestId, verdict };
    if (solution) body.solution = { kind: solution.kind, id: solution.id };
    if (reply) body.reply = reply;
    if (agent) body.agent = agent;
    const name = nameOf(requestId, solution);
    const before = this.#standing.get(name);
    this.#set(name, verdict);
    this.#last = { requestId, solution };
    try {
      await api.judge(body);
      return true;
    } catch (error) {
      this.#set(name, before);
      this.onFailed(error);
      return false;
    }
  }

  /** Take back what was said of a solution, or else the last thing said; null where there is nothing. */
  async undo(requestId = this.#last?.requestId, solution = this.#last?.solution) {
    const name = nameOf(requestId, solution);
    const before = this.#standing.get(name);
    if (!before) return null;
    this.#set(name, undefined);
    try {
      await api.takeBack(requestId, solution);
      return true;
    } catch (error) {
      this.#set(name, before);
      this.onFailed(error);
      return false;
    }
  }

  #set(name, verdict) {
    if (verdict) this.#standing.set(name, verdict);
    else this.#standing.delete(name);
    this.host.requestUpdate();
  }
}

const nameOf = (requestId, solution) => JSON.stringify([requestId, solution?.kind ?? "", solution?.id ?? ""]);
