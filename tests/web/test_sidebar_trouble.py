"""The sidebar while the service is away, slow, or answers in another order than it was asked."""

from __future__ import annotations

import re

from playwright.sync_api import Route, expect

from tests.web.conftest import OpenPage
from tests.web.desk import LATE_ORDER, LATE_QUESTION, sit_down
from tests.web.served import Served


def test_a_restart_is_shown_and_what_was_typed_is_answered_afterwards(served: Served, open_page: OpenPage) -> None:
    desk = sit_down(open_page(f"{served.url}/sidebar"))
    desk.find(LATE_ORDER)
    desk.see("138****1185")
    served.stop()
    try:
        desk.press("/")
        desk.type(LATE_QUESTION)
        desk.see("连不上服务，正在重试。输入的内容都在。")
        expect(desk.question).to_have_value(LATE_QUESTION)
        expect(desk.cards).to_have_count(0)
    finally:
        served.start()
    expect(desk.cards.first).to_be_visible()
    expect(desk.view.get_by_text("连不上服务")).to_have_count(0)
    expect(desk.question).to_have_value(LATE_QUESTION)


def test_a_look_up_waits_for_the_service(served: Served, open_page: OpenPage) -> None:
    desk = sit_down(open_page(f"{served.url}/sidebar"))
    served.stop()
    try:
        desk.find(LATE_ORDER)
        desk.see("连不上服务，正在重试。")
    finally:
        served.start()
    desk.see("138****1185")


def test_feedback_that_was_not_taken_is_not_shown_as_taken(served: Served, open_page: OpenPage) -> None:
    desk = sit_down(open_page(f"{served.url}/sidebar"))
    desk.ask(LATE_QUESTION)
    desk.press("Enter")
    desk.page.route("**/v1/feedback", lambda route: route.abort())
    desk.press("u")
    expect(desk.said).to_contain_text("没有记上")
    expect(desk.open_card.get_by_role("button", name="用了")).to_be_visible()


def test_a_late_answer_to_an_older_question_is_dropped(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"{served.url}/sidebar")
    desk = sit_down(page)
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if "发票" in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/v1/match", hold_the_first)
    with page.expect_request("**/v1/match"):
        desk.press("/")
        desk.type("发票怎么开")
    with page.expect_response("**/v1/match"):
        desk.question.fill("退货运费谁出")
    expect(desk.cards.first).to_be_visible()
    shown = desk.cards.all_inner_texts()
    assert len(held) == 1
    held[0].fulfill(json={"solutions": [], "notices": [], "ask": [], "orders": [], "rewordings": [], "answered": False})
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert desk.cards.all_inner_texts() == shown
    expect(desk.question).to_have_value("退货运费谁出")


def test_the_old_answer_stays_until_the_new_one_is_here(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"{served.url}/sidebar")
    desk = sit_down(page)
    desk.ask("退货运费谁出")
    counts: list[int] = []

    def look(route: Route) -> None:
        counts.append(desk.cards.count())
        route.continue_()

    page.route("**/v1/match", look)
    with page.expect_response("**/v1/match"):
        desk.question.fill("发票怎么开")
    assert counts
    assert all(counts)


def test_a_reply_for_one_order_is_not_left_standing_for_another(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"{served.url}/sidebar")
    desk = sit_down(page)
    desk.find(LATE_ORDER)
    desk.ask(LATE_QUESTION)
    held: list[Route] = []
    page.route("**/v1/match", lambda route: held.append(route))
    page.get_by_role("button", name="另外 3 笔").click()
    page.locator(".order:not(.chosen) input").first.check()
    expect(desk.cards).to_have_count(0)
    held[0].continue_()
    expect(desk.cards.first).to_be_visible()


def test_nothing_moves_while_a_reply_is_being_edited(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"{served.url}/sidebar")
    desk = sit_down(page)
    desk.find(LATE_ORDER)
    desk.ask(LATE_QUESTION)
    desk.press("Enter", "e")
    desk.type("好的")
    page.evaluate("document.querySelector('x-sidebar').matching.ask('发票怎么开', {now: true})")
    desk.see("有新的匹配结果")
    expect(desk.reply).to_be_focused()
    assert "好的" in desk.reply.input_value()
    desk.press("Escape")
    desk.see("有新的匹配结果")
    page.get_by_role("button", name="现在换上").click()
    expect(page.get_by_text("有新的匹配结果")).to_have_count(0)
    assert "好的" not in desk.reply.input_value()


def test_an_undo_waits_for_the_judgement_that_it_takes_back(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"{served.url}/sidebar")
    desk = sit_down(page)
    desk.ask(LATE_QUESTION)
    desk.press("Enter")
    held: list[Route] = []
    page.route("**/v1/feedback", lambda route: held.append(route))
    with page.expect_request("**/v1/feedback"):
        desk.press("u")
    desk.press("z")
    expect(desk.open_card.get_by_role("button", name="用了")).to_be_visible()
    with page.expect_response("**/v1/feedback/**") as undone:
        held[0].continue_()
    assert undone.value.json()["undone"] == 1


def test_a_warning_stays_with_its_figure_until_it_has_been_checked_again(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"{served.url}/sidebar")
    desk = sit_down(page)
    desk.find(LATE_ORDER)
    desk.ask(LATE_QUESTION)
    desk.press("Enter", "e")
    desk.type("另外补您 88 元。")
    desk.see("找不到依据，核对：88 元")
    desk.press("Escape", "j", "k")
    desk.see("找不到依据，核对：88 元")
    page.route("**/v1/replies:check", lambda route: route.abort())
    desk.reply.press("End")
    desk.type("！")
    desk.see("改过的内容没能核对")
    desk.see("找不到依据，核对：88 元")


def test_a_draft_for_nobody_known_is_not_offered_for_the_next_question(served: Served, open_page: OpenPage) -> None:
    desk = sit_down(open_page(f"{served.url}/sidebar"))
    desk.ask("退货运费谁出")
    desk.press("Enter", "e")
    desk.type("王女士您好")
    desk.press("Escape", "c")
    desk.question.fill("退货的运费由谁承担")
    expect(desk.reply).not_to_have_value(re.compile("王女士"))


def test_who_is_told_to_ask_less_often_is_answered_a_moment_later(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"{served.url}/sidebar")
    desk = sit_down(page)
    refused: list[Route] = []

    def refuse_once(route: Route) -> None:
        if refused:
            route.continue_()
            return
        refused.append(route)
        body = {"error": {"code": "too_many_requests", "message": "Too fast.", "details": [], "request_id": "r1"}}
        route.fulfill(status=429, json=body, headers={"Retry-After": "1"})

    page.route("**/v1/match", refuse_once)
    desk.ask(LATE_QUESTION)
    assert len(refused) == 1
