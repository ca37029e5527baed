"""What is shown of names, phones, e-mail and addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.customers.masking import mask_address, mask_email, mask_name, mask_phone


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("周雨桐", "周**"),
        ("王", "王**"),
        ("欧阳娜娜", "欧**"),
        ("Mary Smith", "M**"),
        (" ", None),
        ("", None),
        (None, None),
    ],
)
def test_a_name_shows_its_first_character_and_not_its_length(name: str | None, shown: str | None) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800001037", "138****1037"),
        ("+86 138-0000-1037", "138****1037"),
        ("010-6255 1037", "010****1037"),
        ("62551037", "****37"),
        ("1037", "****"),
        ("微信", "****"),
        (None, None),
        (" ", None),
    ],
)
def test_a_phone_shows_how_it_begins_and_ends(phone: str | None, shown: str | None) -> None:
    assert mask_phone(phone) == shown


@given(st.text(max_size=40))
def test_a_masked_phone_never_shows_more_than_seven_of_its_characters(text: str) -> None:
    shown = mask_phone(text) or ""
    assert len(shown.replace("*", "")) <= 7
    assert len(shown) <= 11


def test_of_an_address_only_that_there_is_one_is_shown() -> None:
    assert mask_address("学院路青竹园 5 号楼") == "****"
    assert mask_address(" ") is None


def test_of_an_email_address_the_first_character_is_shown() -> None:
    assert mask_email("yutong@zhou.example") == "y***@***"
    assert mask_email(None) is None
