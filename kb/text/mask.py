"""Hide personal data before a text reaches an index, a log, a report or a language model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from kb.text.addresses import find_addresses
from kb.text.name_shapes import HIDDEN
from kb.text.names import find_names
from kb.text.normalise import simplify, to_half_width
from kb.text.numbers import NumberKind, find_personal_numbers


class PersonalDataKind(StrEnum):
    """What was hidden; the value is the word inside the brackets that replace it."""

    MOBILE = "手机号"
    LANDLINE = "电话"
    NATIONAL_ID = "身份证号"
    PASSPORT = "护照号"
    BANK_CARD = "银行卡号"
    EMAIL = "邮箱"
    ADDRESS = "地址"
    NAME = "姓名"


@dataclass(frozen=True, slots=True)
class Finding:
    """Where personal data stood in the raw text; the data itself is not kept."""

    kind: PersonalDataKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class MaskedText:
    """A text without its personal data, and what was hidden, in the order of the text."""

    text: str
    findings: tuple[Finding, ...]


_KIND_OF_NUMBER = {
    NumberKind.MOBILE: PersonalDataKind.MOBILE,
    NumberKind.LANDLINE: PersonalDataKind.LANDLINE,
    NumberKind.NATIONAL_ID: PersonalDataKind.NATIONAL_ID,
    NumberKind.BANK_CARD: PersonalDataKind.BANK_CARD,
}
_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]++ ?@ ?[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)++")
# Letters and digits like a model number's: only its label tells a passport apart.
_PASSPORT = re.compile(
    r"(?i:护照|港澳通行证|通行证|passport)(?i:\s?(?:证件|号码?|no\.?|num(?:ber)?|is|是|为|[:#]))*\s?"
    r"(?P<number>[A-Za-z]{1,2} ?[0-9]{7,9})(?![0-9A-Za-z])"
)
_PLACEHOLDER = re.compile(r"\[(?P<word>[\u4e00-\u9fff]{1,8})[xX]?[0-9]{0,3}\]")
# One private character stands for each hidden one, so that positions hold and no rule reads across it.
_HIDDEN_PHONE = "\ue001"
_PRIVATE = {ord(HIDDEN): "\ue0ff", ord(_HIDDEN_PHONE): "\ue0ff"}
_PHONES = frozenset({PersonalDataKind.MOBILE, PersonalDataKind.LANDLINE})


def mask_personal_data(text: str) -> MaskedText:
    """Return the text with each piece of personal data replaced by what it is, such as `[手机号]`."""
    working = _PLACEHOLDER.sub(_hide_placeholder, simplify(to_half_width(text)).translate(_PRIVATE))
    findings: list[Finding] = []
    while True:
        # What is hidden can uncover more beside it: go on until nothing is found, so that twice is once.
        before = len(findings)
        for detect in _DETECTORS:
            found = sorted(detect(working), key=lambda finding: finding.start)
            working = _replace(working, found, _filler)
            findings += found
        if len(findings) == before:
            break
    findings.sort(key=lambda finding: finding.start)
    return MaskedText(_replace(text, findings, _placeholder), tuple(findings))


def _find_emails(text: str) -> Iterator[Finding]:
    for match in _EMAIL.finditer(text):
        yield Finding(PersonalDataKind.EMAIL, *match.span())


def _find_numbers(text: str) -> Iterator[Finding]:
    for number in find_personal_numbers(text):
        yield Finding(_KIND_OF_NUMBER[number.kind], number.start, number.end)


def _find_passports(text: str) -> Iterator[Finding]:
    for match in _PASSPORT.finditer(text):
        yield Finding(PersonalDataKind.PASSPORT, *match.span("number"))


def _find_addresses(text: str) -> Iterator[Finding]:
    for span in find_addresses(text):
        yield Finding(PersonalDataKind.ADDRESS, *span)


def _find_names(text: str) -> Iterator[Finding]:
    covered_to = 0
    for start, end in sorted(find_names(text, phone_mark=_HIDDEN_PHONE)):
        if start >= covered_to:
            yield Finding(PersonalDataKind.NAME, start, end)
            covered_to = end


_DETECTORS: tuple[Callable[[str], Iterator[Finding]], ...] = (
    _find_emails,
    _find_numbers,
    _find_passports,
    _find_addresses,
    _find_names,
)


def _filler(finding: Finding) -> str:
    return (_HIDDEN_PHONE if finding.kind in _PHONES else HIDDEN) * (finding.end - finding.start)


def _placeholder(finding: Finding) -> str:
    return f"[{finding.kind.value}]"


def _hide_placeholder(match: re.Match[str]) -> str:
    is_phone = match["word"] in {kind.value for kind in _PHONES}
    return (_HIDDEN_PHONE if is_phone else HIDDEN) * len(match[0])


def _replace(text: str, findings: list[Finding], replacement: Callable[[Finding], str]) -> str:
    pieces: list[str] = []
    position = 0
    for finding in findings:
        pieces += (text[position : finding.start], replacement(finding))
        position = finding.end
    return "".join([*pieces, text[position:]])
