"""Questions that arrive together share a batch; one that is alone waits for nobody."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

import numpy as np
import pytest

from index.batching import FloatMatrix, FloatVector, SharedBatches, TokenIds, is_alike
from index.deadline import Deadline, DeadlinePassed

PATIENCE = 10.0


class GatedNetwork:
    """Gives each text its first token as its vector, once the gate is open; notes what went through together."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.started = threading.Semaphore(0)
        self.batches: list[list[int]] = []

    def __call__(self, tokens: Sequence[TokenIds]) -> FloatMatrix:
        self.batches.append([int(text[0]) for text in tokens])
        self.started.release()
        assert self.gate.wait(PATIENCE)
        if any(text[0] < 0 for text in tokens):
            raise ValueError("a token that is none")
        return np.array([[text[0]] for text in tokens], np.float32)


def write_text(name: int, length: int = 8) -> TokenIds:
    """Return a text of this many tokens, the first of which names it."""
    return np.array([name, *([1] * (length - 1))], np.int64)


def let_wait(
    batches: SharedBatches, threads: ThreadPoolExecutor, names: Sequence[TokenIds]
) -> list[Future[FloatVector]]:
    """Ask for texts one after the other, each once the one before it waits."""
    asked = []
    for number, text in enumerate(names, 1):
        asked.append(threads.submit(batches.encode, text, Deadline()))
        deadline = threading.Event()
        while batches.waiting < number:
            deadline.wait(0.001)
    return asked


def test_one_that_is_alone_goes_through_alone_at_once() -> None:
    network = GatedNetwork()
    network.gate.set()
    batches = SharedBatches(network, lanes=1, most=16)
    assert [batches.encode(write_text(name), Deadline())[0] for name in (3, 4)] == [3, 4]
    assert network.batches == [[3], [4]]


def test_those_that_arrive_meanwhile_share_the_next_batch_and_each_gets_its_own_vector() -> None:
    network = GatedNetwork()
    batches = SharedBatches(network, lanes=1, most=16)
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(batches.encode, write_text(1), Deadline())
        assert network.started.acquire(timeout=PATIENCE)
        others = let_wait(batches, threads, [write_text(name) for name in (2, 3, 4)])
        network.gate.set()
        vectors = [asked.result(PATIENCE)[0] for asked in (first, *others)]
    assert vectors == [1, 2, 3, 4]
    assert network.batches == [[1], [2, 3, 4]]


def test_a_batch_holds_no_more_than_it_may() -> None:
    network = GatedNetwork()
    batches = SharedBatches(network, lanes=1, most=2)
    with ThreadPoolExecutor(8) as threads:
        threads.submit(batches.encode, write_text(1), Deadline())
        assert network.started.acquire(timeout=PATIENCE)
        others = let_wait(batches, threads, [write_text(name) for name in (2, 3, 4)])
        network.gate.set()
        wait(others, PATIENCE)
    assert network.batches == [[1], [2, 3], [4]]


def test_a_long_text_is_not_padded_for_and_still_has_its_turn() -> None:
    network = GatedNetwork()
    batches = SharedBatches(network, lanes=1, most=16)
    with ThreadPoolExecutor(8) as threads:
        threads.submit(batches.encode, write_text(1), Deadline())
        assert network.started.acquire(timeout=PATIENCE)
        others = let_wait(batches, threads, [write_text(2, 8), write_text(3, 40), write_text(4, 9)])
        network.gate.set()
        wait(others, PATIENCE)
    assert network.batches == [[1], [2, 4], [3]]


def test_two_lanes_run_side_by_side() -> None:
    network = GatedNetwork()
    batches = SharedBatches(network, lanes=2, most=16)
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(batches.encode, write_text(name), Deadline()) for name in (1, 2)]
        assert all(network.started.acquire(timeout=PATIENCE) for _ in asked)  # Both before either is done.
        network.gate.set()
        assert [one.result(PATIENCE)[0] for one in asked] == [1, 2]


def test_a_failure_is_told_to_all_of_its_batch_and_to_nobody_else() -> None:
    network = GatedNetwork()
    batches = SharedBatches(network, lanes=1, most=16)
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(batches.encode, write_text(1), Deadline())
        assert network.started.acquire(timeout=PATIENCE)
        others = let_wait(batches, threads, [write_text(-2), write_text(3), write_text(4, 40)])
        network.gate.set()
        assert first.result(PATIENCE)[0] == 1
        for failed in others[:2]:
            with pytest.raises(ValueError, match="a token"):
                failed.result(PATIENCE)
        assert others[2].result(PATIENCE)[0] == 4
    assert batches.encode(write_text(5), Deadline())[0] == 5


def test_many_at_once_are_all_answered_each_with_its_own() -> None:
    network = GatedNetwork()
    network.gate.set()
    batches = SharedBatches(network, lanes=2, most=4)
    with ThreadPoolExecutor(32) as threads:
        names = list(range(1, 501))
        vectors = list(threads.map(lambda name: batches.encode(write_text(name, 4 + name % 30), Deadline())[0], names))
    assert vectors == names
    assert sorted(name for batch in network.batches for name in batch) == names
    assert max(len(batch) for batch in network.batches) <= 4


@pytest.mark.parametrize(("length", "other", "alike"), [(8, 10, True), (10, 8, True), (8, 11, False), (1, 1, True)])
def test_texts_are_alike_where_padding_costs_at_most_a_quarter(length: int, other: int, alike: bool) -> None:
    assert is_alike(length, other) is alike


def test_who_gives_up_waiting_leaves_the_lane_to_the_others() -> None:
    network = GatedNetwork()
    batches = SharedBatches(network, lanes=1, most=1, longest_wait_seconds=0.05)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(batches.encode, np.arange(1, 4), Deadline())
        assert network.started.acquire(timeout=PATIENCE)
        with pytest.raises(TimeoutError):
            batches.encode(np.arange(1, 4), Deadline())
        network.gate.set()
        assert first.result(PATIENCE).shape == batches.encode(np.arange(1, 4), Deadline()).shape
    assert batches.waiting == 0


def test_whose_deadline_passes_in_the_line_leaves_it_to_the_others() -> None:
    network = GatedNetwork()
    batches = SharedBatches(network, lanes=1, most=16)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(batches.encode, write_text(1), Deadline())
        assert network.started.acquire(timeout=PATIENCE)
        with pytest.raises(DeadlinePassed):
            batches.encode(write_text(2), Deadline(-1.0, lambda: 0.0))
        assert batches.waiting == 0
        network.gate.set()
        assert first.result(PATIENCE)[0] == 1
    assert network.batches == [[1]]
