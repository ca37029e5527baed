"""Text that every storage and index accepts: no NUL, no lone surrogates."""

from __future__ import annotations

from pydantic import AfterValidator


def refuse_unstorable(text: str) -> str:
    """Return the text, or raise ValueError where PostgreSQL, UTF-8 or JSON could not carry it."""
    if "\x00" in text:
        raise ValueError("contains a NUL character; remove it")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("contains half of a surrogate pair; save the text as valid UTF-8") from None
    return text


CleanText = AfterValidator(refuse_unstorable)
