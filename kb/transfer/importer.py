"""Import files and folders: good rows go in, bad rows are listed, and a second run changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from kb.articles.models import Article, ArticleRow
from kb.articles.service import save_article
from kb.cases.models import Case, CaseRow
from kb.cases.service import save_case
from kb.changes import SaveResult
from kb.database import Base, Database
from kb.errors import XianzhiError
from kb.notices.models import Notice, NoticeRow
from kb.notices.service import save_notice
from kb.orders.order import Order
from kb.orders.repository import save_customer, save_order
from kb.orders.tables import Customer, CustomerRow, OrderRow
from kb.reasons.models import ContactReason, ContactReasonRow
from kb.reasons.service import save_reason
from kb.synonyms.models import Synonym, SynonymRow
from kb.synonyms.service import save_synonym
from kb.transfer.kinds import RecordKind, guess_file_kind
from kb.transfer.parsing import FileParser, ParsedRow, RefusedSource
from kb.transfer.read_markdown import lies_within, list_markdown
from kb.transfer.readers import KNOWN_SUFFIXES, READERS, get_reader
from kb.transfer.report import ImportReport, Tally
from kb.transfer.rows import Record
from kb.transfer.source import RowFault, UnusableFile

ROWS_PER_TRANSACTION = 200
# Called with the number of rows dealt with so far.
OnProgress = Callable[[int], None]
# The questions of an evaluation dataset are asked of the knowledge, and are no part of it.
EVALUATION_QUESTIONS, EVALUATION_FOLDER = "queries.jsonl", "questions"
REFUSALS = (XianzhiError, IntegrityError, DataError)
StoredRow = ArticleRow | CaseRow | ContactReasonRow | CustomerRow | NoticeRow | OrderRow | SynonymRow
TABLES: Mapping[RecordKind, type[StoredRow]] = {
    RecordKind.CUSTOMER: CustomerRow,
    RecordKind.ORDER: OrderRow,
    RecordKind.ARTICLE: ArticleRow,
    RecordKind.CASE: CaseRow,
    RecordKind.NOTICE: NoticeRow,
    RecordKind.SYNONYM: SynonymRow,
    RecordKind.REASON: ContactReasonRow,
}
OpenSession = Callable[[], AbstractContextManager[Session]]


class Parser(Protocol):
    """Reads a file or a folder into records; `warnings` fills while it does."""

    path: Path
    warnings: list[str]

    @property
    def name(self) -> str:
        """What the report calls it."""
        ...

    def parse(self) -> Iterator[ParsedRow | RefusedSource]:
        """Yield every row as a record or as its faults; raises `UnusableFile` where none makes sense."""
        ...


def import_path(  # noqa: PLR0913  # Options of one command, each named at the call.
    database: Database,
    path: Path,
    *,
    kind: RecordKind | None = None,
    dry_run: bool = False,
    zone: tzinfo,
    now: datetime,
    on_progress: OnProgress | None = None,
) -> ImportReport:
    """Import a file or a folder; raises `UnusableFile` where nothing in it can be read.

    Rows are committed in batches: an import that is killed leaves whole rows, and running it again completes it.
    A dry run is one transaction that is rolled back, and so holds the writer's lock until its end.
    """
    parsers = [
        FileParser(source, _name_source(source, path), get_reader(source), kind, zone) for source in find_sources(path)
    ]
    return import_parsed(database, parsers, path=path, dry_run=dry_run, now=now, on_progress=on_progress)


def import_parsed(  # noqa: PLR0913  # As above.
    database: Database,
    parsers: Sequence[Parser],
    *,
    path: Path,
    dry_run: bool = False,
    now: datetime,
    on_progress: OnProgress | None = None,
) -> ImportReport:
    """Import what parsers yield; raises `UnusableFile` where the one that reads `path` itself cannot."""
    tally = Tally()
    with _open_sessions(database, dry_run=dry_run) as open_session:
        for parser in parsers:
            try:
                for batch in _split_batches(parser.parse()):
                    with open_session() as session:
                        _save_batch(session, parser.name, batch, tally, now=now)
                    if on_progress:
                        on_progress(tally.rows)
            except UnusableFile as error:
                if parser.path == path:
                    raise
                # The other files of the folder still go in.
                tally.refuse(parser.name, [RowFault(1, None, error.message, "Mend the file, or remove it.")])
            tally.warnings |= dict.fromkeys(parser.warnings)
    return tally.make_report(dry_run=dry_run)


def find_sources(path: Path) -> list[Path]:
    """Return what there is to import: the file itself, or a folder's files, customers and orders first."""
    if not path.exists():
        raise UnusableFile(f"{path} does not exist. Check the name.")
    if path.is_file():
        get_reader(path)
        return [path]
    sources = [file for file in path.rglob("*") if _is_table(file, path)]
    if list_markdown(path):
        sources.append(path)
    if not sources:
        raise UnusableFile(f"{path} holds no {KNOWN_SUFFIXES} file. Name a folder that does.")
    return sorted(sources, key=lambda source: (_rank(source), source))


def _is_table(file: Path, folder: Path) -> bool:
    # "~$name.xlsx" is the lock that an open Excel leaves beside a workbook.
    parts = file.relative_to(folder).parts
    is_hidden = any(part.startswith((".", "~$")) for part in parts)
    if file.name == EVALUATION_QUESTIONS or EVALUATION_FOLDER in parts[:-1]:
        return False
    return file.suffix.lower() in READERS and file.is_file() and not is_hidden and lies_within(file, folder)


def _rank(source: Path) -> int:
    return list(RecordKind).index(guess_file_kind(source) or RecordKind.ARTICLE)


def _name_source(source: Path, root: Path) -> str:
    return source.name if source == root else source.relative_to(root).as_posix()


def _split_batches(rows: Iterator[ParsedRow | RefusedSource]) -> Iterator[list[ParsedRow | RefusedSource]]:
    while batch := list(islice(rows, ROWS_PER_TRANSACTION)):
        yield batch


@contextmanager
def _open_sessions(database: Database, *, dry_run: bool) -> Iterator[OpenSession]:
    """Yield what opens a session for each batch: its own transaction, or the one that is rolled back in the end."""
    if not dry_run:
        yield database.write
        return
    with database.write() as session:

        @contextmanager
        def reuse_session() -> Iterator[Session]:
            yield session
            session.expunge_all()

        yield reuse_session
        session.rollback()


def _save_batch(
    session: Session,
    file_name: str,
    batch: Sequence[ParsedRow | RefusedSource],
    tally: Tally,
    *,
    now: datetime,
) -> None:
    outcomes = iter(_save_rows(session, [row for row in batch if isinstance(row, ParsedRow)], now=now))
    for row in batch:
        outcome = row.faults if isinstance(row, RefusedSource) else next(outcomes)
        if isinstance(outcome, SaveResult):
            tally.saved[outcome] += 1
            if isinstance(row, ParsedRow) and isinstance(row.record, Order):
                tally.orders[row.record.status.value] += 1
        else:
            tally.refuse(file_name, outcome)


def _save_rows(
    session: Session, rows: Sequence[ParsedRow], *, now: datetime
) -> list[SaveResult | tuple[RowFault, ...]]:
    """Save rows all at once, and one by one where that fails, so that only the bad ones stay out."""
    _known = _load_known(session, rows)  # Held: the session forgets what nobody holds.
    try:
        with session.begin_nested():
            return [_save(session, row.record, now=now) for row in rows]
    except REFUSALS:
        return [_save_alone(session, row, now=now) for row in rows]


def _load_known(session: Session, rows: Sequence[ParsedRow]) -> list[Base]:
    """Load what the rows may change in one query a kind, instead of one a row."""
    known: list[Base] = []
    for kind in {row.kind for row in rows}:
        table = TABLES[kind]
        ids = {row.record.id for row in rows if row.kind is kind}
        known += session.scalars(select(table).where(table.id.in_(ids)))
    return known


def _save_alone(session: Session, row: ParsedRow, *, now: datetime) -> SaveResult | tuple[RowFault, ...]:
    try:
        with session.begin_nested():
            return _save(session, row.record, now=now)
    except REFUSALS as error:
        return (_explain_refusal(row, error),)


def _explain_refusal(row: ParsedRow, error: Exception) -> RowFault:
    if isinstance(error, XianzhiError):
        return RowFault(row.line, None, error.message, "Correct the row and import the file again.")
    return RowFault(row.line, None, "the database refused the row", "Check its lengths and numbers.")


def _save(session: Session, record: Record, *, now: datetime) -> SaveResult:
    match record:
        case Article():
            return save_article(session, record, now=now)
        case Case():
            return save_case(session, record, now=now)
        case Notice():
            return save_notice(session, record, now=now)
        case Synonym():
            return save_synonym(session, record, now=now)
        case ContactReason():
            return save_reason(session, record, now=now)
        case Order():
            return save_order(session, record)
        case Customer():
            return save_customer(session, record)
