"""Turn what a cell holds into the value of a field; values that JSON or YAML typed already stay as they are."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from difflib import get_close_matches

from kb.text.mask import mask_personal_data
from kb.transfer.choices import ROLES, Choices
from kb.transfer.structured import InvalidStructure, parse_structure

Converter = Callable[[object, tzinfo], object]

# Excel keeps 15 significant digits; a longer number has lost its end before it reaches us.
MAX_EXACT_NUMBER = 10**15
MAX_SHOWN_CHARACTERS = 40
TIME_REMEDY = "Write it like 2026-11-15 10:02 or 2026-11-15T10:02:00+08:00."
_LIST_GAP = re.compile(r"[\r\n|；]+")
_PATH_GAP = re.compile(r"[/>]")
_LOCAL_TIME = re.compile(
    r"(?P<year>\d{4})(?:[-/.]|年)(?P<month>\d{1,2})(?:[-/.]|月)(?P<day>\d{1,2})日?"
    r"(?:[\sT]*(?P<hour>\d{1,2})[:：时](?P<minute>\d{1,2})分?(?:[:：]?(?P<second>\d{1,2})秒?)?)?"
)
_TURN = re.compile(r"^\s*(?P<role>[^\s:：]{1,12})\s*[:：]\s*(?P<text>.*)$")


class UnusableCell(ValueError):
    """A cell's value cannot become the field's; says the problem and the remedy."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


def show(value: object) -> str:
    """Return a value short enough for a message, without the personal data that a wrong column may hold."""
    text = mask_personal_data(" ".join(str(value).split())).text
    cut = text if len(text) <= MAX_SHOWN_CHARACTERS else text[:MAX_SHOWN_CHARACTERS] + "…"
    return f"“{cut}”"


def to_text(value: object, _zone: tzinfo) -> str:
    """Return text as it is, and a whole number without its decimal point."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number_to_text(value)
    if isinstance(value, date):
        return value.isoformat()
    raise UnusableCell("is a list or an object where text is expected", "Write plain text.")


def _number_to_text(value: float) -> str:
    if isinstance(value, float) and abs(value) >= MAX_EXACT_NUMBER:
        raise UnusableCell(
            "is a number of more than 15 digits, which spreadsheets round",
            "Format the column as text and enter the number again.",
        )
    return str(int(value)) if isinstance(value, int) or value.is_integer() else str(value)


def to_id(value: object, zone: tzinfo) -> str:
    """Return an id without the white space around it."""
    return to_text(value, zone).strip()


def to_list(value: object, zone: tzinfo) -> object:
    """Split text at line ends, `|` and `；`, or read it as a JSON array."""
    return _split(value, zone, _LIST_GAP)


def to_path(value: object, zone: tzinfo) -> object:
    """Split a category at `/` or `>`, or read it as a JSON array."""
    return _split(value, zone, _PATH_GAP)


def _split(value: object, zone: tzinfo, gap: re.Pattern[str]) -> object:
    if isinstance(value, list | tuple):
        return [to_text(part, zone) for part in value]
    text = to_text(value, zone)
    parts = _find_array(text)
    if parts is not None:
        return [to_text(part, zone) for part in parts]
    return [part.strip() for part in gap.split(text) if part.strip()]


def _find_array(text: str) -> list[object] | None:
    """Return the JSON array a text is; "[大件] 退货" is none, for all its bracket."""
    if not text.lstrip().startswith("["):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else None


def to_structure(value: object, _zone: tzinfo) -> object:
    """Read JSON or YAML text; blank text is nothing."""
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    try:
        return parse_structure(value)
    except InvalidStructure as error:
        raise UnusableCell(str(error), "Write it as JSON, or as YAML with one item a line.") from error


def to_moment(value: object, zone: tzinfo) -> datetime | None:
    """Return an aware moment in the shop's zone; a time without a zone is the shop's own, a date its midnight."""
    moment = _read_moment(value)
    if moment is None:
        return None
    try:
        moment = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
        moment.astimezone(UTC)
    except OverflowError:
        raise UnusableCell("is a time out of range", "Leave the cell empty where there is no end.") from None
    return moment


def _read_moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if not isinstance(value, str):
        raise UnusableCell(f"{show(value)} is not a time", TIME_REMEDY)
    text = unicodedata.normalize("NFKC", value).strip()
    if not text:
        return None
    try:
        if local := _LOCAL_TIME.fullmatch(text):
            year, month, day, hour, minute, second = (int(digits or 0) for digits in local.groups())
            return datetime(year, month, day, hour, minute, second)
        if len(text) > 10 and text[4] == "-":
            return datetime.fromisoformat(text)
    except ValueError as error:
        raise UnusableCell(f"{show(value)} is not a time that exists", TIME_REMEDY) from error
    raise UnusableCell(f"{show(value)} is not a time", TIME_REMEDY)


def to_whole_number(value: object, zone: tzinfo) -> int | None:
    """Return a whole number."""
    number = to_number(value, zone)
    if number is None or number.is_integer():
        return None if number is None else int(number)
    raise UnusableCell(f"{show(value)} is not a whole number", "Write digits only.")


def to_number(value: object, _zone: tzinfo) -> float | None:
    """Return a number; a yuan sign and commas between thousands are left out."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise UnusableCell(f"{show(value)} is not a number", "Write digits only.")
    text = (
        unicodedata.normalize("NFKC", value).strip().strip("¥元").replace(",", "") if isinstance(value, str) else value
    )
    if text == "":
        return None
    try:
        return float(text)
    except (ValueError, OverflowError):
        raise UnusableCell(f"{show(value)} is not a number", "Write digits only.") from None


def make_choice(choices: Choices) -> Converter:
    """Return a converter that knows these words."""

    def to_choice(value: object, zone: tzinfo) -> str | None:
        word = unicodedata.normalize("NFKC", to_text(value, zone)).strip().lower()
        if not word:
            return None
        if word in choices:
            return choices[word]
        allowed = ", ".join(dict.fromkeys(choices.values()))
        near = get_close_matches(word[:MAX_SHOWN_CHARACTERS], list(choices), n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise UnusableCell(f"{show(value)} is not one of the values{hint}", f"Use one of: {allowed}.")

    return to_choice


def to_turns(value: object, zone: tzinfo) -> object:
    """Return what was said before: a list, JSON, or lines such as `客户：…` and `客服：…`."""
    if isinstance(value, str):
        parsed = _find_array(value)
        value = _split_turns(value) if parsed is None else parsed
    if not isinstance(value, list | tuple):
        raise UnusableCell("is not a list of turns", "Write one turn a line, each starting with 客户： or 客服：.")
    return [_to_turn(turn, zone) for turn in value]


def _split_turns(text: str) -> list[object]:
    turns: list[dict[str, str]] = []
    for line in filter(str.strip, text.splitlines()):
        said = _TURN.match(line)
        role = ROLES.get(said["role"].lower()) if said else None
        if said and role:
            turns.append({"role": role, "text": said["text"]})
        elif turns:
            turns[-1]["text"] += "\n" + line
        else:
            turns.append({"role": "customer", "text": line})
    return [*turns]


def _to_turn(turn: object, zone: tzinfo) -> object:
    if not isinstance(turn, dict):
        return {"role": "customer", "text": to_text(turn, zone)}
    role = turn.get("role", turn.get("speaker", "customer"))
    text = turn.get("text", turn.get("content", ""))
    return {"role": make_choice(ROLES)(role, zone), "text": to_text(text, zone)}
