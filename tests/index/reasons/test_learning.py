"""Learning reasons from cases, and keeping what was learnt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from index.reasons.learning import Experience, PastCase, learn_reasons, mark_case_order, read_experience
from index.reasons.storage import read_reasons, write_reasons
from kb.cases.service import save_case
from kb.database import Database
from kb.orders.repository import save_order
from kb.reasons.service import save_reason
from tests.fakes import make_case, make_order
from tests.index.reasons.makers import DELIVERED, LARGE, NOW, PARCEL, SHIPPED, having, make_experience


def test_what_came_with_a_mark_is_likelier_with_it() -> None:
    model = learn_reasons(make_experience(each=40))
    assert model is not None
    assert [reason.id for reason in model.reasons] == ["parcel", "plus", "returns"]
    shipped, delivered = (model.sum_reasons(model.estimate_intents(having(m))) for m in (SHIPPED, DELIVERED))
    assert shipped[0] > 0.85
    assert delivered[2] > 0.6
    assert model.count_cases([SHIPPED], 0).of_them == 80


def test_an_intent_in_no_reason_is_its_own() -> None:
    model = learn_reasons(make_experience(each=40))
    assert model is not None
    plus = model.reasons[1]
    assert (plus.id, plus.title.zh, plus.ask) == ("plus", "plus", None)


def test_of_few_cases_only_rates_are_learnt() -> None:
    model = learn_reasons(make_experience(each=33))
    assert model is not None
    assert (model.weights, model.cases) == (None, ())
    assert model.rate_intents().sum() == pytest.approx(1.0)


def test_without_intents_nothing_is_learnt() -> None:
    assert learn_reasons(Experience([], [PARCEL], make_experience(each=1).donors)) is None


def test_words_that_hold_a_phone_stay_out_of_what_is_learnt() -> None:
    phone = type(LARGE)(LARGE.fact, LARGE.op, "13800001037")
    cases = [PastCase("late", having(SHIPPED, phone))] * 60 + [PastCase("13800001037", having(SHIPPED))] * 60
    cases += [PastCase("return", having(DELIVERED))] * 60
    model = learn_reasons(Experience(cases, [], make_experience(each=1).donors))
    assert model is not None
    assert model.weights is not None
    assert "13800001037" not in [mark.value for mark in model.weights.marks]
    assert [intent.code for intent in model.intents] == ["late", "return"]


@pytest.mark.parametrize("each", [33, 40])
def test_what_was_learnt_is_read_as_it_was_written(tmp_path: Path, each: int) -> None:
    model = learn_reasons(make_experience(each=each))
    assert model is not None
    write_reasons(model, tmp_path / "reasons.json")
    again = read_reasons(tmp_path / "reasons.json")
    assert again is not None
    assert (again.reasons, again.intents) == (list(model.reasons), list(model.intents))
    expected = model.estimate_intents(having(SHIPPED))
    assert again.estimate_intents(having(SHIPPED)) == pytest.approx(expected, abs=1e-3)
    assert again.find_telling_marks(having(SHIPPED), 0) == model.find_telling_marks(having(SHIPPED), 0)


def test_where_nothing_was_learnt_there_is_no_file(tmp_path: Path) -> None:
    assert read_reasons(tmp_path / "reasons.json") is None


def test_cases_reasons_and_orders_are_read_from_the_base(database: Database) -> None:
    order: dict[str, Any] = {"status": "delivered", "delivered_at": "2026-11-10T10:00:00+08:00"}
    with database.write() as session:
        save_case(session, make_case(id="a", intent="late", order=order, closed_at=NOW), now=NOW)
        save_case(session, make_case(id="b", intent="plus"), now=NOW)
        save_case(session, make_case(id="c"), now=NOW)
        save_order(session, make_order())
        save_reason(session, PARCEL, now=NOW)
    with database.read() as session:
        experience = read_experience(session, now=NOW)
    assert [(case.intent, case.order is None) for case in experience.cases] == [("late", False), ("plus", True)]
    assert experience.reasons == [PARCEL]
    assert list(experience.donors.by_status) == ["shipped"]


def test_an_order_that_no_time_is_known_of_tells_nothing() -> None:
    assert mark_case_order({"status": "shipped"}, None) is None
    assert mark_case_order(None, NOW) is None


def test_a_case_that_names_a_reason_in_place_of_an_intent_belongs_to_it() -> None:
    known = make_experience(each=40)
    cases = [*known.cases, *[PastCase("parcel", None)] * 3]
    model = learn_reasons(Experience(cases, known.reasons, known.donors))
    assert model is not None
    assert [reason.title.zh for reason in model.reasons] == ["包裹到哪了", "plus", "退货"]
