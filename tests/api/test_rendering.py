"""Markdown becomes HTML that is safe in anybody's page, and plain text stays plain."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.rendering import ATTRIBUTES, TAGS, render_markdown, render_plain, strip_markdown

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:msgbox)",
    "[x](//elsewhere.example/)",
    "[x](/account/delete)",
    "![x](https://elsewhere.example/pixel.png)",
    '![x](x" onerror="alert(1))',
    "<iframe src=https://elsewhere.example></iframe>",
    "<style>*{display:none}</style>",
    "<p style='position:fixed'>x</p>",
    "`<script>alert(1)</script>`",
    "```<script>\nalert(1)\n```",
    "[a]: javascript:alert(1)\n\n[a]",
    '<https://ok.example/"onmouseover=alert(1)>',
    "| <b onclick=alert(1)>x</b> |\n|---|\n| y |",
)


class Reader(HTMLParser):
    """Remembers every tag and attribute as a browser would read them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def read(html: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.tags


def check(html: str) -> None:
    for tag, attributes in read(html):
        assert tag in TAGS, html
        allowed = ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set())
        assert set(attributes) <= allowed, html
        assert re.match(r"https?:|mailto:|tel:|$", attributes.get("href") or ""), html


def test_what_support_articles_are_written_with_is_kept() -> None:
    lists = "# 退货\n第一行\n第二行\n\n1. 打包\n2. 寄回\n\n- **免费**上门\n\n"
    text = f"{lists}| 时限 | 天 |\n|---|---|\n| 退货 | 7 |\n\n`A-1` > *注意*"
    html = render_markdown(text)
    wanted = (
        "<h3>退货</h3>",
        "第一行<br>\n第二行",
        "<ol>",
        "<li>打包</li>",
        "<strong>免费</strong>",
        "<td>7</td>",
        "<code>",
    )
    for part in wanted:
        assert part in html
    check(html)


@pytest.mark.parametrize(("hashes", "level"), [(1, 3), (2, 4), (3, 5), (4, 6), (6, 6)])
def test_headings_stand_below_those_of_the_page(hashes: int, level: int) -> None:
    assert render_markdown(f"{'#' * hashes} x") == f"<h{level}>x</h{level}>"


def test_links_lead_out_and_carry_nothing_along() -> None:
    html = render_markdown("[官网](https://shop.example/a?b=1&c=2) [电话](tel:95118) [邮件](mailto:help@shop.example)")
    assert [attributes["href"] for _, attributes in read(html)[1:]] == [
        "https://shop.example/a?b=1&c=2",
        "tel:95118",
        "mailto:help@shop.example",
    ]
    assert {attributes["rel"] for _, attributes in read(html)[1:]} == {"noopener noreferrer nofollow"}


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_becomes_more_than_text(text: str) -> None:
    check(render_markdown(text))
    check(render_plain(text))


@given(st.lists(st.sampled_from([*HOSTILE, "\n", "**", "[", "](", "<", '"', "'", "| a |\n|---|\n", "x"]), max_size=8))
def test_nothing_put_together_of_hostile_parts_does(parts: list[str]) -> None:
    check(render_markdown("".join(parts)))


def test_a_picture_is_said_in_words() -> None:
    assert render_markdown("![退货<流程>](https://elsewhere.example/x.png)") == "<p>退货&lt;流程&gt;</p>"


def test_plain_text_is_no_markdown() -> None:
    html = render_plain("您好，*Sale* [x](https://elsewhere.example)\n第二行\n\n第二段 <b>")
    expected = "<p>您好，*Sale* [x](https://elsewhere.example)<br>第二行</p>\n<p>第二段 &lt;b&gt;</p>"
    assert html == expected


def test_a_body_without_markup_keeps_its_lines() -> None:
    assert render_markdown("第一行\n第二行") == "<p>第一行<br>\n第二行</p>"


def test_plain_text_of_markdown_has_no_marks() -> None:
    assert strip_markdown("# 退货\n**七天**内\n\n- 打包") == "退货\n七天内\n打包"


@pytest.mark.parametrize("part", ["[", "*a ", "> ", "`", "|a", "[a]("])
def test_what_is_nested_without_end_is_still_text(part: str) -> None:
    check(render_markdown(part * 20_000))
