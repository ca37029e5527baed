"""Settings files of order sources: what is taken, and what each fault is answered with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kb.sources.mapping import MappingUnusable, SourceMapping, read_mapping
from tests.kb.sources.shop_mapping import MAPPING, make_mapping

EXAMPLE = Path(__file__).parents[3] / "docs" / "order-source.example.yaml"


def write(folder: Path, **changes: Any) -> Path:
    path = folder / "shop.yaml"
    path.write_text(yaml.safe_dump({**MAPPING, **changes}, allow_unicode=True), "utf-8")
    return path


def test_a_file_says_the_same_as_its_values(tmp_path: Path) -> None:
    assert read_mapping(write(tmp_path)) == make_mapping()


def test_the_documented_example_can_be_used() -> None:
    assert isinstance(read_mapping(EXAMPLE), SourceMapping)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"base_url": "https://user:pw@shop"}, "base_url"),
        ({"base_url": "https://{order_id}.shop"}, "base_url"),
        ({"base_url": "file:///etc"}, "base_url"),
        ({"base_url": "https://shop/?a=1"}, "base_url"),
        ({"headers": {"Authorization": "Bearer abc"}}, "Authorization is a secret"),
        ({"headers": {"X-Api-Key": "abc"}}, "X-Api-Key is a secret"),
        ({"headers": {"X-App": "a\r\nHost: b"}}, "no header may hold"),
        ({"headers": {"X App": "a"}}, "name of a header"),
        ({"headers": {"X-App": {"environment": "A B"}}}, "headers.X-App"),
        ({"timeout_ms": 0}, "timeout_ms"),
        ({"zone": "Asia/Nowhere"}, "no time zone"),
        ({"time": "yesterday"}, "a time is iso"),
        ({"time": "%Y-%m-%d %H:%M %H"}, "cannot be read"),
        ({"time": "%F %T"}, "cannot be read"),
        ({"requests": {}}, "none of: order, customer_orders, customer_by_phone"),
        ({"requests": {"order": {"url": "/trades"}}}, "{order_id} once"),
        ({"requests": {"order": {"url": "/{order_id}/{order_id}"}}}, "{order_id} once"),
        ({"requests": {"order": {"url": "//evil/{order_id}"}}}, "begin with one /"),
        ({"requests": {"order": {"url": "@evil/{order_id}"}}}, "begin with one /"),
        ({"requests": {"order": {"url": "/{customer_id}"}}}, "{order_id} once"),
        ({"requests": {"order": {"url": "/a b/{order_id}"}}}, "no address may hold"),
        ({"order": {"id": "tid"}}, "order.status is missing"),
        ({"order": {"status": "s", "colour": "c"}}, "order.colour is no field of ours"),
        ({"order": {"status": "s", "items.sku": "c"}}, "order.items.sku is no field of ours, or stands in a list"),
        ({"order": {"status": "s", "payment": {"each": "p", "fields": {}}}}, "order.payment is no list"),
        ({"order": {"status": {"path": "s", "values": {"A": "payed"}}}}, "order.status: “payed” is not one of"),
        ({"order": {"status": "a..b"}}, "names and positions with dots"),
        ({"customer": {"name": "n"}}, "customer.id is missing"),
        ({"timeout": 3}, "timeout: Extra inputs"),
    ],
)
def test_a_fault_of_the_file_is_named(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(MappingUnusable) as caught:
        read_mapping(write(tmp_path, **changes))
    assert said in " ".join(caught.value.details)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: [", "neither JSON nor YAML"),
        (b"a: &x [1]\nb: *x", "aliases"),
        (b"\xff\xfe", "not UTF-8"),
        (b"#" * 300_000, "larger than"),
        (b"- a", "cannot be used"),
    ],
)
def test_what_is_no_settings_file_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "shop.yaml"
    path.write_bytes(content)
    with pytest.raises(MappingUnusable, match=said):
        read_mapping(path)


def test_a_file_that_is_not_there_is_named_with_the_setting(tmp_path: Path) -> None:
    with pytest.raises(MappingUnusable, match="XIANZHI_ORDER_SOURCE is `tables` or the path"):
        read_mapping(tmp_path / "none.yaml")
