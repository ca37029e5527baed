"""Validation problems in plain words: where and what, never the value that was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

LONGEST_NAME_SHOWN = 60

# Pydantic's wording where it speaks of Python; its other messages are plain, and none holds the input.
WORDS: Mapping[str, str] = {
    "missing": "This field is required",
    "extra_forbidden": "There is no such field",
    "model_attributes_type": "Should be an object",
    "model_type": "Should be an object",
    "dict_type": "Should be an object",
    "list_type": "Should be a list",
    "tuple_type": "Should be a list",
    "string_type": "Should be text",
    "int_type": "Should be a whole number",
    "int_parsing": "Should be a whole number",
    "int_from_float": "Should be a whole number",
    "float_type": "Should be a number",
    "float_parsing": "Should be a number",
    "too_long": "Should have at most {max_length} entries or characters",
    "bool_type": "Should be true or false",
    "string_pattern_mismatch": "Holds characters that are not allowed here",
    "timezone_aware": "The time has no zone; add one, such as +08:00",
}


def list_problems(errors: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return each problem as `body.order.items.0.price: what is wrong`."""
    return [f"{name_place(error['loc'])}: {describe(error)}" for error in errors]


def name_place(location: Sequence[int | str]) -> str:
    """Return a field's address in dots."""
    return ".".join(str(part)[:LONGEST_NAME_SHOWN] for part in location)


def describe(error: Mapping[str, Any]) -> str:
    """Return what is wrong, for people."""
    words = WORDS.get(str(error["type"]), "").format(**error.get("ctx", {}))
    if not words:
        message = str(error["msg"])
        words = message.removeprefix("Value error, ").removeprefix("Input should").strip()
        words = f"Should {words}" if message.startswith("Input should") else words
    return words if words.endswith("?") else words.rstrip(".") + "."


class StrictModel(BaseModel):
    """A request model that refuses keys it does not know, and names the nearest one it does."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _know_every_key(cls, value: object) -> object:
        if isinstance(value, dict):
            unknown = [str(key) for key in value if key not in cls.model_fields]
            if unknown:
                raise PydanticCustomError("unknown_field", "{words}", {"words": _name_unknown(unknown, cls)})
        return value


def _name_unknown(names: Sequence[str], model: type[BaseModel]) -> str:
    """Say which keys are unknown, and what was probably meant."""
    said = []
    for name in names[:5]:
        near = get_close_matches(name[:LONGEST_NAME_SHOWN], model.model_fields, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(model.model_fields)}"
        said.append(f"There is no field {name[:LONGEST_NAME_SHOWN]!a}; {hint}")
    return ". ".join(said)
