"""Parse the files of another format into our records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from kb.transfer.formats import ecom_bench, olist, tau_retail
from kb.transfer.formats.ecom_bench import read_ecom_bench
from kb.transfer.formats.foreign import ForeignRow
from kb.transfer.formats.olist import read_olist
from kb.transfer.formats.tau_retail import read_tau_retail
from kb.transfer.parsing import ParsedRow, RefusedSource
from kb.transfer.problems import InvalidRow
from kb.transfer.rows import PARSERS
from kb.transfer.source import RowFault, UnusableFile


class ForeignFormat(StrEnum):
    """The formats of others that can be read."""

    ECOM_BENCH = "ecom-bench"
    TAU_RETAIL = "tau-retail"
    OLIST = "olist"


@dataclass(frozen=True, slots=True)
class FormatReader:
    """How a format is read, and the zone of its times."""

    read: Callable[[Path], Iterator[ForeignRow | RowFault]]
    zone: str


FORMATS: Mapping[ForeignFormat, FormatReader] = {
    ForeignFormat.ECOM_BENCH: FormatReader(read_ecom_bench, ecom_bench.ZONE),
    ForeignFormat.TAU_RETAIL: FormatReader(read_tau_retail, tau_retail.ZONE),
    ForeignFormat.OLIST: FormatReader(read_olist, olist.ZONE),
}


@dataclass(slots=True)
class ForeignParser:
    """Parses one folder; `warnings` stays empty, as every name of such a format is known."""

    path: Path
    foreign_format: ForeignFormat
    warnings: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What the report calls the folder."""
        return self.path.name

    def parse(self) -> Iterator[ParsedRow | RefusedSource]:
        """Yield every row as a record or as its faults; raises `UnusableFile` where a file is not there."""
        if not self.path.is_dir():
            raise UnusableFile(f"{self.path} is no folder. {self.foreign_format} is a folder of files.")
        reader = FORMATS[self.foreign_format]
        zone = ZoneInfo(reader.zone)
        for row in reader.read(self.path):
            yield RefusedSource((row,)) if isinstance(row, RowFault) else _parse(row, zone)


def _parse(row: ForeignRow, zone: ZoneInfo) -> ParsedRow | RefusedSource:
    try:
        return ParsedRow(row.origin, row.kind, PARSERS[row.kind](_drop_unknown(row.values), zone=zone))
    except InvalidRow as error:
        return RefusedSource(tuple(RowFault(row.origin, p.field, p.problem, p.remedy) for p in error.problems))


def _drop_unknown(values: Mapping[str, object]) -> dict[str, object]:
    """Return the values without those that are not known, so that none of them reads as an empty text."""
    return {name: value for name, value in values.items() if value not in (None, "")}
