"""The split: whole groups on one side, the same side every time, no text on two."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.adaptation.pairs import ask_headings, make_pairs
from index.adaptation.split import Side, choose_side, count_sides, list_held_out, split_questions
from index.adaptation.texts import AskedQuestion, KnownItem, Text, TextKind
from kb.text.normalise import normalise

WORDS = st.sampled_from([f"问题{number}" for number in range(30)])


def make_known(name: str, *headings: str, passage: str = "答案") -> KnownItem:
    """Return an item with these headings and one passage."""
    texts = [Text(TextKind.HEADING, heading, heading) for heading in headings]
    return KnownItem(name, (*texts, Text(TextKind.PASSAGE, f"{headings[0]}\n{passage}", passage)))


def ask(number: int, words: str, *right: str, **fields: object) -> AskedQuestion:
    """Return a question."""
    return AskedQuestion(f"q{number}", words, right, **fields)  # type: ignore[arg-type]


def test_questions_of_the_same_words_are_on_one_side_however_they_are_written() -> None:
    items = {"article:a": make_known("article:a", "甲"), "article:b": make_known("article:b", "乙")}
    questions = [ask(1, "ＡＢＣ怎么退", "article:a"), ask(2, "abc怎么退", "article:b")]
    split = split_questions(items, questions, part=0.5)
    assert split.group_of(questions[0]) == split.group_of(questions[1])


def test_items_that_share_a_heading_an_answer_or_a_question_are_one_group() -> None:
    items = {
        f"article:{name}": make_known(f"article:{name}", *headings)
        for name, *headings in (
            ("a", "怎么改地址"),
            ("b", "怎么改地址", "地址错了"),
            ("c", "发票"),
            ("d", "别的"),
        )
    }
    questions = [ask(1, "改地址", "article:a", related=frozenset({"article:c"}))]
    split = split_questions(items, questions, part=0.5)
    groups = [split.group_of_item(f"article:{name}") for name in "abcd"]
    assert groups[0] == groups[1] == groups[2] != groups[3]
    assert split.side_of_item("article:d") is None


def test_a_question_is_tied_to_its_own_text_in_the_corpus() -> None:
    items = {"article:self": make_known("article:self", "原文"), "article:a": make_known("article:a", "甲")}
    question = ask(1, "原文", "article:a", without="article:self")
    split = split_questions(items, [question], part=0.5)
    assert split.side_of_item("article:self") is split.side_of(question)


def test_a_group_too_large_to_be_held_out_is_trained_on() -> None:
    items = {"article:a": make_known("article:a", "甲")}
    questions = [ask(number, f"说法{number}", "article:a") for number in range(20)]
    assert count_sides(split_questions(items, questions, part=0.1), questions)[Side.TRAIN] == 20


def test_a_side_depends_on_the_words_alone_and_grows_with_the_part() -> None:
    groups = [f"=问题{number}" for number in range(200)]
    small = {group for group in groups if choose_side(group, part=0.3) is Side.TRAIN}
    large = {group for group in groups if choose_side(group, part=0.6) is Side.TRAIN}
    assert small < large
    assert 40 <= len(small) <= 80
    assert sum(choose_side(group, part=0.5) is Side.STOP for group in groups) in range(30, 70)


@given(
    labels=st.lists(st.tuples(WORDS, st.integers(0, 14)), max_size=40),
    headings=st.lists(st.lists(WORDS, min_size=1, max_size=3, unique=True), min_size=15, max_size=15),
    passages=st.lists(st.sampled_from(["声明", "甲", "乙", "丙"]), min_size=15, max_size=15),
)
def test_no_text_that_is_trained_on_is_held_out(
    labels: list[tuple[str, int]], headings: list[list[str]], passages: list[str]
) -> None:
    items = {
        f"article:{number}": make_known(f"article:{number}", *names, passage=passages[number])
        for number, names in enumerate(headings)
    }
    questions = [ask(number, words, f"article:{item}") for number, (words, item) in enumerate(labels)]
    questions += ask_headings(items.values())
    split = split_questions(items, questions, part=0.5)
    held_out = list_held_out(items, questions, split)
    for pair in make_pairs(items, questions, split, held_out=held_out):
        assert split.side_of(pair.question) is Side.TRAIN
        for words in (pair.question.words, pair.answer.words, pair.answer.bare):
            assert normalise(words) not in held_out
    for question in questions:
        for name in question.right:
            assert split.side_of_item(name) is split.side_of(question)
