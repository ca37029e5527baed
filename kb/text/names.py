"""Find personal names where a text says that one comes: after 收件人, 我叫, "name is", or beside a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.text.name_cues import find_cued_names
from kb.text.name_shapes import looks_like_a_name, name_words, surname_length

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_CUE = re.compile(
    r"(?:(?:收件|收货|寄件|发件|取件|联系|开户|签收|订货|购买|付款)人|姓名|名字|户名|本人叫|我叫|(?i:name(?:\s+is|'s)?))"
    r"\s?的?(?:姓名|名字)?\s?(?P<strong>(?:已?(?:改|换|变更|修改|更改|更正)(?:成|为)|写?(?:的是|成)|应?该?(?:是|叫|为)|[:：=])?)"
    r"[\s,，、:：]{0,3}(?P<also>(?:是|叫)?)\s{0,2}"
)
_RUN = re.compile(f"[{_HAN}]{{1,6}}")
_DOTTED = re.compile(f"[{_HAN}]{{2,6}}[·•・][{_HAN}]{{2,6}}")
_LATIN_CUE = re.compile(r"\b(?i:name(?:\s+is|'s)?)\s{0,2}[:：]?\s{0,2}")
_LATIN_NAME = re.compile(r"[A-Z][A-Za-z'-]{1,20}(?:\s[A-Z][A-Za-z'-]{1,20}){0,2}")
_TITLE = re.compile("先生|女士|小姐|太太")
# Function words that do not begin a given name, and those that do not end one.
_NOT_FIRST = frozenset("的了吗呢吧是在不没也都就还要我你他她它这那谁哪怎请把被让给说写改错填您哦啊呀呗嘛么")
_NOT_SECOND = _NOT_FIRST | frozenset("和与或电手收寄地想住身订已可能会来去到有跟帮需但因所为号码，")
_SEPARATOR = r"[\s,，、:：;；/|]"
_BEFORE_PHONE = re.compile(rf"(?<![{_HAN}])([{_HAN}]{{2,4}}?)收?{_SEPARATOR}{{0,3}}$")
_AFTER_PHONE = re.compile(rf"{_SEPARATOR}{{0,3}}([{_HAN}]{{2,4}})(?=$|[\s,，。、;；/|])")
_WINDOW = 16


def find_names(text: str, *, phone_mark: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of names; `phone_mark` is the character that stands where a phone was hidden."""
    for cue in _CUE.finditer(text):
        is_strong = bool(cue["strong"] or cue["also"]) or cue[0].startswith(("我叫", "本人叫"))
        if length := _name_length(text, cue.end(), is_strong=is_strong):
            yield cue.end(), cue.end() + length
    for cue in _LATIN_CUE.finditer(text):
        name = _LATIN_NAME.match(text, cue.end())
        if name is not None and name[0].split()[0].lower() not in _not_names():
            yield name.span()
    yield from _names_beside_phones(text, phone_mark)
    yield from find_cued_names(text)


def _names_beside_phones(text: str, phone_mark: str) -> Iterator[tuple[int, int]]:
    for phone in re.finditer(f"{phone_mark}+", text):
        window_start = max(0, phone.start() - _WINDOW)
        before = _BEFORE_PHONE.search(text[window_start : phone.start()])
        if before is not None and _is_whole_name(before[1]):
            yield window_start + before.start(1), window_start + before.end(1)
        after = _AFTER_PHONE.match(text, phone.end())
        if after is not None and _is_whole_name(after[1]):
            yield after.span(1)


def _is_whole_name(word: str) -> bool:
    return looks_like_a_name(word) or _name_length(word, 0, is_strong=False) == len(word)


def _name_length(text: str, start: int, *, is_strong: bool) -> int:
    """Return how many characters from `start` are a name; 0 when they are not one."""
    dotted = _DOTTED.match(text, start)
    if dotted is not None:
        return len(dotted[0])
    match = _RUN.match(text, start)
    if match is None or _begins_with_a_word(match[0]):
        return 0
    run = match[0]
    is_delimited = 2 <= len(run) <= 3
    family = surname_length(run, allow_rare=is_strong and is_delimited)
    given = run[family:]
    if family == 0 or not given:
        return 0
    if title := _TITLE.match(given):
        return family + len(title[0])
    if given[0] in _NOT_FIRST:
        return 0
    has_second = len(given) > 1 and given[1] not in _NOT_SECOND and not _TITLE.match(given, 1)
    return family + (2 if has_second else 1)


def _begins_with_a_word(run: str) -> bool:
    return any(run[:length] in _not_names() for length in range(1, len(run) + 1))


def _not_names() -> frozenset[str]:
    return name_words("not_a_name")
