"""What is asked of all items at once, an array each; read from a file as they are, whatever the base's size."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from index.entry import Entry
from kb.articles.models import Audience, Basis
from kb.changes import ItemKind
from kb.orders.likeness import OrderShares

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
CodeArray = NDArray[np.int32]
NameArray = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """One value an item and array; `language` and `category` count in `lists`, `names` are hashes of kind and id."""

    names: NameArray
    is_case: BoolArray
    public: BoolArray
    by_order: BoolArray
    conditioned: BoolArray
    language: CodeArray
    category: CodeArray
    effective_from: IntArray
    effective_to: IntArray
    headings: CodeArray
    passages: CodeArray
    lists: Lists

    def __len__(self) -> int:
        return len(self.names)

    def with_more(self, entries: Sequence[Entry]) -> Columns:
        """Return the columns of these entries too, behind the others."""
        more = make_columns(entries, lists=self.lists)
        joined = {name: np.append(getattr(self, name), getattr(more, name)) for name in ARRAYS}
        return Columns(**joined, lists=more.lists)


@dataclass(frozen=True, slots=True)
class Lists:
    """The few values that many items share."""

    languages: tuple[str, ...] = ()
    categories: tuple[tuple[str, ...], ...] = ()


ARRAYS = tuple(column.name for column in fields(Columns) if column.name != "lists")


def make_columns(entries: Sequence[Entry], *, lists: Lists | None = None) -> Columns:
    """Return the columns of some entries, whose lists go on from those given."""
    before = lists or Lists()
    languages = tuple(dict.fromkeys((*before.languages, *(entry.language for entry in entries))))
    categories = tuple(dict.fromkeys((*before.categories, *(entry.category for entry in entries))))
    language_codes = {language: code for code, language in enumerate(languages)}
    category_codes = {category: code for code, category in enumerate(categories)}
    return Columns(
        names=np.array([hash_name(entry.key.kind, entry.key.id) for entry in entries], np.uint64),
        is_case=np.array([entry.key.kind is ItemKind.CASE for entry in entries], bool),
        public=np.array([entry.audience is Audience.PUBLIC for entry in entries], bool),
        by_order=np.array([entry.basis is Basis.ORDER for entry in entries], bool),
        conditioned=np.array([bool(entry.applies_when) for entry in entries], bool),
        language=np.array([language_codes[entry.language] for entry in entries], np.int32),
        category=np.array([category_codes[entry.category] for entry in entries], np.int32),
        effective_from=np.array([entry.effective_from for entry in entries], np.int64),
        effective_to=np.array([entry.effective_to for entry in entries], np.int64),
        headings=np.array([entry.headings for entry in entries], np.int32),
        passages=np.array([entry.passages for entry in entries], np.int32),
        lists=Lists(languages, categories),
    )


def hash_name(kind: ItemKind, item_id: str) -> int:
    """Return 64 bits of a hash: among a million names two are the same once in forty million bases."""
    return int.from_bytes(hashlib.blake2b(f"{kind}\n{item_id}".encode(), digest_size=8).digest(), "little")


def write_columns(columns: Columns, shares: OrderShares, path: Path) -> None:
    """Write the columns, and how common each mark is among the cases' orders."""
    shared = {
        "languages": columns.lists.languages,
        "categories": columns.lists.categories,
        "known": shares.known,
        "marked": shares.marked,
    }
    arrays = {name: getattr(columns, name) for name in ARRAYS}
    with path.open("wb") as file:
        np.savez(file, shared=np.frombuffer(orjson.dumps(shared), np.uint8), **arrays)


def read_columns(path: Path) -> tuple[Columns, OrderShares]:
    """Read written columns, and the shares among the cases' orders."""
    with np.load(path, allow_pickle=False) as file:
        shared = orjson.loads(file["shared"].tobytes())
        arrays = {name: file[name] for name in ARRAYS}
    lists = Lists(tuple(shared["languages"]), tuple(map(tuple, shared["categories"])))
    return Columns(**arrays, lists=lists), OrderShares(shared["known"], shared["marked"])
