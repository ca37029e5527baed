"""The page: complete in itself, valid, honest about what is not there, and safe whatever stands in the data."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.compare import RunsDiffer
from eval.records import Record, Run
from eval.report.page import make_chapter, render_page
from eval.summary import summarise
from tests.eval.run_makers import make_ranking, make_record, make_run

NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
VOID = {"meta", "input", "br", "hr", "img", "link"}
LABELS = {"a": 1}
HOSTILE = """<script>alert(1)</script>"' onmouseover='alert(2)' x="<img src=//evil.example/x.png>&amp;{{ 7*7 }}]]>"""


class PageReader(HTMLParser):
    """Reads a page as a browser would, and keeps what a test asks about."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.unbalanced: list[str] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open and close an element of a picture."""
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        """Keep what a person reads."""
        if not self.open or self.open[-1] not in ("script", "style"):
            self.texts.append(data)

    @property
    def text(self) -> str:
        """What a person reads, in one line."""
        return " ".join(" ".join(self.texts).split())

    def values(self, attribute: str) -> list[str]:
        """Return the values of an attribute."""
        return [value for _, name, value in self.attributes if name == attribute]


def read_page(*datasets: Sequence[Run]) -> PageReader:
    """Render a page, check that it is well formed and loads nothing, and return it read."""
    page = render_page([make_chapter([summarise(run) for run in runs]) for runs in datasets])
    read = PageReader(page)
    assert page.startswith("<!doctype html>")
    assert (read.unbalanced, read.open) == ([], [])
    check_that_nothing_is_loaded(read)
    return read


def check_that_nothing_is_loaded(read: PageReader) -> None:
    """Fail where an element of the page would fetch something, or run something of its own."""
    assert not {"img", "link", "iframe", "object", "embed", "base", "image", "foreignobject"} & set(read.tags)
    assert (read.tags["script"], read.tags["meta"]) == (1, 3)
    assert read.values("src") == read.values("srcset") == read.values("action") == []
    links = [value for _, name, value in read.attributes if name.split(":")[-1] == "href"]
    assert all(link.startswith("#") for link in links)
    assert not [name for _, name, _ in read.attributes if name.startswith("on")]
    addresses = {value for _, name, value in read.attributes if name.startswith("xmlns")}
    assert addresses <= NAMESPACES


def make_wrong(question: str = "q", **fields: Any) -> Record:
    """Return a question whose wrong answer was given."""
    return make_record(question, "b a", **{"labels": LABELS, "answered": True, "confidence": 0.8, **fields})


def test_page_names_no_address_but_the_namespaces_of_its_pictures() -> None:
    runs = [make_run(make_wrong(stages={"encode": 1.0})), make_run(make_record("q", "a", LABELS), system="common")]
    page = render_page([make_chapter([summarise(run) for run in runs])])
    assert set(re.findall(r"https?://[^\"'\s<]*", page)) == NAMESPACES
    # What else has two slashes is a comment of the script.
    left = re.sub(r"https?://", "", page)
    assert re.findall(r".*//.*", left) == ["<script>// Filters the failures; without it the page shows them all."]
    assert "@import" not in page
    assert set(re.findall(r"url\(.", page)) <= {"url(#"}


def test_page_lets_a_browser_load_nothing() -> None:
    read = read_page([make_run(make_wrong())])
    (policy,) = [value for value in read.values("content") if value.startswith("default-src")]
    assert policy.startswith("default-src 'none';")


@pytest.mark.parametrize(
    "record",
    [
        make_wrong(text=HOSTILE),
        make_wrong(turns=(HOSTILE, HOSTILE)),
        make_wrong(order=HOSTILE),
        make_wrong(titles={"a": HOSTILE}),
        make_wrong(slices={"intent": HOSTILE}),
        make_record("q", labels={HOSTILE: 1}, ranking=make_ranking(HOSTILE, "a")),
        make_record("q", labels=LABELS, ranking=make_ranking("b", title=HOSTILE)),
        make_record("q", labels=LABELS, ranking=make_ranking("b", reasons=(f"unmet: {HOSTILE}",))),
        make_record("q", labels=LABELS, ranking=make_ranking("b", scores={HOSTILE: 1.0})),
        make_wrong(HOSTILE),
        make_record(HOSTILE, "a", LABELS, confidence=0.5),
    ],
    ids=[
        "text",
        "turns",
        "order",
        "right title",
        "slice",
        "item id",
        "title",
        "reason",
        "score",
        "id",
        "id of one not given",
    ],
)
def test_hostile_text_is_shown_and_does_nothing(record: Record) -> None:
    other = make_record(record.id, "", record.labels, text=record.text, turns=record.turns, slices={"intent": "x"})
    read = read_page([make_run(record), make_run(other, system="common")])
    slices = [value for of_record in read.values("data-slices") for value in json.loads(of_record).values()]
    shown = " ".join((read.text, *slices, *(value for _, _, value in read.attributes)))
    assert " ".join(HOSTILE.split()) in shown.replace("\n", " ")


def test_hostile_names_of_system_dataset_and_slice_do_nothing() -> None:
    record = make_wrong(slices={'x" onclick="alert(1)': "v", "</details><script>": "w"})
    runs = [make_run(record, dataset=HOSTILE), make_run(record, dataset=HOSTILE, system=HOSTILE)]
    assert "alert(1)" in read_page(runs).text


@pytest.mark.parametrize("name", ["x/onmouseover=alert(1)//", "x\tonmouseover=alert(1)", "x\nonmouseover=alert(1)"])
def test_name_of_a_slice_brings_no_attribute_of_its_own(name: str) -> None:
    read_page([make_run(make_wrong(slices={name: "v"}))])


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from([HOSTILE, "</details>", "'\""])


@settings(max_examples=25, deadline=None)
@given(text=TEXTS, title=TEXTS, turn=TEXTS, value=TEXTS, item=TEXTS)
def test_any_text_makes_a_valid_page(text: str, title: str, turn: str, value: str, item: str) -> None:
    record = make_wrong(
        text=text, turns=(turn,), slices={"intent": value}, ranking=make_ranking(item, title=title, kind="case")
    )
    read_page([make_run(record, judges=False)])


def test_every_failure_is_in_it_with_what_went_wrong() -> None:
    run = make_run(
        make_wrong("wrong"),
        make_record("withheld", "a", LABELS),
        make_record("invented", "b", answered=True),
        make_record("nothing", "", LABELS),
        make_record("fine", "a", LABELS, answered=True),
        make_record("refused", "b"),
    )
    read = read_page([run])
    assert read.values("data-kind") == [
        "wrong answer first",
        "right, but not given",
        "answered though nothing fits",
        "wrong answer first",
    ]
    for words in (
        "问题 wrong",
        "问题 withheld",
        "问题 invented",
        "问题 nothing",
        "4 of 6",
        "Nothing in the base answers this.",
    ):
        assert words in read.text
    assert "问题 fine" not in read.text
    assert "问题 refused" not in read.text


def test_all_of_many_failures_are_in_it() -> None:
    run = make_run(*(make_wrong(f"q{n}", text=f"第 {n} 个问题") for n in range(300)))
    read = read_page([run])
    assert len(read.values("data-kind")) == 300
    assert all(f"第 {n} 个问题" in read.text for n in range(300))


def test_failure_tells_what_was_shown_and_what_would_be_right() -> None:
    ranking = (
        *make_ranking(
            "b", title="发票", version=3, applies="unmet", reasons=("unmet: 已付款",), scores={"dense_heading": 0.5}
        ),
        *make_ranking("x1", "x2", "x3", "x4"),
        *make_ranking("a", title="退货"),
    )
    record = make_wrong(
        ranking=ranking,
        turns=("在吗",),
        order="已发货 · 热水器",
        text="退" * 200,
        labels={"a": 2, "c": 3, "b": 1},
        right_from=2,
        titles={"a": "退货", "c": "发票申请"},
    )
    text = read_page([make_run(record)]).text
    for words in (
        "Right would be 发票申请 c · grade 3 · not ranked",  # What was not found has a title too.
        "退货 a · grade 2 · ranked 6",
        "发票 b v3 · score 1.00 · 0 % · grade 1",
        "dense heading 0.50",
        "已付款",
        "在吗",
        "已发货 · 热水器",
        "退" * 200,
        "80 % sure",
    ):
        assert words in text
    assert "x4" in text.split("Shown")[-1]


def test_run_without_confidence_fails_by_its_rankings_alone() -> None:
    records = (make_wrong("q1"), make_record("q2", "a", LABELS), make_record("q3", "b", answered=True))
    read = read_page([make_run(*records, judges=False)])
    assert read.values("data-kind") == ["wrong answer first"]


@pytest.mark.parametrize(
    "runs",
    [
        [make_run()],
        [make_run(), make_run(system="common")],
        [make_run(make_record("q", "a", LABELS, answered=True))],
        [make_run(make_record("q"))],
        [make_run(make_record("q"), judges=False)],
        [make_run(make_wrong())],
        [make_run(make_wrong(), corpus=0, judges=False)],
        [make_run(make_record("q1", "b"), make_record("q2", "b")), make_run(make_record("q1"), make_record("q2"))],
    ],
    ids=[
        "no questions",
        "no questions, two systems",
        "no failure",
        "no answer",
        "no figure",
        "one wrong",
        "bare",
        "none right",
    ],
)
def test_page_is_valid_whatever_is_missing(runs: list[Run]) -> None:
    read_page(runs)


def test_page_of_no_datasets_is_valid() -> None:
    assert "Evaluation" in read_page().text


def test_figure_that_is_not_there_is_a_dash_and_no_nan() -> None:
    text = read_page([make_run(make_wrong())]).text
    assert "AUC of confidence - " in text
    assert "nan" not in text.casefold()


def test_slices_in_chinese_can_be_read_and_chosen() -> None:
    records = (make_wrong("q1", slices={"intent": "退货_运费"}), make_wrong("q2", slices={"intent": "发票"}))
    read = read_page([make_run(*records)])
    assert "退货 运费 1" in read.text
    assert [json.loads(value) for value in read.values("data-slices")] == [{"intent": "退货_运费"}, {"intent": "发票"}]
    assert "退货_运费 发票" in read.text  # As the choices of the filter.


def test_systems_stand_beside_each_other_with_what_changed() -> None:
    ours = make_run(*(make_record(f"q{n}", "a b", LABELS) for n in range(8)))
    theirs = make_run(*(make_wrong(f"q{n}") for n in range(8)), system="common")
    read = read_page([ours, theirs])
    for words in ("xianzhi beside common", "Got better: 8", "+1.000 +1.000 to +1.000", "Questions that changed"):
        assert words in read.text
    assert "Got worse" not in read.text
    assert read.tags["figure"] == 3


def test_without_a_baseline_nothing_is_compared() -> None:
    read = read_page([make_run(make_wrong())])
    assert "beside" not in read.text
    assert read.tags["figure"] == 2


def test_runs_of_different_questions_are_no_chapter() -> None:
    with pytest.raises(RunsDiffer):
        make_chapter([summarise(make_run(make_wrong("q1"))), summarise(make_run(make_wrong("q2")))])


def test_timings_of_matches_are_drawn_by_stage() -> None:
    stages = {"encode": 2.0, "rank": 0.5}
    text = read_page([make_run(make_wrong("q1", stages=stages), make_wrong("q2"))]).text
    for words in ("Time of a match", "encode", "rank", "whole match", "milliseconds"):
        assert words in text


def test_same_runs_make_the_same_page() -> None:
    runs = [make_run(make_wrong(stages={"encode": 1.0})), make_run(make_wrong(), system="common")]
    first, second = (render_page([make_chapter([summarise(run) for run in runs])]) for _ in range(2))
    assert first == second


def test_ids_of_several_pictures_are_each_their_own() -> None:
    ids = read_page([make_run(make_wrong(stages={"encode": 1.0})), make_run(make_wrong(), system="common")]).values(
        "id"
    )
    assert len(ids) > 100
    assert len(set(ids)) == len(ids)


def test_ids_of_several_datasets_are_each_their_own() -> None:
    read = read_page([make_run(make_wrong())], [make_run(make_wrong(), dataset="other")])
    ids = read.values("id")
    assert len(set(ids)) == len(ids)


def test_datasets_have_a_chapter_each_and_are_linked() -> None:
    read = read_page([make_run(make_wrong("q1"))], [make_run(make_wrong("q2"), dataset="其他")])
    assert {"#tiny", "#其他"} <= set(read.values("href"))
    assert {"tiny", "其他"} <= set(read.values("id"))


def count_changed(runs: Sequence[Run]) -> int:
    """Return how many points of the picture of changes are of a better or a worse question."""
    (picture,) = [
        plot.svg
        for plot in make_chapter([summarise(run) for run in runs]).plots
        if plot.title == "Questions that changed"
    ]
    return len(re.findall(r"<use [^>]*fill: var\(--(?:good|bad)\)", picture))


def test_point_of_a_question_that_changed_has_its_colour() -> None:
    before = [make_record("q1", "a", LABELS), make_record("q2", "x a", LABELS), make_record("q3", "a", LABELS)]
    after = [make_record("q1", "x a", LABELS), make_record("q2", "a", LABELS), make_record("q3", "a", LABELS)]
    assert count_changed([make_run(*after), make_run(*before, system="common")]) == 2


def test_points_are_of_the_same_question_in_both_runs() -> None:
    records = [make_record("q1", "a", LABELS), make_record("q2", "x a", LABELS)]
    assert count_changed([make_run(*records), make_run(*reversed(records), system="common")]) == 0
