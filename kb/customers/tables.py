"""What a look-up found, as tables on a terminal; every text of the shop's own is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from kb.customers.candidates import ListedCandidate
from kb.customers.likely import LikelyReason, LookupWithReasons, ReasonsFrom
from kb.customers.person import MaskedCustomer
from kb.customers.profile import Contact, CustomerProfile, OrderSummary, TouchingNotice
from kb.customers.timeline import ParcelEvent, ParcelLine
from kb.orders.order import ShipmentDirection

SHOWN_EVENTS = 8  # `--json` has more.
SHOWN_QUESTION = 80
SHOWN_REPLY = 120
# Why no reasons are shown, where somebody can do something about it, or what they go by.
_ORIGINS: Mapping[ReasonsFrom, str] = {
    ReasonsFrom.RATES: "By how common they are: too few past cases, or no orders, to tell more.",
    ReasonsFrom.NO_INTENTS: "No likely reasons: no case has an intent. Import cases with one, and build the index.",
    ReasonsFrom.NO_INDEX: "No likely reasons: no index is built. Run `xianzhi index build`.",
    ReasonsFrom.FAILED: "No likely reasons: they could not be worked out.",
}


def show_lookup(console: Console, found: LookupWithReasons, zone: tzinfo) -> None:
    """Print what was found."""
    if found.profile is not None:
        _show_profile(console, found.profile, zone)
        _show_reasons(console, found)
    elif found.candidates:
        console.print(_list_candidates(found.candidates, zone))
        more = "More than these are meant. " if found.truncated else ""
        console.print(f"{more}Look one of them up by the id, or give more digits.", highlight=False)
    else:
        console.print("Nobody was found.", highlight=False)


def _show_profile(console: Console, profile: CustomerProfile, zone: tzinfo) -> None:
    if profile.customer is not None:
        console.print(_describe_customer(profile.customer))
    console.print(_list_orders(profile.orders, zone, has_more=profile.has_more_orders))
    for order in profile.orders:
        for parcel in order.parcels:
            console.print(_draw_parcel(order, parcel, zone))
    if profile.contacts:
        console.print(_list_contacts(profile.contacts, zone))
    if profile.notices:
        console.print(_list_notices(profile.notices))


def _describe_customer(customer: MaskedCustomer) -> Panel:
    parts = (
        customer.name,
        customer.phone,
        customer.email,
        customer.tier_words.zh if customer.tier_words else None,
        " ".join([*customer.region, customer.address or ""]).strip(),
    )
    return Panel(_plain("  ".join(part for part in parts if part)) or "—", title=_plain(customer.id), expand=False)


def _list_candidates(candidates: Sequence[ListedCandidate], zone: tzinfo) -> Table:
    table = Table(
        "customer",
        "name",
        "phone",
        "order",
        "items",
        "newest order",
        "found by",
        title="Several are meant",
        title_justify="left",
    )
    for one in candidates:
        customer, order = one.customer, one.order
        _add_row(
            table,
            customer.id if customer else "",
            (customer.name if customer else None) or "",
            (customer.phone if customer else None) or "",
            order.id if order else "",
            "、".join(order.item_names) if order else "",
            _say_time(one.newest_order_at, zone),
            ", ".join(one.matched_by),
        )
    return table


def _list_orders(orders: Iterable[OrderSummary], zone: tzinfo, *, has_more: bool) -> Table:
    table = Table(
        "order", "state", "items", "amount", "placed", "promised", "remarkable", title="Orders", title_justify="left"
    )
    for order in orders:
        refund = [f"退款：{order.refund.words.zh}"] if order.refund else []
        _add_row(
            table,
            f"{order.id} ←" if order.is_asked_for else order.id,
            order.state.zh,
            "、".join(order.item_names),
            "" if order.amount is None else f"{order.amount:,.2f}",
            _say_time(order.placed_at, zone),
            _say_time(order.promised_at, zone),
            "；".join([*(remark.words.zh for remark in order.remarks), *refund]),
        )
    if has_more:
        table.caption = "The newest; there are more."
    return table


def _draw_parcel(order: OrderSummary, parcel: ParcelLine, zone: tzinfo) -> Table:
    way = "退回" if parcel.direction is ShipmentDirection.RETURN else "发出"
    title = f"{order.id} {way} {parcel.carrier or ''} {parcel.tracking_no or ''}"
    table = Table("at", "state", "place", "text", title=_plain(title.strip()), title_justify="left")
    for event in parcel.events[-SHOWN_EVENTS:]:
        _add_row(table, _say_time(event.at, zone), _mark_now(event, parcel), event.place or "", event.text or "")
    if not parcel.events:
        _add_row(table, "", "—", "", "")
    return table


def _mark_now(event: ParcelEvent, parcel: ParcelLine) -> str:
    words = event.words.zh if event.words else ""
    return f"● {words}" if event == parcel.now else words


def _list_contacts(contacts: Iterable[Contact], zone: tzinfo) -> Table:
    table = Table("at", "order", "question", "answered", title="Recent contacts", title_justify="left")
    for contact in contacts:
        answered = "yes" if contact.answered else "no"
        question = contact.question[:SHOWN_QUESTION]
        _add_row(table, _say_time(contact.at, zone), contact.order_id or "", question, answered)
    return table


def _show_reasons(console: Console, found: LookupWithReasons) -> None:
    if found.likely_reasons:
        console.print(_list_reasons(found.likely_reasons))
    if found.reasons_from in _ORIGINS:
        console.print(_ORIGINS[found.reasons_from], highlight=False, markup=False)


def _list_reasons(reasons: Iterable[LikelyReason]) -> Table:
    headings = ("reason", "likely", "order", "because", "past cases", "solution")
    table = Table(*headings, title="Likely reasons", title_justify="left")
    for one in reasons:
        solution = one.solution
        reply = f" {solution.reply[:SHOWN_REPLY]}" if solution and solution.reply else ""
        _add_row(
            table,
            one.title.zh,
            f"{one.probability:.0%}",
            one.order_id or "",
            "；".join(words.zh for words in one.because),
            f"{one.cases.of_them} of {one.cases.similar}",
            f"{solution.title} ({solution.item_id}){reply}" if solution else "",
        )
    return table


def _list_notices(notices: Iterable[TouchingNotice]) -> Table:
    table = Table("notice", "title", "wording", "orders", title="Notices", title_justify="left")
    for notice in notices:
        _add_row(table, notice.id, notice.title, notice.wording, ", ".join(notice.order_ids))
    return table


def _add_row(table: Table, *cells: str) -> None:
    table.add_row(*(_plain(cell) for cell in cells))


def _plain(text: str) -> str:
    """Return a text that means nothing to rich, and nothing to the terminal: a carrier's remark may hold anything."""
    return escape("".join(character if character.isprintable() else " " for character in text))


def _say_time(moment: datetime | None, zone: tzinfo) -> str:
    return "" if moment is None else moment.astimezone(zone).strftime("%m-%d %H:%M")
