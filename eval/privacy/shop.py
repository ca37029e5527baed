"""A shop of generated customers whose orders, remarks and cases say their own data again and again, as import files."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from eval.privacy.frames import Half, fill_frame, read_frames
from eval.privacy.people import Person

# Where a name stands alone it may be missed: that is what the recall is for. Here are the parts that are never missed.
SPOKEN_PARTS = ("whole", "phone", "landline", "id", "card", "email", "address")
ARTICLES = (
    ("address-change", "修改收货地址", "地址写错了能改吗", "发货前可以改地址和收件人，发货后请联系快递员改派。"),
    ("returns-7-days", "七天无理由退货", "不想要了能退吗", "签收后七天内可以退货，运费由责任方承担。"),
    ("invoice-again", "重新开发票", "发票没收到怎么办", "电子发票可以重新发送到邮箱，抬头写错可以换开。"),
    ("late-parcel", "物流停滞", "快递一直没动怎么办", "超过四十八小时没有更新的，我们会联系承运商核实。"),
    ("refund-card", "退款去向", "退款退到哪里", "退款原路退回，银行卡一般三个工作日到账。"),
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Lets a person say their own data, each time otherwise."""

    person: Person
    chance: random.Random
    frames: Mapping[str, Mapping[Half, Sequence[str]]]

    def say(self, *parts: str) -> str:
        """Return a few sentences, one of each part."""
        chosen = (self.chance.choice(self.frames[part][Half.OPEN]) for part in parts)
        return "。".join(fill_frame(frame, self.person, self.chance).text for frame in chosen)


def make_speakers(people: Sequence[Person], seed: int) -> list[Speaker]:
    """Return everybody, each with a chance of their own."""
    frames = read_frames()
    return [Speaker(person, random.Random(f"{seed}-{person.id}"), frames) for person in people]


def write_shop(folder: Path, speakers: Sequence[Speaker]) -> None:
    """Write the files; a few rows of each are broken, with personal data where it does not belong."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "articles.jsonl", [_make_article(*row) for row in ARTICLES])
    _write(folder / "customers.jsonl", [_make_customer(speaker.person) for speaker in speakers])
    broken = speakers[:20]
    _write(folder / "orders.jsonl", [*map(_make_order, speakers), *map(_break_order, broken)])
    _write(folder / "cases.jsonl", [*map(_make_case, speakers), *map(_break_case, broken)])


def order_id_of(person: Person) -> str:
    """Return the number of a person's order."""
    return f"SO20261101{person.id[-5:]}"


def _make_article(article_id: str, title: str, question: str, body: str) -> dict[str, Any]:
    return {"id": article_id, "title": title, "questions": [question], "body": body}


def _make_customer(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "phone": person.phone,
        "email": person.email,
        "region": list(person.region),
        "address": person.detail,
    }


def _make_order(speaker: Speaker) -> dict[str, Any]:
    person = speaker.person
    scans = [
        {"at": "2026-11-02T08:00:00+08:00", "status": "in_transit", "place": "分拨中心"},
        {"at": "2026-11-03T09:00:00+08:00", "status": "out_for_delivery", "text": speaker.say("whole")},
        {"at": "2026-11-03T12:00:00+08:00", "status": "exception", "text": speaker.say("phone", "address")},
    ]
    parcel = {"carrier": "青柚快递", "tracking_no": f"QY73{person.id[-6:]}01", "direction": "forward", "events": scans}
    return {
        "id": order_id_of(person),
        "status": "shipped",
        "placed_at": "2026-11-01T10:00:00+08:00",
        "payment": {"method": "wechat", "amount": 129.0},
        "items": [{"sku": "1042", "name": "电热水壶", "category": ["家用电器"], "quantity": 1}],
        "shipments": [parcel],
        "customer": {"id": person.id, "region": list(person.region)},
    }


def _make_case(speaker: Speaker) -> dict[str, Any]:
    turns = [{"role": "customer", "text": speaker.say(part)} for part in SPOKEN_PARTS]
    return {
        "id": f"case-{speaker.person.id}",
        "question": f"地址写错了，帮我改一下。{speaker.say('whole')}",
        "turns": turns,
        "solution": f"已经改好。{speaker.say('phone', 'address')}",
        "remedy": "改地址",
        "order": _make_order(speaker),
    }


def _break_order(speaker: Speaker) -> dict[str, Any]:
    person = speaker.person
    return {"id": f"bad-{person.id}", "status": person.phone, "placed_at": person.detail, "items": speaker.say("whole")}


def _break_case(speaker: Speaker) -> dict[str, Any]:
    said = speaker.say("whole")
    return {"id": f"bad-{speaker.person.id}", "question": "", "solution": said, "outcome": said, "closed_at": said}


def _write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
