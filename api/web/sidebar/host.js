// Speaking with the page that frames the sidebar: only with origins that the shop has listed, and only in the forms below.

const VERSION = 1;
const MOST_TURNS = 50;
const MOST_CHARACTERS = 10_000;
const MOST_NAME = 100;
const CUSTOMER_ID = /^[A-Za-z0-9._-]{1,64}$/;
const AGENT = /^[A-Za-z0-9._-]{1,64}$/;
const CHATWOOT_ASKS = "chatwoot-dashboard-app:fetch-info";
const CHATWOOT_INCOMING = 0;
const CHATWOOT_OUTGOING = 1;

export class HostPage {
  #origins = new Set();
  #origin = "";
  #kind = "";

  /** @param {(context: object) => void} onContext hears each context that an allowed page sends */
  constructor(onContext, { self = window } = {}) {
    Object.assign(this, { onContext, self });
  }

  /** Listen, and tell the allowed pages that the sidebar is there. */
  open(origins) {
    this.#origins = new Set(origins);
    if (this.self.parent === this.self || !origins.length) return;
    this.self.addEventListener("message", (event) => this.#receive(event));
    // Where the browser tells who frames us, only that page is spoken to; else those who are not there hear nothing.
    const framing = this.self.location.ancestorOrigins?.[0];
    const spokenTo = framing === undefined ? origins : origins.filter((origin) => origin === framing);
    for (const origin of spokenTo) {
      this.self.parent.postMessage({ type: "xianzhi:ready", version: VERSION }, origin);
      this.self.parent.postMessage(CHATWOOT_ASKS, origin);
    }
  }

  /** Whether the page takes replies: Chatwoot's dashboard apps cannot write into its editor. */
  get takesReplies() {
    return this.#kind === "xianzhi";
  }

  /** Give the page a reply to put into its editor. */
  insert({ text, requestId = null, itemId = null }) {
    const message = { type: "xianzhi:insert", text, request_id: requestId, item_id: itemId };
    this.self.parent.postMessage(message, this.#origin);
  }

  #receive(event) {
    if (event.source !== this.self.parent || !this.#origins.has(event.origin)) return;
    const context = readContext(event.data) ?? readChatwoot(event.data);
    if (!context) return;
    this.#origin = event.origin;
    this.#kind = context.kind;
    this.onContext(context);
  }
}

/** Return what a page of one's own says of the conversation, or null where it says something else. */
export function readContext(data) {
  if (data === null || typeof data !== "object" || data.type !== "xianzhi:context") return null;
  return {
    kind: "xianzhi",
    customer: readText(data.customer, MOST_NAME),
    orderId: readText(data.order_id, MOST_NAME),
    question: readText(data.question, MOST_CHARACTERS),
    turns: readTurns(data.turns),
    locale: readLocale(data.locale),
    agent: readAgent(data.agent),
  };
}

/** Return what Chatwoot says of the conversation to a dashboard app, or null where it says something else. */
export function readChatwoot(data) {
  const said = parse(data);
  if (said?.event !== "appContext") return null;
  const { contact, conversation, currentAgent } = said.data ?? {};
  const messages = Array.isArray(conversation?.messages) ? conversation.messages : [];
  const turns = messages
    .filter((message) => !message?.private && [CHATWOOT_INCOMING, CHATWOOT_OUTGOING].includes(message?.message_type))
    .map((message) => ({
      role: message.message_type === CHATWOOT_INCOMING ? "customer" : "agent",
      text: readText(message.content, MOST_CHARACTERS),
    }))
    .filter((turn) => turn.text);
  const last = turns.findLastIndex((turn) => turn.role === "customer");
  return {
    kind: "chatwoot",
    // The shop's own id of the contact, said to be one; else the phone that they write from.
    customer: CUSTOMER_ID.test(contact?.identifier ?? "") ? `customer id ${contact.identifier}` : readText(contact?.phone_number, MOST_NAME),
    orderId: "",
    question: last < 0 ? "" : turns[last].text,
    turns: turns.slice(Math.max(0, last - MOST_TURNS), Math.max(0, last)),
    locale: "",
    agent: Number.isInteger(currentAgent?.id) ? `chatwoot-${currentAgent.id}` : "",
  };
}

function parse(data) {
  if (typeof data !== "string" || !data.startsWith("{")) return null;
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

function readTurns(turns) {
  if (!Array.isArray(turns)) return [];
  return turns
    .map((turn) =>
      typeof turn === "string"
        ? { role: "customer", text: readText(turn, MOST_CHARACTERS) }
        : { role: turn?.role === "agent" ? "agent" : "customer", text: readText(turn?.text, MOST_CHARACTERS) },
    )
    .filter((turn) => turn.text)
    .slice(-MOST_TURNS);
}

const readText = (value, most) => (["string", "number"].includes(typeof value) ? cut(String(value).trim(), most) : "");
// Never between the two halves of a character.
const cut = (text, most) => text.slice(0, most).replace(/[\uD800-\uDBFF]$/, "");
const readAgent = (value) => (AGENT.test(readText(value, 64)) ? readText(value, 64) : "");
const readLocale = (value) => (/^zh/i.test(value) ? "zh" : /^en/i.test(value) ? "en" : "");
