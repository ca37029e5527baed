"""From recorded matches to an evaluation dataset folder and a list of knowledge gaps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import orjson
import yaml
from sqlalchemy.orm import Session

from eval.gaps import Encode, Gap, GapQuestion, find_gap, group_gaps
from eval.judgements import RIGHT_FROM, JudgedQuestion, judge
from kb.articles.models import ArticleStatus
from kb.articles.repository import list_versions
from kb.cases.repository import list_cases
from kb.changes import ItemKind
from kb.database import Database
from kb.errors import InvalidInput
from kb.feedback.models import RecordedMatch, SolutionRef
from kb.feedback.order_facts import keep_facts
from kb.feedback.repository import list_matches
from kb.knowledge import list_items
from kb.orders.population import SAMPLE_SIZE
from kb.orders.repository import list_recent_orders
from kb.transfer.kinds import RecordKind
from kb.transfer.records import list_records, to_plain
from kb.transfer.rows import guess_language

MOST_MATCHES = 100_000  # The newest; older ones are about a base and a matcher that are gone.
MOST_HEADINGS = 20_000
MADE_FROM = "feedback"
# The description comes last: without it a folder is not taken for one of ours, whole.
FILES = ("corpus.jsonl", "orders.jsonl", "queries.jsonl", "qrels.tsv", "gaps.jsonl", "dataset.yaml")

Row = Mapping[str, object]


class FolderTaken(InvalidInput):
    """The folder holds something that this command did not write."""

    code = "folder_taken"

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} holds something else, and labels made by hand are easily lost. Name a new folder.")


@dataclass(frozen=True, slots=True)
class UseReport:
    """What was found in the recorded matches; `unclear` questions have judgements, and no right answer by them."""

    matches: int
    judged: int
    questions: int
    labels: int
    unclear: int
    disputed: int
    labels_of_gone_items: int
    gaps: Sequence[Gap]


@dataclass(frozen=True, slots=True)
class _Use:
    """The recorded matches, read once."""

    matches: int
    judged: Sequence[RecordedMatch]
    gaps: Sequence[GapQuestion]


@dataclass(frozen=True, slots=True)
class _Corpus:
    """The items that can be matched, and those ids that name an article and a case: labels need one of them."""

    items: frozenset[SolutionRef]
    shared_ids: frozenset[str]

    def name(self, ref: SolutionRef) -> str:
        """Return the id of an item in the dataset."""
        return f"case:{ref.id}" if ref.kind is ItemKind.CASE and ref.id in self.shared_ids else ref.id


@dataclass(frozen=True, slots=True)
class Window:
    """From when on matches are read, and the moment and the zone that the dataset is written in."""

    now: datetime
    zone: ZoneInfo
    since: datetime | None = None


def export_use(database: Database, out: Path, encode: Encode, *, window: Window) -> UseReport:
    """Write the dataset folder and the gaps; raises `FolderTaken` rather than write over another dataset."""
    _refuse_taken(out)
    zone = window.zone
    with database.read() as session:
        use, headings = _read_use(session, window.since), _list_headings(session)
    gaps = group_gaps(use.gaps, encode, background=headings)  # Minutes, for a hundred thousand: nothing is held open.
    with database.read() as session:
        corpus = _read_corpus(session)
        judged = sorted(judge(use.judged, zone=zone), key=lambda question: question.id)
        clear = [question for question in judged if _has_answer(question, corpus)]
        contents: dict[str, Iterable[Row]] = {
            "corpus.jsonl": _list_corpus(session, corpus, zone),
            "orders.jsonl": _list_orders(session),
            "queries.jsonl": [_write_question(question, zone) for question in clear],
            "gaps.jsonl": [_write_gap(gap, zone) for gap in gaps],
        }
        qrels = _write_qrels(clear, corpus)
        _write_folder(out, contents, qrels, _describe(window.now, zone))
    return UseReport(
        matches=use.matches,
        judged=len(use.judged),
        questions=len(clear),
        labels=len(qrels),
        unclear=len(judged) - len(clear),
        disputed=sum(len(question.disputed) for question in judged),
        labels_of_gone_items=sum(ref not in corpus.items for question in judged for ref in question.grades),
        gaps=gaps,
    )


def _refuse_taken(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise FolderTaken(out)
    if not any(out.iterdir()):
        return
    try:
        description = yaml.safe_load((out / "dataset.yaml").read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        raise FolderTaken(out) from None
    if not isinstance(description, dict) or description.get("made_from") != MADE_FROM:
        raise FolderTaken(out)


def _read_use(session: Session, since: datetime | None) -> _Use:
    count = 0
    judged: list[RecordedMatch] = []
    gaps: list[GapQuestion] = []
    for match in list_matches(session, since=since, newest=MOST_MATCHES):
        count += 1
        if match.judgements:
            judged.append(match)
        if (gap := find_gap(match)) is not None:
            gaps.append(gap)
    return _Use(count, judged, gaps)


def _list_headings(session: Session) -> list[str]:
    """Return what customers ask about here, as the base puts it."""
    return list(islice((heading for item in list_items(session) for heading in item.headings), MOST_HEADINGS))


def _read_corpus(session: Session) -> _Corpus:
    articles: set[str] = set()
    items: set[SolutionRef] = set()
    for row in list_versions(session):
        articles.add(row.article_id)
        if row.status == ArticleStatus.PUBLISHED:
            items.add(SolutionRef(ItemKind.ARTICLE, row.article_id))
    cases = {row.id for row in list_cases(session)}
    items |= {SolutionRef(ItemKind.CASE, item_id) for item_id in cases}
    return _Corpus(frozenset(items), frozenset(articles & cases))


def _has_answer(question: JudgedQuestion, corpus: _Corpus) -> bool:
    return any(grade >= RIGHT_FROM and ref in corpus.items for ref, grade in question.grades.items())


def _list_corpus(session: Session, corpus: _Corpus, zone: tzinfo) -> Iterable[Row]:
    yield from list_records(session, RecordKind.ARTICLE, zone=zone)
    for record in list_records(session, RecordKind.CASE, zone=zone):
        yield {**record, "id": corpus.name(SolutionRef(ItemKind.CASE, str(record["id"])))}


def _list_orders(session: Session) -> Iterable[Row]:
    """Yield the orders that conditions are rare or common against: their facts, under numbers of no meaning."""
    for number, order in enumerate(list_recent_orders(session, limit=SAMPLE_SIZE), 1):
        yield {"id": f"order-{number:03}", **keep_facts(order)}


def _write_question(question: JudgedQuestion, zone: tzinfo) -> Row:
    asked = question.asked
    order = asked.order
    row: dict[str, object] = {
        "id": question.id,
        "text": asked.question,
        "turns": list(asked.turns),
        "order": order,
        "now": to_plain(asked.now, zone),
        "audience": asked.audience.value,
        "channel": asked.channel,
        "slice": {
            "order_state": order["status"] if order else "none",
            "language": guess_language(asked.question),
            "channel": asked.channel or "none",
        },
        "matches": question.matches,
    }
    return {name: value for name, value in row.items() if value not in (None, [])}


def _write_qrels(questions: Sequence[JudgedQuestion], corpus: _Corpus) -> list[str]:
    return [
        f"{question.id}\t{corpus.name(ref)}\t{grade}"
        for question in questions
        for ref, grade in sorted(question.grades.items(), key=lambda pair: (-pair[1], pair[0]))
        if ref in corpus.items
    ]


def _write_gap(gap: Gap, zone: tzinfo) -> Row:
    nearest = gap.nearest
    return {
        "question": gap.question,
        "count": gap.count,
        "distinct": gap.distinct,
        "reasons": {reason.value: count for reason, count in gap.reasons.items()},
        "first_seen": to_plain(gap.first_seen, zone),
        "last_seen": to_plain(gap.last_seen, zone),
        "nearest": None
        if nearest is None
        else {"kind": nearest.kind.value, "id": nearest.id, "times": gap.nearest_times},
        "examples": list(gap.examples),
    }


def _describe(now: datetime, zone: tzinfo) -> str:
    description = {
        "name": "from-feedback",
        "made_from": MADE_FROM,
        "now": to_plain(now, zone),
        "orders": ["orders.jsonl"],
        "right_from": RIGHT_FROM,
    }
    return yaml.safe_dump(description, allow_unicode=True, sort_keys=False)


def _write_folder(out: Path, contents: Mapping[str, Iterable[Row]], qrels: Sequence[str], description: str) -> None:
    """Write everything aside and move it in, so that a failure leaves what was there."""
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=".from-feedback-") as name:
        staged = Path(name)
        for file, rows in contents.items():
            with (staged / file).open("wb") as lines:
                lines.writelines(orjson.dumps(row) + b"\n" for row in rows)
        (staged / "qrels.tsv").write_text("".join(f"{line}\n" for line in qrels), "utf-8")
        (staged / "dataset.yaml").write_text(description, "utf-8")
        # Without its description the folder is not taken for a whole one, until the new one comes last.
        (out / "dataset.yaml").unlink(missing_ok=True)
        for file in FILES:
            (staged / file).replace(out / file)
