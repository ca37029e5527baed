// The page to try a match: reads the form, asks, shows the newest answer and drops late ones.

import { showResult } from "./cards.js";
import { ApiError, call, useKey } from "./client.js";
import { el } from "./dom.js";
import { fillPicker, loadOrders, needsOrders, readOrder } from "./orders.js";
import { say, sayAll, switchLanguage } from "./words.js";

const SHOWN_SOLUTIONS = 5;

const find = (id) => document.getElementById(id);
const form = find("ask");
const question = find("question");
const results = find("results");
const status = find("status");
const answer = find("answer");

let running = null;
let shown = { kind: "idle" };

async function match() {
  running?.abort();
  const mine = new AbortController();
  running = mine;
  results.setAttribute("aria-busy", "true");
  status.textContent = say("working");
  try {
    const result = await call("/v1/match", { body: readForm(), signal: mine.signal });
    if (mine === running) show({ kind: "result", result });
  } catch (error) {
    if (mine === running && !mine.signal.aborted) show({ kind: "error", error });
  }
  if (mine === running) {
    results.setAttribute("aria-busy", "false");
    bringIntoView();
  }
  if (needsOrders()) readOrders();
}

/** On a phone the answer lies below the form. */
function bringIntoView() {
  const below = results.getBoundingClientRect().top > innerHeight * 0.6;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (below) results.scrollIntoView({ behavior: calm ? "auto" : "smooth" });
}

function readForm() {
  if (!question.value.trim()) throw new ApiError("question_empty");
  return {
    question: question.value,
    ...readOrder(),
    audience: new FormData(form).get("audience"),
    limit: SHOWN_SOLUTIONS,
  };
}

function show(what) {
  shown = what;
  if (what.kind === "result") {
    const count = what.result.solutions.length;
    status.textContent = what.result.answered ? say("found", { count }) : say("nearest", { count });
    answer.replaceChildren(...showResult(what.result));
  } else if (what.kind === "error") {
    showError(what.error);
  } else {
    status.textContent = "";
    answer.replaceChildren(el("p", { class: "idle", text: say("idle") }));
  }
}

function showError(error) {
  if (error.status === 401) find("key-row").hidden = false;
  const { kind, details, message, requestId, status: code } = explain(error);
  status.textContent = "";
  answer.replaceChildren(
    el(
      "div",
      { class: "panel trouble", role: "alert" },
      el("h2", { text: kind }),
      message ? el("p", { text: message }) : null,
      details?.length ? el("ul", {}, details.map((detail) => el("li", { text: detail }))) : null,
      requestId ? el("p", { class: "meta", text: `${say("requestId")} ${requestId}` }) : null,
      code === 422 ? null : el("button", { type: "button", class: "plain", text: say("retry"), on: { click: match } }),
    ),
  );
}

function explain(error) {
  if (!(error instanceof ApiError)) return { kind: String(error) };
  if (error.kind !== "refused") return { kind: say(`errors.${error.kind}`, { status: error.status }) };
  const known = say(`errors.${error.code}`);
  if (known !== error.code) return { ...error, kind: known, message: "" };
  return { ...error, kind: say("errors.refused"), message: error.message };
}

async function readOrders() {
  try {
    await loadOrders();
  } catch (error) {
    if (error.status === 401) find("key-row").hidden = false;
  }
}

function drawExamples() {
  find("examples").replaceChildren(
    ...say("exampleQuestions").map((text) =>
      el("button", {
        type: "button",
        class: "example",
        text,
        on: {
          click: () => {
            question.value = text;
            match();
          },
        },
      }),
    ),
  );
}

function draw() {
  sayAll();
  find("language").textContent = say("otherLanguage");
  drawExamples();
  fillPicker();
  show(shown);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  match();
});
question.addEventListener("keydown", (event) => {
  // While a Chinese word is being composed, Enter takes the word.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  match();
});
find("language").addEventListener("click", () => {
  switchLanguage();
  draw();
});
find("key").addEventListener("change", (event) => {
  useKey(event.target.value);
  readOrders();
});
form.addEventListener("change", (event) => {
  // Another audience or order makes what is shown the answer to something else: ask anew.
  if (shown.kind === "result" && (event.target.name === "audience" || event.target.id === "order") && !["{}", "@"].includes(event.target.value)) match();
});

draw();
readOrders();
question.focus({ preventScroll: true });
