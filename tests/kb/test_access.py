"""Named keys with roles are read from one setting, and no message repeats a key."""

from __future__ import annotations

import pytest
from pydantic import SecretStr, ValidationError

from kb.access import ApiKey, Role, find_key, list_keys, read_keys
from kb.settings import Settings

WANG, SHOP = "wang:agent:aaaaaaaaaaaaaaaa", "shop:widget:bbbb:bbbbbbbbbbbbb"


def test_entries_are_read_in_order_and_a_key_may_hold_colons() -> None:
    assert read_keys(f" {WANG} , {SHOP}, ") == (
        ApiKey(b"aaaaaaaaaaaaaaaa", Role.AGENT, "wang"),
        ApiKey(b"bbbb:bbbbbbbbbbbbb", Role.WIDGET, "shop"),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("wang", "entry 1 is not name:role:key"),
        (f"{WANG},:agent:secretsecretsecret", "entry 2 is not name:role:key"),
        ("王:agent:secretsecretsecret", "entry 1 is not name:role:key"),
        ("wang:boss:secretsecretsecret", "none of the roles admin, supervisor, agent, editor, analyst,"),
        ("wang:agent:secret", "fewer than 16 characters"),
        ("wang:agent:secret secret secret", "white space"),
        (f"{WANG}\nlin:editor:secret", "fewer than 16 characters"),
        (f"{WANG},wang:editor:secretsecretsecret", "the same name"),
        (f"{WANG},lin:editor:aaaaaaaaaaaaaaaa", "the same key"),
    ],
)
def test_an_entry_that_cannot_be_used_is_named_by_its_number(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem) as caught:
        read_keys(text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("key", ["one key", "one\nanother", " one"])
def test_the_one_key_holds_no_white_space(key: str) -> None:
    with pytest.raises(ValidationError, match="white space"):
        Settings.model_validate({"api_key": key})


def test_a_wrong_setting_ends_the_start_and_repeats_no_key() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"api_keys": "wang:boss:secretsecretsecret"})
    assert "secretsecret" not in str(caught.value)


def test_the_one_key_is_an_admin_without_a_name_beside_those_with_roles() -> None:
    keys = list_keys(SecretStr("one"), SecretStr(WANG))
    assert keys[0] == ApiKey(b"one", Role.ADMIN, None)
    assert find_key(keys, b"aaaaaaaaaaaaaaaa") == keys[1]
    assert find_key(keys, b"aaaaaaaaaaaaaaab") is None
    assert list_keys(None, None) == ()


def test_a_key_is_not_shown() -> None:
    assert "aaaa" not in repr(read_keys(WANG))
