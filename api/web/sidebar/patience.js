// Waiting for a service that is away: the same request again, at longer and longer intervals, until it is answered.

import { ApiError } from "../client.js";

const DELAYS_MS = [500, 1000, 2000, 4000, 8000];
const MOST_ATTEMPTS = 80; // About ten minutes: then somebody has to press.

const PASSING_KINDS = new Set(["unreachable", "slow", "busy"]);
const PASSING_STATUSES = new Set([429, 503]);

/** Tell whether an error passes by itself: the service restarts, is slow or busy, or wants to be asked less often. */
export function isPassing(error) {
  return error instanceof ApiError && (PASSING_KINDS.has(error.kind) || PASSING_STATUSES.has(error.status));
}

/**
 * Run a request until it is answered or called off; `onTrouble` hears of each failure that passes, and null at the end.
 * @param {() => Promise<any>} request
 * @param {{signal: AbortSignal, onTrouble: (error: ApiError | null) => void}} options
 */
export async function insist(request, { signal, onTrouble }) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await request();
      onTrouble(null);
      return answer;
    } catch (error) {
      if (signal.aborted || !isPassing(error) || attempt >= MOST_ATTEMPTS) throw error;
      onTrouble(error);
      await wait(Math.max(DELAYS_MS[Math.min(attempt, DELAYS_MS.length - 1)], Math.min(error.waitMs, 10_000)), signal);
    }
  }
}

/** Wait, but no longer than until the browser says that it is online again; rejects when called off. */
function wait(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      signal.removeEventListener("abort", end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, milliseconds);
    addEventListener("online", end);
    signal.addEventListener("abort", end);
  });
}
