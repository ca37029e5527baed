"""Letters as an input method takes them: whole syllables, or only how each begins: tuikuan, tuik, tk."""

from __future__ import annotations

from dataclasses import dataclass

from kb.text.pinyin import LONGEST_SYLLABLE, SYLLABLES

MAX_LETTERS = 80
BEAM = 4
BEGINNINGS = frozenset(syllable[:size] for syllable in SYLLABLES for size in range(1, len(syllable) + 1))
INITIALS = frozenset({*"bpmfdtnlgkhjqxrzcsyw", "zh", "ch", "sh"})
# What a piece costs; the cheapest way to cut is the likeliest.
WHOLE, INITIAL = 1.0, 1.6


@dataclass(frozen=True, slots=True, order=True)
class Sound:
    """A syllable, or with `is_open` any syllable that begins with these letters."""

    letters: str
    is_open: bool


def cut_letters(parts: tuple[str, ...], *, is_last: bool) -> list[tuple[Sound, ...]]:
    """Return the likeliest ways to cut letters into sounds, likeliest first; of the last one the end may be missing."""
    ways: list[tuple[float, tuple[Sound, ...]]] = [(0.0, ())]
    for number, part in enumerate(parts, 1):
        found = _cut_part(part, is_last=is_last and number == len(parts))
        ways = sorted((a + b, (*before, *after)) for a, before in ways for b, after in found)[:BEAM] if found else []
    return [way for _, way in ways]


def _cut_part(part: str, *, is_last: bool) -> tuple[tuple[float, tuple[Sound, ...]], ...]:
    if not part or len(part) > MAX_LETTERS:
        return ()
    ways: list[list[tuple[float, tuple[Sound, ...]]]] = [[] for _ in range(len(part) + 1)]
    ways[0] = [(0.0, ())]
    for start in range(len(part)):
        best = sorted(ways[start])[:BEAM]
        for end in range(start + 1, min(len(part), start + LONGEST_SYLLABLE) + 1):
            piece = _weigh(part[start:end], may_end_here=is_last and end == len(part))
            if piece is not None:
                cost, sound = piece
                ways[end] += [(before + cost, (*sounds, sound)) for before, sounds in best]
    return tuple(sorted(ways[-1])[:BEAM])


def _weigh(letters: str, *, may_end_here: bool) -> tuple[float, Sound] | None:
    """Return what it costs to take letters for one sound, and the sound; None where they are none."""
    if may_end_here and letters in BEGINNINGS:
        return (INITIAL if letters in INITIALS else WHOLE), Sound(letters, is_open=True)
    if letters in SYLLABLES:
        return WHOLE, Sound(letters, is_open=False)
    return (INITIAL, Sound(letters, is_open=True)) if letters in INITIALS else None
