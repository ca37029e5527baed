"""Work in other processes gives what work in this one gives, in the same order; a worker that dies is noticed."""

from __future__ import annotations

import os

import pytest

from index.spreading import WORTH_SPREADING, WorkerEnded, count_workers, spread_over_cores, work_here
from index.vocabulary import count_words
from tests.fakes import make_item


def tell_process(number: int) -> tuple[int, int]:
    """Return the number and who worked on it."""
    return number, os.getpid()


def die(_number: int) -> int:
    """End this process as the system would for want of memory."""
    os._exit(9)


@pytest.mark.skipif(count_workers() == 1, reason="one core: everything is done here")
def test_many_texts_are_spread_over_processes_in_their_order() -> None:
    items = [make_item(str(n), headings=(f"退货 {n}",)) for n in range(30)]
    with spread_over_cores(WORTH_SPREADING) as spread:
        done = list(spread(tell_process, range(40)))
        counted = count_words(items, spread=spread)
    assert [number for number, _ in done] == list(range(40))
    assert os.getpid() not in {process for _, process in done}
    assert counted.count("退货") == count_words(items).count("退货") == 30


@pytest.mark.skipif(count_workers() == 1, reason="one core: everything is done here")
def test_worker_that_dies_ends_the_build_instead_of_holding_it_up() -> None:
    with pytest.raises(WorkerEnded, match="more memory, or with fewer"), spread_over_cores(WORTH_SPREADING) as spread:
        list(spread(die, range(40)))


def test_few_texts_are_worked_through_here() -> None:
    with spread_over_cores(WORTH_SPREADING - 1) as spread:
        assert spread is work_here
        assert list(spread(tell_process, [3])) == [(3, os.getpid())]


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no process to a core")
def test_process_that_may_use_one_core_asks_no_other_for_help() -> None:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        with spread_over_cores(WORTH_SPREADING) as spread:
            assert spread is work_here
    finally:
        os.sched_setaffinity(0, cores)
