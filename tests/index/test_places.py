"""Places in the list: copies share one, everything else has its own."""

from __future__ import annotations

import pytest

from index.solutions import MAX_LIMIT
from kb.articles.models import Article, Audience
from kb.changes import ItemKind
from tests.fakes import Desk, make_article, make_case, make_order

SHIPPED = [{"fact": "order.status", "op": "==", "value": "shipped"}]
PAID = [{"fact": "order.status", "op": "==", "value": "paid"}]
BODY = "签收后七天内可以申请退货，商品应当完好，配件和赠品应当齐全，退货运费由买家承担。"


def make_copies(count: int, **fields: object) -> list[Article]:
    """Return articles that have all in common but their ids and titles."""
    return [make_article(id=f"copy-{n}", title=f"七天无理由退货{'！' * n}", body=BODY, **fields) for n in range(count)]


def test_copies_share_the_place_of_the_best_and_the_room_goes_to_the_next(desk: Desk) -> None:
    others = [make_article(id=f"other-{n}", title=f"退货说明{n}", body=f"第{n}条：另一件事。" * 3) for n in range(4)]
    desk.save(*make_copies(5), *others)
    solutions = desk.ask("七天无理由退货").solutions
    assert [solution.rank for solution in solutions] == [1, 2, 3, 4, 5]
    assert {solution.id for solution in solutions[1:]} == {other.id for other in others}
    assert sorted([solutions[0].id, *solutions[0].copies]) == [f"copy-{n}" for n in range(5)]
    assert all(solution.copies == [] for solution in solutions[1:])


def test_each_has_its_own_place_where_that_is_asked_for(desk: Desk) -> None:
    desk.save(*make_copies(5))
    folded, flat = (desk.ask("七天无理由退货", fold_copies=fold).solutions for fold in (True, False))
    assert [solution.id for solution in flat] == [folded[0].id, *folded[0].copies]
    assert all(solution.copies == [] for solution in flat)


@pytest.mark.parametrize(
    "changed",
    [
        {"applies_when": SHIPPED},
        {"applies_when": PAID},
        {"audience": Audience.INTERNAL},
        {"reply": "请在订单页面申请退货。"},
        {"body": BODY.replace("七天", "八天")},
        {"body": BODY.replace("可以", "不可")},
    ],
)
def test_condition_audience_reply_number_and_negation_make_an_article_of_its_own(
    desk: Desk, changed: dict[str, object]
) -> None:
    desk.save(make_article(body=BODY), make_article(**{"id": "b", "body": BODY, **changed}))
    solutions = desk.ask("七天无理由退货", order=make_order()).solutions
    assert [len(solution.copies) for solution in solutions] == [0, 0]


def test_variants_of_one_condition_are_copies_whether_or_not_it_is_met(desk: Desk) -> None:
    for condition, applies in ((SHIPPED, "met"), (PAID, "unmet")):
        desk.save(*make_copies(2, applies_when=condition))
        (solution,) = desk.ask("七天无理由退货", order=make_order()).solutions
        assert (solution.applies, len(solution.copies)) == (applies, 1)


def test_case_is_no_copy_of_an_article_nor_of_a_case_that_went_otherwise(desk: Desk) -> None:
    desk.save(
        make_article(body=BODY),
        *(make_case(id=f"case-{n}", question=f"想退货{'？' * n}", solution=BODY) for n in range(3)),
        make_case(id="again", question="想退货", solution=BODY, outcome="reopened"),
    )
    solutions = desk.ask("七天无理由退货", limit=10).solutions
    assert sorted((s.kind, len(s.copies)) for s in solutions) == [
        (ItemKind.ARTICLE, 0),
        (ItemKind.CASE, 0),
        (ItemKind.CASE, 2),
    ]


def test_customer_is_not_told_of_internal_copies(desk: Desk) -> None:
    desk.save(*make_copies(2), make_article(id="internal", body=BODY, audience=Audience.INTERNAL))
    (solution,) = desk.ask("七天无理由退货", audience=Audience.PUBLIC).solutions
    assert {solution.id, *solution.copies} == {"copy-0", "copy-1"}


def test_list_is_full_behind_many_copies(desk: Desk) -> None:
    others = [make_article(id=f"other-{n}", title=f"退货说明{n}", body=f"第{n}条：另一件事。" * 3) for n in range(30)]
    desk.save(*make_copies(30), *others)
    solutions = desk.ask("七天无理由退货", limit=30).solutions
    assert (len(solutions), sum(len(solution.copies) for solution in solutions)) == (30, 29)


def test_only_the_best_ranked_are_compared(desk: Desk) -> None:
    desk.save(*make_copies(MAX_LIMIT + 2))
    solutions = desk.ask("七天无理由退货", limit=MAX_LIMIT).solutions
    assert [len(solution.copies) for solution in solutions] == [MAX_LIMIT - 1, 0, 0]


def test_no_solution_is_shown_as_surer_than_one_before_it(desk: Desk) -> None:
    shipped = [{"fact": "order.status", "op": "==", "value": "shipped"}]
    desk.save(
        make_article(id="a", title="我的耳机怎么还没到", questions=[], body="路上。", applies_when=shipped),
        make_article(id="b", title="耳机怎么还没到", questions=[], body="耳机在仓库。", applies_when=None),
    )
    found = desk.ask("我的耳机怎么还没到呢").solutions
    assert len(found) == 2
    confidences = [solution.confidence for solution in found]
    assert confidences == sorted(confidences, reverse=True)
