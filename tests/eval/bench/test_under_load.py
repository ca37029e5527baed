"""Loads come from a process of their own; figures of traffic, overload and soak are read as they should be."""

from __future__ import annotations

import math
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from eval.bench.generator import write_request
from eval.bench.overload import MIXTURE, OverloadFigures, list_streams, show_overload
from eval.bench.plot import draw_soak
from eval.bench.soak import SoakFigures, show_soak
from eval.bench.streams import REFUSED, GeneratorFailed, Load, Replies, Stream, put_on
from eval.bench.traffic import Traffic, TrafficFigures, draw_zipf, show_traffic


def make_replies(*replies: tuple[int, float], seconds: float = 1.0) -> Replies:
    made = Replies(seconds)
    for status, milliseconds in replies:
        made.add(status, milliseconds)
    return made


def show(table: object) -> str:
    written = StringIO()
    Console(width=200, file=written).print(table)
    return written.getvalue()


def test_clients_and_those_who_come_when_they_come_are_told_apart_by_what_came_back(port: int) -> None:
    bodies = ['{"question": "怎么退货"}', '{"question": "busy"}']
    streams = [
        Stream("in turn", "/v1/match", bodies, clients=2),
        Stream("when due", "/v1/match", bodies[:1], per_second=40.0, address="127.0.0.2"),
    ]
    replies = put_on(Load(port, 0.5, 7, streams))
    in_turn, when_due = replies["in turn"], replies["when due"]
    assert in_turn.failed == when_due.failed == 0
    assert set(in_turn.statuses) == {200, 503}
    assert set(when_due.statuses) == {200}
    assert min(in_turn.milliseconds + when_due.milliseconds) > 0


def test_where_nobody_listens_nothing_is_answered() -> None:
    replies = put_on(Load(1, 0.05, 7, [Stream("nobody", "/", ["{}"], clients=1)]))["nobody"]
    assert replies.failed == len(replies.statuses) > 0


def test_a_load_that_cannot_be_put_on_is_an_error() -> None:
    with pytest.raises(GeneratorFailed):
        put_on(Load(1, 0.05, 7, [Stream("bad", "/", [], per_second=-1.0)]))


def test_a_request_names_its_length_in_bytes() -> None:
    request = write_request(Stream("a", "/v1/match", [], headers=[("X-Request-Class", "batch")]), "退")
    assert request.startswith(b"POST /v1/match HTTP/1.1\r\nHost: ")
    assert b"Content-Length: 3\r\nX-Request-Class: batch\r\n\r\n" in request


def test_replies_are_counted_by_what_they_are() -> None:
    replies = make_replies((200, 10.0), (200, 30.0), (503, 1.0), (0, 5.0), (500, 2.0), seconds=2.0)
    assert (replies.answers_per_second, replies.failed) == (1.0, 2)
    assert (replies.percentile(0.5), replies.percentile(0.99), replies.percentile(0.5, REFUSED)) == (10.0, 30.0, 1.0)


def test_what_came_back_at_two_times_is_told_together() -> None:
    replies = make_replies((200, 10.0), seconds=1.0)
    replies.join(make_replies((200, 30.0), (503, 1.0), seconds=3.0))
    assert (replies.answers_per_second, replies.percentile(0.99)) == (0.5, 30.0)


def test_by_zipf_the_first_question_is_asked_twice_as_often_as_the_second() -> None:
    drawn = Counter(draw_zipf(["a", "b", "c", "a"], 60_000)).most_common()
    assert [round(count / 60_000, 2) for _, count in drawn] == pytest.approx([6 / 11, 3 / 11, 2 / 11], abs=0.01)
    assert draw_zipf(["a", "b"], 5) == draw_zipf(["a", "b"], 5)


def test_traffic_is_shown_beside_the_encoder() -> None:
    rounds = [make_replies((200, 10.0), (200, 40.0), (503, 1.0)) for _ in range(3)]
    text = show(show_traffic([TrafficFigures(Traffic.ZIPF, rounds, [4.0], [8.0])]))
    (line,) = [line for line in text.splitlines() if "zipf" in line]
    assert [cell.strip() for cell in line.split("|")][1:-1] == [
        "zipf", "2.0", "10.0", "40.0", "4.0", "0.50", "0.25", "3", "0",
    ]  # fmt: skip


def test_overload_is_the_agents_tail_over_theirs_at_capacity() -> None:
    capacity = make_replies((200, 100.0))
    figures = OverloadFigures(5, 60.0, capacity, {"agent": make_replies((200, 150.0), (503, 2.0))})
    assert figures.tail_ratio == 1.5
    text = show(show_overload(figures))
    assert "1.50" in text
    assert "| 5 times that | agent | 2.0" in " ".join(text.split())


def test_each_class_comes_from_an_address_of_its_own_at_its_share() -> None:
    streams = list_streams(["怎么退货"], 100.0)
    assert {stream.name: stream.per_second / 100 for stream in streams} == pytest.approx(MIXTURE)
    assert len({stream.address for stream in streams}) == 3


def test_growth_is_from_when_the_memory_should_have_settled(tmp_path: Path) -> None:
    minutes = [number / 12 for number in range(12 * 20)]
    megabytes = [1_000.0 if minute >= 5 else 500 + 100 * minute for minute in minutes]
    figures = SoakFigures([60 * minute for minute in minutes], megabytes, Counter(match=3))
    assert (figures.settled, figures.last, figures.growth) == (1_000.0, 1_000.0, 0.0)
    assert "+0.0 %" in show(show_soak(figures))
    draw_soak(figures, tmp_path / "soak.png")
    assert (tmp_path / "soak.png").stat().st_size > 1_000


def test_a_soak_that_ended_early_has_no_growth_to_tell() -> None:
    assert math.isnan(SoakFigures([0.0, 5.0], [10.0, 11.0]).growth)
