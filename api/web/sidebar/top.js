// The top: finding a customer, and the settings of this desk.

import { html, nothing } from "../vendor/lit/lit.js";
import { language } from "../language.js";
import { isComposing, keysAreOn } from "./keys.js";
import { APPEARANCES, appearance } from "./appearance.js";
import { say } from "./words.js";

/** Return the bar with the search field. */
export function showTop(desk) {
  return html`<header class="top">
    <h1 class="visually-hidden">${say("title")}</h1>
    <form class="find" role="search" @submit=${(event) => submit(desk, event)}>
      <input id="find" type="search" name="find" maxlength="100" autocomplete="off" spellcheck="false" aria-label=${say("find")} placeholder=${say("findHint")}
        @keydown=${(event) => leave(desk, event)}>
    </form>
    <button type="button" class="plain small" aria-expanded=${desk.showsSetup ? "true" : "false"} @click=${() => desk.change({ showsSetup: !desk.showsSetup })}>${say("setup")}</button>
    <button type="button" class="plain small" aria-label=${say("help")} @click=${() => desk.act("help")}><kbd>?</kbd></button>
  </header>`;
}

function submit(desk, event) {
  event.preventDefault();
  desk.choose(event.target.elements.find.value);
  // Out of the field, so that the single keys work; and where a screen reader goes on with who it is.
  desk.querySelector(".customer-column").focus();
}

function leave(desk, event) {
  if (event.key !== "Escape" || isComposing(event)) return;
  event.preventDefault();
  desk.focusActive();
}

/** Return the settings: who sits here, the key, language, appearance, single keys. */
export function showSetup(desk) {
  if (!desk.showsSetup) return nothing;
  return html`<form class="setup" aria-label=${say("setup")} @submit=${(event) => save(desk, event)}>
    ${desk.setupNote ? html`<p class="warn" role="alert">${desk.setupNote}</p>` : nothing}
    <label>${say("agent")}<input name="agent" .value=${desk.agent} maxlength="64" pattern="[A-Za-z0-9._\\-]+" autocomplete="off" aria-describedby="agent-hint"></label>
    <p id="agent-hint" class="hint">${say("agentHint")}</p>
    <label>${say("key")}<input name="key" type="password" autocomplete="off" aria-describedby="key-hint"></label>
    <p id="key-hint" class="hint">${say("keyHint")}</p>
    <label>${say("language")}
      <select name="language" @change=${(event) => desk.useLanguage(event.target.value)}>
        <option value="zh" ?selected=${language === "zh"} lang="zh">中文</option><option value="en" ?selected=${language === "en"} lang="en">English</option>
      </select></label>
    <label>${say("appearance")}
      <select name="appearance" @change=${(event) => desk.useAppearance(event.target.value)}>
        ${APPEARANCES.map((name) => html`<option value=${name} ?selected=${name === appearance()}>${say(`appearances.${name}`)}</option>`)}
      </select></label>
    <label class="check"><input type="checkbox" .checked=${keysAreOn()} @change=${(event) => desk.useKeys(event.target.checked)}>${say("singleKeys")}</label>
    <p class="acts"><button class="go small">${say("save")}</button>
      <button type="button" class="link" @click=${() => desk.change({ showsSetup: false, setupNote: "" })}>${say("close")}</button></p>
  </form>`;
}

function save(desk, event) {
  event.preventDefault();
  const { agent, key } = event.target.elements;
  desk.signIn(agent.value.trim(), key.value.trim());
}
