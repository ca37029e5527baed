"""Knowledge gaps: questions that nothing answered well, grouped by meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from index.encoder import FloatMatrix
from index.question import QuestionEmpty, QuestionTooLong, read_question
from kb.feedback.models import FeedbackVerdict, RecordedMatch, SolutionRef

Encode = Callable[[Sequence[str]], FloatMatrix]

# Chosen on the question variants of the sample's articles, so that about three quarters of a group belong together:
# `tests/eval/test_gaps.py` measures it. Falsely joined gaps hide each other, falsely parted ones are only listed twice.
SAME_GAP = 0.51
# Where there is too little to centre on: the same precision on the sample, but a number that only suits this encoder,
# whose vectors lie within a cone.
SAME_GAP_UNCENTRED = 0.85
LEAST_BACKGROUND = 50
MOST_BACKGROUND = 1_000
BLOCK = 256  # Questions compared with all leaders at once: bounds memory.
MOST_EXAMPLES = 5


class GapReason(StrEnum):
    """Why a question counts as a gap."""

    UNANSWERED = "unanswered"
    JUDGED_WRONG = "judged_wrong"


@dataclass(frozen=True, slots=True)
class GapQuestion:
    """A question that found no good answer: `text` is what was searched for, with the turns it leans on."""

    text: str
    shown: str
    at: datetime
    reason: GapReason
    nearest: SolutionRef | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A group of questions of one meaning; `nearest` is the item that most often came first for them."""

    question: str
    count: int
    distinct: int
    reasons: dict[GapReason, int]
    first_seen: datetime
    last_seen: datetime
    nearest: SolutionRef | None
    nearest_times: int
    examples: tuple[str, ...]


@dataclass(slots=True)
class _Bundle:
    """All askings of one text, then of one group."""

    shown: str
    first_seen: datetime
    last_seen: datetime
    reasons: Counter[GapReason] = field(default_factory=Counter)
    nearest: Counter[SolutionRef] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        return self.reasons.total()

    def take(self, other: _Bundle) -> None:
        self.first_seen = min(self.first_seen, other.first_seen)
        self.last_seen = max(self.last_seen, other.last_seen)
        self.reasons.update(other.reasons)
        self.nearest.update(other.nearest)


def find_gap(match: RecordedMatch) -> GapQuestion | None:
    """Return the match as a gap, or None where it was answered, or shows nothing about the base.

    A gap is a question below the answer threshold that nobody found an answer to all the same, and one whose answer
    somebody called wrong or unfitting while nothing of it helped. A filtered match only says what the filter left out.
    """
    if match.is_filtered or match.is_liked:
        return None
    is_wrong = any(_is_against(judgement.verdict, judgement.solution) for judgement in match.judgements)
    if match.answered and not is_wrong:
        return None
    try:
        question = read_question(match.question, match.turns)
    except (QuestionEmpty, QuestionTooLong):
        return None
    return GapQuestion(
        text=question.in_context,
        shown=question.in_context if question.turns_used else match.question,
        at=match.at,
        reason=GapReason.JUDGED_WRONG if is_wrong else GapReason.UNANSWERED,
        nearest=match.shown[0].ref if match.shown else None,
    )


def group_gaps(questions: Iterable[GapQuestion], encode: Encode, *, background: Sequence[str]) -> list[Gap]:
    """Return the gaps by meaning, the most asked first; `background` are ordinary questions of the same shop."""
    bundles = _bundle(questions)
    if not bundles:
        return []
    # The most asked lead: a group is then named by, and measured from, its most common form.
    texts = sorted(bundles, key=lambda text: (-bundles[text].count, bundles[text].first_seen, text))
    vectors = encode(texts)
    centre = find_centre(background, encode)
    if centre is None:
        groups = cluster(vectors, least_cosine=SAME_GAP_UNCENTRED)
    else:
        vectors = subtract_centre(vectors, centre)
        groups = cluster(vectors, least_cosine=SAME_GAP)
    gaps = [_make_gap([texts[row] for row in rows], vectors[rows], bundles) for rows in _list_rows(groups)]
    return sorted(gaps, key=lambda gap: (-gap.count, -gap.last_seen.timestamp(), gap.question))


def find_centre(background: Sequence[str], encode: Encode) -> FloatMatrix | None:
    """Return the mean vector of ordinary questions, None where there are too few.

    What all questions share says nothing about any: taken away, cosines tell meanings apart
    (Mu, Bhat and Viswanath, "All-but-the-Top", 2018).
    """
    if len(background) < LEAST_BACKGROUND:
        return None
    step = -(-len(background) // MOST_BACKGROUND)
    mean: FloatMatrix = encode(background[::step]).mean(axis=0)
    return mean


def subtract_centre(vectors: FloatMatrix, centre: FloatMatrix) -> FloatMatrix:
    """Return the vectors without what they share, of length 1 again."""
    centred = vectors - centre
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(lengths, 1e-9), np.float32)


def cluster(vectors: FloatMatrix, *, least_cosine: float) -> NDArray[np.int64]:
    """Return the group of each vector, by one pass of the leader algorithm (Hartigan, Clustering Algorithms, 1975).

    A vector joins the nearest leader that is near enough, else it leads a group of its own. Leaders do not move: a
    moving centre would creep through the dense middle and swallow everything.
    """
    leaders = np.empty_like(vectors)
    groups = np.empty(len(vectors), np.int64)
    count = 0
    for start in range(0, len(vectors), BLOCK):
        block = vectors[start : start + BLOCK]
        before = count
        known = block @ leaders[:before].T
        for row, vector in enumerate(block):
            similarities = np.concatenate((known[row], leaders[before:count] @ vector))
            best = int(similarities.argmax()) if count else -1
            if best < 0 or similarities[best] < least_cosine:
                leaders[count] = vector
                best = count
                count += 1
            groups[start + row] = best
    return groups


def _is_against(verdict: FeedbackVerdict, solution: SolutionRef | None) -> bool:
    # One dismissed card only made room for the next; a dismissed answer fitted nowhere.
    return verdict is FeedbackVerdict.WRONG or (verdict is FeedbackVerdict.DISMISSED and solution is None)


def _bundle(questions: Iterable[GapQuestion]) -> dict[str, _Bundle]:
    bundles: dict[str, _Bundle] = {}
    for question in questions:
        bundle = bundles.setdefault(question.text, _Bundle(question.shown, question.at, question.at))
        bundle.first_seen = min(bundle.first_seen, question.at)
        bundle.last_seen = max(bundle.last_seen, question.at)
        bundle.reasons[question.reason] += 1
        if question.nearest is not None:
            bundle.nearest[question.nearest] += 1
    return bundles


def _list_rows(groups: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    order = np.argsort(groups, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)


def _make_gap(texts: Sequence[str], vectors: FloatMatrix, bundles: dict[str, _Bundle]) -> Gap:
    """Return a group as a gap, represented by the text nearest to the middle of all its askings."""
    weights = np.array([bundles[text].count for text in texts], np.float32)
    nearness = vectors @ (weights @ vectors)
    representative = bundles[texts[int(nearness.argmax())]]
    whole = _Bundle(representative.shown, representative.first_seen, representative.last_seen)
    for text in texts:
        whole.take(bundles[text])
    nearest, times = next(iter(whole.nearest.most_common(1)), (None, 0))
    return Gap(
        question=representative.shown,
        count=whole.count,
        distinct=len(texts),
        reasons=dict(whole.reasons),
        first_seen=whole.first_seen,
        last_seen=whole.last_seen,
        nearest=nearest,
        nearest_times=times,
        examples=tuple(bundles[text].shown for text in texts[:MOST_EXAMPLES]),
    )
