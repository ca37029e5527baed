"""Clients ask over HTTP and count what they get; a server that does not start is said to."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.bench.load import Answers, ask_together
from eval.bench.percentiles import find_percentile
from eval.bench.served import ServerNotStarted, read_megabytes, serve_folder


def test_every_answer_is_counted_with_its_stages(port: int) -> None:
    answers = ask_together(port, ["怎么退货", "保修多久"], clients=3, seconds=0.2)
    assert answers.failed == 0
    assert len(answers.milliseconds) == len(answers.stages["encode"]) > 0
    assert answers.stage_medians() == {"encode": 4.0, "search": 1.0}
    assert answers.per_second > 0


def test_what_is_refused_counts_as_failed_and_not_as_answered(port: int) -> None:
    answers = ask_together(port, ["busy"], clients=2, seconds=0.1)
    assert answers.failed > 0
    assert answers.milliseconds == []


def test_nobody_listening_is_a_failure_and_no_crash() -> None:
    answers = Answers()
    answers.join(ask_together(1, ["怎么退货"], clients=1, seconds=0.05))
    assert answers.failed > 0
    assert answers.per_second == 0.0


def test_a_server_that_ends_at_once_is_told_of_with_its_log(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    with (
        pytest.raises(ServerNotStarted, match=r"server\.log"),
        serve_folder(tmp_path, log, environment={"XIANZHI_TIMEZONE": "Asia/Nowhere"}),
    ):
        pass
    assert "Asia/Nowhere" in log.read_text()


def test_memory_of_a_process_that_is_none_is_not_known() -> None:
    assert read_megabytes(2**30) is None


@pytest.mark.parametrize(("share", "value"), [(0.5, 2.0), (0.99, 4.0), (0.25, 1.0), (1.0, 4.0)])
def test_a_percentile_is_the_smallest_time_that_enough_do_not_exceed(share: float, value: float) -> None:
    assert find_percentile([4.0, 1.0, 3.0, 2.0], share) == value
