"""A small shop with a running API: an empty one for tests that write, and one with knowledge for those that read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from index.follower import LiveIndex
from index.matcher import Matcher, Surroundings
from kb.articles.models import Audience
from kb.articles.service import save_article
from kb.cases.service import save_case
from kb.database import Database
from kb.notices.models import Notice, NoticeKind
from kb.notices.service import save_notice
from kb.orders.repository import save_order
from kb.settings import Settings
from kb.sources.ports import OrderSource
from tests.fakes import FakeEncoder, FixedClock, make_article, make_case, make_order

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 15, 10, 0, tzinfo=ZONE)
KEY = "a-key-for-tests"
LATE_NOTICE = Notice(
    id="snow",
    title="大雪",
    kind=NoticeKind.DELAY,
    wording="路上有雪，会晚一天。",
    body="不要建议拒收。",
    applies_when={"all": [{"fact": "order.status", "op": "==", "value": "shipped"}]},
)


@dataclass(frozen=True, slots=True)
class Shop:
    """A running application and what is behind it."""

    client: TestClient
    matcher: Matcher
    settings: Settings

    @property
    def database(self) -> Database:
        """The shop's database."""
        return self.matcher.live.database


@contextmanager
def open_shop(  # noqa: PLR0913  # What shops differ in, each named at the call.
    folder: Path,
    empty_file: Path,
    *,
    key: str | None = None,
    keys: str | None = None,
    webhook_secret: str | None = None,
    customer_secret: str | None = None,
    widget_origins: str = "",
    orders: OrderSource | None = None,
    more_settings: Mapping[str, object] | None = None,
) -> Iterator[Shop]:
    """Yield a shop in an empty folder."""
    shutil.copyfile(empty_file, folder / "xianzhi.db")
    settings = Settings.model_validate(
        {
            "data_dir": folder,
            "api_key": key,
            "api_keys": keys,
            "webhook_secret": webhook_secret,
            "customer_secret": customer_secret,
            "widget_origins": widget_origins,
            **(more_settings or {}),
        }
    )
    database = Database(settings.resolved_database_url)
    live = LiveIndex(database, FakeEncoder(), settings.generations_dir)
    live.open()
    surroundings = Surroundings(
        clock=FixedClock(NOW), zone=ZONE, thresholds=dict.fromkeys(Audience, 0.5), orders=orders
    )
    matcher = Matcher(live, surroundings)
    with TestClient(create_app(settings, matcher=matcher)) as client:
        yield Shop(client, matcher, settings)
    live.close()
    database.close()


def fill(database: Database) -> None:
    """Store a few articles, a case, an order and a notice."""
    with database.write() as session:
        save_article(session, make_article(), now=NOW)
        save_article(
            session,
            make_article(
                id="address-change",
                title="修改收货地址",
                questions=["地址写错了能改吗"],
                body="发货前可以修改收货地址。",
                reply="您好，订单 {{ order.id }} 的包裹 {{ shipment.tracking_no }} 可以改地址。",
                applies_when={"all": [{"fact": "order.status", "op": "in", "value": ["paid", "preparing"]}]},
            ),
            now=NOW,
        )
        save_article(
            session,
            make_article(id="secret", title="退货审核口径", body="内部：退货审核的口径。", audience=Audience.INTERNAL),
            now=NOW,
        )
        save_case(session, make_case(), now=NOW)
        save_order(session, make_order())
        save_notice(session, LATE_NOTICE, now=NOW)


@pytest.fixture
def shop(tmp_path: Path, empty_sqlite_file: Path) -> Iterator[Shop]:
    """An empty shop of one's own."""
    with open_shop(tmp_path, empty_sqlite_file) as opened:
        yield opened


@pytest.fixture(scope="session")
def full_shop(tmp_path_factory: pytest.TempPathFactory, empty_sqlite_file: Path) -> Iterator[Shop]:
    """A shop with knowledge, shared: tests that use it only read."""
    with open_shop(tmp_path_factory.mktemp("shop"), empty_sqlite_file) as opened:
        fill(opened.database)
        yield opened


@pytest.fixture(scope="session")
def locked_shop(tmp_path_factory: pytest.TempPathFactory, empty_sqlite_file: Path) -> Iterator[Shop]:
    """A shop that asks for a key, shared: tests that use it only read."""
    with open_shop(tmp_path_factory.mktemp("locked"), empty_sqlite_file, key=KEY) as opened:
        yield opened
