"""`xianzhi kb try-source`: what a source's answer is read as, masked, and noted where a phone was asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from typer.testing import CliRunner

from eval.bench.shop_server import Shop, run_shop
from kb.audit.cli import app as audit_app
from kb.cli import make_app
from tests.kb.sources.shop_mapping import MAPPING, TRADE, wrap

BUYER = {"id": "C0042", "nick": "王小明", "mobile": "13800138000"}
ANSWERS: dict[str, object] = {
    "/trades/2026111500017": wrap(TRADE),
    "/trades?buyer=C0042": {"data": {"trades": [TRADE]}},
    "/buyers?mobile=13800138000": {"data": [BUYER]},
}


def run(folder: Path, *words: str) -> tuple[int, Any]:
    with run_shop(Shop(ANSWERS)) as address:
        path = folder / "shop.yaml"
        path.write_text(yaml.safe_dump({**MAPPING, "base_url": address}), "utf-8")
        environment = {
            "XIANZHI_DATA_DIR": str(folder),
            "XIANZHI_ORDER_SOURCE": str(path),
            "SHOP_TOKEN": "s",
        }
        app = make_app(after_import=lambda: None)
        result = CliRunner().invoke(app, ["try-source", *words], env=environment)
    return result.exit_code, json.loads(result.output) if result.output.startswith("{") else result.exception


def test_an_order_is_shown_as_it_is_read(tmp_path: Path) -> None:
    code, shown = run(tmp_path, "--order", "2026111500017")
    assert (code, shown["state"], shown["reason"], shown["found"]["status"]) == (0, "ok", None, "shipped")
    code, shown = run(tmp_path, "--customer", "C0042")
    assert [order["id"] for order in shown["found"]] == ["2026111500017"]


def test_what_the_shop_does_not_know_is_exit_code_one(tmp_path: Path) -> None:
    assert run(tmp_path, "--order", "nowhere") == (
        1,
        {"state": "ok", "age_seconds": 0.0, "reason": None, "detail": "", "found": None},
    )


def test_a_customer_is_shown_masked_and_the_look_up_is_noted(tmp_path: Path) -> None:
    code, shown = run(tmp_path, "--phone", "138 0013 8000")
    assert (code, shown["found"]["name"], shown["found"]["phone"]) == (0, "王**", "138****8000")
    listed = CliRunner().invoke(audit_app, ["list", "--json"], env={"XIANZHI_DATA_DIR": str(tmp_path)})
    assert "lookup" in listed.output
    assert "13800138000" not in listed.output


def test_one_thing_is_to_be_asked_for(tmp_path: Path) -> None:
    for words in ((), ("--order", "1", "--phone", "2")):
        code, error = run(tmp_path, *words)
        assert code == 1
        assert "one of --order, --customer and --phone" in str(error)
