"""How far apart two spellings are."""

from __future__ import annotations

# A slip in four letters is a typo, two in four make another word.
SHORTEST = 4
LONG = 8


def is_misspelling(written: str, meant: str) -> bool:
    """Tell whether one is the other with one slip, or two in a long word."""
    if len(meant) < SHORTEST:
        return False
    slips = 2 if len(meant) >= LONG else 1
    return abs(len(written) - len(meant)) <= slips and count_slips(written, meant) <= slips


def count_slips(first: str, second: str) -> int:
    """Return how many letters are missing, added, wrong or swapped with their neighbour (optimal string alignment)."""
    before: list[int] = []
    above = list(range(len(second) + 1))
    for i, letter in enumerate(first, start=1):
        row = [i]
        for j, other in enumerate(second, start=1):
            least = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == second[j - 2] and first[i - 2] == other:
                least = min(least, before[j - 2] + 1)
            row.append(least)
        before, above = above, row
    return above[-1]
