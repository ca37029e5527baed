"""A shop's own system over HTTP: in good health, and in every kind of trouble."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, use_span

from eval.bench.shop_server import Shop, Trouble, run_shop
from kb.orders.order import OrderStatus
from kb.sources.breaker import BreakerState
from kb.sources.http_source import HttpSource, Request, is_usable_id
from kb.sources.mapping import MappingUnusable
from kb.sources.opening import open_http_source
from kb.sources.ports import NOT_ASKED, SourceFault, SourceReport, SourceState
from tests.kb.sources.shop_mapping import TRADE, make_mapping, wrap
from tests.kb.sources.ticking import TickingClock

SHANGHAI = ZoneInfo("Asia/Shanghai")
ENVIRONMENT = {"SHOP_TOKEN": "s3cret"}
ID = "2026111500017"
JUST_NOW = SourceReport(SourceState.OK, 0.0)
ANSWERS: dict[str, object] = {
    f"/trades/{ID}": wrap(TRADE),
    "/trades/gone": {"code": 4041, "message": "no such trade"},
    "/trades/null": wrap(None),
    "/trades/empty": {"code": 0, "data": {}},
    "/trades/other": wrap(TRADE),
    "/trades/%E8%AE%A2%2F1%3F%23": wrap({"status": "WAIT_BUYER_CONFIRM"}),
    "/trades?buyer=C0042": {
        "data": {
            "trades": [
                TRADE,
                {**TRADE, "tid": 2, "created": "2026-11-14 10:00:00"},
                {**TRADE, "tid": 3, "buyer": {"id": "C0001"}},
                {"tid": 4, "status": "?"},
            ]
        }
    },
    "/trades?buyer=C0007": {"data": {"trades": []}},
    "/buyers?mobile=13800138000": {"data": [{"id": "C0042", "nick": "王小明", "mobile": "138 0013 8000"}]},
}


@contextmanager
def open_source(
    shop: Shop | None = None, clock: TickingClock | None = None, **changes: Any
) -> Iterator[tuple[HttpSource, Shop, TickingClock]]:
    shop, clock = shop or Shop(ANSWERS), clock or TickingClock()
    with run_shop(shop) as address:
        mapping = make_mapping(**{"base_url": address, **changes})
        with open_http_source(mapping, SHANGHAI, ENVIRONMENT, clock=clock) as source:
            yield source, shop, clock


def test_an_order_is_fetched_with_the_headers_that_the_file_names() -> None:
    with open_source() as (source, shop, _):
        fetched = source.find_order(ID)
    assert fetched.value is not None
    assert (fetched.value.id, fetched.value.status, fetched.report) == (ID, OrderStatus.SHIPPED, JUST_NOW)
    assert "authorization: bearer s3cret" in shop.heads[0].lower()
    assert "x-app: xianzhi" in shop.heads[0].lower()
    assert "accept-encoding: identity" in shop.heads[0].lower()
    assert "traceparent" not in shop.heads[0].lower()


def test_the_shops_system_is_told_which_trace_its_work_belongs_to() -> None:
    asking = SpanContext(trace_id=0xABC, span_id=0xDEF, is_remote=False, trace_flags=TraceFlags(1))
    with open_source() as (source, shop, _), use_span(NonRecordingSpan(asking)):
        source.find_order(ID)
    assert f"traceparent: 00-{0xABC:032x}-" in shop.heads[0].lower()


@pytest.mark.parametrize("order_id", ["gone", "null", "nowhere"])
def test_an_order_that_the_shop_does_not_know_is_none_and_the_source_is_well(order_id: str) -> None:
    with open_source() as (source, _, _):
        fetched = source.find_order(order_id)
    assert (fetched.value, fetched.report) == (None, JUST_NOW)


@pytest.mark.parametrize("order_id", ["other", "empty"])
def test_an_answer_about_something_else_is_not_used(order_id: str) -> None:
    with open_source() as (source, _, _):
        fetched = source.find_order(order_id)
    assert (fetched.value, fetched.report) == (
        None,
        SourceReport(SourceState.UNAVAILABLE, None, SourceFault.UNUSABLE),
    )


def test_an_id_is_encoded_into_the_address_whatever_it_holds() -> None:
    with open_source() as (source, shop, _):
        fetched = source.find_order("订/1?#")
    assert shop.asked == ["/trades/%E8%AE%A2%2F1%3F%23"]
    assert fetched.value is not None
    assert fetched.value.id == "订/1?#"


@pytest.mark.parametrize(
    "order_id", ["", "x" * 201, "a\nb", "a\0", "..", "../users", "a/../../b", "..\\b", ".", "\u202e"]
)
def test_an_id_that_could_lead_elsewhere_is_never_asked_for(order_id: str) -> None:
    with open_source() as (source, shop, _):
        report = source.find_order(order_id).report
    assert report == SourceReport(SourceState.UNAVAILABLE, None, SourceFault.ID_UNUSABLE)
    assert shop.asked == []


@given(order_id=st.text(max_size=30))
def test_a_usable_id_stays_one_step_of_the_address(order_id: str) -> None:
    if is_usable_id(order_id):
        assert ".." not in order_id.replace("\\", "/").split("/")
        assert order_id.isprintable()


def test_a_customers_orders_come_newest_first_and_never_another_customers() -> None:
    with open_source() as (source, _, _):
        fetched = source.list_customer_orders("C0042", limit=20)
        assert source.list_customer_orders("C0042", limit=1).value == (fetched.value or ())[:1]
        assert source.list_customer_orders("C0007", limit=20).value == ()
        assert source.list_customer_orders("nobody", limit=20).value is None
    assert fetched.value is not None
    assert [order.id for order in fetched.value] == ["2", ID]
    assert fetched.report.reason is SourceFault.FIELDS_LEFT_OUT


def test_a_customer_is_found_by_phone_in_any_writing() -> None:
    with open_source() as (source, shop, _):
        customer = source.find_customer_by_phone("+86 138-0013-8000").value
    assert shop.asked == ["/buyers?mobile=13800138000"]
    assert customer is not None
    assert (customer.id, customer.name) == ("C0042", "王小明")


def test_a_number_in_a_question_is_an_orders_and_several_are_nobodys() -> None:
    with open_source() as (source, shop, _):
        assert source.find_order_by_number([ID, ID]).value is not None
        assert source.find_order_by_number([ID, "2"]).report == NOT_ASKED
        assert shop.asked == [f"/trades/{ID}"]


def test_a_request_that_the_file_does_not_offer_is_not_made() -> None:
    with open_source(requests={"order": {"url": "/trades/{order_id}"}}) as (source, _, _):
        report = source.list_customer_orders("C0042", limit=20).report
    assert report == SourceReport(SourceState.UNAVAILABLE, None, SourceFault.NOT_OFFERED)


@pytest.mark.parametrize(
    ("trouble", "fault"),
    [
        (Trouble.CLOSING, SourceFault.FAILED),
        (Trouble.GARBAGE, SourceFault.FAILED),
        (Trouble.NOT_JSON, SourceFault.NOT_JSON),
        (Trouble.WRONG_JSON, SourceFault.UNUSABLE),
        (Trouble.HUGE, SourceFault.TOO_LARGE),
        (Trouble.REDIRECTING, SourceFault.REDIRECTED),
        (Trouble.FAILING, SourceFault.FAILED),
    ],
)
def test_every_trouble_has_one_reason_and_a_known_order_stands_in_with_its_age(
    trouble: Trouble, fault: SourceFault
) -> None:
    with open_source() as (source, shop, clock):
        before = source.find_order(ID).value
        clock.seconds += 60
        shop.trouble = trouble
        fetched, unknown = source.find_order(ID), source.find_order("unknown")
    assert (fetched.value, fetched.report) == (before, SourceReport(SourceState.STALE, 60.0, fault))
    assert (unknown.value, unknown.report) == (None, SourceReport(SourceState.UNAVAILABLE, None, fault))


@pytest.mark.parametrize("trouble", [Trouble.HANGING, Trouble.TRICKLING])
def test_the_time_holds_for_the_whole_request_however_the_answer_comes_in(trouble: Trouble) -> None:
    with open_source(Shop({}, trouble), timeout_ms=100) as (source, _, _):
        report = source.find_order(ID).report
    assert report == SourceReport(SourceState.UNAVAILABLE, None, SourceFault.TIMED_OUT)


def test_a_gateway_that_fails_is_asked_once_more_and_no_other_trouble_is() -> None:
    with open_source() as (source, shop, _):
        shop.trouble = Trouble.FAILING
        source.find_order(ID)
        assert len(shop.asked) == 2
        shop.trouble = Trouble.NOT_JSON
        source.find_order(ID)
        assert len(shop.asked) == 3


def test_nobody_at_the_address_is_a_reason_too() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # Bound and not listening: connections are refused.
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
        with open_http_source(make_mapping(base_url=address), SHANGHAI, ENVIRONMENT) as source:
            report = source.find_order(ID).report
    assert report == SourceReport(SourceState.UNAVAILABLE, None, SourceFault.NOT_REACHED)


def test_after_failures_in_a_row_nothing_is_asked_until_one_trial_is_answered() -> None:
    with open_source() as (source, shop, clock):
        shop.trouble = Trouble.NOT_JSON
        source.find_order(ID)
        source.find_order(ID)
        assert source.find_order(ID).report.reason is SourceFault.SUSPENDED
        assert len(shop.asked) == 2
        assert source.list_customer_orders("C0042", limit=1).report.reason is SourceFault.NOT_JSON
        clock.seconds += 30
        shop.trouble = Trouble.NONE
        assert source.find_order(ID).report == JUST_NOW
        assert source.get_breaker_state(Request.ORDER) is BreakerState.CLOSED


def test_answers_that_only_this_order_gets_do_not_stop_the_others() -> None:
    with open_source() as (source, _, _):
        for _ in range(5):
            assert source.find_order("other").report.reason is SourceFault.UNUSABLE
        assert source.find_order(ID).report == JUST_NOW


def test_what_was_said_a_moment_ago_is_not_asked_again() -> None:
    with open_source() as (source, shop, clock):
        source.find_order(ID)
        clock.seconds += 10
        assert source.find_order(ID).report == SourceReport(SourceState.OK, 10.0)
        assert len(shop.asked) == 1
        clock.seconds += 1
        assert source.find_order(ID).report == JUST_NOW
        assert len(shop.asked) == 2


def test_an_order_that_is_gone_does_not_stand_in_for_itself() -> None:
    shop = Shop(dict(ANSWERS))
    with open_source(shop) as (source, _, clock):
        source.find_order(ID)
        clock.seconds += 11
        shop.answers = {}
        assert source.find_order(ID).value is None
        shop.trouble = Trouble.NOT_JSON
        assert source.find_order(ID).report.state is SourceState.UNAVAILABLE


def test_a_field_that_cannot_be_read_is_named_with_the_order() -> None:
    with open_source(Shop({"/trades/7": wrap({**TRADE, "tid": 7, "channel": "贝壳"})})) as (source, _, _):
        fetched = source.find_order("7")
    assert fetched.report == SourceReport(SourceState.OK, 0.0, SourceFault.FIELDS_LEFT_OUT)
    assert fetched.detail == "could not be read: payment.method"


@pytest.mark.parametrize("value", ["", "a\r\nb", "密"])
def test_a_header_without_a_usable_value_is_named_at_the_start(value: str) -> None:
    with (
        pytest.raises(MappingUnusable, match="SHOP_TOKEN"),
        open_http_source(make_mapping(), SHANGHAI, {"SHOP_TOKEN": value}),
    ):
        pass


def test_nothing_is_asked_once_it_is_closed() -> None:
    with open_source() as (source, _, _):
        pass
    assert source.find_order(ID).report == SourceReport(SourceState.UNAVAILABLE, None, SourceFault.FAILED)


def test_no_log_line_holds_an_id_a_phone_or_what_the_shop_said(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="kb")
    with open_source() as (source, shop, _):
        source.find_order("other")
        shop.trouble = Trouble.NOT_JSON
        source.find_customer_by_phone("13800138000")
    assert [record.getMessage() for record in caplog.records] == ["order_source_failed"] * 2
    written = " ".join(str(vars(record)) for record in caplog.records)
    for private in ("13800138000", "other", ID, "电热水器", "s3cret", "系统维护中"):
        assert private not in written.replace("another", "")
