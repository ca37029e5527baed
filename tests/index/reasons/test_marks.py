"""The marks of an order, and what they say in words."""

from __future__ import annotations

from index.reasons.marks import Mark
from index.reasons.wording import say_mark
from kb.conditions import Operator
from tests.index.reasons.makers import make_context, mark

SCAN_30_HOURS_AGO = [{"events": [{"at": "2026-11-19T04:00:00+08:00", "status": "in_transit"}]}]


def test_a_number_has_a_mark_for_every_step_passed_and_every_step_ahead() -> None:
    marks = {(m.op, m.value) for m in mark(shipments=SCAN_30_HOURS_AGO).marks if m.fact == "hours_without_scan"}
    assert marks == {
        (Operator.AT_LEAST, "24"),
        (Operator.LESS, "48"),
        (Operator.LESS, "72"),
        (Operator.LESS, "120"),
    }


def test_what_did_not_happen_leaves_no_mark() -> None:
    plain = mark(refund={"status": "none"}, promised_at="2026-11-25T10:00:00+08:00", shipments=SCAN_30_HOURS_AGO)
    facts = {m.fact for m in plain.marks}
    assert facts == {"order.status", "hours_without_scan", "shipment.last_status"}


def test_a_delivered_parcels_last_scan_tells_nothing_new_and_a_lost_ones_does() -> None:
    def last_scan(status: str) -> set[str]:
        parcel = [{"events": [{"at": "2026-11-18T10:00:00+08:00", "status": status}]}]
        marked = mark(status="delivered", delivered_at="2026-11-18T10:00:00+08:00", shipments=parcel)
        return {m.value for m in marked.marks if m.fact == "shipment.last_status"}

    assert last_scan("delivered") == set()
    assert last_scan("lost") == {"lost"}


def test_waiting_for_a_refund_counts_only_while_it_is_open() -> None:
    refund = {"status": "approved", "requested_at": "2026-11-18T10:00:00+08:00"}
    waiting = Mark("hours_since_refund_requested", Operator.AT_LEAST, "24")
    assert waiting in mark(refund=refund).marks
    assert waiting not in mark(refund={**refund, "status": "refunded"}).marks


def test_a_category_is_under_each_of_its_parts_and_empty_tags_are_known() -> None:
    marked = mark(items=[{"category": "服饰/女装/裙子/长裙", "tags": []}])
    assert {m.value for m in marked.marks if m.fact == "item.category"} == {"服饰", "服饰/女装", "服饰/女装/裙子"}
    assert {"item.category", "item.tags"} <= marked.known
    assert "customer.tier" not in marked.known


def test_marks_are_said_in_the_words_of_conditions_with_what_is_now() -> None:
    context = make_context(shipments=SCAN_30_HOURS_AGO, items=[{"tags": ["大件"]}])
    said = say_mark(Mark("hours_without_scan", Operator.AT_LEAST, "24"), context)
    assert said.zh == "物流未更新的时长不少于 24 小时（现在 30 小时）"
    assert said.en == "time without a tracking update is at least 24 hours (now 30 hours)"
    assert say_mark(Mark("item.tags", Operator.CONTAINS, "大件"), context).zh == "商品标签含 大件"
    assert say_mark(Mark("is_refused", Operator.EQUAL, "true"), context).zh == "有包裹被拒收"


def test_a_tag_that_no_condition_can_name_is_still_said() -> None:
    assert say_mark(Mark("item.tags", Operator.CONTAINS, ""), make_context()).zh == "商品标签 "
