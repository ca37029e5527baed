"""Records and stand-ins that tests share; each maker gives a valid value to change."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from index.deadline import Deadline
from index.doctor.generations import examine_generations
from index.doctor.observation import find_wrong
from index.encoder import EncoderFingerprint, FloatMatrix, FloatVector
from index.follower import LiveIndex
from index.generation import list_generations
from index.matcher import Matcher, Surroundings
from index.solutions import MatchRequest, MatchResult
from kb.articles.models import Article, Audience
from kb.articles.service import save_article
from kb.cases.models import Case
from kb.cases.service import save_case
from kb.changes import ItemKind
from kb.database import Database
from kb.items import Item, ItemKey, Passage
from kb.notices.models import Notice
from kb.notices.service import save_notice
from kb.orders.order import Order
from kb.orders.repository import save_order

RETURNS = {
    "id": "returns-7-days",
    "title": "七天无理由退货",
    "questions": ["不想要了能退吗"],
    "body": "签收后七天内可以退货。",
    "category": ["售后", "退货"],
}
LATE_PARCEL = {"id": "case-1", "question": "快递怎么还没到", "solution": "已经催促快递，明天送到。"}
SHIPPED_ORDER = {
    "id": "SO2026111500017",
    "status": "shipped",
    "placed_at": "2026-11-12T10:02:00+08:00",
    "payment": {"method": "wechat", "amount": 1299.0},
    "items": [{"sku": "1042", "name": "电热水器", "category": ["家用电器", "热水器"], "quantity": 1}],
    "shipments": [
        {
            "carrier": "青柚快递",
            "tracking_no": "QY7306518138",
            "direction": "forward",
            "events": [{"at": "2026-11-13T08:00:00+08:00", "status": "in_transit", "place": "昆山"}],
        }
    ],
    "customer": {"id": "C0042", "tier": "plus", "region": ["北京", "海淀区"]},
}


def make_article(**fields: Any) -> Article:
    """Return the article on returns, with some fields changed."""
    return Article.model_validate({**RETURNS, **fields})


def make_case(**fields: Any) -> Case:
    """Return the case of a late parcel, with some fields changed."""
    return Case.model_validate({**LATE_PARCEL, **fields})


def make_order(**fields: Any) -> Order:
    """Return an order on its way, with some fields changed."""
    return Order.model_validate({**SHIPPED_ORDER, **fields})


class FixedClock:
    """A clock that stands still until it is set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the moment it was set to."""
        return self.now


class FakeEncoder:
    """Counts pairs of characters in 64 places: texts that share words lie near each other."""

    dimension = 64
    fingerprint = EncoderFingerprint("fake", "0" * 64, dimension, "", "", "sum", True, "float32")

    def encode_questions(self, texts: Sequence[str]) -> FloatMatrix:
        """Return one vector of length 1 for each question."""
        return self.encode_passages(texts)

    def encode_question(
        self, text: str, *, beside: Callable[[], None], deadline: Deadline | None = None
    ) -> FloatVector:
        """Return the vector of one question."""
        beside()
        vector: FloatVector = self.encode_questions([text])[0]
        return vector

    def encode_passages(self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None) -> FloatMatrix:
        """Return one vector of length 1 for each passage."""
        vectors = np.full((len(texts), self.dimension), 1e-3, np.float32)
        for row, text in enumerate(texts):
            for pair in pairwise(text):
                vectors[row, zlib.crc32("".join(pair).encode("utf-8", "replace")) % self.dimension] += 1.0
        if on_progress is not None:
            on_progress(len(texts))
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def widen(text: str) -> str:
    """Return ASCII text in full-width characters."""
    return "".join("\u3000" if character == " " else chr(ord(character) + 0xFEE0) for character in text)


class CountingEncoder(FakeEncoder):
    """Remembers every text it was given."""

    def __init__(self) -> None:
        self.questions: list[str] = []
        self.passages: list[str] = []

    def encode_questions(self, texts: Sequence[str]) -> FloatMatrix:
        """Encode and remember."""
        self.questions += texts
        return super().encode_passages(texts)

    def encode_passages(self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None) -> FloatMatrix:
        """Encode and remember."""
        self.passages += texts
        return super().encode_passages(texts, on_progress=on_progress)


def make_item(item_id: str = "a", *, version: int = 1, kind: ItemKind = ItemKind.ARTICLE, **fields: Any) -> Item:
    """Return an indexed item with one heading and one passage, with some fields changed."""
    values: dict[str, Any] = {
        "headings": ("七天无理由退货",),
        "passages": (Passage("签收后七天内可以退货。", "七天无理由退货\n签收后七天内可以退货。"),),
        "audience": Audience.PUBLIC,
    }
    return Item(key=ItemKey(kind, item_id, version), **{**values, **fields})


class Desk:
    """A knowledge base with its live index and matcher, at a fixed present."""

    def __init__(self, database: Database, folder: Path, *, now: datetime) -> None:
        self.database = database
        self.clock = FixedClock(now)
        self.encoder = CountingEncoder()
        self.live = LiveIndex(database, self.encoder, folder, clock=self.clock)
        surroundings = Surroundings(self.clock, ZoneInfo("Asia/Shanghai"), thresholds=dict.fromkeys(Audience, 0.5))
        self.matcher = Matcher(self.live, surroundings)

    def save(self, *records: Article | Case | Order | Notice) -> None:
        """Store records in one transaction."""
        with self.database.write() as session:
            for record in records:
                if isinstance(record, Article):
                    save_article(session, record, now=self.clock())
                elif isinstance(record, Case):
                    save_case(session, record, now=self.clock())
                elif isinstance(record, Order):
                    save_order(session, record)
                else:
                    save_notice(session, record, now=self.clock())

    def ask(self, question: str, **fields: Any) -> MatchResult:
        """Match a question, opening the index at the first one."""
        if not self.live.is_open:
            self.live.open()
        return self.matcher.match(MatchRequest(question, **fields))

    def find(self, question: str, **fields: Any) -> list[str]:
        """Return the ids that a question finds, best first."""
        return [solution.id for solution in self.ask(question, **fields).solutions]


def find_faults(desk: Desk) -> list[str]:
    """Return what the doctor says is wrong with the generations of a desk, where it has any."""
    if not list_generations(desk.live.folder):
        return []
    digest = desk.encoder.fingerprint.digest()
    observations = examine_generations(desk.database, desk.live.folder, encoder=digest)
    return [one.what for one in find_wrong(observations)]
