"""What an import did: counts, the rows refused with reasons, and warnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

from kb.changes import SaveResult
from kb.transfer.source import Line, RowFault

MAX_LISTED_FAULTS = 1_000


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One reason why a row did not go in; a row with two bad fields is listed twice."""

    file: str
    line: Line
    field: str | None
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The outcome of one import; `faults_left_out` counts the reasons beyond those listed.

    `orders_by_status` counts the orders that are in, also those that were before.
    """

    added: int
    changed: int
    unchanged: int
    refused: int
    refused_rows: tuple[RefusedRow, ...]
    faults_left_out: int
    warnings: tuple[str, ...]
    dry_run: bool
    orders_by_status: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether every row went in."""
        return not self.refused

    @property
    def has_changes(self) -> bool:
        """Whether the database is another than before."""
        return not self.dry_run and bool(self.added or self.changed)

    def to_json(self) -> dict[str, object]:
        """Return the report as plain data."""
        return asdict(self)


@dataclass(slots=True)
class Tally:
    """Counts while an import runs."""

    saved: dict[SaveResult, int] = field(default_factory=lambda: dict.fromkeys(SaveResult, 0))
    orders: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    faults: list[RefusedRow] = field(default_factory=list)
    faults_left_out: int = 0
    # A mapping for its order: each warning is given once.
    warnings: dict[str, None] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows have been dealt with."""
        return sum(self.saved.values()) + self.refused

    def refuse(self, file: str, faults: Iterable[RowFault]) -> None:
        """Count one refused row, and list its faults while there is room."""
        self.refused += 1
        for fault in faults:
            if len(self.faults) < MAX_LISTED_FAULTS:
                self.faults.append(RefusedRow(file, fault.line, fault.field, fault.problem, fault.remedy))
            else:
                self.faults_left_out += 1

    def make_report(self, *, dry_run: bool) -> ImportReport:
        """Return the finished report."""
        return ImportReport(
            added=self.saved[SaveResult.ADDED],
            changed=self.saved[SaveResult.CHANGED],
            unchanged=self.saved[SaveResult.UNCHANGED],
            refused=self.refused,
            refused_rows=tuple(self.faults),
            faults_left_out=self.faults_left_out,
            warnings=tuple(self.warnings),
            dry_run=dry_run,
            orders_by_status=dict(self.orders),
        )
