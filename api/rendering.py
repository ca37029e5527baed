"""Texts as HTML that may stand in anybody's page: Markdown through an allow list, plain text as it is."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from kb.text.passages import read_sections

# Whose page it is has its own h1 and h2.
FIRST_HEADING, LAST_HEADING = 3, 6
BLOCKS = ("p", "br", "hr", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre")
TABLE = ("table", "thead", "tbody", "tr", "th", "td")
INLINE = ("strong", "em", "s", "code", "a")
TAGS = frozenset((*BLOCKS, *TABLE, *INLINE))
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
LINK_REL = "noopener noreferrer nofollow"
CACHED_TEXTS = 256

_LINK = re.compile(rf"(?:{'|'.join(sorted(SCHEMES))}):", re.IGNORECASE)
_PARAGRAPHS = re.compile(r"\n\s*\n")


@lru_cache(CACHED_TEXTS)
def render_markdown(text: str) -> str:
    """Return Markdown as HTML that holds nothing but the tags listed here, and links that name their scheme."""
    return nh3.clean(
        _MARKDOWN.render(text),
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        attribute_filter=_keep_attribute,
        url_schemes=set(SCHEMES),
        link_rel=LINK_REL,
    ).strip()


def render_plain(text: str) -> str:
    """Return a text that is no Markdown, as HTML: whatever stands in it, be it an item's name, stays text."""
    paragraphs = (part.strip() for part in _PARAGRAPHS.split(text.replace("\r\n", "\n")))
    return "\n".join(f"<p>{'<br>'.join(html.escape(part).split(chr(10)))}</p>" for part in paragraphs if part)


def strip_markdown(text: str) -> str:
    """Return Markdown as plain text, its headings on lines of their own."""
    return "\n\n".join("\n".join(filter(None, (part.heading, part.text))) for part in read_sections(text))


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    parser.add_render_rule("heading_open", _render_heading)
    parser.add_render_rule("heading_close", _render_heading)
    parser.add_render_rule("image", _render_image)
    return parser


def _render_heading(
    renderer: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    level = min(int(tokens[place].tag[1:]) + FIRST_HEADING - 1, LAST_HEADING)
    return f"<h{level}>" if tokens[place].nesting > 0 else f"</h{level}>\n"


def _render_image(
    renderer: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    """Say in words what a picture shows: loading it would tell its server who reads."""
    return html.escape(renderer.renderInlineAsText(tokens[place].children or [], options, env))


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    """Drop addresses without a scheme: they would lead somewhere in the page that shows the text."""
    return value if name != "href" or _LINK.match(value) else None


_MARKDOWN = _make_parser()
