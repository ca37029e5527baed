// What the customer asks: typed, or taken from the conversation.

import { html, live, nothing } from "../vendor/lit/lit.js";
import { isComposing } from "./keys.js";
import { say } from "./words.js";

const MOST_CHARACTERS = 10_000;

/** Return the field of the question. */
export function showQuestion(desk) {
  const { question, turns, isBusy } = desk.matching;
  const { offered } = desk.conversation;
  return html`<section class="ask-part">
    <label class="part-title" for="question">${say("question")}</label>
    <textarea id="question" rows="2" maxlength=${MOST_CHARACTERS} enterkeyhint="search" aria-describedby="question-hint" aria-busy=${isBusy ? "true" : "false"}
      .value=${live(question)} @input=${(event) => read(desk, event)} @compositionend=${(event) => read(desk, event)} @keydown=${(event) => press(desk, event)}></textarea>
    <p id="question-hint" class=${question && !turns.length ? "visually-hidden" : "hint"}>${turns.length ? say("turnsBefore", { count: turns.length }) : say("questionHint")}</p>
    ${offered
      ? html`<p class="held"><span>${say("questionNew")}</span> <span class="one-line">${offered.question}</span> <button type="button" class="link" @click=${() => desk.conversation.takeOffered()}>${say("questionTake")}</button></p>`
      : nothing}
  </section>`;
}

function read(desk, event) {
  // Half a word of Pinyin is no question yet.
  if (!event.isComposing) desk.matching.ask(event.target.value);
  else desk.matching.compose(event.target.value);
}

function press(desk, event) {
  if (isComposing(event)) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    desk.matching.ask(event.target.value, { now: true });
    desk.focusActive();
  } else if (event.key === "Escape") {
    event.preventDefault();
    desk.focusActive();
  }
}
