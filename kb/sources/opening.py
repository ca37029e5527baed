"""Open the source of orders that the settings name."""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from kb.database import Database
from kb.settings import Settings
from kb.sources.fetch import open_fetcher
from kb.sources.http_source import HttpSource
from kb.sources.mapping import HeaderFromEnvironment, MappingUnusable, SourceMapping, read_mapping
from kb.sources.own_tables import OwnTables
from kb.sources.ports import Source
from kb.sources.translate import Translator

OWN_TABLES = "tables"


@contextmanager
def open_source(settings: Settings, database: Database) -> Iterator[Source]:
    """Yield the source that the settings name; raises `MappingUnusable` where its settings file cannot be used."""
    if settings.order_source == OWN_TABLES:
        yield OwnTables(database)
        return
    with open_http_source(read_mapping(Path(settings.order_source)), settings.zone, os.environ) as source:
        yield source


@contextmanager
def open_http_source(
    mapping: SourceMapping,
    zone: tzinfo,
    environment: Mapping[str, str],
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[HttpSource]:
    """Yield the source that a settings file describes; its connections end with it."""
    headers = {name: _fill_header(name, header, environment) for name, header in mapping.headers.items()}
    translator = Translator(mapping, ZoneInfo(mapping.zone) if mapping.zone else zone)
    trust = _read_trust(mapping.ca_file)
    with open_fetcher(headers, timeout_seconds=mapping.timeout_ms / 1000, trust=trust) as fetcher:
        yield HttpSource(mapping, fetcher, translator, clock)


def _read_trust(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # An SSLError is one too.
        raise MappingUnusable(f"The ca_file {ca_file} holds no certificates that can be read. Check it.") from error


def _fill_header(name: str, header: str | HeaderFromEnvironment, environment: Mapping[str, str]) -> str:
    if isinstance(header, str):
        return header
    value = environment.get(header.environment, "")
    if not value or not value.isascii() or not value.isprintable():
        raise MappingUnusable(
            f"The header {name} of the order source takes its value from the environment variable "
            f"{header.environment}, which is empty or holds characters that no header may hold. Set it."
        )
    return header.prefix + value
