"""How well a run knows what it knows: AUC, risk and coverage, calibration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.records import Record
from eval.resampling import FEWEST, Interval, estimate
from eval.scoring import FloatArray, IntArray

BoolArray = NDArray[np.bool_]

Statistic = Callable[[FloatArray, BoolArray], float]

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of about the same confidence: the mean of it, and how many of them had a right answer first."""

    confidence: float
    accuracy: float
    count: int


@dataclass(frozen=True, slots=True)
class Answering:
    """How confidence and being right go together, over all questions, also those without an answer.

    `curve` holds (coverage, risk) from the surest question on; a question without an answer is always a risk.
    """

    auc: Interval
    calibration_error: Interval
    area_under_risk: Interval
    curve: tuple[tuple[float, float], ...]
    bins: tuple[Bin, ...]

    @property
    def figures(self) -> Mapping[str, Interval]:
        """Return the figures by name."""
        return {
            "auc": self.auc,
            "calibration_error": self.calibration_error,
            "area_under_risk": self.area_under_risk,
        }


def judge_confidence(records: Sequence[Record], units: IntArray) -> Answering | None:
    """Return how far the run's confidence can be trusted; None for no questions."""
    if not records:
        return None
    confidence = np.array([record.confidence for record in records])
    right = np.array([record.top_is_right for record in records])

    def interval(statistic: Statistic) -> Interval:
        low = high = float("nan")
        if len(records) >= FEWEST:  # Of fewer no interval is shown, and drawing it takes its time.
            low, high = estimate(lambda rows: statistic(confidence[rows], right[rows]), units)
        return Interval(statistic(confidence, right), low, high, len(records))

    coverage, risk = trace_risk(confidence, right)
    return Answering(
        auc=interval(area_under_roc),
        calibration_error=interval(expected_calibration_error),
        area_under_risk=interval(lambda c, r: float(trace_risk(c, r)[1].mean())),
        curve=tuple(zip(coverage.tolist(), risk.tolist(), strict=True)),
        bins=tuple(fill_bins(confidence, right)),
    )


def area_under_roc(confidence: FloatArray, right: BoolArray) -> float:
    """Return how probably a right answer has more confidence than a wrong one, ties half; NaN without both.

    The Mann-Whitney statistic (Hanley and McNeil, Radiology 1982).
    """
    positives, negatives = int(right.sum()), int((~right).sum())
    if not positives or not negatives:
        return float("nan")
    _, places, counts = np.unique(confidence, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[places]
    return float((ranks[right].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def trace_risk(confidence: FloatArray, right: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return coverage and risk when the surest 1, 2, … n questions are answered (El-Yaniv and Wiener, JMLR 2010).

    Of questions with the same confidence each counts as their mean, so that their order does not matter.
    """
    order = np.argsort(-confidence, kind="stable")
    _, places = np.unique(-confidence[order], return_inverse=True)
    wrong = (~right[order]).astype(np.float64)
    shared = (np.bincount(places, wrong) / np.bincount(places))[places] if len(places) else wrong
    asked = np.arange(1, len(order) + 1)
    return asked / max(len(order), 1), np.cumsum(shared) / asked


def expected_calibration_error(confidence: FloatArray, right: BoolArray) -> float:
    """Return the mean distance of confidence from accuracy over ten bins of equal width, weighted by their size.

    Naeini, Cooper and Hauskrecht, AAAI 2015; Guo and others, ICML 2017.
    """
    total = max(len(confidence), 1)
    return sum(b.count * abs(b.confidence - b.accuracy) for b in fill_bins(confidence, right)) / total


def fill_bins(confidence: FloatArray, right: BoolArray) -> list[Bin]:
    """Return the bins of equal width that hold a question, from unsure to sure."""
    places = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        Bin(
            float(confidence[places == place].mean()),
            float(right[places == place].mean()),
            int((places == place).sum()),
        )
        for place in np.unique(places)
    ]
