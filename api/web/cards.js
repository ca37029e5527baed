// From a match result to what is seen: notices, questions to ask, and a card for each solution.

import { el, wrapMatches } from "./dom.js";
import { markStretches } from "./stretches.js";
import { sayValidity } from "./validity.js";
import { say } from "./words.js";

const STATE_SIGNS = { met: "✓", unmet: "✗", unknown: "?" };
const HIGH_CONFIDENCE = 0.8;
const MIDDLE_CONFIDENCE = 0.5;
const LONG_SNIPPET = 180;
const mark = (text) => el("mark", { text });
// What a reply shows in place of a fact that the order does not tell.
const PLACEHOLDERS = /【待补充[^】]*】|\[to fill: [^\]]*\]/g;

/** Return the nodes that show a match result. */
export function showResult(result) {
  return [
    showRewordings(result.rewordings),
    showOrderSource(result),
    showPossibleOrders(result),
    result.answered ? null : showUnsure(result),
    showNotices(result.notices),
    showAsks(result.ask),
    showRemedies(result.remedies),
    el("ol", { class: "solutions" }, result.solutions.map(showSolution)),
    showMeta(result),
  ].filter(Boolean);
}

function showUnsure({ solutions, hand_over: handOver }) {
  return el(
    "div",
    { class: "panel unsure" },
    el("h2", { text: say("unsure") }),
    handOver ? el("p", { text: say("handOver") }) : null,
    el("p", { text: say(solutions.length ? "unsureText" : "nothing") }),
  );
}

function showOrderSource({ order_id: orderId, order_source: source }) {
  if (source.state === "none") return null;
  const said = say(`sources.${source.state}`, { age: Math.round(source.age_seconds ?? 0) });
  return el("p", { class: "read-as" }, el("span", { class: "read-as-word", text: say("orderWord") }), el("span", { text: [orderId, said].filter(Boolean).join(" · ") }));
}

function showPossibleOrders({ orders, order_id: orderId }) {
  if (!orders.length) return null;
  const sayOne = ({ id, probability, reasons }) => [`${Math.round(probability * 100)}%`, ...reasons, id === orderId ? say("orderTaken") : ""].filter(Boolean).join(" · ");
  return el(
    "section",
    { class: "panel" },
    el("h2", { text: say("possibleOrders") }),
    el("ul", {}, orders.map((one) => el("li", {}, el("code", { text: one.id ?? "—" }), el("span", { class: "gain", text: sayOne(one) })))),
  );
}

function showRewordings(rewordings) {
  if (!rewordings.length) return null;
  return el("p", { class: "read-as" }, el("span", { class: "read-as-word", text: say("readAs") }), showChanges(rewordings));
}

// One stretch of the question may be read as several words: shown together.
function showChanges(rewordings) {
  const together = Map.groupBy(rewordings, ({ written, how }) => `${how} ${written}`);
  return [...together.values()].map((same) =>
    el(
      "span",
      { class: "change" },
      `${same[0].written} → ${same.map((one) => one.read_as).join(" / ")}`,
      el("span", { class: "how", text: say(`how.${same[0].how}`) }),
    ),
  );
}

function showNotices(notices) {
  if (!notices.length) return null;
  return el(
    "section",
    { class: "panel notices" },
    el("h2", { text: say("noticesTitle") }),
    notices.map((notice) =>
      el(
        "article",
        {},
        el("h3", {}, el("span", { class: "badge", text: say(`noticeKinds.${notice.kind}`) }), notice.title),
        notice.wording ? el("p", { text: notice.wording }) : null,
        notice.body ? el("details", {}, el("summary", { text: say("internalNote") }), el("p", { text: notice.body })) : null,
      ),
    ),
  );
}

function showAsks(asks) {
  if (!asks.length) return null;
  return el(
    "section",
    { class: "panel asks" },
    el("h2", { text: say("askTitle") }),
    el("ul", {}, asks.map((ask) => el("li", {}, el("span", {}, ask.question, showGain(ask.gain)), copyButton(ask.question)))),
  );
}

function showGain(gain) {
  if (!gain) return null;
  return el("span", { class: "gain", text: say("gain", { gain: `${Math.round(gain * 100)}%` }) });
}

function showRemedies(remedies) {
  if (!remedies) return null;
  return el(
    "section",
    { class: "panel remedies" },
    el("h2", { text: say("remediesTitle") }),
    el("p", {}, el("strong", { text: remedies.remedy }), el("span", { class: "remedy-count", text: say("remedyCount", remedies) })),
    el("p", { class: "ids", text: remedies.case_ids.join(" · ") }),
  );
}

function showSolution(solution) {
  const of = (field) => solution.highlights.filter((highlight) => highlight.field === field);
  return el(
    "li",
    { class: `card ${solution.applies}` },
    el("span", { class: "rank", "aria-hidden": "true", text: String(solution.rank) }),
    el(
      "div",
      { class: "card-body" },
      el(
        "header",
        {},
        el("h2", {}, markStretches(solution.title, of("title"), mark)),
        showConfidence(solution.confidence),
      ),
      showBadges(solution),
      solution.kind === "case" ? null : showSnippet(solution.snippet, of("snippet")),
      showConditions(solution.conditions),
      showReply(solution),
      showFoundBy(solution.found_by),
      showCopies(solution.copies),
      showWhy(solution),
    ),
  );
}

function showBadges(solution) {
  const judged = solution.conditions.length > 0;
  return el(
    "p",
    { class: "badges" },
    el("span", { class: `badge kind-${solution.kind}`, text: say(solution.kind) }),
    judged ? el("span", { class: `badge state-${solution.applies}`, text: say(`applies.${solution.applies}`) }) : null,
    solution.outcome ? el("span", { class: `badge outcome-${solution.outcome}`, text: say(`outcome.${solution.outcome}`) }) : null,
    solution.audience === "internal" ? el("span", { class: "badge internal", text: say("internalOnly") }) : null,
  );
}

function showConfidence(confidence) {
  const level = confidence >= HIGH_CONFIDENCE ? "high" : confidence >= MIDDLE_CONFIDENCE ? "middle" : "low";
  const word = say(`confidenceWords.${level}`);
  const percent = `${Math.round(confidence * 100)}%`;
  return el(
    "span",
    { class: `confidence ${level}`, title: percent },
    el("span", { class: "confidence-word", text: `${say("confidence")} ${word}` }),
    showGauge(confidence, percent),
  );
}

function showGauge(confidence, percent) {
  const filled = el("span");
  filled.style.width = percent;
  return el("span", { class: "gauge", role: "meter", "aria-valuemin": 0, "aria-valuemax": 1, "aria-valuenow": confidence, "aria-label": `${say("confidence")} ${percent}` }, filled);
}

function showSnippet(snippet, stretches) {
  const text = el("p", { class: "snippet" }, markStretches(snippet, stretches, mark));
  if (snippet.length <= LONG_SNIPPET) return text;
  text.classList.add("clipped");
  const expand = el("button", { type: "button", class: "plain small", text: say("expand") });
  expand.addEventListener("click", () => {
    text.classList.remove("clipped");
    expand.remove();
  });
  // Only once it is on the page is it known whether anything was clipped.
  requestAnimationFrame(() => {
    if (text.scrollHeight <= text.clientHeight + 1) expand.click();
  });
  return el("div", {}, text, expand);
}

function showConditions(conditions) {
  if (!conditions.length) return null;
  return el(
    "ul",
    { class: "conditions" },
    conditions.map(({ text, state }) =>
      el(
        "li",
        { class: `state-${state}` },
        el("span", { class: "sign", "aria-hidden": "true", text: STATE_SIGNS[state] ?? "?" }),
        el("span", { text }),
        el("span", { class: "state-word", text: say(`states.${state}`) }),
      ),
    ),
  );
}

function showReply({ kind, reply, snippet, highlights }) {
  if (kind === "case") return showHandling(snippet, highlights);
  if (!reply.text) return null;
  return el(
    "div",
    { class: "reply" },
    el("div", { class: "reply-head" }, el("h3", { text: say("reply") }), copyButton([reply.notice, reply.text].filter(Boolean).join("\n"))),
    reply.notice ? el("p", { class: "reply-text reply-notice", text: reply.notice }) : null,
    el("p", { class: "reply-text checked" }, markReply(reply)),
    reply.missing.length ? el("p", { class: "missing", text: say("missing", { count: reply.missing.length }) }) : null,
    reply.unsupported.length ? el("p", { class: "missing", text: say("unsupported", { count: reply.unsupported.length }) }) : null,
  );
}

// What nothing supports is marked, and of the rest what is still to be filled in.
function markReply({ text, unsupported }) {
  const showGap = (gap) => el("span", { class: "gap", text: gap });
  return markStretches(text, unsupported, mark).flatMap((part) => (typeof part === "string" ? wrapMatches(part, PLACEHOLDERS, showGap) : [part]));
}

// What was done for another order: a precedent to read, not a reply to send.
function showHandling(snippet, highlights) {
  const stretches = highlights.filter((highlight) => highlight.field === "snippet");
  return el(
    "div",
    { class: "reply handling" },
    el("div", { class: "reply-head" }, el("h3", { text: say("handling") })),
    el("p", { class: "reply-text" }, markStretches(snippet, stretches, mark)),
  );
}

function showFoundBy(rewordings) {
  if (!rewordings.length) return null;
  return el("p", { class: "read-as" }, el("span", { class: "read-as-word", text: say("foundBy") }), showChanges(rewordings));
}

function showCopies(ids) {
  return ids.length ? el("p", { class: "ids", text: `${say("copies")}  ${ids.join(" · ")}` }) : null;
}

function copyButton(text) {
  const button = el("button", { type: "button", class: "plain small", text: say("copy") });
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = say("copied");
    } catch {
      button.textContent = say("copyFailed");
    }
    setTimeout(() => { button.textContent = say("copy"); }, 2000);
  });
  return button;
}

function showWhy(solution) {
  const [citation] = solution.citations;
  const source = citation?.source;
  return el(
    "details",
    { class: "why" },
    el(
      "summary",
      {},
      el("span", { class: "why-word", text: say("why") }),
      el("span", { class: "why-brief", text: [`${solution.id} · v${solution.version}`, sayValidity(solution.kind, citation, say)].filter(Boolean).join(" · ") }),
    ),
    source ? el("p", { text: `${say("source")}  ${source}` }) : null,
    showScores(solution),
  );
}

function showScores(solution) {
  const rows = [...Object.entries(solution.scores), [say("score"), solution.score]];
  return el(
    "table",
    { class: "scores" },
    el("tbody", {}, rows.map(([name, value]) => el("tr", {}, el("th", { scope: "row", text: name }), el("td", { text: value.toFixed(3) })))),
  );
}

function showMeta(result) {
  const time = Object.values(result.timing).reduce((sum, stage) => sum + stage, 0).toFixed(0);
  const index = say("meta", { generation: result.generation, time });
  return el("p", { class: "meta", text: `${say("requestId")} ${result.request_id} · ${index}` });
}
