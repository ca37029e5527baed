"""Time look-ups and bare queries for the same rows, one after the other, and ask the database how it finds them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from sqlite3 import Connection as Driver

from sqlalchemy import Connection, event

from eval.lookup_speed.rows import NOW, Shop
from kb.audit.models import Caller
from kb.audit.trail import AuditTrail
from kb.customers.desk import CustomerDesk
from kb.customers.lookup import find_candidates
from kb.customers.profile import View, build_profile
from kb.customers.query import read_query
from kb.customers.records import read_records
from kb.database import Base, Database
from kb.settings import Settings

TAIL_DIGITS = 9  # Fewer are shared by several customers, of whom a list is shown and no orders are read.
SMALL_TABLES = frozenset({"notices"})  # Read whole: a shop has a handful in force.
PARTS = ("CO-ROUTINE ", "MATERIALIZE ")


class Way(StrEnum):
    """By what somebody is looked up."""

    PHONE = "phone"
    ORDER_NUMBER = "order number"
    TRACKING_NUMBER = "tracking number"
    CUSTOMER_ID = "customer id"
    TAIL = "tail"


# What leads from the query to the customer's id, as somebody would write it who knows the tables.
BARE_KEYS: Mapping[Way, str] = {
    Way.PHONE: "SELECT id FROM customers WHERE phone_reversed = ?",
    Way.ORDER_NUMBER: "SELECT customer_id FROM orders WHERE id_reversed = ?",
    Way.TRACKING_NUMBER: "SELECT o.customer_id FROM shipments s JOIN orders o ON o.id = s.order_id "
    "WHERE s.tracking_reversed = ?",
    Way.CUSTOMER_ID: "SELECT id FROM customers WHERE id = ?",
    Way.TAIL: "SELECT id FROM customers WHERE phone_reversed >= ? AND phone_reversed < ?",
}
BARE_ROWS = (
    "SELECT * FROM customers WHERE id = ?",
    "SELECT * FROM orders WHERE customer_id = ? ORDER BY placed_at DESC LIMIT 21",
    "SELECT s.* FROM shipments s JOIN orders o ON o.id = s.order_id WHERE o.customer_id = ?",
    "SELECT e.* FROM shipment_events e JOIN shipments s ON s.row_id = e.shipment_id "
    "JOIN orders o ON o.id = s.order_id WHERE o.customer_id = ?",
)


@dataclass(slots=True)
class WayFigures:
    """Milliseconds of one way: bare queries, our reading of the same rows, the profile, and all with its audit row."""

    bare: list[float] = field(default_factory=list)
    read: list[float] = field(default_factory=list)
    profile: list[float] = field(default_factory=list)
    audited: list[float] = field(default_factory=list)
    statements: int = 0
    unindexed: list[str] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """How many times the bare queries our reading takes, at the median."""
        return statistics.median(self.read) / statistics.median(self.bare)


@dataclass(frozen=True, slots=True)
class LookupBench:
    """A filled database and what it was filled with."""

    database: Database
    shop: Shop
    settings: Settings

    def measure(self, way: Way, numbers: Sequence[int]) -> WayFigures:
        """Look up each of the customers, every kind of work in turn."""
        figures = WayFigures()
        view = View(NOW, self.settings.zone)
        desk = CustomerDesk(self.database, AuditTrail(self.database), view)
        caller = Caller("bench", None, "bench")
        queries = [self.write_query(way, number) for number in numbers]
        with self.database.engine.connect() as connection:
            for place, query in enumerate(queries):
                both: list[tuple[list[float], Callable[[], object]]] = [
                    (figures.bare, partial(self._ask_bare, connection, way, query)),
                    (figures.read, partial(self._read, query)),
                ]
                # Either goes first as often: the second finds in memory what the first had to fetch.
                for times, work in both if place % 2 else reversed(both):
                    times.append(_time(work))
        for query in queries:
            figures.profile.append(_time(partial(self._build, query, view)))
            figures.audited.append(_time(partial(desk.look_up, query, caller)))
        self._explain(queries[0], figures)
        return figures

    def write_query(self, way: Way, number: int) -> str:
        """Return what is put into the box to find the customer of an order."""
        customer = self.shop.customer_of(number)
        return {
            Way.PHONE: self.shop.phone(customer),
            Way.ORDER_NUMBER: self.shop.order_id(number),
            Way.TRACKING_NUMBER: self.shop.tracking_no(number),
            Way.CUSTOMER_ID: self.shop.customer_id(customer),
            Way.TAIL: self.shop.phone(customer)[-TAIL_DIGITS:],
        }[way]

    def _ask_bare(self, connection: Connection, way: Way, query: str) -> int:
        driver = connection.connection.driver_connection
        assert driver is not None
        key = query if way is Way.CUSTOMER_ID else query[::-1]
        keys = (key, key[:-1] + chr(ord(key[-1]) + 1)) if way is Way.TAIL else (key,)
        found = driver.execute(BARE_KEYS[way], keys).fetchone()
        return sum(len(driver.execute(statement, found[:1]).fetchall()) for statement in BARE_ROWS)

    def _read(self, text: str) -> int:
        with self.database.read_rows() as connection:
            (found,) = find_candidates(connection, read_query(text)).items
            return len(read_records(connection, found.customer_id, found.order_ids).orders)

    def _build(self, text: str, view: View) -> object:
        with self.database.read_rows() as connection:
            (found,) = find_candidates(connection, read_query(text)).items
            return build_profile(connection, found.customer_id, found.order_ids, view)

    def _explain(self, query: str, figures: WayFigures) -> None:
        """Note every statement of a look-up that reads a table from its beginning to its end."""
        with trace_statements(self.database) as statements:
            self._build(query, View(NOW, self.settings.zone))
        asked = [statement for statement in statements if statement.lstrip().startswith("SELECT")]
        figures.statements = len(asked)
        with self.database.read_rows() as connection:
            for statement in asked:
                figures.unindexed += _list_scans(connection, statement)


@contextmanager
def trace_statements(database: Database) -> Iterator[list[str]]:
    """Yield a list that SQLite adds every statement to which it is given, with the values in it."""
    statements: list[str] = []

    def watch(driver: Driver, *_rest: object) -> None:
        driver.set_trace_callback(statements.append)

    def leave(driver: Driver, *_rest: object) -> None:
        driver.set_trace_callback(None)

    event.listen(database.engine, "checkout", watch)
    event.listen(database.engine, "checkin", leave)
    try:
        yield statements
    finally:
        event.remove(database.engine, "checkout", watch)
        event.remove(database.engine, "checkin", leave)


def _list_scans(connection: Connection, statement: str) -> list[str]:
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").all()
    steps = [str(row[-1]) for row in rows]
    # What a part of the statement found is read from its beginning to its end too: it is not a table.
    parts = {step.split()[1] for step in steps if step.startswith(PARTS)} - set(Base.metadata.tables)
    # `SCAN t` reads all of a table; `SEARCH t USING INDEX …` does not.
    tables = (step.split()[1] for step in steps if step.startswith("SCAN ") and "CONSTANT" not in step)
    return [table for table in tables if table not in SMALL_TABLES | parts]


def _time(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1_000
