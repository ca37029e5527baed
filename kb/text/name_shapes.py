"""What a Chinese name looks like: a family name, and one or two characters that given names are written with."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kb.text.segment import list_ordinary_words

NAME_WORDS = Path(__file__).parent / "dictionaries" / "names.txt"
LONGEST_GIVEN = 2
HIDDEN = "\ue000"  # Stands for every character of what was hidden before, phones excepted.
# What may stand behind a name where a sentence goes on without a sign between them.
_GOES_ON = frozenset(
    "收签代领取的就可行不吗呢吧说这那到没在已也是了和跟与或电手地住本您你我他她它申填改麻谢请查为有需想能会换转发退买下付订登"
    "帮把被让给从去来打拿咨询反投催之因由又刚刚昨今前后"
)  # fmt: skip


def surname_length(run: str, *, allow_rare: bool) -> int:
    """Return how many characters at the start of a run are a family name; 0 where none are."""
    if len(run) > 2 and run[:2] in name_words("compound"):
        return 2
    is_surname = run[:1] in name_words("common") or (allow_rare and run[:1] in name_words("rare"))
    return 1 if run and is_surname else 0


def credible_name_length(text: str, start: int, *, is_announced: bool = False) -> int:
    """Return how many characters from `start` can only be a name; 0 where they may be something else.

    A name ends at a sign or before a word that goes on after names. Family names that are words as well (来, 向, 全)
    count where a sign follows, a colon announces the name, or its given name has two characters.
    """
    run = text[start : start + 4]
    surname = surname_length(run, allow_rare=False)
    if not surname:
        return 0
    is_usual = surname == 2 or run[:1] in name_words("usual")
    for given in range(LONGEST_GIVEN, 0, -1):
        name = run[: surname + given]
        following = text[start + len(name) : start + len(name) + 1]
        may_go_on = is_usual or is_announced or given == LONGEST_GIVEN
        ends = is_edge(following) or (following in _GOES_ON and may_go_on)
        if len(name) == surname + given and ends and _is_credible(name, surname, stands_alone=is_edge(following)):
            return len(name)
    return 0


def looks_like_a_name(word: str) -> bool:
    """Tell whether a word that stands where names stand can be one, though it may be a word or a town as well."""
    surname = surname_length(word, allow_rare=True)
    is_listed = any(word[:length] in name_words("not_a_name") for length in range(2, len(word) + 1))
    return 0 < surname < len(word) <= surname + LONGEST_GIVEN and _is_given(word[surname:]) and not is_listed


def _is_credible(name: str, surname: int, *, stands_alone: bool) -> bool:
    """Tell whether what follows a family name are given names, and the whole no word; 黄金凤 may begin with one."""
    return _is_given(name[surname:]) and not is_ordinary(name, beyond=len(name) - 1 if stands_alone else surname)


def _is_given(characters: str) -> bool:
    return all(character in name_words("given") for character in characters)


def is_ordinary(word: str, *, beyond: int = 0) -> bool:
    """Tell whether a word begins with what is listed as no name, or in more than `beyond` characters with a word."""
    starts = [word[:length] for length in range(1, len(word) + 1)]
    return not name_words("not_a_name").isdisjoint(starts) or not list_ordinary_words().isdisjoint(starts[beyond:])


@cache
def name_words(section: str) -> frozenset[str]:
    """Return one section of the name dictionary: its lines are `section: words`."""
    words: set[str] = set()
    for line in NAME_WORDS.read_text(encoding="utf-8").splitlines():
        name, _, values = line.partition(": ")
        if name == section:
            words.update(values if section in {"common", "usual", "rare", "given"} else values.split())
    return frozenset(words)


def is_edge(character: str) -> bool:
    """Tell whether a name may begin behind this character and end before it, whatever the sentence says.

    What is hidden already is no edge: each name found would bring the next one to light, and a long text take for ever.
    """
    return not ("\u4e00" <= character <= "\u9fff" or character == HIDDEN)
