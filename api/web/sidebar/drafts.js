// Edited replies, each kept for whom it was written, so that none is offered to somebody else.

const MOST_DRAFTS = 100;
const UNNAMED = "||";

/** Name the draft of a reply: by who is on the line, by the order, and by what it answers. */
export const nameDraft = ({ who, orderId }, name) => `${who ?? ""}|${orderId ?? ""}|${name}`;

export class Drafts {
  #drafts = new Map();

  /** Return a draft, or undefined. */
  get(name) {
    return this.#drafts.get(name)?.text;
  }

  /** Tell whether a draft was changed since it last went out. */
  isUnderWay(name) {
    return this.#drafts.get(name)?.isSent === false;
  }

  /** Keep a draft, with the question that was answered when it was written. */
  keep(name, text, question) {
    this.#drafts.delete(name);
    this.#drafts.set(name, { text, question, isSent: false });
    if (this.#drafts.size > MOST_DRAFTS) this.#drafts.delete(this.#drafts.keys().next().value);
  }

  /** Note that a draft was inserted or copied. */
  markSent(name) {
    const draft = this.#drafts.get(name);
    if (draft) draft.isSent = true;
  }

  drop(name) {
    this.#drafts.delete(name);
  }

  /** Drop what was written for nobody in particular, except while the same question is still being typed. */
  dropUnnamed(question) {
    for (const [name, draft] of this.#drafts) {
      const isSameQuestion = question !== "" && (question.startsWith(draft.question) || draft.question.startsWith(question));
      if (name.startsWith(UNNAMED) && (draft.isSent || !isSameQuestion)) this.#drafts.delete(name);
    }
  }
}
