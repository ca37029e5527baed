"""What a question says of each of several orders: sums, states, names, details and times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.which_order.amounts import find_amounts, weigh_amounts
from index.which_order.denied import part_denied
from index.which_order.evidence import Evidence, Finding, add_findings, join_evidence, oppose
from index.which_order.named import weigh_names
from index.which_order.nearness import NameVectors, weigh_nearness
from index.which_order.state_cues import find_cues, weigh_cues
from index.which_order.states import State, find_states
from index.which_order.times import TimeReader
from index.which_order.traces import weigh_numbers, weigh_traces
from index.which_order.weights import softmax
from kb.orders.order import Order
from kb.text.segment import default_segmenter
from tests.conftest import SHOP_ZONE
from tests.fakes import CountingEncoder, make_order

NOW = datetime(2026, 11, 15, 10, 0, tzinfo=SHOP_ZONE)


def make_item(name: str, category: str = "家居/厨具", **fields: Any) -> dict[str, Any]:
    """Return one line of an order."""
    return {"name": name, "category": category.split("/"), "quantity": 1, **fields}


POT = make_order(id="SO2026111000001", items=[make_item("不粘炒锅 32 厘米")], shipments=None)
SKIRT = make_order(
    id="SO2026111000002", items=[make_item("针织连衣裙 燕麦色", "服饰内衣/女装")], shipments=None, status="paid"
)


def fits(findings: Sequence[Finding]) -> list[tuple[float, ...]]:
    """Return how far each finding fits each order."""
    return [finding.fits for finding in findings]


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("三百多那单", 300, 399.99),
        ("两百多块", 200, 299.99),
        ("一万七千多那批", 17_000, 17_999.99),
        ("七八百那个", 700, 899.99),
        ("一千来块那件", 850, 1150),
        ("差不多三百块", 255, 345),
        ("不到两百的", 170, 200),
        ("五百出头", 500, 549.99),
        ("200那单", 199, 201),
        ("一千三的那单", 1293.5, 1306.5),
        ("the $159 one", 158, 160),
        ("69.9那个", 68.9, 70.9),
        ("¥1,299", 1292.505, 1305.495),
    ],
)
def test_sum_of_money_is_read(text: str, least: float, most: float) -> None:
    (amount,) = find_amounts(text)
    assert (amount.least, amount.most) == pytest.approx((least, most))


@pytest.mark.parametrize("text", ["20把", "17号", "4k显示器", "七天", "两台", "烂了三个", "16g", "一个", "尾号1299"])
def test_number_that_counts_something_else_is_no_sum(text: str) -> None:
    assert find_amounts(text) == []


def test_order_is_named_by_its_sum_rather_than_by_the_price_in_it() -> None:
    by_sum = make_order(payment={"amount": 299.0})
    by_price = make_order(payment={"amount": 5077.0}, items=[make_item("空气炸锅", price=299.0)])
    neither = make_order(payment={"amount": 899.0})
    (finding,) = weigh_amounts("退的那299到账了没", [by_sum, by_price, neither])
    assert finding.fits == (1.0, 0.6, 0.0)
    assert finding.reasons[0] is not None
    assert finding.reasons[0].zh == "金额与“299”相符"
    assert finding.reasons[2] is None


def test_sum_that_no_order_has_says_nothing() -> None:
    assert weigh_amounts("换成42的", [POT, SKIRT]) == []


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("忘付钱了", State.UNPAID),
        ("还没发的话改成m码", State.UNSHIPPED),
        ("取消吧", State.CHANGEABLE),
        ("到哪了", State.ON_THE_WAY),
        ("起球了", State.RECEIVED),
        ("都取消两天了", State.CANCELLED),
        ("拖这么多天", State.LATE),
        ("钱还没退", State.REFUND_ASKED),
        ("寄回去好几天了", State.SENT_BACK),
        ("没收到取件码", State.AT_STATION),
        ("今天送的放门口", State.OUT_FOR_DELIVERY),
        ("让他拉回去了", State.REFUSED),
        ("是不是搞丢了", State.LOST),
        ("物流卡住了", State.STUCK),
        ("where's my parcel", State.ON_THE_WAY),
        ("it arrived broken", State.RECEIVED),
        ("i already sent it back", State.SENT_BACK),
    ],
)
def test_words_say_which_state_an_order_is_in(text: str, state: State) -> None:
    assert state in dict(find_cues(text))


@pytest.mark.parametrize("text", ["专票一直没收到", "没给我发票", "钱一直没到"])
def test_what_has_not_come_is_not_always_a_parcel(text: str) -> None:
    assert not {State.UNSHIPPED, State.ON_THE_WAY, State.LATE} & dict(find_cues(text)).keys()


def weigh_said(text: str, *orders: Order) -> list[Finding]:
    """Return what the words about states in a text tell of orders."""
    return weigh_cues(text, [find_states(order, now=NOW) for order in orders])


def test_state_that_all_orders_are_in_says_nothing() -> None:
    assert weigh_said("到哪了", make_order(), make_order()) == []
    assert fits(weigh_said("还没发吧", POT, SKIRT)) == [(0.0, 1.0)]


def test_thing_is_found_by_a_word_of_its_name_or_by_one_telling_character() -> None:
    by_word, by_character, by_nothing = (
        fits(weigh_names(text, [POT, SKIRT], default_segmenter())) for text in ("那个炒锅", "裙子", "气死我了")
    )
    assert by_word[0][0] > 0.6
    assert by_word[0][1] == 0
    assert by_character[0] == pytest.approx((0.0, 0.393), abs=1e-3)  # 1 - e^-0.5
    assert by_nothing == []


def test_measure_word_says_what_kind_of_thing_is_meant() -> None:
    boots = make_order(items=[make_item("儿童雪地靴", "鞋靴/童鞋")])
    assert fits(weigh_names("过冬穿的那双", [POT, boots], default_segmenter())) == [(0.0, 0.5)]


def test_details_of_parcel_quantity_payment_and_seller_are_found() -> None:
    there = make_order(items=[make_item("键盘", quantity=20)], seller={"name": "暖屋家居旗舰店"})
    here = make_order(shipments=None, payment={"method": "cash_on_delivery"}, seller=None)
    orders = [there, here]
    assert fits(weigh_traces("还在昆山吗", orders)) == [(1.0, 0.0)]
    assert fits(weigh_traces("is it still in kunshan", orders)) == [(1.0, 0.0)]
    assert fits(weigh_traces("那20把呢", orders)) == [(1.0, 0.0)]
    assert fits(weigh_traces("货到付款的那单", orders)) == [(0.0, 1.0)]
    assert fits(weigh_traces("暖屋那家", orders)) == [(1.0, 0.0)]
    assert weigh_traces("怎么还没到", orders) == []


def test_end_of_a_number_names_an_order() -> None:
    assert fits(weigh_numbers("尾号0002的", [POT, SKIRT])) == [(0.0, 1.0)]
    assert fits(weigh_numbers("so2026111000001", [POT, SKIRT])) == [(1.0, 0.0)]
    assert weigh_numbers("尾号9999", [POT, SKIRT]) == []


def read_times(text: str, *orders: Order) -> list[tuple[float, ...]]:
    """Return how far the times in a text fit each order."""
    return fits(TimeReader(NOW, SHOP_ZONE).weigh(text, orders))


OLD = make_order(placed_at="2026-11-02T20:00:00+08:00", delivered_at="2026-11-13T09:00:00+08:00", status="delivered")
NEW = make_order(placed_at="2026-11-13T20:00:00+08:00", delivered_at="2026-11-14T19:00:00+08:00", status="delivered")


def test_time_speaks_of_the_step_that_the_verb_names() -> None:
    assert read_times("13号到的", OLD, NEW) == [(1.0, 0.5)]
    assert read_times("13号买的", OLD, NEW) == [(0.5, 1.0)]
    assert read_times("昨天晚上送来的", OLD, NEW) == [(0.0, 1.0)]
    assert read_times("13号那单", OLD, NEW) == [(0.75, 1.0)]
    assert read_times("去年买的", OLD, NEW) == []


def test_first_last_and_just_bought_are_times_too() -> None:
    assert read_times("最早那单", OLD, NEW) == [(1.0, 0.0)]
    assert read_times("the latest order", OLD, NEW) == [(0.0, 1.0)]
    assert read_times("刚签收的", OLD, NEW) == [(0.0, 1.0)]
    assert read_times("刚买的", OLD, NEW) == [(0.0, 1.0)]
    assert read_times("刚买的", OLD, OLD) == []  # Thirteen days ago is not just now.
    assert read_times("最早那单", OLD, make_order(placed_at=None)) == []


def test_today_it_is_to_come_what_was_promised_or_is_out() -> None:
    out = make_order(
        shipments=[{"events": [{"at": "2026-11-15T08:00:00+08:00", "status": "out_for_delivery"}]}], placed_at=None
    )
    assert read_times("今天送的大件", NEW, out) == [(0.0, 1.0)]


def test_names_are_encoded_once_and_an_order_without_any_is_as_far_as_the_farthest() -> None:
    encoder = CountingEncoder()
    vectors = NameVectors(encoder)
    (question,) = encoder.encode_passages(["连衣裙"])
    nameless = make_order(items=None)
    first = weigh_nearness(question, [POT, SKIRT, nameless], vectors)
    assert first.values[1] == 0 > first.values[0] == first.values[2]
    assert weigh_nearness(question, [POT, SKIRT, nameless], vectors) == first
    assert encoder.questions == ["不粘炒锅 32 厘米 家居 厨具", "针织连衣裙 燕麦色 服饰内衣 女装"]


def test_findings_add_up_to_a_bound_and_what_was_said_before_counts_less() -> None:
    found = Finding((1.0, 0.5), (None, None))
    now = add_findings([found, found, found], 2, most=2.0)
    assert now.values == (2.0, 1.5)
    assert add_findings([], 2, most=2.0).values == (0, 0)
    joined = join_evidence(add_findings([found], 2, most=2.0), now, share=0.3, most=2.0)
    assert joined.values == pytest.approx((1.6, 0.95))


@pytest.mark.parametrize(
    ("text", "meant", "denied"),
    [
        ("不是昨天买的那单,是耳机没到", ",是耳机没到", "昨天买的那单"),
        ("不是耳机,是充电宝没到", " 充电宝没到", "耳机"),
        ("我说的不是那双鞋,裙子还没发", "我说的 ,裙子还没发", "那双鞋"),
        ("not the shoes, the jacket is late", " , the jacket is late", "the shoes"),
        ("i mean the jacket not my shoes", "i mean the jacket  ", "my shoes"),
    ],
)
def test_what_is_denied_is_told_from_what_is_meant(text: str, meant: str, denied: str) -> None:
    found = part_denied(text)
    assert (found[0].split(), found[1]) == (meant.split(), denied)


@pytest.mark.parametrize(
    "text",
    [
        "是不是还没发货",
        "不是说好昨天到吗",
        "不是今天就该到的吗",
        "是不是那双鞋,怎么还没到",
        "it has not arrived",
        "要不是那单便宜我才不买",
    ],
)
def test_a_question_or_a_reproach_denies_nothing(text: str) -> None:
    assert part_denied(text) == (text, "")


def test_what_is_denied_speaks_against_an_order() -> None:
    said, denied = Evidence((0.0, 1.0), ((), ())), Evidence((1.0, 0.0), ((), ()))
    assert oppose(said, denied).values == (-1.0, 1.0)


def test_shares_follow_the_scores() -> None:
    assert softmax([0.0, 0.0]) == (0.5, 0.5)
    assert softmax([1000.0, 0.0]) == (1.0, 0.0)


@given(st.text(max_size=80), st.sampled_from([POT, SKIRT, OLD, NEW]), st.sampled_from([POT, SKIRT, OLD, NEW]))
def test_whatever_is_said_each_fit_lies_between_0_and_1(text: str, one: Order, other: Order) -> None:
    orders = [one, other]
    found = [
        *weigh_amounts(text, orders),
        *weigh_said(text, *orders),
        *weigh_names(text, orders, default_segmenter()),
        *weigh_traces(text, orders),
        *weigh_numbers(text, orders),
        *TimeReader(NOW, SHOP_ZONE).weigh(text, orders),
    ]
    assert all(len(f.fits) == len(f.reasons) == 2 and all(0 <= fit <= 1 for fit in f.fits) for f in found)


@pytest.mark.parametrize("text", ["where is order so2026111000001.", "it ends with 0001.", "no.0001?"])
def test_a_number_at_the_end_of_a_sentence_is_seen(text: str) -> None:
    assert fits(weigh_numbers(text, [POT, SKIRT])) == [(1.0, 0.0)]


def test_a_shop_of_latin_letters_is_a_whole_word() -> None:
    apple = make_order(id="A", items=[], shipments=None, seller={"kind": "third_party", "name": "Apple 官方旗舰店"})
    assert not any("apple" in str(finding.reasons) for finding in weigh_traces("what happened to it", [apple, POT]))
    assert any("apple" in str(finding.reasons) for finding in weigh_traces("the apple one", [apple, POT]))
