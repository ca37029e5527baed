// What came of a solution, said with one press and taken back with one.

import * as api from "./api.js";

const MOST_KEPT = 200;
const UNSAID = { shown: "", saved: "", sending: Promise.resolve() };

/** Judgements by what they judge: which one is shown, which the service has, and the request on its way. */
export class Judging {
  #kept = new Map();
  #last = null;

  constructor(host, { readAgent, onFailed }) {
    Object.assign(this, { host, readAgent, onFailed });
    host.addController(this);
  }

  /** Return the verdict that stands, or "". */
  of(requestId, solution) {
    return this.#kept.get(nameOf(requestId, solution))?.shown ?? "";
  }

  /** Say what came of a solution, or with none of the whole answer; what was said before is replaced. */
  judge(requestId, solution, verdict, reply) {
    const agent = this.readAgent();
    const body = { request_id: requestId, verdict };
    if (solution) body.solution = { kind: solution.kind, id: solution.id };
    if (reply) body.reply = reply;
    if (agent) body.agent = agent;
    this.#last = { requestId, solution };
    return this.#say(nameOf(requestId, solution), verdict, () => api.judge(body));
  }

  /** Take back what was said of a solution, or else the last thing said; null where there is nothing. */
  async undo(requestId = this.#last?.requestId, solution = this.#last?.solution) {
    if (!this.of(requestId, solution)) return null;
    return this.#say(nameOf(requestId, solution), "", () => api.takeBack(requestId, solution));
  }

  // One after the other: an undo that overtakes its judgement would leave it standing.
  #say(name, verdict, send) {
    const judged = this.#kept.get(name) ?? { ...UNSAID };
    this.#kept.set(name, judged);
    if (this.#kept.size > MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value);
    judged.shown = verdict;
    const mine = judged.sending.then(() => this.#send(judged, verdict, send, () => judged.sending === mine));
    judged.sending = mine;
    this.host.requestUpdate();
    return mine;
  }

  async #send(judged, verdict, send, isNewest) {
    try {
      await send();
      judged.saved = verdict;
      return true;
    } catch (error) {
      if (isNewest()) judged.shown = judged.saved;
      this.host.requestUpdate();
      this.onFailed(error);
      return false;
    }
  }
}

const nameOf = (requestId, solution) => JSON.stringify([requestId, solution?.kind ?? "", solution?.id ?? ""]);
