"""Ablation: each part is what it says, turning it off is measured, and an unknown one is refused."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from eval.ablation import CORPORA, PARTS, RECIPES, Ablation, PartUnknown, Worth, check_parts, find_significant
from eval.compare import compare_runs
from eval.tables import show_ablation
from index.fusion import Source
from index.lexical import CHARACTERS, WORDS
from index.recipe import STANDARD
from kb.settings import Settings
from tests.eval.run_makers import make_record, make_run
from tests.eval.tiny_dataset import TINY, make_question
from tests.fakes import CountingEncoder, FakeEncoder, make_article, make_order

SOURCES_OFF = {
    "headings": {Source.DENSE_HEADING, Source.LEXICAL_HEADING},
    "headings by vectors": {Source.DENSE_HEADING},
    "headings by terms": {Source.LEXICAL_HEADING},
    "passages by vectors": {Source.DENSE_PASSAGE},
    "whole text by terms": {Source.LEXICAL_FULL},
    "all vectors": {Source.DENSE_HEADING, Source.DENSE_PASSAGE},
    "all terms": {Source.LEXICAL_HEADING, Source.LEXICAL_FULL},
    "identifiers": {Source.IDENTIFIER},
}
FLAGS_OFF = {
    "order context": replace(STANDARD, order_counts=False),
    "rarity of conditions": replace(STANDARD, rarity_counts=False),
    "earlier turns": replace(STANDARD, turns_count=False),
    "other wordings": replace(STANDARD, wording_counts=False),
    "synonyms": replace(STANDARD, synonyms_count=False),
}
FIELDS_OFF = {"characters": CHARACTERS, "words": WORDS}


def test_every_part_is_told_here() -> None:
    assert set(RECIPES) == {*SOURCES_OFF, *FLAGS_OFF, *FIELDS_OFF}
    assert set(PARTS) == {*RECIPES, *CORPORA}


@pytest.mark.parametrize("part", SOURCES_OFF)
def test_part_that_is_sources_takes_their_weights_away_and_nothing_else(part: str) -> None:
    recipe = RECIPES[part]
    assert set(STANDARD.weights) - set(recipe.weights) == SOURCES_OFF[part]
    assert all(STANDARD.weights[source] == weight for source, weight in recipe.weights.items())
    assert replace(recipe, weights=STANDARD.weights) == STANDARD


@pytest.mark.parametrize("part", FLAGS_OFF)
def test_part_that_counts_or_not_is_turned_off_alone(part: str) -> None:
    assert RECIPES[part] == FLAGS_OFF[part] != STANDARD


@pytest.mark.parametrize("part", FIELDS_OFF)
def test_part_that_is_a_field_of_terms_takes_it_away_alone(part: str) -> None:
    assert {*RECIPES[part].term_fields, FIELDS_OFF[part]} == set(STANDARD.term_fields)
    assert replace(RECIPES[part], term_fields=STANDARD.term_fields) == STANDARD


def test_texts_lose_the_part_and_keep_the_rest() -> None:
    article = make_article(reply="可以退。")
    dataset = replace(TINY, articles=(article,))
    (without_variants,) = CORPORA["question variants"](dataset).articles
    (without_bodies,) = CORPORA["article bodies"](dataset).articles
    assert without_variants == article.model_copy(update={"questions": []})
    assert without_bodies == article.model_copy(update={"body": ""})
    assert dataset.articles == (article,)


@pytest.mark.parametrize("part", ["order", "", "Words", "word"])
def test_unknown_part_is_refused_with_those_there_are(part: str) -> None:
    for refuse in (check_parts, Ablation(TINY, FakeEncoder(), Settings()).measure):
        with pytest.raises(PartUnknown) as caught:
            refuse(("words", part))
        assert repr(part) in caught.value.message
        assert all(known in caught.value.message for known in PARTS)
        assert caught.value.code == "part_unknown"


def test_refusing_costs_no_index() -> None:
    encoder = CountingEncoder()
    with pytest.raises(PartUnknown):
        Ablation(TINY, encoder, Settings()).measure(("nothing",))
    assert encoder.passages == []


# The same words under both orders, so that nothing but the order can tell which is meant.
BOTH_ORDERS = replace(
    TINY,
    questions=(
        make_question("shipped", "怎么改地址", order=make_order()),
        make_question("paid", "怎么改地址", order=make_order(status="paid", shipments=[])),
    ),
    qrels={"shipped": {"shipped": 1}, "paid": {"paid": 1}},
)


def test_order_context_is_worth_what_it_tells_apart() -> None:
    (worth,) = Ablation(BOTH_ORDERS, FakeEncoder(), Settings()).measure(("order context",))
    before, after = worth.comparison.before, worth.comparison.after
    assert (worth.part, before.system, after.system) == ("order context", "order context", "all parts")
    by_measure = {d.measure: d for d in worth.comparison.differences}
    # Without it one of the two is right, whichever comes first; with it both are.
    assert (by_measure["hit@1"].before, by_measure["hit@1"].after) == (0.5, 1.0)
    assert (by_measure["group_right"].before, by_measure["group_right"].after) == (0.0, 1.0)


def test_part_that_nothing_hangs_on_is_worth_nothing() -> None:
    (worth,) = Ablation(BOTH_ORDERS, FakeEncoder(), Settings()).measure(("identifiers",))
    assert all(difference.difference.value == 0 for difference in worth.comparison.differences)


def test_each_part_is_run_once_and_texts_in_an_index_of_their_own() -> None:
    told: list[str] = []
    encoder = CountingEncoder()
    ablation = Ablation(BOTH_ORDERS, encoder, Settings(), lambda step, done, total: told.append(step))
    parts = ("article bodies", "words", "question variants")
    assert [worth.part for worth in ablation.measure(parts)] == list(parts)
    assert {step: told.count(step) for step in ("all parts", *parts)} == dict.fromkeys(("all parts", *parts), 2)
    assert told.count("read") == 3
    assert encoder.passages.count("怎么改地址\n在订单里改。") == 2  # Not where bodies are left out.


def make_worth(part: str, wins: int) -> Worth:
    """Return a part without which so many of twenty questions lose their first place."""
    without, full = (
        make_run(*(make_record(f"q{n}", "b a" if n < lost else "a b", {"a": 1}) for n in range(20)))
        for lost in (wins, 0)
    )
    return Worth(part, compare_runs(without, full))


def test_what_is_significant_is_corrected_for_the_number_of_parts() -> None:
    strong, weak, none = make_worth("strong", 15), make_worth("weak", 6), make_worth("none", 0)
    # Six wins and no loss: 2 / 64. Alone it is significant; as the second of three it counts twice.
    assert find_significant([weak], ["hit@1"]) == {("weak", "hit@1")}
    assert find_significant([strong, weak, none], ["hit@1"]) == {("strong", "hit@1")}
    assert find_significant([strong], ["map", "decided"]) == {("strong", "map")}
    assert find_significant([], ["hit@1"]) == frozenset()


def test_table_shows_a_row_a_part() -> None:
    output = io.StringIO()
    worths = Ablation(BOTH_ORDERS, FakeEncoder(), Settings()).measure(("order context", "words"))
    Console(width=120, file=output).print(show_ablation(worths))
    rows = [line for line in output.getvalue().splitlines() if "order context" in line or "words" in line]
    assert len(rows) == 2
    assert "+0.5000" in rows[0]
