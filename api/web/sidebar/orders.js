// The customer's orders, with the one meant picked out; the chosen one is open.

import { html, live, nothing, repeat } from "../vendor/lit/lit.js";
import { sayShortTime, sayTime } from "../language.js";
import { sayPercent } from "./confidence.js";
import { showParcels } from "./timeline.js";
import { say, sayBoth } from "./words.js";

const SHOWN_ORDERS = 3;
const WORTH_SAYING = 0.05;
const yuan = new Intl.NumberFormat("zh-CN", { style: "currency", currency: "CNY", minimumFractionDigits: 0, maximumFractionDigits: 2 });

/** Return the orders as one choice: arrow keys go from one to the next. */
export function showOrders(desk) {
  const { orders, profile, missingOrder } = desk.lookup;
  if (!profile) return nothing;
  const marks = markOrders(desk);
  const shown = desk.showsAllOrders ? orders : selectShown(orders, marks, desk.isNarrow);
  const hidden = orders.length - shown.length;
  return html`<fieldset class="orders part" @focusin=${(event) => unfold(desk, event)}>
    <legend>${say("ordersTitle")} <span class="quiet">${orders.length || say("noOrders")}</span></legend>
    ${repeat(shown, (order) => order.id, (order) => showOrder(desk, order, marks))}
    <p class="orders-acts">
      ${hidden > 0 ? html`<button type="button" class="link" @click=${() => desk.change({ showsAllOrders: true })}>${say("moreOrders", { count: hidden })}</button>` : nothing}
      ${desk.showsAllOrders && orders.length > 1 ? html`<button type="button" class="link" @click=${() => desk.change({ showsAllOrders: false })}>${say("fewerOrders")}</button>` : nothing}
      ${desk.lookup.namedOrder && orders.length > 1 ? html`<button type="button" class="link" @click=${() => desk.nameOrder(null)}>${say("letMatch")}</button>` : nothing}
    </p>
    ${profile.has_more_orders ? html`<p class="hint">${say("olderOrders")}</p>` : nothing}
    ${missingOrder ? html`<p class="warn">${say("orderNotListed", { id: missingOrder })}</p>` : nothing}
  </fieldset>`;
}

// Arrow keys go through all of them; with a mouse nothing may move between pressing and letting go.
function unfold(desk, { target }) {
  if (target.matches("input:focus-visible") && !desk.showsAllOrders) desk.change({ showsAllOrders: true });
}

/** Tell which order is chosen, and what is said of each: named by the agent, or how likely the match takes it for meant. */
export function markOrders({ lookup, matching }) {
  const result = matching.result;
  const possible = new Map((result?.orders ?? []).map((one) => [one.id, one]));
  const chosen = lookup.namedOrder ?? result?.order_id ?? (lookup.orders.length === 1 ? lookup.orders[0].id : null);
  return { chosen, possible, isNamed: lookup.namedOrder !== null, meant: result?.order_id ?? null };
}

// In one column the question comes below: there the others fold away once one is chosen.
function selectShown(orders, { chosen, possible }, isNarrow) {
  if (isNarrow && chosen) return orders.filter((order) => order.id === chosen);
  return orders.filter((order, index) => index < SHOWN_ORDERS || order.id === chosen || possible.has(order.id));
}

function showOrder(desk, order, marks) {
  const isChosen = order.id === marks.chosen;
  const names = order.item_names;
  return html`<div class="order ${isChosen ? "chosen" : ""} ${order.remarks.length ? "remarkable" : ""}">
    <label>
      <input type="radio" name="order" .value=${order.id} .checked=${live(isChosen)} @change=${() => desk.nameOrder(order.id)}>
      <span class="order-name one-line" title=${names.join("、")}>${names[0] ?? order.id}${names.length > 1 ? html` <span class="quiet">${say("itemsMore", { count: names.length })}</span>` : nothing}</span>
      <span class="order-amount">${order.amount === null ? nothing : yuan.format(order.amount)}</span>
      <span class="order-state">${sayBoth(order.state)}${showMark(order, marks)}</span>
    </label>
    ${isChosen ? showOpen(order, marks) : nothing}
  </div>`;
}

function showMark(order, { chosen, possible, isNamed, meant }) {
  if (order.id === chosen && isNamed) return html`<span class="badge lead">${say("named")}</span>`;
  if (order.id === meant && possible.has(order.id)) return html`<span class="badge lead" title=${sayPercent(possible.get(order.id).probability)}>${say("meant")}</span>`;
  if (possible.has(order.id) && possible.get(order.id).probability >= WORTH_SAYING) return html`<span class="badge">${say("maybe", { percent: sayPercent(possible.get(order.id).probability) })}</span>`;
  return nothing;
}

function showOpen(order, { possible, isNamed }) {
  // That it is late stands in its state.
  const remarks = order.remarks.filter(({ kind }) => kind !== "late");
  const why = isNamed ? [] : (possible.get(order.id)?.reasons ?? []);
  return html`<div class="order-open">
    ${why.length ? html`<p class="quiet">${why.join(" · ")}</p>` : nothing}
    ${remarks.length ? html`<ul class="remarks">${remarks.map((remark) => html`<li>${sayBoth(remark.words)}</li>`)}</ul>` : nothing}
    <p class="quiet">
      <span class="id">${order.id}</span>
      ${order.placed_at ? html`<span title=${sayTime(order.placed_at)}>${say("placed", { at: sayShortTime(order.placed_at) })}</span>` : nothing}
      ${order.promised_at ? html`<span>${say("promised", { at: sayShortTime(order.promised_at) })}</span>` : nothing}
      ${order.refund ? html`<span>${sayBoth(order.refund.words)}${order.refund.amount === null ? nothing : html` ${yuan.format(order.refund.amount)}`}</span>` : nothing}
    </p>
    ${showParcels(order.parcels)}
  </div>`;
}
