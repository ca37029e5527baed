"""The dashboard and the alerts ask for figures that the service has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from api.metrics import Metrics

ROOT = Path(__file__).parents[2]
DASHBOARD = ROOT / "deploy" / "grafana" / "xianzhi.json"
ALERTS = ROOT / "deploy" / "prometheus" / "xianzhi-alerts.yaml"
NAME = re.compile(r"\bxianzhi_[a-z_]+\b")


def list_names() -> set[str]:
    """Return every name that a figure can be asked for by."""
    families = text_string_to_metric_families(Metrics().render().decode())
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
    kept = [family for family in families if not family.name.endswith("_created")]  # When each began to be counted.
    return {family.name + ending for family in kept for ending in endings[family.type]}


@pytest.mark.parametrize("path", [DASHBOARD, ALERTS], ids=lambda path: path.name)
def test_every_figure_that_is_asked_for_is_one_of_ours(path: Path) -> None:
    asked = set(NAME.findall(path.read_text(encoding="utf-8")))
    assert len(asked) > 3
    assert asked - list_names() == set()


def test_the_dashboard_shows_every_figure_of_ours() -> None:
    asked = NAME.findall(DASHBOARD.read_text(encoding="utf-8"))
    shown = {re.sub("_(total|bucket|sum|count)$", "", name) for name in asked}
    assert {re.sub("_(total|bucket|sum|count)$", "", name) for name in list_names()} - shown == set()


def test_what_to_do_at_each_alert_stands_in_the_run_books() -> None:
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rules = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"][0]["rules"]
    assert [rule["alert"] for rule in rules if f"`{rule['alert']}`" not in operations] == []
