"""Parse a file's rows into records, refusing those that contradict an earlier row of the same file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from kb.articles.models import Article, hash_article
from kb.transfer.kinds import COLUMNS, RecordKind, guess_file_kind, guess_row_kind
from kb.transfer.problems import InvalidRow
from kb.transfer.readers import Reader
from kb.transfer.rows import PARSERS, Record
from kb.transfer.source import Line, RowFault, SourceRow, UnusableFile

# A million columns named once each would fill the report with noise.
MAX_COLUMN_WARNINGS = 50
MAX_NAMED_COLUMNS = 5


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """A record, and the line it comes from."""

    line: Line
    kind: RecordKind
    record: Record


@dataclass(frozen=True, slots=True)
class RefusedSource:
    """A row that makes no record, with every fault found."""

    faults: tuple[RowFault, ...]


@dataclass(slots=True)
class FileParser:
    """Parses one file; `warnings` fills while the rows are read."""

    path: Path
    name: str
    reader: Reader
    kind: RecordKind | None
    zone: tzinfo
    warnings: list[str] = field(default_factory=list)
    _seen_columns: set[tuple[RecordKind, str]] = field(default_factory=set)
    _seen_versions: dict[str, dict[int | None, tuple[Line, str]]] = field(default_factory=dict)

    def parse(self) -> Iterator[ParsedRow | RefusedSource]:
        """Yield every row of the file as a record or as its faults; raises `UnusableFile` where none makes sense."""
        file_kind = self.kind or guess_file_kind(self.path)
        is_understood = False
        for row in self.reader(self.path):
            if isinstance(row, RowFault):
                is_understood = True  # As far as the row can be shown with its fault.
                yield RefusedSource((row,))
            else:
                kind = file_kind or guess_row_kind(row.values)
                is_understood = is_understood or any(map(COLUMNS[kind].find_field, row.values))
                yield self._parse_row(row, kind)
        if not is_understood:
            raise self._make_unusable()

    def _make_unusable(self) -> UnusableFile:
        names = ", ".join(repr(name[:60]) for _kind, name in sorted(self._seen_columns)[:MAX_NAMED_COLUMNS])
        if not names:
            return UnusableFile(f"{self.name} holds no rows. Write the columns' names first and the rows below them.")
        return UnusableFile(f"{self.name} has no column that is known, only {names}. Name one `id`.")

    def _parse_row(self, row: SourceRow, kind: RecordKind) -> ParsedRow | RefusedSource:
        self._note_unknown_columns(row.values, kind)
        try:
            record = PARSERS[kind](row.values, zone=self.zone)
        except InvalidRow as error:
            return RefusedSource(tuple(RowFault(row.line, p.field, p.problem, p.remedy) for p in error.problems))
        fault = self._find_contradiction(row.line, record) if isinstance(record, Article) else None
        return ParsedRow(row.line, kind, record) if fault is None else RefusedSource((fault,))

    def _note_unknown_columns(self, values: Mapping[str, object], kind: RecordKind) -> None:
        for name in values:
            if (kind, name) in self._seen_columns or len(self._seen_columns) > MAX_COLUMN_WARNINGS:
                continue
            self._seen_columns.add((kind, name))
            table = COLUMNS[kind]
            if table.find_misspelt_guard(name):
                continue  # Its rows are refused.
            if table.find_field(name) is None and not table.is_ignored(name):
                nearest = table.find_nearest(name)
                hint = f" Did you mean {nearest!r}?" if nearest else ""
                self.warnings.append(f"{self.name}: the column {name[:60]!r} is not known and was ignored.{hint}")

    def _find_contradiction(self, line: Line, article: Article) -> RowFault | None:
        """Return the fault of a row that says something else under the id and version of an earlier one."""
        content = hash_article(article)
        versions = self._seen_versions.setdefault(article.id, {})
        rivals = (
            versions if article.version is None else {n: versions[n] for n in (article.version, None) if n in versions}
        )
        for first_line, first_content in rivals.values():
            if first_content != content:
                problem = f"has the id of line {first_line}, but says something else"
                return RowFault(
                    line, "id", problem, "Give it another id, or number the versions in a column `version`."
                )
        versions.setdefault(article.version, (line, content))
        return None
