"""Which source the settings open, and who may tell events."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from kb.database import Database
from kb.orders.repository import save_customer, save_order
from kb.orders.tables import Customer
from kb.settings import Settings
from kb.sources.mapping import MappingUnusable
from kb.sources.opening import open_source
from kb.sources.own_tables import OwnTables
from kb.sources.ports import OWN
from tests.fakes import make_order
from tests.kb.sources.shop_mapping import MAPPING


def make_settings(**values: str) -> Settings:
    return Settings.model_validate(values)


def test_our_own_tables_are_the_source_unless_the_settings_say_otherwise(database: Database) -> None:
    with open_source(make_settings(), database) as source:
        assert source == OwnTables(database)


@pytest.mark.parametrize("content", [None, "base_url: x", yaml.safe_dump({**MAPPING, "ca_file": "/nowhere.pem"})])
def test_a_settings_file_that_cannot_be_used_is_said_at_the_start(
    make_database: object, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "shop.yaml"
    if content is not None:
        path.write_text(content.replace("environment: SHOP_TOKEN", "environment: PATH"), "utf-8")
    settings = make_settings(order_source=str(path))
    with pytest.raises(MappingUnusable), open_source(settings, Database(f"sqlite:///{tmp_path}/x.db")):
        pass


def test_own_tables_know_orders_by_id_number_and_customer_and_customers_by_phone(database: Database) -> None:
    tables = OwnTables(database)
    with database.write() as session:
        save_order(session, make_order())
        save_customer(session, Customer(id="C0042", phone="138 0013 8000"))
        save_customer(session, Customer(id="C0043"))
    assert tables.find_order("SO2026111500017").value is not None
    assert tables.find_order("nowhere").value is None
    assert tables.find_order_by_number(["QY7306518138"]).value is not None
    assert len(tables.list_customer_orders("C0042", limit=5).value or ()) == 1
    assert tables.list_customer_orders("C0043", limit=5).value == ()
    assert tables.list_customer_orders("nobody", limit=5).value is None
    found = tables.find_customer_by_phone("+86 138-0013-8000")
    assert found.value is not None
    assert (found.value.id, found.report) == ("C0042", OWN)
    assert tables.find_customer_by_phone("nothing").value is None


@pytest.mark.parametrize(
    "secret", ["short", "long-enough-secret,short", "a" * 16 + "," + "b" * 16 + "," + "c" * 16, ",,,"]
)
def test_a_secret_of_another_form_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(ValidationError) as caught:
        make_settings(webhook_secret=secret)
    assert secret not in str(caught.value)


def test_two_secrets_may_be_set_and_none_means_that_no_events_are_taken() -> None:
    assert make_settings(webhook_secret=f"{'a' * 16}, {'b' * 16}").webhook_secrets == (b"a" * 16, b"b" * 16)
    assert make_settings(webhook_secret="").webhook_secrets == ()
