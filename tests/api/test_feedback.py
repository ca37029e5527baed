"""`POST /v1/feedback` and taking it back: what is asked of a caller, and what becomes of a match meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import text

from api.app import create_app
from kb.feedback.models import RecordedMatch
from kb.feedback.repository import count_matches, list_matches
from kb.settings import Settings
from tests.api.conftest import NOW, Shop, fill
from tests.fakes import SHIPPED_ORDER

RETURNS = {"kind": "article", "id": "returns-7-days"}


def match(client: TestClient, **fields: Any) -> str:
    """Ask about returns, and return the request id."""
    answer = client.post("/v1/match", json={"question": "七天无理由退货", **fields})
    assert answer.status_code == 200
    return str(answer.json()["request_id"])


def say(client: TestClient, request_id: str, verdict: str, **fields: Any) -> Response:
    """Send feedback."""
    return client.post("/v1/feedback", json={"request_id": request_id, "verdict": verdict, **fields})


def read_matches(shop: Shop) -> list[RecordedMatch]:
    """Return what is stored."""
    with shop.database.read() as session:
        return list(list_matches(session))


def error_of(answer: Response) -> tuple[int, str]:
    """Return status and code."""
    return answer.status_code, answer.json()["error"]["code"]


@pytest.fixture
def desk_shop(shop: Shop) -> Shop:
    """A shop of one's own, with knowledge."""
    fill(shop.database)
    return shop


def test_feedback_is_taken_before_its_match_had_time_to_be_written(desk_shop: Shop) -> None:
    request_id = match(desk_shop.client)
    answer = say(desk_shop.client, request_id, "used", solution=RETURNS, agent="a-17")
    assert answer.status_code == 200
    assert answer.json() == {
        "request_id": request_id,
        "solution": RETURNS,
        "verdict": "used",
        "rank": 1,
        "version": 1,
        "generation": read_matches(desk_shop)[0].generation,
        "reply": None,
        "agent": "a-17",
        "at": answer.json()["at"],
        "earlier": [],
    }


def test_same_feedback_again_gives_the_same_answer(desk_shop: Shop) -> None:
    request_id = match(desk_shop.client)
    first = say(desk_shop.client, request_id, "edited", solution=RETURNS, reply="可以退的")
    again = say(desk_shop.client, request_id, "edited", solution=RETURNS, reply="可以退的")
    assert (again.status_code, again.json()) == (200, first.json())


def test_changed_mind_is_what_stands_and_what_was_said_before_is_listed(desk_shop: Shop) -> None:
    request_id = match(desk_shop.client)
    say(desk_shop.client, request_id, "used", solution=RETURNS)
    answer = say(desk_shop.client, request_id, "wrong", solution=RETURNS).json()
    assert (answer["verdict"], [e["verdict"] for e in answer["earlier"]]) == ("wrong", ["used"])


def test_reply_is_stored_without_personal_data(desk_shop: Shop) -> None:
    reply = "请联系13812345678，收件人：张建国"
    answer = say(desk_shop.client, match(desk_shop.client), "edited", solution=RETURNS, reply=reply)
    assert answer.json()["reply"] == "请联系[手机号]，收件人：[姓名]"


def test_judged_moment_is_the_callers_or_the_present(desk_shop: Shop) -> None:
    request_id = match(desk_shop.client)
    at = "2026-11-14T09:00:00+08:00"
    assert say(desk_shop.client, request_id, "solved", at=at).json()["at"] == "2026-11-14T01:00:00Z"
    say(desk_shop.client, request_id, "used", solution=RETURNS)
    assert {judgement.at for judgement in read_matches(desk_shop)[0].judgements} >= {NOW}


def test_nobody_has_judged_anything_later_than_now(desk_shop: Shop) -> None:
    request_id = match(desk_shop.client)
    later = say(desk_shop.client, request_id, "solved", at=(NOW + timedelta(seconds=61)).isoformat())
    assert error_of(later) == (422, "judged_later")
    assert say(desk_shop.client, request_id, "solved", at=(NOW + timedelta(seconds=60)).isoformat()).status_code == 200


def test_whole_answer_can_be_judged_even_where_nothing_was_shown(shop: Shop) -> None:
    request_id = match(shop.client)
    answer = say(shop.client, request_id, "dismissed")
    assert (answer.status_code, answer.json()["solution"], answer.json()["rank"]) == (200, None, None)


def test_what_cannot_be_judged_is_refused_with_a_stable_code(desk_shop: Shop) -> None:
    request_id = match(desk_shop.client)
    client = desk_shop.client
    assert error_of(say(client, "unknown", "used", solution=RETURNS)) == (404, "match_not_found")
    other = {"kind": "case", "id": "never-shown"}
    assert error_of(say(client, request_id, "used", solution=other)) == (422, "solution_not_shown")
    assert error_of(say(client, request_id, "used")) == (422, "solution_needed")


@pytest.mark.parametrize(
    "fields",
    [
        {"request_id": "two words"},
        {"request_id": "x" * 65},
        {"verdict": "liked"},
        {"solution": "returns-7-days"},
        {"solution": {"kind": "notice", "id": "snow"}},
        {"solution": {"kind": "article"}},
        {"reply": "好" * 5_001},
        {"reply": "a\u0000b"},
        {"agent": "张建国"},
        {"agent": "x" * 65},
        {"at": "yesterday"},
        {"comment": "x"},
    ],
)
def test_unusable_field_is_refused(full_shop: Shop, fields: dict[str, object]) -> None:
    body = {"request_id": "r1", "verdict": "used", "solution": RETURNS, **fields}
    answer = full_shop.client.post("/v1/feedback", json=body)
    assert answer.status_code in {400, 422}
    assert answer.json()["error"]["code"] in {"invalid_request", "invalid_json"}


def test_feedback_is_taken_back_for_one_solution_or_all(desk_shop: Shop) -> None:
    client, request_id = desk_shop.client, match(desk_shop.client)
    say(client, request_id, "used", solution=RETURNS)
    say(client, request_id, "solved")
    address = f"/v1/feedback/{request_id}"
    assert client.delete(address, params=RETURNS).json() == {"request_id": request_id, "undone": 1}
    assert client.delete(address).json()["undone"] == 1
    assert client.delete(address).json()["undone"] == 0
    assert read_matches(desk_shop)[0].judgements == ()


def test_taking_back_names_a_match_and_a_whole_solution(desk_shop: Shop) -> None:
    client, request_id = desk_shop.client, match(desk_shop.client)
    address = f"/v1/feedback/{request_id}"
    assert error_of(client.delete("/v1/feedback/unknown")) == (404, "match_not_found")
    assert error_of(client.delete(address, params={"kind": "article"})) == (422, "invalid_input")
    assert error_of(client.delete(address, params={"kind": "case", "id": "no"})) == (422, "solution_not_shown")
    assert error_of(client.delete(address, params={"kind": "notice", "id": "snow"})) == (422, "invalid_request")


def test_match_is_recorded_with_its_order_and_without_anybody(desk_shop: Shop) -> None:
    body = {
        "question": "我叫张建国，13812345678，怎么还没到",
        "order_id": SHIPPED_ORDER["id"],
        "now": "2026-11-16T10:00:00+08:00",
        "channel": "app",
    }
    request_id = match(desk_shop.client, **body)
    match(desk_shop.client, filters={"kind": "case"})
    say(desk_shop.client, request_id, "solved")
    first, second = read_matches(desk_shop)
    assert "13812345678" not in first.question
    assert "张建国" not in first.question
    assert first.order is not None
    assert first.order["customer"] == {"tier": "plus", "region": ["北京", "海淀区"]}
    assert (first.at, first.now.isoformat(), first.channel) == (NOW, "2026-11-16T02:00:00+00:00", "app")
    assert (first.is_filtered, second.is_filtered, second.order) == (False, True, None)


def test_refused_match_is_not_recorded(desk_shop: Shop) -> None:
    desk_shop.client.post("/v1/match", json={"question": "？"})
    say(desk_shop.client, match(desk_shop.client), "solved")
    assert len(read_matches(desk_shop)) == 1


def test_stopping_writes_what_still_waits(desk_shop: Shop) -> None:
    with TestClient(create_app(desk_shop.settings, matcher=desk_shop.matcher)) as client:
        match(client)
    assert len(read_matches(desk_shop)) == 1


def test_recording_can_be_switched_off(desk_shop: Shop) -> None:
    settings = Settings.model_validate({**desk_shop.settings.model_dump(), "record_matches": False})
    with TestClient(create_app(settings, matcher=desk_shop.matcher)) as client:
        assert error_of(say(client, match(client), "solved")) == (404, "match_not_found")
        # Of a customer's kind word nobody needs to hear that it was not written down.
        said = {"request_id": match(client), "article_id": "returns-7-days", "solved": True}
        assert client.post("/v1/widget/feedback", json=said).status_code == 204
    with desk_shop.database.read() as session:
        assert count_matches(session) == 0


def test_matches_go_on_while_they_cannot_be_recorded(desk_shop: Shop) -> None:
    with desk_shop.database.write() as session:
        session.execute(text("ALTER TABLE matches RENAME TO away"))
    request_id = match(desk_shop.client)
    assert error_of(say(desk_shop.client, request_id, "solved")) == (503, "not_ready")
    with desk_shop.database.write() as session:
        session.execute(text("ALTER TABLE away RENAME TO matches"))
    assert say(desk_shop.client, request_id, "solved").status_code == 200


def test_feedback_asks_for_the_key(locked_shop: Shop) -> None:
    assert error_of(say(locked_shop.client, "r1", "used")) == (401, "unauthorized")
    assert error_of(locked_shop.client.delete("/v1/feedback/r1")) == (401, "unauthorized")


def test_metrics_count_records_and_feedback(desk_shop: Shop) -> None:
    assert 'xianzhi_match_records_total{outcome="dropped"} 0.0' in desk_shop.client.get("/metrics").text
    say(desk_shop.client, match(desk_shop.client), "solved")
    figures = desk_shop.client.get("/metrics").text
    assert 'xianzhi_match_records_total{outcome="written"} 1.0' in figures
    assert 'xianzhi_feedback_total{verdict="solved"} 1.0' in figures
