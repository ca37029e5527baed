"""Figures for Prometheus; their labels are routes, statuses and stages, never ids or anybody's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from index.snapshot import Snapshot
from index.solutions import MatchResult
from kb.events.event import EventOutcome
from kb.feedback.models import FeedbackVerdict
from kb.feedback.recorder import RecordOutcome

REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
STAGE_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class ClassOutcome(StrEnum):
    """What became of a request."""

    ANSWERED = "answered"
    REFUSED = "refused"
    FAILED = "failed"
    GONE = "gone"


def find_outcome(status: int) -> ClassOutcome:
    """Return what a status says of how a request ended; what was asked wrongly is answered too."""
    if not status:
        return ClassOutcome.GONE
    if status in (429, 503):
        return ClassOutcome.REFUSED
    return ClassOutcome.FAILED if status >= 500 else ClassOutcome.ANSWERED


class Metrics:
    """The figures of one application, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "xianzhi_requests", "Requests by route and status.", ["route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "xianzhi_request_seconds",
            "Time to answer, by route.",
            ["route"],
            buckets=REQUEST_BUCKETS,
            registry=self.registry,
        )
        self._stages = Histogram(
            "xianzhi_match_stage_seconds",
            "Time of a match, by stage.",
            ["stage"],
            buckets=STAGE_BUCKETS,
            registry=self.registry,
        )
        self._matches = Counter(
            "xianzhi_matches",
            "Matches by whether an answer was found.",
            ["outcome"],
            registry=self.registry,
        )
        self._records = Counter(
            "xianzhi_match_records",
            "Matches recorded for feedback, and those dropped because too many waited.",
            ["outcome"],
            registry=self.registry,
        )
        for outcome in RecordOutcome:  # Shown from the start: a rule on drops needs a zero to rise from.
            self._records.labels(outcome.value)
        self._sources = Counter(
            "xianzhi_order_source",
            "Matches by how far what their order's source said can be relied on.",
            ["state"],
            registry=self.registry,
        )
        self._events = Counter(
            "xianzhi_events", "Events taken, by what became of them.", ["result"], registry=self.registry
        )
        self._feedback = Counter("xianzhi_feedback", "Feedback taken, by verdict.", ["verdict"], registry=self.registry)
        self._dropped = Counter(
            "xianzhi_connections_dropped",
            "Connections that were closed on their clients.",
            ["reason"],
            registry=self.registry,
        )
        self._class_seconds = Histogram(
            "xianzhi_class_seconds",
            "Time to answer what was answered, by class of request.",
            ["class"],
            buckets=REQUEST_BUCKETS,
            registry=self.registry,
        )
        self._class_requests = Counter(
            "xianzhi_class_requests", "Requests by class and outcome.", ["class", "outcome"], registry=self.registry
        )
        self._class_waiting = Gauge(
            "xianzhi_class_waiting", "Requests that wait for a place, by class.", ["class"], registry=self.registry
        )
        self._class_inside = Gauge(
            "xianzhi_class_inside", "Requests between door and answer, by class.", ["class"], registry=self.registry
        )
        self._passages = Gauge("xianzhi_index_passages", "Passages in the index.", registry=self.registry)
        self._revision = Gauge("xianzhi_index_revision", "Revision that the index shows.", registry=self.registry)

    def count_request(self, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def count_match(self, result: MatchResult) -> None:
        """Count one match and its stages."""
        self._matches.labels("answered" if result.answered else "unanswered").inc()
        self._sources.labels(result.order_source.state.value).inc()
        for stage, milliseconds in result.timing.items():
            self._stages.labels(stage).observe(milliseconds / 1000)

    def watch_class(self, name: str, *, waiting: Callable[[], int], inside: Callable[[], int]) -> None:
        """Read a class's saturation where it is kept, and show its outcomes from the start."""
        self._class_waiting.labels(name).set_function(waiting)
        self._class_inside.labels(name).set_function(inside)
        for outcome in ClassOutcome:
            self._class_requests.labels(name, outcome.value)

    def count_class(self, name: str, status: int, seconds: float) -> None:
        """Count one request of a class; status 0 where nobody was there to be answered."""
        outcome = find_outcome(status)
        self._class_requests.labels(name, outcome.value).inc()
        if outcome is ClassOutcome.ANSWERED:
            self._class_seconds.labels(name).observe(seconds)

    def count_records(self, outcome: RecordOutcome, matches: int) -> None:
        """Count what became of matches that were to be recorded."""
        self._records.labels(outcome.value).inc(matches)

    def count_events(self, outcomes: Iterable[EventOutcome]) -> None:
        """Count events by what became of each."""
        for outcome in outcomes:
            self._events.labels(outcome.result.value).inc()

    def count_feedback(self, verdict: FeedbackVerdict) -> None:
        """Count one piece of feedback."""
        self._feedback.labels(verdict.value).inc()

    def count_dropped(self, reason: str) -> None:
        """Count one connection that was closed on its client."""
        self._dropped.labels(reason).inc()

    def show_index(self, snapshot: Snapshot) -> None:
        """Set the figures of the index."""
        self._passages.set(len(snapshot.passages))
        self._revision.set(snapshot.revision)

    def render(self) -> bytes:
        """Return all figures in Prometheus' text form."""
        return generate_latest(self.registry)
