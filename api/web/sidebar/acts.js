// What each key and each button does to the desk.

import { listSolutions } from "./answers.js";
import { MOST_CHARACTERS } from "./reply.js";
import { nameOf } from "./solution-card.js";
import { say } from "./words.js";

/** One act for each name in `keys.js`. */
export const ACTS = {
  search: (desk) => focusField(desk, "#find"),
  question: (desk) => {
    desk.change({ showsAllOrders: false });
    focusField(desk, "#question");
  },
  orders: (desk) => (desk.querySelector("input[name=order]:checked") ?? desk.querySelector("input[name=order]"))?.focus(),
  reveal: (desk) => {
    const customer = desk.lookup.profile?.customer;
    if (customer) desk.querySelector("x-reveal").open(customer.id);
  },
  next: (desk) => move(desk, 1),
  previous: (desk) => move(desk, -1),
  edit: (desk) => withReply(desk, (reply) => reply.edit()),
  insert: (desk) => withReply(desk, (reply) => reply.insert()),
  copy: (desk) => withReply(desk, (reply) => reply.copy()),
  askBack: (desk) => {
    const { result } = desk.matching;
    if (result?.ask.length) desk.hand(result.ask[0].question, { requestId: result.request_id });
    else desk.tell(say("said.noAsk"));
  },
  used: (desk) => judge(desk, "used"),
  wrong: (desk) => judge(desk, "wrong"),
  undo,
  gap: logGap,
  help: (desk) => desk.querySelector("x-help").open(),
};

function focusField(desk, selector) {
  const field = desk.querySelector(selector);
  field.focus();
  field.select();
}

function move(desk, step) {
  const all = listSolutions(desk.matching.result);
  if (!all.length) return;
  const at = all.findIndex((solution) => nameOf(solution) === desk.activeName);
  desk.activeName = nameOf(all[Math.min(all.length - 1, Math.max(0, at + step))]);
  desk.focusActive();
}

// What came of the open solution; an edited reply goes along.
async function judge(desk, verdict) {
  const { result } = desk.matching;
  const solution = listSolutions(result).find((one) => nameOf(one) === desk.activeName);
  if (!solution) return desk.tell(say("said.noSolution"));
  const reply = desk.querySelector("[data-active] x-reply");
  // An emptied reply is not what was sent: the agent wrote elsewhere.
  const said = verdict === "used" && reply?.isEdited && reply.text.trim() ? ["edited", reply.text] : [verdict];
  if (Array.from(said[1] ?? "").length > MOST_CHARACTERS) return desk.tell(say("said.tooLong", { most: MOST_CHARACTERS }));
  return note(desk, result, say("said.judged"), solution, ...said);
}

// With the judgement the agent has done with the answer: what waited for that is shown.
async function note(desk, result, told, ...said) {
  if (!(await desk.judging.judge(result.request_id, ...said))) return;
  desk.tell(told);
  if (desk.matching.result === result) desk.matching.release();
}

async function logGap(desk) {
  const { result } = desk.matching;
  if (!result) return desk.tell(say("said.noSolution"));
  return note(desk, result, say("gapSaved"), null, "dismissed");
}

// Of a solution, of the whole answer (null), or of whatever was said last.
async function undo(desk, solution) {
  const taken = await (solution === undefined ? desk.judging.undo() : desk.judging.undo(desk.matching.result.request_id, solution));
  // What failed has been told already.
  if (taken !== false) desk.tell(say(taken ? "said.undone" : "said.nothingToUndo"));
}

// The reply of the open solution, else that of a likely reason that is open.
function withReply(desk, use) {
  const reply = desk.querySelector("[data-active] x-reply") ?? desk.querySelector(".reason details[open] x-reply");
  if (reply) use(reply);
  else desk.tell(say(desk.matching.result ? "said.noReply" : "said.noSolution"));
}
