"""Say in plain words what is wrong with a row's fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kb.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field, and what to do about it."""

    field: str | None
    problem: str
    remedy: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.field}: {self.problem}. {self.remedy}" if self.field else f"{self.problem}. {self.remedy}"


class InvalidRow(InvalidInput):
    """A row does not make a record; `problems` names every field at fault."""

    code = "invalid_row"

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__(" ".join(map(str, problems)), details=[str(problem) for problem in problems])
        self.problems = problems


# Pydantic's names of errors: what we say, with the limits it gives in braces. Values are never shown.
_SENTENCES: Mapping[str, tuple[str, str]] = {
    "missing": ("is missing", "Fill it in; every row needs it."),
    "string_too_short": ("is empty", "Fill it in; every row needs it."),
    "too_short": ("is empty", "Fill it in; every row needs it."),
    "string_too_long": ("is longer than {max_length} characters", "Shorten it."),
    "too_long": ("has more than {max_length} entries", "Leave some out, or split the row."),
    "string_type": ("is not text", "Write plain text."),
    "int_type": ("is not a whole number", "Write digits only."),
    "int_parsing": ("is not a whole number", "Write digits only."),
    "int_from_float": ("is not a whole number", "Write digits only."),
    "float_type": ("is not a number", "Write digits only."),
    "float_parsing": ("is not a number", "Write digits only."),
    "finite_number": ("is not a finite number", "Write digits only."),
    "greater_than_equal": ("is below {ge}", "Write a number of at least {ge}."),
    "less_than_equal": ("is above {le}", "Write a number of at most {le}."),
    "enum": ("is not one of the values", "Use one of: {expected}."),
    "literal_error": ("is not one of the values", "Use one of: {expected}."),
    "list_type": ("is not a list", "Write the entries with | between them, or as a JSON array."),
    "tuple_type": ("is not a list", "Write it as a JSON array."),
    "dict_type": ("is not an object", "Write it as a JSON object."),
    "model_type": ("is not an object", "Write it as a JSON object."),
    "timezone_aware": ("has no time zone", "Add one, such as +08:00."),
    "extra_forbidden": ("is not a field that is known here", "Remove it."),
}
_ID_SENTENCE = ("holds a blank or a slash", "Use letters, digits, - and _ only.")


def explain(error: ValidationError, columns: Mapping[str, str]) -> InvalidRow:
    """Return the row's fault for a failed check; fields are called what the file calls them."""
    return InvalidRow(tuple(_explain_one(details, columns) for details in error.errors()))


def _explain_one(details: ErrorDetails, columns: Mapping[str, str]) -> FieldProblem:
    first, *rest = [str(part) for part in details["loc"]] or [""]
    path = ".".join((first, *rest))
    name = columns.get(path) or ".".join((columns.get(first, first), *rest)) or None
    context = details.get("ctx", {})
    if details["type"] == "string_pattern_mismatch" and path == "id":
        return FieldProblem(name, *_ID_SENTENCE)
    kind = details["type"]
    if kind == "too_long" and isinstance(details["input"], str):
        kind = "string_too_long"
    if kind in _SENTENCES:
        problem, remedy = (sentence.format_map(context) for sentence in _SENTENCES[kind])
        return FieldProblem(name, problem, remedy)
    # What our own validators say is a sentence already.
    return FieldProblem(name, str(context.get("error") or details["msg"]).rstrip("."), "Correct the value.")
