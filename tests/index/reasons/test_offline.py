"""The likely reasons on the command line."""

from __future__ import annotations

from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from index.reasons.offline import find_reasons
from kb.audit.models import AuditOutcome
from kb.customers.desk import Lookup
from kb.customers.likely import LikelyReason, LookupWithReasons, ReadySolution, ReasonCases, ReasonsFrom
from kb.customers.profile import CustomerProfile, View
from kb.customers.query import QueryKind
from kb.customers.tables import show_lookup
from kb.database import Database, open_database
from kb.orders.words import Words
from kb.settings import Settings
from tests.index.reasons.makers import NOW, ZONE
from tests.kb.customers.makers import ZHOU, save_people
from xianzhi import app

EMPTY = CustomerProfile(None, (), has_more_orders=False, contacts=(), notices=())
FOUND = Lookup(QueryKind.PHONE, AuditOutcome.FOUND, (), EMPTY, (), truncated=False)
NOBODY = Lookup(QueryKind.PHONE, AuditOutcome.NONE, (), None, (), truncated=False)
PARCEL = LikelyReason(
    "parcel",
    Words("包裹到哪了", "Where it is"),
    0.71,
    "SO1",
    (Words("[b]订单状态为已发货", "order status is shipped"),),
    ReasonCases(20, 16),
    ReadySolution("where", 1, "快递到哪了", "在路上\n。", (), None, 0.9, is_sure=True),
)


def show(origin: ReasonsFrom, *reasons: LikelyReason) -> str:
    """Return what is printed of a look-up with these reasons."""
    console = Console(file=StringIO(), width=200)
    found = LookupWithReasons(
        read_as=FOUND.read_as,
        outcome=FOUND.outcome,
        matched_by=(),
        profile=EMPTY,
        candidates=(),
        truncated=False,
        likely_reasons=reasons,
        reasons_from=origin,
    )
    show_lookup(console, found, ZONE)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_a_reason_is_shown_with_all_that_speaks_for_it_and_its_text_means_nothing_to_the_terminal() -> None:
    shown = show(ReasonsFrom.ORDERS, PARCEL)
    for part in ("包裹到哪了", "71%", "SO1", "[b]订单状态为已发货", "16 of 20", "快递到哪了 (where) 在路上 。"):
        assert part in shown
    assert "No likely reasons" not in shown


@pytest.mark.parametrize(
    ("origin", "said"),
    [
        (ReasonsFrom.RATES, "By how common they are"),
        (ReasonsFrom.NO_INTENTS, "no case has an intent"),
        (ReasonsFrom.NO_INDEX, "xianzhi index build"),
        (ReasonsFrom.FAILED, "could not be worked out"),
    ],
)
def test_why_there_are_none_is_said(origin: ReasonsFrom, said: str) -> None:
    assert said in show(origin)


def test_nobody_has_no_reasons_and_nothing_is_built_for_them(tmp_path: Path, database: Database) -> None:
    settings, view = Settings(data_dir=tmp_path), View(NOW, ZONE)
    assert find_reasons(settings, database, NOBODY, view).origin is ReasonsFrom.NO_PROFILE
    assert find_reasons(settings, database, FOUND, view).origin is ReasonsFrom.NO_INDEX
    assert not settings.generations_dir.exists()


def test_an_index_whose_encoder_is_not_prepared_is_none(tmp_path: Path, database: Database, now: datetime) -> None:
    settings = Settings(data_dir=tmp_path, model_dir=tmp_path / "models")
    (settings.generations_dir / "g0000000001-20261115T100000000000").mkdir(parents=True)
    assert find_reasons(settings, database, FOUND, View(now, ZONE)).origin is ReasonsFrom.NO_INDEX


def test_the_command_says_that_there_is_no_index(tmp_path: Path) -> None:
    with open_database(Settings(data_dir=tmp_path, database_url="")) as database:
        save_people(database, ZHOU)
    env = {"XIANZHI_DATA_DIR": str(tmp_path), "XIANZHI_DATABASE_URL": "", "COLUMNS": "200"}
    shown = CliRunner().invoke(app, ["customer", "C0042"], env=env)
    assert shown.exit_code == 0
    assert "No likely reasons: no index is built." in shown.stdout
    as_json = CliRunner().invoke(app, ["customer", "C0042", "--json"], env=env)
    assert '"likely_reasons":[],"reasons_from":"no_index"' in as_json.stdout
