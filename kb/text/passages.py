"""Cut a Markdown text into passages: on sentence boundaries, each with the heading it stands under."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from kb.text.sentences import split_sentences

# About 200 tokens of Chinese: what the encoder still holds in one vector without blurring.
PASSAGE_CHARACTERS = 250
# A sentence longer than this is a table or a list without stops; it is cut at its clauses.
LONGEST_SENTENCE = 250
CLAUSE_ENDS = "，,、;； "
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True, slots=True)
class Section:
    """The text under one heading; `heading` is empty before the first."""

    heading: str
    text: str


def split_passages(markdown: str) -> list[Section]:
    """Return the passages of a text in order, each at most about `PASSAGE_CHARACTERS` long."""
    return [
        Section(section.heading, chunk)
        for section in read_sections(markdown)
        for chunk in _fill(_short_sentences(section.text))
    ]


def read_sections(markdown: str) -> list[Section]:
    """Return the plain text of a Markdown document by heading."""
    sections: list[Section] = []
    heading, lines = "", list[str]()
    in_heading = False
    for token in _MARKDOWN.parse(markdown):
        if token.type == "heading_open":
            sections += _close(heading, lines)
            heading, lines, in_heading = "", [], True
        elif token.type == "heading_close":
            in_heading = False
        elif text := _plain_text(token):
            heading, lines = (text, lines) if in_heading else (heading, [*lines, text])
    return sections + _close(heading, lines)


def _close(heading: str, lines: list[str]) -> list[Section]:
    text = "\n".join(lines).strip()
    return [Section(heading, text)] if text else [Section("", heading)] if heading else []


def _plain_text(token: Token) -> str:
    if token.type in {"code_block", "fence", "html_block"}:
        return token.content.strip()
    if token.type != "inline":
        return ""
    pieces = ("\n" if child.type in {"softbreak", "hardbreak"} else child.content for child in token.children or [])
    return "".join(pieces).strip()


def _short_sentences(text: str) -> Iterator[str]:
    for sentence in split_sentences(text):
        rest = sentence
        while len(rest) > LONGEST_SENTENCE:
            cut = max(rest.rfind(mark, LONGEST_SENTENCE // 2, LONGEST_SENTENCE) for mark in CLAUSE_ENDS) + 1
            cut = cut or LONGEST_SENTENCE
            yield rest[:cut]
            rest = rest[cut:]
        yield rest


def _fill(sentences: Iterator[str]) -> Iterator[str]:
    chunk = ""
    for sentence in sentences:
        if chunk and len(chunk) + len(sentence) > PASSAGE_CHARACTERS:
            yield chunk.strip()
            chunk = ""
        chunk += sentence
    if chunk.strip():
        yield chunk.strip()
