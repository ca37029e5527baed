"""How much articles have been used lately, as recorded matches and what was said of them tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.changes import ItemKind
from kb.feedback.models import POSITIVE, AskedThrough, FeedbackRow, MatchRow

NEWEST = 5_000  # Matches, and judgements, that are read.
HALF_LIFE = timedelta(days=7)
SHOWN_SURE, FOUND_HELPFUL = 1.0, 3.0

# What is opened because it was suggested must not be suggested the more for it.
_IS_SURE = (MatchRow.answered, MatchRow.through != AskedThrough.READING)
_MATCHES = select(MatchRow.at, MatchRow.shown).where(*_IS_SURE).order_by(MatchRow.row_id.desc()).limit(NEWEST)
_JUDGEMENTS = (
    select(FeedbackRow.at, FeedbackRow.solution_id)
    .where(
        FeedbackRow.ended_at.is_(None),
        FeedbackRow.solution_kind == ItemKind.ARTICLE.value,
        FeedbackRow.verdict.in_([verdict.value for verdict in POSITIVE]),
    )
    .order_by(FeedbackRow.row_id.desc())
    .limit(NEWEST)
)


def read_popularity(session: Session, *, now: datetime) -> dict[str, float]:
    """Return how popular articles are, by id, 0 to 1; what was not used lately is left out.

    The first article of a sure answer counts once, one that was used or solved a problem three times, each half as much
    a week later. The logarithm of the sum, over the largest one: twice as much use is one step, not twice the place.
    """
    use: dict[str, float] = defaultdict(float)
    for at, shown in session.execute(_MATCHES):
        kind, article_id = shown[0][1:3] if shown else ("", "")
        if kind == ItemKind.ARTICLE:
            use[article_id] += SHOWN_SURE * _decay(now - at)
    for at, article_id in session.execute(_JUDGEMENTS):
        use[article_id] += FOUND_HELPFUL * _decay(now - at)
    return _to_shares(use)


def _decay(age: timedelta) -> float:
    return float(0.5 ** (max(age, timedelta()) / HALF_LIFE))


def _to_shares(use: Mapping[str, float]) -> dict[str, float]:
    most = float(np.log1p(max(use.values(), default=0.0)))
    return {article_id: float(np.log1p(sum_)) / most for article_id, sum_ in use.items() if most > 0}
