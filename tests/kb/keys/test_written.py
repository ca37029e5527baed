"""A key is written so that a scanner finds it, and a slip is no key."""

from __future__ import annotations

import re
import zlib

import pytest

from kb.keys.written import ALPHABET, MARK, hash_key, read_key_id, write_key


def test_a_key_has_its_id_256_bits_and_a_checksum() -> None:
    written = write_key()
    assert re.fullmatch(r"xianzhi_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}", written.text)
    assert read_key_id(written.text) == written.key_id
    assert len(set(ALPHABET)) == 62
    assert 62**43 > 2**256


def test_two_keys_differ_and_neither_is_shown() -> None:
    first, second = write_key(), write_key()
    assert first != second
    assert first.text not in repr(first)


def test_the_last_six_characters_are_the_checksum_of_the_others() -> None:
    written = write_key(lambda below: 0)
    assert written.text.startswith(f"{MARK}{'0' * 12}_{'0' * 43}")
    number = 0
    for letter in written.text[-6:]:
        number = number * 62 + ALPHABET.index(letter)
    assert number == zlib.crc32(written.text[:-6].encode())


def test_no_slip_of_one_character_is_a_key() -> None:
    text = write_key().text
    for place in range(len(text)):
        slip = "x" if text[place] != "x" else "y"
        assert read_key_id(text[:place] + slip + text[place + 1 :]) is None


@pytest.mark.parametrize("text", ["", "xianzhi_", "wang", "xianzhi_王", "a" * 100_000])
def test_what_is_no_key_has_no_id(text: str) -> None:
    assert read_key_id(text) is None


def test_blanks_and_line_breaks_are_no_part_of_a_key() -> None:
    text = write_key().text
    assert [read_key_id(changed) for changed in (f"{text}\n", f" {text}", text[:-1], f"{text}0")] == [None] * 4


def test_a_hash_is_sha_256() -> None:
    assert hash_key("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
