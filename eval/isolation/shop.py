"""A shop full of secrets: each hidden text holds a word that stands nowhere else, and nothing public holds one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from eval.privacy.shop import ARTICLES
from kb.articles.models import Article, ArticleStatus, Audience
from kb.articles.service import save_article, withdraw_article
from kb.cases.models import Case
from kb.cases.service import save_case
from kb.database import Database
from kb.handovers.models import NewHandover
from kb.handovers.service import make_handover, save_handover
from kb.notices.models import Notice, NoticeKind
from kb.notices.service import save_notice
from kb.orders.order import Order
from kb.orders.repository import save_customer, save_order
from kb.orders.tables import Customer
from kb.synonyms.models import Synonym
from kb.synonyms.service import save_synonym

VISITOR, OTHER = "C70001", "C70002"
VISITORS_ORDERS = ("SO2026110170001", "SO2026110170011")
OTHERS_ORDERS = ("SO2026110170002", "SO2026110170012")
AGENTS_MATCH = "asked-by-an-agent-7"
HANDOVER_ID = "5ec2e7" * 5 + "5e"
# Of no dictionary, so that pairs of them are words of this shop alone.
RARE = "褐铃嵯岈邛崃嵊泗郯郓鄄涞涿浉淅滃溆潢潼濉灞猗獐珙瑗璞睢砀磴礤禚筠箐簋粼绥缙羑翀"
HIDDEN = ("internal", "draft", "ended", "coming", "withdrawn", "replaced", "behind-internal")


@dataclass(slots=True)
class Secrets:
    """Words that must not be told: to nobody who comes through these doors, or to all but the visitor."""

    chance: random.Random
    for_nobody: dict[str, str] = field(default_factory=dict)
    for_the_visitor: dict[str, str] = field(default_factory=dict)

    def make(self, kind: str, *, is_visitors: bool = False) -> str:
        """Return a new word of Latin letters."""
        word = f"qz{self.chance.randrange(16**10):010x}"
        (self.for_the_visitor if is_visitors else self.for_nobody)[word] = kind
        return word

    def make_chinese(self, kind: str) -> str:
        """Return a new word of three rare characters, which can also be typed as it sounds."""
        word = "".join(self.chance.sample(RARE, 3))
        self.for_nobody[word] = kind
        return word


@dataclass(frozen=True, slots=True)
class Targets:
    """What an attacker may know or guess: ids of what is hidden, and of what does not exist but looks alike."""

    hidden: Sequence[str]
    public_articles: Sequence[str]
    sounds: Sequence[str]


def fill_shop(database: Database, secrets: Secrets, *, now: datetime) -> Targets:
    """Store the shop, and return what an attacker aims at."""
    with database.write() as session:
        _save_public(session, secrets, now)
        words = [_save_hidden(session, kind, secrets, now) for kind in HIDDEN]
        for number in range(3):
            save_case(session, _make_case(number, secrets), now=now)
        for notice in _make_notices(secrets):
            save_notice(session, notice, now=now)
        synonym = Synonym(
            id="inner-words", terms=["退款", secrets.make_chinese("synonym")], note=secrets.make("synonym")
        )
        save_synonym(session, synonym, now=now)
        for customer_id, orders in ((VISITOR, VISITORS_ORDERS), (OTHER, OTHERS_ORDERS)):
            _save_customer(session, customer_id, orders, secrets)
        left = NewHandover(secrets.make("handover"), (), (), customer_id=OTHER, order_id=OTHERS_ORDERS[0])
        save_handover(session, make_handover(left, handover_id=HANDOVER_ID, now=now))
    hidden = [f"hidden-{kind}" for kind in HIDDEN if kind != "replaced"]
    others = [
        *(f"case-{number}" for number in range(3)),
        "inner-notice",
        "inner-words",
        OTHER,
        HANDOVER_ID,
        AGENTS_MATCH,
    ]
    return Targets([*hidden, *others, *OTHERS_ORDERS, f"QY{OTHERS_ORDERS[0][2:]}"], [row[0] for row in ARTICLES], words)


def _save_public(session: Session, secrets: Secrets, now: datetime) -> None:
    for article_id, title, question, body in ARTICLES:
        reply = "您的订单 {{ order.id }} 我们看到了，商品是 {{ item.name }}，运单 {{ shipment.tracking_no }}。"
        owner, tag = secrets.make("owner of a public article"), secrets.make("tag of a public article")
        public = Article(
            id=article_id, title=title, questions=[question], body=body, reply=reply, owner=owner, tags=[tag]
        )
        save_article(session, public, now=now)


def _save_hidden(session: Session, kind: str, secrets: Secrets, now: datetime) -> str:
    """Store an article that nobody may read here, about what customers ask; return its Chinese word."""
    word = secrets.make_chinese(kind)
    hidden = Article.model_validate(
        {
            "id": f"hidden-{kind}",
            "title": f"退货退款{word}补偿口径",
            "questions": [f"{word}不想要了能退吗", f"{word}退款退到哪里 {secrets.make(kind)}"],
            "body": f"{word}先查库存 {secrets.make(kind)}，{word}按 {secrets.make(kind)} 补偿。",
            "public_body": f"{word}在我的订单里退 {secrets.make(kind)}。",
            "reply": f"按 {secrets.make(kind)} 处理。",
            "source": secrets.make(kind),
            "owner": secrets.make(kind),
            "tags": [secrets.make(kind)],
            **_make_hidden(kind, now),
        }
    )
    save_article(session, hidden, now=now)
    if kind == "withdrawn":
        withdraw_article(session, hidden.id, now=now)
    if kind == "replaced":
        open_now: dict[str, Any] = {
            "title": "退货退款怎么办",
            "questions": [],
            "body": "按规则退。",
            "public_body": None,
            "reply": None,
            "tags": [],
        }
        public = {"source": None, "owner": None, "effective_from": now - timedelta(days=1), "version": None}
        save_article(session, hidden.model_copy(update={**open_now, **public}), now=now)
    if kind == "behind-internal":
        inner = {"audience": Audience.INTERNAL, "effective_from": now - timedelta(days=1), "version": None}
        save_article(session, hidden.model_copy(update=inner), now=now)
    return word


def _make_hidden(kind: str, now: datetime) -> dict[str, Any]:
    day = timedelta(days=1)
    fields: dict[str, dict[str, Any]] = {
        "internal": {"audience": Audience.INTERNAL},
        "draft": {"status": ArticleStatus.DRAFT},
        "ended": {"effective_to": now - day},
        "coming": {"effective_from": now + day},
        "replaced": {"effective_from": now - 9 * day},
        "behind-internal": {"effective_from": now - 9 * day},
    }
    return fields.get(kind, {})


def _make_case(number: int, secrets: Secrets) -> Case:
    word = secrets.make_chinese("case")
    return Case.model_validate(
        {
            "id": f"case-{number}",
            "question": f"{word}退货一直没退款 {secrets.make('case')}",
            "turns": [{"role": "customer", "text": f"{word} {secrets.make('case')}"}],
            "solution": f"已补偿 {secrets.make('case')}",
            "remedy": secrets.make("case"),
            "intent": "refund",
        }
    )


def _make_notices(secrets: Secrets) -> list[Notice]:
    inner, public = secrets.make("notice"), secrets.make("notice for agents")
    return [
        Notice(id="inner-notice", title=inner, kind=NoticeKind.DELAY, wording=inner, audience=Audience.INTERNAL),
        Notice(id="snow", title="大雪", kind=NoticeKind.DELAY, wording="路上有雪。", body=public),
    ]


def _save_customer(session: Session, customer_id: str, orders: Sequence[str], secrets: Secrets) -> None:
    who = {"name": "name", "email": "email", "address": "address"}
    said = {field: secrets.make(f"{kind} of a customer") for field, kind in who.items()}
    phone = f"138{int(customer_id[1:]):05d}{secrets.chance.randrange(1000):03d}"
    secrets.for_nobody[phone] = "phone of a customer"
    save_customer(session, Customer(id=customer_id, phone=phone, **said))
    is_visitors = customer_id == VISITOR
    for order_id in orders:
        facts = {
            name: secrets.make(f"order's {name}", is_visitors=is_visitors) for name in ("item", "seller", "carrier")
        }
        place, text = (secrets.make(f"parcel's {name}", is_visitors=is_visitors) for name in ("place", "text"))
        scan = {"at": "2026-11-02T08:00:00+08:00", "status": "in_transit", "place": place, "text": text}
        parcel = {
            "carrier": facts["carrier"],
            "tracking_no": f"QY{order_id[2:]}",
            "direction": "forward",
            "events": [scan],
        }
        order = {
            "id": order_id,
            "status": "shipped",
            "placed_at": "2026-11-01T10:00:00+08:00",
            "items": [{"sku": "1042", "name": facts["item"], "quantity": 1}],
            "seller": {"kind": "third_party", "name": facts["seller"]},
            "shipments": [parcel],
            "customer": {"id": customer_id},
        }
        save_order(session, Order.model_validate(order))
