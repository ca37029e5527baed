"""Origins are read as browsers write them, and nothing else goes into a header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.origins import MOST_ORIGINS, read_ancestors, read_origins


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("", ()),
        ("https://desk.example.com", ("https://desk.example.com",)),
        ("https://Desk.Example.com:443/", ("https://desk.example.com",)),
        ("http://localhost:8080, https://a.b", ("http://localhost:8080", "https://a.b")),
        ("http://localhost:80 http://localhost", ("http://localhost",)),
        ("http://[::1]:3000", ("http://[::1]:3000",)),
    ],
)
def test_origins_are_written_as_browsers_write_them(text: str, origins: tuple[str, ...]) -> None:
    assert read_origins(text) == origins


@pytest.mark.parametrize(
    "text", ["*", "https://*.example.com", "desk.example.com", "https://a/b", "javascript:1", "https://a;b"]
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="not an origin such as https://"):
        read_origins(text)


def test_a_list_has_an_end() -> None:
    with pytest.raises(ValueError, match="more than 50"):
        read_origins(" ".join(f"https://a{number}" for number in range(MOST_ORIGINS + 1)))


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("self", ("'self'",)),
        ("'none'", ("'none'",)),
        ("", ("'none'",)),
        ("https://a.b self", ("'self'", "https://a.b")),
    ],
)
def test_who_may_frame_us_is_written_as_the_policy_wants_it(text: str, sources: tuple[str, ...]) -> None:
    assert read_ancestors(text) == sources


@given(st.text())
def test_no_text_ends_the_directive(text: str) -> None:
    try:
        sources = read_ancestors(text)
    except ValueError:
        return
    assert not set("".join(sources)) & set(";,\r\n \t")
