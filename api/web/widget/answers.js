// What came of a question: the answer with its source, other answers, what is to be said still, and whether it helped.

import { html, nothing } from "../vendor/lit/lit.js";
import { showContact, showHandover, showHelp } from "./outcome.js";
import { makeText } from "./rich-text.js";

// What asking once more would not change.
const SETTLED = new Map([["article_not_found", "errors.gone"], ["question_empty", "errors.empty"]]);
const texts = new WeakMap();

/** Return what there is to show of an enquiry. */
export function showEnquiry(host) {
  const { enquiry } = host;
  if (enquiry.isBusy) return html`<p class="working">${host.say("working")}</p>`;
  if (enquiry.handover) return showHandover(host, enquiry.handover);
  if (enquiry.error) return showTrouble(host, enquiry.error);
  if (!enquiry.result) return nothing;
  const { result } = enquiry;
  return html`
    ${result.isForgotten ? html`<p class="calm">${host.say("forgotten")}</p>` : nothing}
    ${result.notices.map(showNotice)}
    ${result.isAnswered || result.orders.length ? nothing : showUnsure(host, result)} ${showOpen(host)} ${enquiry.openId ? showHelp(host) : nothing}
    ${result.orders.length ? showOrders(host, result.orders) : nothing} ${result.asked && !result.orders.length ? showAsked(host, result.asked) : nothing}
    ${showOthers(host)} ${enquiry.openId ? nothing : showHelp(host)}`;
}

/** Return what a screen reader is told of a new answer. */
export function describeEnquiry(host) {
  const { enquiry } = host;
  if (enquiry.isBusy) return host.say("working");
  if (enquiry.handover) return host.say("handed");
  if (!enquiry.result) return "";
  const { orders, asked } = enquiry.result;
  const open = findOpen(enquiry);
  const found = open ? host.say("found", { title: open.title }) : orders.length ? "" : host.say("unsure");
  return [found, orders.length ? host.say("whichOrder") : asked].filter(Boolean).join(" ");
}

const findOpen = ({ result, openId }) => result?.answers.find(({ id }) => id === openId);

function showTrouble(host, error) {
  const settled = SETTLED.get(error.code);
  if (settled) return html`<p class="trouble" role="alert">${host.say(settled)}</p> ${showHelp(host)}`;
  return html`<div class="trouble" role="alert">
    <p>${host.say(`errors.${error.kind ?? "garbled"}`)}</p>
    <p class="acts"><button type="button" class="go" @click=${() => host.enquiry.again()}>${host.say("again")}</button> ${showContact(host)}</p>
  </div>`;
}

const showNotice = ({ title, body }) => html`<details class="calm"><summary>${title}</summary><p>${body}</p></details>`;

function showOrders(host, orders) {
  return html`<section class="choose"><h3>${host.say("whichOrder")}</h3><ul>
    ${orders.map((order) => html`<li><button type="button" class="row" @click=${() => host.enquiry.chooseOrder(order.id)}><span>${order.label}</span> <small>${order.state}</small></button></li>`)}
  </ul></section>`;
}

function showUnsure(host, { answers }) {
  return html`<div class="unsure"><h3>${host.say("unsure")}</h3><p>${host.say(answers.length ? "unsureNear" : "unsureNone")}</p></div>`;
}

function showOpen(host) {
  const answer = findOpen(host.enquiry);
  if (!answer) return nothing;
  if (!texts.has(answer)) texts.set(answer, makeText(answer));
  return html`<article class="answer" tabindex="-1">
    <h3>${answer.title}</h3>
    ${showOrder(host, answer)} ${answer.isDoubtful ? html`<p class="calm">${host.say("doubtful")}</p>` : nothing}
    ${texts.get(answer)}
    <p class="source">${saySource(host, answer.source)}</p>
  </article>`;
}

function showOrder(host, { fitsOrder }) {
  const { order } = host.enquiry.result;
  if (!order) return nothing;
  const words = host.say(order.state ? "aboutOrder" : "aboutOrderOnly", order);
  return html`<p class="about">${words}${fitsOrder ? html` <strong>${host.say("fitsOrder")}</strong>` : nothing}${order.news ? html`<span class="news">${order.news}</span>` : nothing}</p>`;
}

function saySource(host, { title, version, from, to }) {
  const validity = from && to ? "sourceBetween" : from ? "sourceFrom" : to ? "sourceTo" : "";
  const source = title ? host.say("source", { title, version }) : "";
  return [source, validity ? host.say(validity, { from, to }) : ""].filter(Boolean).join(" · ");
}

function showOthers(host) {
  const { result, openId } = host.enquiry;
  const others = result.answers.filter(({ id }) => id !== openId);
  if (!others.length) return nothing;
  return html`<section class="choose"><h3>${host.say(openId ? "others" : "near")}</h3><ul>
    ${others.map(({ id, title }) => html`<li><button type="button" class="row" @click=${() => host.openAnswer(id)}>${title}</button></li>`)}
  </ul></section>`;
}

function showAsked(host, asked) {
  const submit = (event) => {
    event.preventDefault();
    const text = event.target.elements.reply.value.trim();
    if (text) host.enquiry.reply(text);
  };
  return html`<form class="asked" @submit=${submit}>
    <h3>${host.say("asked")}</h3>
    <label for="reply">${asked}</label>
    <p class="line"><input id="reply" name="reply" maxlength="500" autocomplete="off" enterkeyhint="send" placeholder=${host.say("reply")}>
      <button class="plain">${host.say("replySend")}</button></p>
  </form>`;
}
