"""Reading what is put into the search box."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kb.migrations
from kb.customers.query import MAX_QUERY, QueryKind, QueryUnreadable, hash_query, read_query
from kb.orders.tails import fold_phone, reverse_number, reverse_phone
from tests.fakes import widen

MOBILE = "13800001037"


@pytest.mark.parametrize(
    "written",
    [
        "13800001037",
        "138 0000 1037",
        "138-0000-1037",
        "+8613800001037",
        "+86 138 0000 1037",
        "0086-138-0000-1037",
        "(+86)138 0000 1037",
        widen("8613800001037"),
        widen("138-0000-1037"),
        " 13800001037\n",
        "手机号：13800001037",
        "电话 138 0000 1037",
        "phone: 13800001037",
        "138\u200b0000\u200b1037",
    ],
)
def test_every_writing_of_a_phone_is_the_same_phone(written: str) -> None:
    query = read_query(written)
    assert (query.kind, query.phone) == (QueryKind.PHONE, MOBILE)
    assert hash_query(written, "key") == hash_query(MOBILE, "key")


@pytest.mark.parametrize(
    "written",
    ["SO2026111400381", "so2026111400381", "订单号：SO2026111400381", "SO 20261114-00381", "#SO2026111400381"],
)
def test_every_writing_of_an_order_number_is_the_same_number(written: str) -> None:
    query = read_query(written)
    assert (query.kind, query.number, query.phone) == (QueryKind.NUMBER, "SO2026111400381", None)


@pytest.mark.parametrize("written", ["1037", "尾号1037", "后四位 1037", "尾号是1037", widen("1037"), "ending in 1037"])
def test_last_digits_are_read_as_an_end(written: str) -> None:
    query = read_query(written)
    assert (query.kind, query.number) == (QueryKind.TAIL, "1037")


def test_ten_digits_are_still_an_end_and_eleven_a_whole_number() -> None:
    assert read_query("2026111400").kind is QueryKind.TAIL
    assert read_query("20261114003").kind is QueryKind.NUMBER


def test_a_landline_is_the_same_with_the_country_code() -> None:
    assert read_query("010-6255 1037").phone == read_query("+86 10 6255 1037").phone == "01062551037"


def test_an_id_that_begins_like_a_label_is_kept() -> None:
    assert read_query("TEL001").number == "TEL001"
    assert read_query("Order77").number == "ORDER77"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("037", "at least the last 4"),
        ("尾号 37", "at least the last 4"),
        ("", "neither a phone nor a number"),
        ("   ", "neither a phone nor a number"),
        ("周雨桐", "names are not looked up"),
        ("周雨桐 13800001037", "neither a phone nor a number"),
        ("alice", "neither a phone nor a number"),
        ("138****1037", "at least its last 4 digits"),
        ("yutong37@example.com", "not looked up by e-mail"),
        ("1" * (MAX_QUERY + 1), "longer than 100 characters"),
        ("1037\0", "NUL"),
        ("1037\ud800", "surrogate"),
        ("' OR 1=1 --", "neither a phone nor a number"),
        ("%%%%", "neither a phone nor a number"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_can(written: str, said: str) -> None:
    with pytest.raises(QueryUnreadable, match=said) as caught:
        read_query(written)
    assert written.strip() == "" or written not in caught.value.message


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        query = read_query(text)
    except QueryUnreadable:
        return
    assert query.number


def test_the_hash_of_a_query_depends_on_the_key_and_holds_nothing_of_it() -> None:
    digest = hash_query(MOBILE, "key")
    assert digest != hash_query(MOBILE, "another key")
    assert len(digest) == 64
    assert MOBILE not in digest


def load_migration() -> ModuleType:
    """Return the migration that filled the reversed columns."""
    folder = Path(next(iter(kb.migrations.__path__)))
    spec = importlib.util.spec_from_file_location("migration_0005", folder / "versions" / "0005_audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MIGRATION = load_migration()
PHONISH = st.text("0123456789+- ()１２８６转", min_size=1, max_size=24)


@given(st.text(min_size=1, max_size=250) | PHONISH)
def test_the_migration_reverses_as_saving_does(text: str) -> None:
    assert MIGRATION.reverse_number(text) == reverse_number(text)
    assert MIGRATION.reverse_phone(text) == reverse_phone(text)


@given(PHONISH)
def test_folding_a_phone_twice_is_folding_it_once(text: str) -> None:
    assert fold_phone(fold_phone(text)) == fold_phone(text)


@pytest.mark.parametrize(
    "written", ["客户编号1037", "客户编号是 1037", "会员号为1037", "customer id is 1037", "customer no. 1037"]
)
def test_digits_that_are_called_an_id_are_one(written: str) -> None:
    query = read_query(written)
    assert (query.kind, query.number) == (QueryKind.CUSTOMER_ID, "1037")
