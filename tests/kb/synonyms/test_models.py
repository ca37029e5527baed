"""Rules of synonyms: which say something, and which are refused with a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kb.synonyms.models import MAX_TERM_CHARACTERS, MAX_TERMS, Synonym, fold_term, hash_synonym

WORDS = st.text(st.sampled_from("运邮退款單单aA１1 -"), min_size=2, max_size=6)


def make_synonym(**fields: Any) -> Synonym:
    return Synonym.model_validate({"id": "fee", "terms": ["运费", "邮费"], **fields})


def refusal(**fields: Any) -> str:
    """Return all that is said against a rule."""
    with pytest.raises(ValidationError) as refused:
        make_synonym(**fields)
    return " ".join(error["msg"] for error in refused.value.errors())


def test_rule_without_means_is_two_way() -> None:
    synonym = make_synonym(terms=["运费", "邮费", "快递费"])
    assert (synonym.terms, synonym.means, synonym.is_two_way) == (("运费", "邮费", "快递费"), (), True)


def test_rule_with_means_is_one_way_and_may_have_one_term() -> None:
    synonym = make_synonym(terms=["单子"], means=["订单"])
    assert (synonym.terms, synonym.means, synonym.is_two_way) == (("单子",), ("订单",), False)


@pytest.mark.parametrize("term", ["单", "c", "7", "１", "", "  ", "🚚", "???", "单。", "\u200b单"])
def test_term_of_fewer_than_two_letters_is_refused(term: str) -> None:
    assert "at least 2 letters, digits or Chinese characters" in refusal(terms=["订单", term])
    assert "at least 2 letters, digits or Chinese characters" in refusal(means=[term])


@pytest.mark.parametrize("term", ["退钱", "PS", "X光", "7天", "COD", "out of stock", "c++11"])
def test_term_of_two_letters_is_taken(term: str) -> None:
    assert make_synonym(terms=["订单", term]).terms == ("订单", term)


@pytest.mark.parametrize("separator", ["、", "，", ",", ";", "；", "|"])
def test_several_words_in_one_term_are_refused(separator: str) -> None:
    assert f"one term holds {separator}:" in refusal(terms=[f"运费{separator}邮费", "快递费"])


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\u2028", "\x85"])
def test_term_is_one_line(line_end: str) -> None:
    assert "one term holds a line break" in refusal(terms=[f"运费{line_end}邮费", "快递费"])


def test_rule_of_one_term_and_nothing_else_is_refused() -> None:
    assert "a rule of one term says nothing" in refusal(terms=["运费"])


@pytest.mark.parametrize("again", ["运费", "運費", " 运费 "])
def test_other_writings_of_one_word_are_one_term(again: str) -> None:
    assert make_synonym(terms=["运费", again, "邮费"]).terms == ("运费", "邮费")
    assert "a rule of one term says nothing" in refusal(terms=["运费", again])


@pytest.mark.parametrize(
    ("terms", "means"),
    [(["运费"], ["运费"]), (["運費"], ["运费"]), (["COD"], ["cod"]), (["单子", "订单"], ["订单"])],
)
def test_term_that_is_read_as_itself_is_refused(terms: list[str], means: list[str]) -> None:
    assert "a term is read as itself" in refusal(terms=terms, means=means)


@pytest.mark.parametrize(
    "fields",
    [
        {"terms": []},
        {"terms": [f"词语{number}" for number in range(MAX_TERMS + 1)]},
        {"means": [f"词语{number}" for number in range(MAX_TERMS + 1)]},
        {"terms": ["长" * (MAX_TERM_CHARACTERS + 1), "短的"]},
        {"terms": ["运\0费", "邮费"]},
        {"terms": ["运\ud800费", "邮费"]},
        {"terms": "运费"},
        {"id": "a b"},
        {"note": "长" * 501},
        {"mean": ["订单"]},
    ],
)
def test_what_does_not_fit_the_fields_is_refused(fields: dict[str, object]) -> None:
    assert refusal(**fields)


def test_longest_rule_is_taken() -> None:
    synonym = make_synonym(terms=[f"{number:02}" + "长" * (MAX_TERM_CHARACTERS - 2) for number in range(MAX_TERMS)])
    assert len(synonym.terms) == MAX_TERMS


def test_blanks_in_a_term_are_single_and_a_blank_note_is_none() -> None:
    synonym = make_synonym(terms=["  out   of stock ", "sold\u00a0out"], note="  ")
    assert (synonym.terms, synonym.note) == (("out of stock", "sold out"), None)


def test_hash_tells_rules_apart_by_all_they_say() -> None:
    rules = [
        make_synonym(),
        make_synonym(terms=["邮费", "运费"]),
        make_synonym(terms=["运费"], means=["邮费"]),
        make_synonym(note="口语"),
    ]
    assert len({hash_synonym(rule) for rule in rules}) == len(rules)
    assert hash_synonym(make_synonym()) == hash_synonym(make_synonym())


@given(terms=st.lists(WORDS, max_size=5), means=st.lists(WORDS, max_size=5))
def test_accepted_rule_says_something_and_is_accepted_again_as_it_is(terms: list[str], means: list[str]) -> None:
    try:
        synonym = make_synonym(terms=terms, means=means)
    except ValidationError:
        return  # That refusals are right is shown above, one by one.
    folded = [fold_term(term) for term in synonym.terms]
    meant = {fold_term(term) for term in synonym.means}
    assert len(set(folded)) == len(folded) >= (1 if meant else 2)
    assert meant.isdisjoint(folded)
    assert Synonym.model_validate(synonym.model_dump()) == synonym
