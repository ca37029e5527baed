"""Batches: no two rows of a group, no text twice, as many as an epoch has."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.adaptation.batches import count_batches, plan_batches
from index.adaptation.lessons import Row

ROWS = st.lists(
    st.builds(
        Row,
        *(st.sampled_from([f"{kind}{'字' * n}" for n in range(12)]) for kind in "问对错"),
        st.sampled_from("甲乙丙丁戊"),
    ),
    min_size=1,
    max_size=60,
)


@given(rows=ROWS, size=st.integers(2, 8), seed=st.integers(0, 5))
def test_a_batch_has_no_text_and_no_group_twice(rows: list[Row], size: int, seed: int) -> None:
    batches = plan_batches(rows, size=size, seed=seed)
    assert len(batches) == count_batches(len(rows), size)
    taken = [number for batch in batches for number in batch]
    assert len(taken) == len(set(taken))
    for batch in batches:
        assert 1 <= len(batch) <= size
        for field in ("question", "right", "wrong", "group"):
            values = [getattr(rows[number], field) for number in batch]
            assert len(values) == len(set(values))


def test_rows_without_conflict_are_all_in_it() -> None:
    rows = [Row(f"问{n}", f"对{n}", f"错{n}", f"组{n}") for n in range(10)]
    batches = plan_batches(rows, size=4, seed=1)
    assert sorted(len(batch) for batch in batches) == [2, 4, 4]
    assert sorted(number for batch in batches for number in batch) == list(range(10))


def test_the_same_epoch_batches_alike_and_another_one_does_not() -> None:
    rows = [Row(f"问{'长' * n}", f"对{n}", f"错{n}", f"组{n}") for n in range(40)]
    assert plan_batches(rows, size=8, seed=3) == plan_batches(rows, size=8, seed=3)
    assert plan_batches(rows, size=8, seed=3) != plan_batches(rows, size=8, seed=4)
