"""Answers kept for a while: bounded in number and time, each with its age."""

from __future__ import annotations

from kb.sources.cache import AnswerCache
from kb.sources.mapping import CacheRules
from tests.kb.sources.ticking import TickingClock


def make_cache(clock: TickingClock, **rules: float) -> AnswerCache[str]:
    return AnswerCache(CacheRules.model_validate({"size": 2, "seconds": 10, "stale_seconds": 100, **rules}), clock)


def test_what_is_kept_says_its_age_and_is_as_good_as_new_for_a_while() -> None:
    clock = TickingClock()
    cache = make_cache(clock)
    cache.put("a", "A")
    clock.seconds += 10
    kept = cache.find("a")
    assert kept is not None
    assert (kept.value, kept.age_seconds, cache.is_fresh(kept)) == ("A", 10.0, True)
    clock.seconds += 0.5
    kept = cache.find("a")
    assert kept is not None
    assert not cache.is_fresh(kept)


def test_what_is_too_old_to_stand_in_is_forgotten() -> None:
    clock = TickingClock()
    cache = make_cache(clock)
    cache.put("a", "A")
    clock.seconds += 101
    assert cache.find("a") is None
    assert len(cache) == 0


def test_the_oldest_goes_first_where_there_are_too_many() -> None:
    clock = TickingClock()
    cache = make_cache(clock)
    for key in ("a", "b", "a", "c"):
        clock.seconds += 1
        cache.put(key, key.upper())
    assert cache.find("b") is None
    assert [cache.find(key) is not None for key in ("a", "c")] == [True, True]


def test_a_cache_of_size_zero_keeps_nothing() -> None:
    cache = make_cache(TickingClock(), size=0)
    cache.put("a", "A")
    assert cache.find("a") is None


def test_what_is_dropped_is_gone() -> None:
    cache = make_cache(TickingClock())
    cache.put("a", "A")
    cache.drop("a")
    cache.drop("never there")
    assert cache.find("a") is None
