// The agent's sidebar: holds what its parts share, and puts them on the page.

import { LitElement, html, nothing } from "../vendor/lit/lit.js";
import { useKey } from "../client.js";
import { language, markLanguage, switchLanguage, useZone } from "../language.js";
import { keep, recall } from "../store.js";
import { ACTS } from "./acts.js";
import { describeResult, listSolutions, showAnswers } from "./answers.js";
import { readSettings } from "./api.js";
import { applyAppearance } from "./appearance.js";
import { copyText } from "./clipboard.js";
import { showContacts, showCustomer } from "./customer.js";
import "./dialogs.js";
import { HostPage } from "./host.js";
import { Judging } from "./judging.js";
import { readKey, switchKeys } from "./keys.js";
import { CustomerLookup } from "./lookup.js";
import { Matching } from "./matching.js";
import { showNotices } from "./notices.js";
import { showOrders } from "./orders.js";
import { insist } from "./patience.js";
import { showQuestion } from "./question.js";
import { showReasons } from "./reasons.js";
import "./reply.js";
import { nameOf } from "./solution-card.js";
import { showSetup, showTop } from "./top.js";
import { say, sayError } from "./words.js";

const AGENT_STORED_AS = "xianzhi.agent";
const SAID_MS = 5_000;
const RELEASE_MS = 300; // A press on a button leaves the field before it reaches the button.
const MOST_DRAFTS = 100;
const WIDE = matchMedia("(min-width: 900px)"); // As in sidebar.css: two columns.

export class Sidebar extends LitElement {
  constructor() {
    super();
    Object.assign(this, {
      agent: recall(AGENT_STORED_AS), activeName: "", drafts: new Map(), offered: null, said: "", heard: "",
      wantsFocus: false, showsSetup: false, setupNote: "", showsAllOrders: false,
    });
    this.troubles = new Set();
    this.lookup = new CustomerLookup(this, {
      onTrouble: (error, ending) => this.#hearTrouble("lookup", error, ending),
      onSettled: () => this.matching.again(),
    });
    this.matching = new Matching(this, {
      onTrouble: (error, ending) => this.#hearTrouble("match", error, ending),
      onResult: (result) => this.#take(result),
      readContext: () => this.lookup.context,
    });
    this.judging = new Judging(this, {
      readAgent: () => this.agent,
      onFailed: (error) => this.tell(say("said.notSaved", { why: sayError(error) })),
    });
    this.host = new HostPage((context) => this.#hearHost(context));
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    applyAppearance();
    markLanguage();
    document.addEventListener("keydown", (event) => this.#press(event));
    WIDE.addEventListener("change", () => this.requestUpdate());
    this.#start();
  }

  async #start() {
    const forever = new AbortController().signal;
    const settings = await insist(readSettings, { signal: forever, onTrouble: (error) => this.#hearTrouble("settings", error) });
    useZone(settings.time_zone);
    this.host.open(settings.host_origins);
    this.requestUpdate();
  }

  get isNarrow() {
    return !WIDE.matches;
  }

  get takesReplies() {
    return this.host.takesReplies;
  }

  /** Change what is shown. */
  change(fields) {
    Object.assign(this, fields);
    this.requestUpdate();
  }

  /** Do what a key or a button stands for. */
  act(name, ...named) {
    return ACTS[name](this, ...named);
  }

  #press(event) {
    const act = readKey(event);
    if (!act) return;
    event.preventDefault();
    this.act(act);
  }

  /** Look somebody up; without an agent's id that has to be filled in first. */
  choose(query, { orderId = null } = {}) {
    if (!query.trim()) return;
    this.#dropAnswer();
    this.showsAllOrders = false;
    if (this.agent) {
      this.lookup.find(query, this.agent, { orderId });
    } else {
      this.postponed = { query, orderId };
      this.change({ showsSetup: true, setupNote: say("agentNeeded") });
      this.#focusSoon(".setup input[name=agent]");
    }
  }

  /** Start over with somebody else. */
  changeCustomer() {
    this.lookup.forget();
    this.#dropAnswer();
    this.matching.ask("", { turns: [] });
    this.act("search");
  }

  // A reply filled from one order must not stay on show for another, however long the new answer takes.
  #dropAnswer() {
    this.drafts.clear();
    this.offered = null;
    this.matching.drop();
  }

  /** Take an order as the one meant, and match anew. */
  nameOrder(id) {
    this.lookup.nameOrder(id);
    this.matching.drop();
    this.matching.again();
  }

  /** Take the agent's id and the key, and do what waited for them. */
  signIn(agent, key) {
    this.agent = agent;
    keep(AGENT_STORED_AS, agent);
    if (key) useKey(key);
    this.change({ showsSetup: !agent && Boolean(this.postponed), setupNote: "" });
    const { query, orderId } = this.postponed ?? { query: this.lookup.state === "failed" ? this.lookup.query : "", orderId: null };
    this.postponed = null;
    this.choose(query, { orderId });
    if (this.matching.error) this.matching.again();
  }

  useLanguage(wanted) {
    switchLanguage(wanted);
    markLanguage();
    this.querySelectorAll("x-reply, x-help, x-reveal").forEach((part) => part.requestUpdate());
    this.requestUpdate();
  }

  useAppearance(name) {
    applyAppearance(name);
    this.requestUpdate();
  }

  useKeys(on) {
    switchKeys(on);
    this.requestUpdate();
  }

  /** Open a solution's card. */
  activate(solution) {
    this.change({ activeName: nameOf(solution) });
  }

  /** Bring the open card under the keys; that of the answer on its way when it is here. */
  focusActive() {
    this.wantsFocus = this.matching.isBusy;
    if (this.matching.result) this.#focusSoon("[data-active] .card-head");
    else document.activeElement?.blur();
  }

  async #focusSoon(selector) {
    this.requestUpdate();
    await this.updateComplete;
    const target = this.querySelector(selector);
    target?.focus({ preventScroll: true });
    target?.scrollIntoView({ block: "nearest" });
  }

  /** Give a text to the host page, or copy it where that takes none. */
  hand(text, named) {
    if (!this.takesReplies) return this.copy(text);
    this.host.insert({ text, ...named });
    return this.tell(say("said.inserted"));
  }

  async copy(text) {
    this.tell(say((await copyText(text)) ? "said.copied" : "said.copyFailed"));
  }

  /** Tell something for a moment, also to screen readers. */
  tell(text) {
    clearTimeout(this.forgetting);
    this.forgetting = setTimeout(() => this.change({ said: "" }), SAID_MS);
    this.change({ said: text });
  }

  /** Let nothing move while a reply is being written. */
  hold() {
    clearTimeout(this.releasing);
    this.matching.isHeld = true;
  }

  release() {
    this.releasing = setTimeout(() => this.matching.release(), RELEASE_MS);
  }

  /** Take the question that came while the agent had typed one. */
  takeOffered() {
    const { question, turns } = this.offered;
    this.change({ offered: null, fromHost: question });
    this.matching.ask(question, { turns, now: true });
  }

  #take(result) {
    const [first] = listSolutions(result);
    this.activeName = first ? nameOf(first) : "";
    while (this.drafts.size > MOST_DRAFTS) this.drafts.delete(this.drafts.keys().next().value);
    const wasOnCard = document.activeElement?.matches(".card-head");
    if (this.wantsFocus || wasOnCard) this.#focusSoon("[data-active] .card-head");
    this.wantsFocus = false;
    this.heard = describeResult(result);
  }

  #hearTrouble(who, error, { isDropped = false } = {}) {
    const wasAway = this.troubles.size > 0;
    if (error) this.troubles.add(who);
    else this.troubles.delete(who);
    if (wasAway && !this.troubles.size && !isDropped) this.tell(say("said.back"));
    this.requestUpdate();
  }

  #hearHost(context) {
    if (context.locale && context.locale !== language) this.useLanguage(context.locale);
    if (context.agent) this.agent = context.agent;
    const who = context.customer || context.orderId;
    const isNew = who !== (this.hostWho ?? "");
    this.hostWho = who;
    // What was typed there before was somebody else's number.
    if (isNew) this.querySelector("#find").value = "";
    if (!who && isNew) this.#dropAnswer();
    if (!who) this.lookup.forget();
    else if (isNew) this.choose(who, { orderId: context.orderId || null });
    else if (context.orderId && context.orderId !== this.lookup.namedOrder) this.nameOrder(context.orderId);
    const typed = this.matching.question.trim();
    // Words that the agent typed are theirs: a new message is offered, not put in their place.
    if (!isNew && typed && typed !== (this.fromHost ?? "") && context.question !== typed) this.change({ offered: context });
    else this.change({ offered: null, fromHost: context.question });
    if (!this.offered) this.matching.ask(context.question, { turns: context.turns, now: true });
  }

  updated() {
    const refused = [this.lookup.error, this.matching.error].find((error) => error?.status === 401);
    if (refused && refused !== this.refused) this.change({ refused, showsSetup: true, setupNote: say("keyNeeded") });
  }

  render() {
    return html`
      ${showTop(this)} ${showSetup(this)}
      ${this.troubles.size ? html`<p class="away" role="alert">${say("away")}</p>` : nothing}
      <div class="columns">
        <aside class="customer-column" tabindex="-1" aria-label=${say("customer")}>
          ${showCustomer(this)} ${showNotices(this)} ${showOrders(this)} ${showReasons(this)} ${showContacts(this)}
        </aside>
        <main class="answer-column" aria-busy=${this.matching.isBusy ? "true" : "false"}>${showQuestion(this)} ${showAnswers(this)}</main>
      </div>
      <p class="said" role="status">${this.said}</p>
      <p class="visually-hidden" role="status">${this.heard}</p>
      <x-help .desk=${this}></x-help> <x-reveal .desk=${this}></x-reveal>`;
  }
}

customElements.define("x-sidebar", Sidebar);
