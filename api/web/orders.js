// Choosing an order: from the imported ones, none, or one that is pasted.

import { ApiError, call } from "./client.js";
import { el } from "./dom.js";
import { language, say, sayTime, useZone } from "./words.js";

const MOST_LISTED = 200;
const NONE = "";
const PASTED = "{}";
const BY_CUSTOMER = "@";

const picker = document.getElementById("order");
const paste = document.getElementById("order-paste");
const pasted = document.getElementById("order-json");
const byCustomer = document.getElementById("order-customer");
const customerId = document.getElementById("customer-id");
const facts = document.getElementById("order-facts");

let listed = [];
let failed = false;
let shown = null;
let asked = 0;

/** Read the list of orders; a failure leaves the choice between none and pasting. */
export async function loadOrders() {
  try {
    const list = await call(`/v1/orders?limit=${MOST_LISTED}`);
    listed = list.items;
    useZone(list.time_zone);
    failed = false;
  } catch (error) {
    failed = true;
    throw error;
  } finally {
    fillPicker();
  }
}

/** Tell whether the list still has to be read. */
export const needsOrders = () => failed;

/** Write the choices in the current language, keeping what is chosen. */
export function fillPicker() {
  const chosen = picker.value;
  const groups = new Map();
  for (const order of listed) groups.set(order.status, [...(groups.get(order.status) ?? []), order]);
  picker.replaceChildren(
    el("option", { value: NONE, text: say("noOrder") }),
    el("option", { value: BY_CUSTOMER, text: say("byCustomer") }),
    el("option", { value: PASTED, text: say("pasteOrder") }),
    ...[...groups.values()].map((orders) =>
      el(
        "optgroup",
        { label: orders[0].status_words[language] },
        orders.map((order) => el("option", { value: order.id, text: `${order.item_names[0] ?? "—"} · ${order.id}` })),
      ),
    ),
  );
  picker.value = [...picker.options].some((option) => option.value === chosen) ? chosen : NONE;
  drawFacts();
}

/** Return the part of a match request that says which order it is about; throws `ApiError` when that is unusable. */
export function readOrder() {
  if (picker.value === NONE) return {};
  if (picker.value === BY_CUSTOMER) {
    if (!customerId.value.trim()) throw new ApiError("customerMissing");
    return { customer: customerId.value.trim() };
  }
  if (picker.value !== PASTED) return { order_id: picker.value };
  if (!pasted.value.trim()) throw new ApiError("orderMissing");
  let order;
  try {
    order = JSON.parse(pasted.value);
  } catch {
    throw new ApiError("orderJson");
  }
  if (order === null || typeof order !== "object" || Array.isArray(order)) throw new ApiError("orderObject");
  return { order };
}

picker.addEventListener("change", async () => {
  const mine = ++asked;
  paste.hidden = picker.value !== PASTED;
  byCustomer.hidden = picker.value !== BY_CUSTOMER;
  shown = null;
  drawFacts();
  if ([NONE, PASTED, BY_CUSTOMER].includes(picker.value)) return;
  try {
    const order = await call(`/v1/orders/${encodeURIComponent(picker.value)}`);
    if (mine !== asked) return;
    shown = order;
    drawFacts();
  } catch {
    // The match itself will say what is wrong; the facts are only for the eye.
  }
});

function drawFacts() {
  const rows = shown ? listFacts(shown) : [];
  const note = failed ? say("ordersFailed") : listed.length ? "" : say("noSampleOrders");
  facts.replaceChildren(
    ...rows.flatMap(([name, value]) => [el("dt", { text: say(`facts.${name}`) }), el("dd", { text: value })]),
    ...(note && !rows.length ? [el("dd", { class: "note", text: note })] : []),
  );
}

function listFacts(order) {
  const words = listed.find((line) => line.id === order.id)?.status_words;
  const parcel = (order.shipments ?? []).filter((shipment) => shipment.direction !== "return").at(-1);
  const last = parcel?.events?.at(-1);
  const seller = order.seller && [say(`sellers.${order.seller.kind}`), order.seller.name].filter(Boolean).join(" · ");
  const refund = order.refund?.status && order.refund.status !== "none" ? say(`refunds.${order.refund.status}`) : "";
  return [
    ["status", words?.[language] ?? order.status],
    ["items", (order.items ?? []).map((item) => item.name).filter(Boolean).join("、")],
    ["seller", seller],
    ["placed_at", order.placed_at && sayTime(order.placed_at)],
    ["promised_at", order.promised_at && sayTime(order.promised_at)],
    ["delivered_at", order.delivered_at && sayTime(order.delivered_at)],
    ["last", last && [sayTime(last.at), last.text || last.place].filter(Boolean).join(" ")],
    ["refund", refund],
  ].filter(([, value]) => value);
}
