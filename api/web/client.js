// Talking to the API: answers as values, failures as errors that can be shown in words.

import { keep, recall } from "./store.js";

const TIMEOUT_MS = 30_000;
const GATEWAY = new Set([502, 503, 504]);

export class ApiError extends Error {
  constructor(kind, { status = 0, code = "", message = "", details = [], requestId = "", waitMs = 0 } = {}) {
    super(message || kind);
    Object.assign(this, { kind, status, code, details, requestId, waitMs });
  }
}

const KEPT_AS = "xianzhi.key";
const KEPT_IN = { area: "sessionStorage" };

let key = recall(KEPT_AS, KEPT_IN);

/** Use a key from now on; it is kept until the tab is closed. */
export function useKey(value) {
  key = value.trim();
  keep(KEPT_AS, key, KEPT_IN);
}

/** Tell whether there is a key. */
export const hasKey = () => key !== "";

/** Send a request and return its JSON answer; throws `ApiError`, or the signal's reason when it was called off. */
export async function call(path, { method, body, signal } = {}) {
  const headers = key ? { Authorization: `Bearer ${key}` } : {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  let response;
  try {
    response = await fetch(path, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(limit.aborted ? "slow" : "unreachable");
  }
  return read(response);
}

async function read(response) {
  let answer;
  try {
    answer = await response.json();
  } catch {
    // A proxy before a service that restarts answers with a page of its own.
    throw new ApiError(GATEWAY.has(response.status) ? "busy" : "garbled", { status: response.status, waitMs: readWait(response) });
  }
  if (response.ok) return answer;
  const { code, message, details, request_id: requestId } = answer.error ?? {};
  throw new ApiError("refused", { status: response.status, code, message, details, requestId, waitMs: readWait(response) });
}

const readWait = (response) => 1000 * (Number(response.headers.get("Retry-After")) || 0);
