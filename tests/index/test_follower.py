"""The live index follows the database: every acknowledged change is seen by the next match."""

from __future__ import annotations

import errno
import shutil
import threading
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import text

from index.build import Builder
from index.encoder import FloatMatrix
from index.follower import MOST_CHANGES_AT_ONCE
from index.searcher import find_by_terms
from kb.articles.models import ArticleStatus, Audience
from kb.articles.service import withdraw_article
from kb.cases.service import delete_case
from kb.changes import ItemKind
from kb.database import Database
from kb.notices.models import Notice, NoticeKind
from tests.fakes import CountingEncoder, Desk, FakeEncoder, make_article, make_case

THREADS, WRITES = 8, 30


@pytest.fixture
def open_desk(desk: Desk) -> Desk:
    """A knowledge base of one article and one case, already opened."""
    desk.save(make_article(), make_case())
    desk.live.open()
    return desk


def withdraw(desk: Desk, article_id: str) -> None:
    """Withdraw an article."""
    with desk.database.write() as session:
        withdraw_article(session, article_id, now=desk.clock())


def test_search_before_opening_says_so(desk: Desk) -> None:
    assert not desk.live.is_open
    with pytest.raises(RuntimeError, match="open"):
        desk.live.snapshot()


def test_added_article_is_found_by_the_next_match(open_desk: Desk) -> None:
    generation = open_desk.ask("发票").generation
    open_desk.save(make_article(id="invoice", title="发票抬头写错了"))
    result = open_desk.ask("发票抬头写错了怎么办")
    assert (result.solutions[0].id, result.generation) == ("invoice", generation)


def test_changed_article_is_found_by_its_new_words_and_shown_in_its_new_version(open_desk: Desk) -> None:
    open_desk.save(make_article(title="无忧退换", questions=[], body="签收后十五天内可以退换。"))
    (first, *others) = open_desk.ask("无忧退换", limit=50).solutions
    assert (first.id, first.version, first.title, first.snippet) == (
        "returns-7-days",
        2,
        "无忧退换",
        "签收后十五天内可以退换。",
    )
    assert "returns-7-days" not in [solution.id for solution in others]
    assert first.scores["lexical_heading"] > 0


def test_words_of_a_changed_article_are_gone_from_the_term_index(open_desk: Desk) -> None:
    open_desk.save(make_article(title="新", questions=[], body="新"))
    snapshot = open_desk.live.snapshot()
    everything = snapshot.catalogue.alive | True
    hits = find_by_terms(snapshot, "七天无理由退货不想要了", everything)
    assert not {0} & set(hits.full.owners.tolist())
    assert len(snapshot.lexical_full) == 2


def test_withdrawn_article_is_gone_from_the_next_match(open_desk: Desk) -> None:
    withdraw(open_desk, "returns-7-days")
    assert open_desk.find("七天无理由退货", limit=50) == ["case-1"]


def test_withdrawn_article_that_is_published_again_is_back(open_desk: Desk) -> None:
    withdraw(open_desk, "returns-7-days")
    open_desk.find("退货")
    open_desk.save(make_article())
    assert open_desk.find("七天无理由退货")[0] == "returns-7-days"


def test_deleted_case_is_gone_from_the_next_match(open_desk: Desk) -> None:
    assert "case-1" in open_desk.find("快递怎么还没到")
    with open_desk.database.write() as session:
        delete_case(session, "case-1", now=open_desk.clock())
    assert open_desk.find("快递怎么还没到", limit=50) == ["returns-7-days"]


def test_draft_is_found_only_once_it_is_published(open_desk: Desk) -> None:
    open_desk.save(make_article(id="draft", title="草稿", status=ArticleStatus.DRAFT))
    assert "draft" not in open_desk.find("草稿", limit=50)
    open_desk.save(make_article(id="draft", title="草稿"))
    assert open_desk.find("草稿")[0] == "draft"


def test_article_that_becomes_internal_is_gone_for_customers(open_desk: Desk) -> None:
    open_desk.save(make_article(audience=Audience.INTERNAL))
    assert open_desk.find("退货", audience=Audience.PUBLIC, limit=50) == []


def test_change_of_a_notice_only_moves_the_revision(open_desk: Desk) -> None:
    before = open_desk.live.snapshot()
    open_desk.save(Notice(id="snow", title="大雪", kind=NoticeKind.DELAY))
    after = open_desk.live.snapshot()
    assert (before.revision + 1, len(before.catalogue)) == (after.revision, len(after.catalogue))


def test_unchanged_database_gives_the_same_snapshot(open_desk: Desk) -> None:
    assert open_desk.live.snapshot() is open_desk.live.snapshot()


def test_old_snapshot_stays_as_it_was(open_desk: Desk) -> None:
    old = open_desk.live.snapshot()
    withdraw(open_desk, "returns-7-days")
    open_desk.save(make_article(id="new", title="发票", questions=[], body=""))
    new = open_desk.live.snapshot()
    for snapshot, words, owners in ((old, "退货", [0]), (old, "发票", []), (new, "退货", []), (new, "发票", [2])):
        hits = find_by_terms(snapshot, words, snapshot.catalogue.alive)
        assert hits.headings.owners.tolist() == owners
    assert (len(old.headings), old.texts.read(0)) == (3, "签收后七天内可以退货。")


def test_second_index_on_the_same_database_follows_too(open_desk: Desk, make_desk: Callable[[Database], Desk]) -> None:
    second = make_desk(open_desk.database)
    assert second.find("退货")[0] == "returns-7-days"
    open_desk.save(make_article(id="invoice", title="发票抬头"))
    assert second.find("发票抬头")[0] == open_desk.find("发票抬头")[0] == "invoice"
    withdraw(second, "invoice")
    assert "invoice" not in open_desk.find("发票抬头", limit=50)
    assert "invoice" not in second.find("发票抬头", limit=50)


def test_later_generation_of_another_process_is_taken_over(open_desk: Desk) -> None:
    open_desk.find("退货")
    open_desk.save(make_article(id="invoice", title="发票抬头"))
    manifest = Builder(open_desk.database, open_desk.encoder, open_desk.live.folder).build(now=open_desk.clock())
    encoded = len(open_desk.encoder.passages)
    result = open_desk.ask("发票抬头")
    assert (result.generation, result.solutions[0].id) == (manifest.name, "invoice")
    assert len(open_desk.encoder.passages) == encoded
    open_desk.save(make_article(id="later", title="保修多久"))
    assert open_desk.find("保修多久")[0] == "later"


def test_generation_loaded_by_one_is_used_on_after_others_have_pruned_it(open_desk: Desk) -> None:
    for number in range(3):
        other = Builder(open_desk.database, open_desk.encoder, open_desk.live.folder)
        other.build(now=open_desk.clock())
        assert "returns-7-days" in open_desk.find("退货")
        open_desk.save(make_article(id=f"a{number}", title="保修", questions=[], body=""))


def test_opening_twice_is_harmless(open_desk: Desk) -> None:
    open_desk.save(make_article(id="new", title="发票", questions=[], body=""))
    open_desk.live.open()
    open_desk.save(make_article(id="newer", title="保修"))
    assert open_desk.find("发票")[0] == "new"
    assert open_desk.find("保修")[0] == "newer"


def test_closing_removes_the_private_folder_only(open_desk: Desk) -> None:
    generations = {path.name for path in open_desk.live.folder.glob("g*")}
    private = open_desk.live.folder.with_name("live")
    assert len(list(private.glob("live-*"))) == 1
    open_desk.live.close()
    assert list(private.glob("live-*")) == []
    assert {path.name for path in open_desk.live.folder.glob("g*")} == generations
    assert not open_desk.live.is_open


def test_folder_of_a_dead_process_is_swept_and_that_of_a_living_one_is_not(
    open_desk: Desk, make_desk: Callable[[Database], Desk]
) -> None:
    private = open_desk.live.folder.with_name("live")
    dead = private / "live-dead"
    dead.mkdir()
    (dead / ".lock").write_text("")
    (living,) = (path for path in private.glob("live-*") if path != dead)
    make_desk(open_desk.database).find("退货")
    assert living.is_dir()
    assert not dead.exists()


def test_deleting_the_generations_does_not_disturb_a_running_index(open_desk: Desk) -> None:
    shutil.rmtree(open_desk.live.folder)
    open_desk.save(make_article(id="invoice", title="发票抬头写错了"))
    assert open_desk.ask("发票抬头写错了怎么办").solutions[0].id == "invoice"


def test_encoder_that_fails_once_loses_no_change(open_desk: Desk) -> None:
    class FlakyEncoder(type(open_desk.encoder)):  # type: ignore[misc]
        failed = False

        def encode_questions(self, texts: object) -> object:
            if not self.failed:
                self.failed = True
                raise MemoryError
            return super().encode_questions(texts)

    open_desk.live.encoder = FlakyEncoder()
    open_desk.save(make_article(id="new", title="发票", questions=[], body=""))
    with pytest.raises(MemoryError):
        open_desk.live.snapshot()
    assert open_desk.find("发票")[0] == "new"


class FullDiskEncoder(CountingEncoder):
    """An encoder beside which, for a while, nothing can be written."""

    is_full = True

    def encode_passages(self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None) -> FloatMatrix:
        """Fail as a full disk does, or encode."""
        if self.is_full:
            self.passages += texts
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().encode_passages(texts, on_progress=on_progress)


def test_matches_go_on_while_changes_cannot_be_written_and_see_them_once_they_can(open_desk: Desk) -> None:
    encoder = FullDiskEncoder()
    open_desk.live.encoder = encoder
    open_desk.save(make_article(id="new", title="发票", questions=[], body=""))
    assert "returns-7-days" in open_desk.find("七天无理由退货", limit=50)
    withdraw(open_desk, "returns-7-days")
    # Withdrawn is withdrawn: what is found is checked against the database before it is shown.
    assert open_desk.find("七天无理由退货", limit=50) == ["case-1"]
    assert open_desk.live.snapshot().revision == 2
    assert len(encoder.passages) == 1, "a failed attempt is not repeated by every match"
    with pytest.raises(OSError, match="No space"):
        open_desk.live.snapshot(wait=True)
    encoder.is_full, open_desk.live.retry_seconds = False, 0.0
    assert open_desk.live.snapshot(wait=True).revision == 4
    assert open_desk.find("发票")[0] == "new"


def test_a_later_match_tries_again_to_take_in_what_could_not_be_written(open_desk: Desk) -> None:
    encoder = FullDiskEncoder()
    open_desk.live.encoder, open_desk.live.retry_seconds = encoder, 0.0
    open_desk.save(make_article(id="new", title="发票", questions=[], body=""))
    assert open_desk.live.snapshot().revision == 2
    encoder.is_full = False
    assert open_desk.find("发票")[0] == "new"


def test_every_acknowledged_write_is_seen_at_once_while_eight_threads_match(open_desk: Desk) -> None:
    done = threading.Event()
    errors: list[BaseException] = []
    matches: list[int] = []

    def keep_matching() -> None:
        try:
            while not done.is_set():
                matches.append(len(open_desk.find("七天无理由退货", limit=50)))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=keep_matching) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    try:
        for number in range(WRITES):
            open_desk.save(make_article(id=f"w{number}", title=f"型号 QX-{number}00 说明书", questions=[]))
            assert open_desk.find(f"QX-{number}00")[0] == f"w{number}"
            if number % 3 == 2:
                withdraw(open_desk, f"w{number}")
                assert f"w{number}" not in open_desk.find(f"QX-{number}00", limit=50)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert errors == []
    assert matches
    assert min(matches) >= 2


def test_index_and_database_agree_after_many_changes(open_desk: Desk, make_desk: Callable[[Database], Desk]) -> None:
    for number in range(12):
        open_desk.save(make_article(id=f"a{number % 5}", title=f"标题{number}", body=f"正文{number}。"))
        if number % 4 == 3:
            withdraw(open_desk, f"a{number % 5}")
    fresh = make_desk(open_desk.database)
    fresh.live.folder = open_desk.live.folder / "fresh"
    questions = ["标题3", "正文7", "标题", "退货", "快递"]
    # The terms' statistics are the same; only the numbers of the rows differ.
    for question in questions:
        followed, rebuilt = (
            {(s.id, s.version): s.score for s in desk.ask(question, limit=50).solutions} for desk in (open_desk, fresh)
        )
        assert followed == pytest.approx(rebuilt, abs=0.05)


class HeldEncoder(FakeEncoder):
    """An encoder whose passages wait until they are let through."""

    def __init__(self) -> None:
        super().__init__()
        self.let_through = threading.Event()
        self.let_through.set()

    def encode_passages(self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None) -> FloatMatrix:
        """Wait, then encode."""
        assert self.let_through.wait(timeout=30)
        return super().encode_passages(texts, on_progress=on_progress)


def test_large_import_is_taken_in_beside_the_matches(open_desk: Desk) -> None:
    encoder = HeldEncoder()
    open_desk.live.encoder = encoder
    before = open_desk.live.snapshot()
    encoder.let_through.clear()
    open_desk.save(*(make_article(id=f"bulk-{n}", title=f"第 {n} 条") for n in range(MOST_CHANGES_AT_ONCE + 1)))
    # Twice: the second finds the import under way.
    assert open_desk.live.snapshot() is before
    assert open_desk.live.snapshot() is before
    encoder.let_through.set()
    after = open_desk.live.snapshot(wait=True)
    assert len(after.catalogue) == len(before.catalogue) + MOST_CHANGES_AT_ONCE + 1


def test_another_process_generation_of_a_large_base_is_loaded_beside_the_matches(open_desk: Desk) -> None:
    before = open_desk.live.snapshot()
    open_desk.save(make_article(id="new", title="发票"))
    Builder(open_desk.database, open_desk.encoder, open_desk.live.folder).build(now=open_desk.clock())
    open_desk.live.loaded_beside_from = 1
    assert open_desk.live.snapshot() is before
    after = open_desk.live.snapshot(wait=True)
    assert after.generation != before.generation


def test_database_restored_to_an_earlier_state_is_followed_back(open_desk: Desk) -> None:
    open_desk.save(make_article(id="lost", title="恢复后不存在"))
    assert open_desk.live.snapshot().catalogue.find_ordinals(ItemKind.ARTICLE, "lost")
    with open_desk.database.write() as session:
        for table in ("article_versions WHERE article_id = 'lost'", "articles WHERE id = 'lost'"):
            session.execute(text(f"DELETE FROM {table}"))
        session.execute(text("DELETE FROM changes WHERE item_id = 'lost'"))
    assert not open_desk.live.snapshot().catalogue.find_ordinals(ItemKind.ARTICLE, "lost")
