"""Building generations: what is reused, what is kept, what a killed build leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from index.build import Builder
from index.encoder import EncoderFingerprint
from index.fusion import Source
from index.generation import Manifest, list_generations, revision_of
from index.lexical import TermLimits
from index.searcher import complete_candidates, find_by_terms, find_by_vector
from index.vectors import map_vectors
from kb.database import Database
from tests.fakes import CountingEncoder, Desk, FakeEncoder, make_article, make_case


class OtherEncoder(FakeEncoder):
    """The same vectors under another name."""

    fingerprint = EncoderFingerprint("other", "1" * 64, FakeEncoder.dimension, "", "", "sum", True, "float32")


def build(desk: Desk, encoder: CountingEncoder | None = None) -> Manifest:
    """Build a generation."""
    return Builder(desk.database, encoder or desk.encoder, desk.live.folder).build(now=desk.clock())


def test_second_build_encodes_only_what_is_new(desk: Desk) -> None:
    desk.save(make_article(), make_case())
    build(desk)
    desk.save(make_article(id="b", title="发票抬头", questions=["不想要了能退吗"], body="可以重开。"))
    encoder = CountingEncoder()
    build(desk, encoder)
    assert encoder.questions == ["发票抬头"]
    assert encoder.passages == ["发票抬头\n可以重开。"]


def test_build_without_changes_encodes_nothing_and_gives_the_same_vectors(desk: Desk) -> None:
    desk.save(make_article(), make_case())
    first = build(desk)
    encoder = CountingEncoder()
    second = build(desk, encoder)
    assert (encoder.questions, encoder.passages) == ([], [])
    assert first.name != second.name
    assert {name: first.files[name] for name in ("headings.npy", "passages.npy", "digests.bin")} == {
        name: second.files[name] for name in ("headings.npy", "passages.npy", "digests.bin")
    }


def test_reused_vectors_follow_their_texts_when_items_move(desk: Desk) -> None:
    desk.save(make_article(id="m"), make_article(id="z", title="保修", questions=[], body="一年。"))
    build(desk)
    desk.save(make_article(id="a", title="发票", questions=[], body="电子发票。"))
    manifest = build(desk, CountingEncoder())
    vectors = map_vectors(desk.live.folder / manifest.name / "headings.npy")
    texts = ["发票", "七天无理由退货", "不想要了能退吗", "保修"]
    assert (vectors == FakeEncoder().encode_questions(texts)).all()


def test_vectors_of_another_encoder_are_not_reused(desk: Desk) -> None:
    desk.save(make_article())
    build(desk)
    other = Builder(desk.database, OtherEncoder(), desk.live.folder).build(now=desk.clock())
    encoder = CountingEncoder()
    build(desk, encoder)
    assert other.encoder != encoder.fingerprint.digest()
    assert encoder.questions == []  # Its own are still there.


def test_another_encoder_at_the_same_moment_gets_a_generation_of_its_own(desk: Desk) -> None:
    desk.save(make_article())
    names = {build(desk).name}
    names.add(Builder(desk.database, OtherEncoder(), desk.live.folder).build(now=desk.clock()).name)
    assert {path.name for path in list_generations(desk.live.folder)} == names
    assert len(names) == 2


def test_two_generations_are_kept(desk: Desk) -> None:
    built = []
    for number in range(4):
        desk.save(make_article(id=f"a{number}"))
        built.append(build(desk).name)
    assert [path.name for path in list_generations(desk.live.folder)] == [built[3], built[2]]


def test_scratch_of_a_killed_build_is_swept_and_other_folders_are_not(desk: Desk) -> None:
    folder = desk.live.folder
    scratch = folder / ".g0000000001-20261115.abcdef"
    for kept in (folder / "live-other", folder / "damaged-g0000000001-1"):
        kept.mkdir(parents=True)
    scratch.mkdir()
    (scratch / "items.jsonl").write_text("half")
    build(desk)
    assert not scratch.exists()
    assert {"live-other", "damaged-g0000000001-1"} <= {path.name for path in folder.iterdir()}


def test_failed_build_publishes_nothing(desk: Desk) -> None:
    class BrokenEncoder(CountingEncoder):
        def encode_passages(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
            raise MemoryError

    desk.save(make_article())
    with pytest.raises(MemoryError):
        build(desk, BrokenEncoder())
    assert [path.name for path in desk.live.folder.iterdir()] == [".build.lock"]


def test_restored_database_opens_beside_generations_of_its_lost_future(
    make_database: Callable[[], Database], make_desk: Callable[[Database], Desk], tmp_path: Path
) -> None:
    desk = make_desk(make_database())
    desk.save(make_article())
    with desk.database.engine.connect() as connection:
        connection.exec_driver_sql(f"VACUUM INTO '{tmp_path / 'backup.db'}'")
    for number in range(3):
        desk.save(make_article(id=f"lost{number}", title="丢失的未来"))
        build(desk)
    backup = Database(f"sqlite:///{tmp_path / 'backup.db'}")
    restored = make_desk(backup)
    assert restored.find("丢失的未来", limit=50) == ["returns-7-days"]
    # As many changes again: their numbers are those of the lost ones.
    for number in range(6):
        restored.save(make_article(id=f"new{number}", title="新的未来"))
        found = restored.find("未来", limit=50, fold_copies=False)
        assert sorted(found) == sorted(["returns-7-days", *(f"new{n}" for n in range(number + 1))])
    backup.close()


def test_empty_knowledge_base_builds_and_answers_nothing(desk: Desk) -> None:
    manifest = build(desk)
    assert (manifest.items, manifest.headings, manifest.passages) == (0, 0, 0)
    result = desk.ask("怎么退货")
    assert (result.solutions, result.answered, result.confidence, result.ask) == ([], False, 0.0, [])
    desk.save(make_article())
    assert desk.find("怎么退货") == ["returns-7-days"]


def test_rebuilding_an_empty_knowledge_base_is_possible(desk: Desk) -> None:
    build(desk)
    assert build(desk).items == 0


def test_build_says_how_far_it_is(desk: Desk, now: datetime) -> None:
    desk.save(make_article())
    seen: list[tuple[str, int, int]] = []
    Builder(desk.database, desk.encoder, desk.live.folder).build(now=now, on_progress=lambda *step: seen.append(step))
    assert seen[0][0] == "read"
    assert ("encode", 3, 3) in seen
    assert seen[-1] == ("terms", 1, 1)


def test_generation_is_named_after_its_revision(desk: Desk) -> None:
    desk.save(make_article(), make_case())
    manifest = build(desk)
    assert revision_of(manifest.name) == manifest.revision == 2


def test_what_a_killed_removal_left_is_no_generation_and_swept_by_the_next_build(desk: Desk) -> None:
    desk.save(make_article())
    left = desk.live.folder / ".g0000000001-20261115T100000000000.gone"
    left.mkdir(parents=True)
    manifests = [Builder(desk.database, desk.encoder, desk.live.folder).build(now=desk.clock()) for _ in range(4)]
    assert not left.exists()
    assert {path.name for path in desk.live.folder.iterdir()} == {".build.lock", *(m.name for m in manifests[2:])}


def test_many_vectors_get_codes_by_which_they_are_found(desk: Desk) -> None:
    titles = [f"第 {number} 种商品怎么退" for number in range(40)]
    desk.save(*(make_article(id=f"a{n}", title=title, questions=[], body="可以退。") for n, title in enumerate(titles)))
    manifest = Builder(desk.database, desk.encoder, desk.live.folder, coded_from=40).build(now=desk.clock())
    assert {"headings.codes", "passages.codes"} <= manifest.files.keys()
    assert desk.find("第 17 种商品怎么退")[0] == "a17"
    snapshot = desk.live.snapshot()
    question = desk.encoder.encode_questions(["第 17 种商品怎么退"])[0]
    rows, scores = snapshot.headings.search(question, limit=5, allowed=None)
    assert snapshot.catalogue.entries[int(snapshot.heading_owner[rows[0]])].key.id == "a17"
    assert scores[0] == max(snapshot.headings.score_all(question))


def test_in_a_large_base_every_candidate_is_scored_by_all_terms(desk: Desk) -> None:
    titles = [f"第 {number} 种商品的退货运费谁出" for number in range(40)]
    desk.save(*(make_article(id=f"a{n}", title=title, questions=[], body="可以退。") for n, title in enumerate(titles)))
    question = "第 17 种商品的运费谁出"

    def find_scores() -> dict[str, tuple[float, float]]:
        snapshot = desk.live.snapshot()
        vector = desk.encoder.encode_questions([question])[0]
        allowed = np.ones(len(snapshot.catalogue), bool)
        near, hits = find_by_vector(snapshot, vector, allowed), find_by_terms(snapshot, question, allowed)
        found = complete_candidates(snapshot, near, hits)
        columns = [found.columns[source] for source in (Source.LEXICAL_HEADING, Source.LEXICAL_FULL)]
        names = [snapshot.catalogue.entries[int(ordinal)].key.id for ordinal in found.ordinals]
        return dict(zip(names, zip(*columns, strict=True), strict=True))

    desk.live.open()
    expected = find_scores()
    limits = TermLimits(rows_from=40, postings=40)
    manifest = Builder(desk.database, desk.encoder, desk.live.folder, term_limits=limits).build(now=desk.clock())
    assert {f"terms-{kind}/names.bin" for kind in ("headings", "full")} <= manifest.files.keys()
    desk.live.open()
    assert desk.live.snapshot().lexical_full.rows is not None
    found = find_scores()
    assert found.keys() == expected.keys()
    for name, scores in expected.items():
        assert found[name] == pytest.approx(scores, rel=1e-5)


def test_an_article_that_changed_is_worth_as_much_as_its_twin_that_did_not(desk: Desk) -> None:
    titles = [f"第 {number} 种商品的退货运费谁出" for number in range(40)]
    articles = [make_article(id=f"a{n}", title=title, questions=[], body="可以退。") for n, title in enumerate(titles)]
    desk.save(*articles)
    limits = TermLimits(rows_from=40, postings=40)
    Builder(desk.database, desk.encoder, desk.live.folder, term_limits=limits).build(now=desk.clock())
    desk.live.open()
    desk.save(*(article.model_copy(update={"body": "都可以退。"}) for article in articles[:20]))
    desk.save(articles[17].model_copy(update={"id": "twin"}))
    desk.save(articles[30].model_copy(update={"id": "other-twin"}))
    snapshot = desk.live.snapshot()
    allowed = np.ones(len(snapshot.catalogue), bool)
    question = "第 30 种商品的运费谁出"
    near = find_by_vector(snapshot, desk.encoder.encode_questions([question])[0], allowed)
    found = complete_candidates(snapshot, near, find_by_terms(snapshot, question, allowed))
    names = [snapshot.catalogue.entries[int(ordinal)].key.id for ordinal in found.ordinals]
    for source in (Source.LEXICAL_HEADING, Source.LEXICAL_FULL):
        scores = found.columns[source]
        assert scores[names.index("a30")] == pytest.approx(scores[names.index("other-twin")], rel=0.01)
