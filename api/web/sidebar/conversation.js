// The conversation in the page around: what changed in it since its last word, and what of that reaches the desk.

import { language } from "../language.js";

const NOTHING = { customer: "", orderId: "", question: "", locale: "", agent: "", turns: [] };

export class Conversation {
  /** What came while the agent had typed a question of their own, or null. */
  offered = null;

  #last = NOTHING;
  #taken = "";

  constructor(desk) {
    this.desk = desk;
  }

  /** Take what changed; what did not change never undoes what the agent chose since. */
  hear(context) {
    const { desk } = this;
    const last = this.#last;
    this.#last = context;
    if (context.locale && context.locale !== last.locale && context.locale !== language) desk.useLanguage(context.locale);
    const isNewAgent = context.agent && context.agent !== last.agent;
    if (isNewAgent) desk.agent = context.agent;
    const isNew = nameWho(context) !== nameWho(last);
    if (isNew) this.#changeWho(context);
    // While the agent's own look-up is on show, the order would be somebody else's.
    else if (context.orderId !== last.orderId && desk.lookup.isFromHost) desk.wantOrder(context.orderId || null);
    if (isNewAgent) desk.lookPostponedUp();
    this.#hearQuestion(context, { isNew, isSame: context.question === last.question });
  }

  /** Take the question that came while the agent had typed one. */
  takeOffered() {
    this.#take(this.offered);
  }

  #changeWho(context) {
    // What was typed there before was somebody else's number.
    this.desk.querySelector("#find").value = "";
    const who = nameWho(context);
    if (who) this.desk.choose(who, { orderId: context.orderId || null, isFromHost: true });
    else this.desk.forgetCustomer();
  }

  // Words that the agent typed are theirs: a new message is offered, not put in their place.
  #hearQuestion(context, { isNew, isSame }) {
    const typed = this.desk.matching.question.trim();
    const isTheirs = !isNew && typed && typed !== this.#taken && typed !== context.question;
    if (!isTheirs) this.#take(context);
    else if (!isSame) this.offered = context.question ? context : null;
    this.desk.requestUpdate();
  }

  #take({ question, turns }) {
    this.offered = null;
    this.#taken = question;
    this.desk.matching.ask(question, { turns, now: true });
  }
}

const nameWho = ({ customer, orderId }) => customer || orderId;
