"""What an encoder is taught with: questions, the texts of items as they are indexed, and how each is prompted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from index.question import QuestionEmpty, QuestionTooLong, read_question
from kb.items import Item, ItemKey


class TextKind(StrEnum):
    """Which vectors of an item a text is of: headings carry the question prompt, passages the passage prompt."""

    HEADING = "heading"
    PASSAGE = "passage"


@dataclass(frozen=True, slots=True)
class Prompts:
    """What an encoder puts before its texts."""

    question: str
    passage: str

    def put_before(self, text: Text) -> str:
        """Return a text of an item as the encoder reads it."""
        return (self.question if text.kind is TextKind.HEADING else self.passage) + text.words


@dataclass(frozen=True, slots=True)
class Text:
    """A text of an item; `bare` is what it says without the title that a passage is embedded under."""

    kind: TextKind
    words: str
    bare: str


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An item with its texts; one that does not `teach`, such as a reopened case, is only there to be found."""

    name: str
    texts: tuple[Text, ...]
    teaches: bool = True

    def of_kind(self, kind: TextKind) -> tuple[Text, ...]:
        """Return the texts of one kind."""
        return tuple(text for text in self.texts if text.kind is kind)


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question with the items that answer it; `related` ones are labelled lower, or are the question itself."""

    id: str
    words: str
    right: tuple[str, ...]
    related: frozenset[str] = frozenset()
    without: str | None = None


def name_item(key: ItemKey) -> str:
    """Return the name of an item whatever its version."""
    return f"{key.kind.value}:{key.id}"


def collect_items(items: Iterable[tuple[Item, bool]]) -> dict[str, KnownItem]:
    """Return the items by name, an article's versions taken together; each comes with whether it teaches."""
    found: dict[str, KnownItem] = {}
    for item, teaches in items:
        name = name_item(item.key)
        earlier = found.get(name, KnownItem(name, ()))
        texts = tuple(dict.fromkeys((*earlier.texts, *_list_texts(item))))
        found[name] = KnownItem(name, texts, teaches)
    return found


def find_words(question: str, turns: tuple[str, ...] = ()) -> str | None:
    """Return a question as it is searched for; None where it has no words, or is no question but a document."""
    try:
        return read_question(question, turns).in_context
    except (QuestionEmpty, QuestionTooLong):
        return None


def _list_texts(item: Item) -> list[Text]:
    """Return the texts of an item, without a title that is only the opening of its own text, such as a greeting."""
    telling = [h for h in item.headings if not any(o != h and o.startswith(h) for o in item.headings)]
    headings = [Text(TextKind.HEADING, heading, heading) for heading in telling]
    return headings + [Text(TextKind.PASSAGE, passage.text, passage.shown) for passage in item.passages]
