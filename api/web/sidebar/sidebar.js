// The agent's sidebar: holds what its parts share, and puts them on the page.

import { LitElement, html, nothing } from "../vendor/lit/lit.js";
import { useKey } from "../client.js";
import { markLanguage, switchLanguage, useZone } from "../language.js";
import { keep, recall } from "../store.js";
import { ACTS } from "./acts.js";
import { describeResult, listSolutions, showAnswers } from "./answers.js";
import { readSettings } from "./api.js";
import { applyAppearance } from "./appearance.js";
import { copyText } from "./clipboard.js";
import { Conversation } from "./conversation.js";
import { showContacts, showCustomer } from "./customer.js";
import "./dialogs.js";
import { Drafts } from "./drafts.js";
import { HostPage } from "./host.js";
import { Judging } from "./judging.js";
import { quietKeys, readKey, switchKeys, watchWriting } from "./keys.js";
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
const WIDE = matchMedia("(min-width: 900px)"); // As in sidebar.css: two columns.

export class Sidebar extends LitElement {
  constructor() {
    super();
    Object.assign(this, {
      agent: recall(AGENT_STORED_AS), activeName: "", drafts: new Drafts(), said: "", heard: "",
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
      onEmptied: () => this.drafts.dropUnnamed(""),
      readContext: () => this.lookup.context,
    });
    this.judging = new Judging(this, {
      readAgent: () => this.agent,
      onFailed: (error) => this.tell(say("said.notSaved", { why: sayError(error) })),
    });
    this.conversation = new Conversation(this);
    this.host = new HostPage((context) => this.conversation.hear(context));
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    applyAppearance();
    markLanguage();
    watchWriting(document);
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
  choose(query, { orderId = null, isFromHost = false } = {}) {
    if (!query.trim()) return;
    this.#dropAnswer();
    this.showsAllOrders = false;
    this.lookup.find(query, this.agent, { orderId, isFromHost });
    if (this.agent) return;
    this.change({ showsSetup: true, setupNote: say("agentNeeded") });
    this.#focusSoon(".setup input[name=agent]");
  }

  /** Do the look-up that waited for an agent's id, now that the page around has told it. */
  lookPostponedUp() {
    if (this.lookup.state !== "postponed") return;
    this.change({ showsSetup: false, setupNote: "" });
    quietKeys();
    this.#lookAgain();
  }

  #lookAgain() {
    const { query, wantedOrder, isFromHost } = this.lookup;
    this.choose(query, { orderId: wantedOrder, isFromHost });
  }

  /** Start over with somebody else. */
  changeCustomer() {
    this.forgetCustomer();
    this.matching.ask("", { turns: [] });
    this.act("search");
  }

  /** Drop the customer, and the answer for them. */
  forgetCustomer() {
    this.lookup.forget();
    this.#dropAnswer();
  }

  // A reply filled from one order must not stay on show for another, however long the new answer takes.
  #dropAnswer() {
    this.drafts.dropUnnamed("");
    this.conversation.offered = null;
    this.matching.drop();
  }

  /** Take an order as the one meant, and match anew. */
  nameOrder(id) {
    this.lookup.nameOrder(id);
    this.#matchAnew();
  }

  /** Take the order that the page around is about, if it is one of the customer's. */
  wantOrder(id) {
    if (this.lookup.wantOrder(id)) this.#matchAnew();
  }

  #matchAnew() {
    this.matching.drop();
    this.matching.again();
  }

  /** Take the agent's id and the key, and do what waited for them. */
  signIn(agent, key) {
    this.agent = agent;
    keep(AGENT_STORED_AS, agent);
    if (key) useKey(key);
    this.change({ showsSetup: false, setupNote: "" });
    if (["postponed", "failed"].includes(this.lookup.state)) this.#lookAgain();
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
    clearTimeout(this.releasing);
    this.releasing = setTimeout(() => this.matching.release(), RELEASE_MS);
  }

  /** Let the next answer be shown, and leave the one on show until then. */
  letGo() {
    this.matching.isHeld = false;
  }

  #take(result) {
    const [first] = listSolutions(result);
    this.activeName = first ? nameOf(first) : "";
    this.drafts.dropUnnamed(result.question);
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

  updated() {
    this.querySelector("x-reveal").keepFor(this.lookup.profile?.customer?.id);
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
