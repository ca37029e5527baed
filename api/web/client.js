// Talking to the API: answers as values, failures as errors that can be shown in words.

const TIMEOUT_MS = 30_000;

export class ApiError extends Error {
  constructor(kind, { status = 0, code = "", message = "", details = [], requestId = "" } = {}) {
    super(message || kind);
    Object.assign(this, { kind, status, code, details, requestId });
  }
}

let key = "";

/** Use a key from now on; it is kept in this page only. */
export function useKey(value) {
  key = value.trim();
}

/** Send a request and return its JSON answer; throws `ApiError`, or the signal's reason when it was called off. */
export async function call(path, { body, signal } = {}) {
  const headers = key ? { Authorization: `Bearer ${key}` } : {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  let response;
  try {
    response = await fetch(path, {
      method: body === undefined ? "GET" : "POST",
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
    throw new ApiError(response.status === 503 ? "busy" : "garbled", { status: response.status });
  }
  if (response.ok) return answer;
  const { code, message, details, request_id: requestId } = answer.error ?? {};
  throw new ApiError("refused", { status: response.status, code, message, details, requestId });
}
