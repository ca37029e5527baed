// Talking to the service from another's page: no cookie, a limit for every wait, failures as errors with a kind.

import { readAnswer, readArticle, readHandover, readSuggestions } from "./reading.js";

const SUGGEST_MS = 5_000;
const ASK_MS = 20_000;
const LIMIT = 6;
const MOST_QUERY = 200;

export class ServiceError extends Error {
  /** @param {"unreachable" | "slow" | "busy" | "garbled" | "refused"} kind */
  constructor(kind, { status = 0, code = "", waitMs = 0 } = {}) {
    super(code || kind);
    Object.assign(this, { kind, status, code, waitMs });
  }
}

let service = "";

/** Ask the service at this address from now on. */
export function useService(url) {
  service = url;
}

/** Return suggestions for what has been typed. No header of ours goes along: each would cost a preflight for every key pressed. */
export async function suggest(text, { key, signal }) {
  const query = { q: text.slice(-MOST_QUERY), limit: LIMIT, ...(key ? { key } : {}) };
  return readSuggestions(await send("v1/suggest", { query, signal, milliseconds: SUGGEST_MS }));
}

/** Return what the service answers to a question. */
export async function ask(caller, { question, turns, orderId }, signal) {
  const body = (order) => ({ question, turns, ...(order ? { order_id: order } : {}) });
  const { answer, isForgotten } = await sendAs(caller, "v1/widget/ask", { orderId, signal, fill: (order) => ({ body: body(order) }) });
  return { ...readAnswer(answer), isForgotten };
}

/** Return one article, filled from the order where there is one. */
export async function read(caller, id, { orderId }, signal) {
  const path = `v1/widget/articles/${encodeURIComponent(id)}`;
  const fill = (order) => ({ query: order ? { order_id: order } : {} });
  const { answer, isForgotten } = await sendAs(caller, path, { orderId, signal, fill });
  return { ...readArticle(answer), isForgotten };
}

/** Say whether an article solved it. */
export async function judge(caller, { requestId, articleId, solved }) {
  const body = { request_id: requestId, article_id: articleId, solved };
  await sendAs(caller, "v1/widget/feedback", { fill: () => ({ body }) });
}

/** Hand the customer over to a person, with what they asked and were shown. */
export async function handOver(caller, { question, requestId, shown, orderId, turns }) {
  const body = { question, shown, turns, ...(requestId ? { request_id: requestId } : {}) };
  const fill = (order) => ({ body: order ? { ...body, order_id: order } : body });
  const { answer, isForgotten } = await sendAs(caller, "v1/widget/handover", { orderId, fill });
  return { ...readHandover(answer), isForgotten };
}

/**
 * Send as the customer whom the page names: with a new token where one is refused, at last with none; never about an order that is not theirs.
 * Return the answer, and whether the customer whom the page named was not believed.
 */
async function sendAs(caller, path, { orderId = "", signal, fill }) {
  const about = async (order, token) => {
    const { query, body } = fill(order);
    return send(path, { query: { locale: caller.language, ...query }, body, signal, key: caller.key, token, milliseconds: ASK_MS });
  };
  for await (const { token, isForgotten } of caller.customer.offerTokens()) {
    try {
      return { answer: await about(token ? orderId : "", token), isForgotten };
    } catch (error) {
      if (error.code === "order_not_found") return { answer: await about("", token), isForgotten };
      if (!token || error.code !== "customer_token_refused") throw error;
    }
  }
  throw new ServiceError("refused");
}

async function send(path, { query = {}, body, key, token, signal, milliseconds }) {
  const url = new URL(path, service);
  url.search = new URLSearchParams(query).toString();
  const headers = {};
  if (key) headers.Authorization = `Bearer ${key}`;
  if (token) headers["X-Xianzhi-Customer"] = token;
  if (body) headers["Content-Type"] = "application/json";
  const limit = new AbortController();
  const stop = () => limit.abort();
  const timer = setTimeout(stop, milliseconds);
  signal?.addEventListener("abort", stop);
  try {
    const options = { method: body ? "POST" : "GET", headers, body: body && write(body), signal: limit.signal };
    return await receive(await fetch(url.href, { ...options, credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer" }));
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw new ServiceError(limit.signal.aborted ? "slow" : "unreachable");
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/** Return a value as JSON, also where the page has given arrays a `toJSON` of its own, as old libraries do. */
function write(value) {
  return JSON.stringify(value, function original(name) {
    return this[name];
  });
}

async function receive(response) {
  const text = await response.text();
  let answer = null;
  try {
    answer = text ? JSON.parse(text) : {};
  } catch { /* A proxy's own page. */ }
  if (response.ok && answer !== null) return answer;
  const waitMs = 1000 * (Number(response.headers.get("Retry-After")) || 0);
  const kind = [429, 502, 503, 504].includes(response.status) ? "busy" : response.ok ? "garbled" : "refused";
  const code = typeof answer?.error?.code === "string" ? answer.error.code : "";
  throw new ServiceError(kind, { status: response.status, code, waitMs });
}
