"""Traces: what a collector is told of requests, and what it never is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from api.tracing import TracingNotInstalled, open_tracing
from tests.api.traced_shop import AGENTS_KEY, PARENT, QUESTION, SECRET_WORD
from tests.http_server import QuietHandler, serve

MOST_SECONDS = 120


@dataclass
class Collector:
    """Takes what is sent, and keeps the bytes."""

    bodies: list[bytes] = field(default_factory=list)
    address: str = ""


@contextmanager
def run_collector() -> Iterator[Collector]:
    collector = Collector()

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            collector.bodies.append(self.read_body())
            self.answer(b"")

    with serve(Handler) as port:
        collector.address = f"http://127.0.0.1:{port}/v1/traces"
        yield collector


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[Mapping[str, Any]]]:
    """What the collector was told by a shop: the bytes, and the spans in them."""
    pytest.importorskip("opentelemetry.sdk", reason="the `tracing` extra is not installed")
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    folder = tmp_path_factory.mktemp("traced")
    with run_collector() as collector:
        command = [sys.executable, "-m", "tests.api.traced_shop", str(folder), collector.address]
        subprocess.run(command, check=True, timeout=MOST_SECONDS)
    sent = [ExportTraceServiceRequest.FromString(body) for body in collector.bodies]
    spans = [span for each in sent for r in each.resource_spans for scope in r.scope_spans for span in scope.spans]
    return b"".join(collector.bodies), [
        {
            "name": span.name,
            "trace": span.trace_id.hex(),
            **{a.key: a.value.string_value or a.value.int_value or a.value.double_value for a in span.attributes},
        }
        for span in spans
    ]


Told = tuple[bytes, list[Mapping[str, Any]]]


def test_a_match_is_a_span_of_its_route_with_what_each_stage_took(told: Told) -> None:
    span = next(span for span in told[1] if span.get("xianzhi.request_id") == "asked-by-an-agent")
    assert (span["name"], span["http.response.status_code"]) == ("POST /v1/match", 200)
    assert span["xianzhi.stage.encode_ms"] > 0


def test_an_agents_desk_is_followed_into_its_trace_and_a_shops_visitor_is_not(told: Told) -> None:
    trace = PARENT.split("-")[1]
    matches = [span["trace"] == trace for span in told[1] if span["name"] == "POST /v1/match"]
    assert sorted(matches) == [False, True]


def test_who_has_no_key_makes_no_trace_of_what_asks_for_one_and_joins_none(told: Told) -> None:
    assert len(told[1]) == 4
    stranger = next(span for span in told[1] if span["http.request.method"] == "_OTHER")
    assert stranger["trace"] != PARENT.split("-")[1]


def test_no_question_number_or_key_is_told(told: Told) -> None:
    assert all(word.encode() not in told[0] for word in (QUESTION, SECRET_WORD, AGENTS_KEY, "wang"))


def test_a_collector_without_what_speaks_to_it_is_said_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(TracingNotInstalled, match="tracing"), open_tracing("http://127.0.0.1:1/v1/traces"):
        pass
