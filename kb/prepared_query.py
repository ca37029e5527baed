"""A query put together once and asked with as little ceremony as the driver allows, for the few that somebody waits on.

To look a statement up among those it has compiled and to describe its rows takes SQLAlchemy longer than SQLite needs
to find a handful of them by an index.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, SelectBase
from sqlalchemy.sql.compiler import SQLCompiler

from kb.driver_errors import as_sqlalchemy_error

Values = Mapping[str, str | int | None]
Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The text of a query in the words of one database, and how the values of its columns are read."""

    text: str
    fixed: Values
    places: Sequence[str] | None
    readers: Sequence[tuple[int, Callable[[Any], Any]]]

    def bind(self, values: Values) -> dict[str, str | int | None] | tuple[str | int | None, ...]:
        """Return what the driver is given: by name, or in the order of the text."""
        by_name = {**self.fixed, **values}
        return by_name if self.places is None else tuple([by_name[name] for name in self.places])

    def read(self, rows: Sequence[Row]) -> list[Row]:
        """Return the driver's rows as the types of their columns say."""
        if not rows or not self.readers:
            return list(rows)
        # By columns: most are as the driver gives them, and cost nothing.
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        for place, read in self.readers:
            columns[place] = [None if value is None else read(value) for value in columns[place]]
        return list(zip(*columns, strict=True))


class PreparedQuery:
    """A SELECT whose bound values are texts and numbers; safe to use from several threads, and on every database."""

    def __init__(self, statement: SelectBase) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def ask(self, connection: Connection, values: Values) -> list[Row]:
        """Return every row, its values in the order of the columns."""
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name) or self._compile(dialect)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(compiled.text, compiled.bind(values))
            rows = cursor.fetchall()
        except dialect.loaded_dbapi.Error as error:
            raise as_sqlalchemy_error(error, compiled.text, dialect) from error
        finally:
            cursor.close()
        return compiled.read(rows)

    def _compile(self, dialect: Dialect) -> _Compiled:
        written = self._statement.compile(dialect=dialect)
        assert isinstance(written, SQLCompiler)
        types = [column.type.dialect_impl(dialect) for column in self._statement.selected_columns]
        readers = [(place, one.result_processor(dialect, None)) for place, one in enumerate(types)]
        compiled = _Compiled(
            text=str(written),
            fixed=written.params,
            places=written.positiontup,
            readers=[(place, read) for place, read in readers if read is not None],
        )
        self._compiled[dialect.name] = compiled
        return compiled
