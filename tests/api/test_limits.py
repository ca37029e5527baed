"""Each caller has so much, the rest is refused at once with the seconds to wait, and memory stays bounded."""

from __future__ import annotations

from starlette.types import Scope

from api.limits import FEWEST_AT_ONCE, MOST_BUCKETS, Limiter, Limits, find_home, lies_within


class Timer:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Return how many have passed."""
        return self.seconds


def take_all(limiter: Limiter, caller: str) -> int:
    """Return how many a caller gets before it is refused."""
    for taken in range(100_000):
        if limiter.take(caller):
            return taken
    raise AssertionError("it is never refused")


def scope_of(host: str | None, *, forwarded: bool = False) -> Scope:
    headers = [(b"x-forwarded-for", b"203.0.113.9")] if forwarded else []
    return {"type": "http", "client": (host, 1) if host else None, "headers": headers}


def test_ten_seconds_worth_may_come_at_once_and_then_the_steady_rate() -> None:
    timer = Timer()
    limiter = Limiter(600, timer=timer)
    assert take_all(limiter, "a") == 100
    timer.seconds += 1
    assert take_all(limiter, "a") == 10
    timer.seconds += 3_600
    assert take_all(limiter, "a") == 100


def test_the_answer_says_how_long_to_wait() -> None:
    timer = Timer()
    limiter = Limiter(6, timer=timer)
    assert take_all(limiter, "a") == FEWEST_AT_ONCE
    assert limiter.take("a") == 10
    timer.seconds += 9.5
    assert limiter.take("a") == 1
    timer.seconds += 0.5
    assert limiter.take("a") == 0


def test_one_caller_takes_nothing_from_another() -> None:
    limiter = Limiter(60, timer=Timer())
    take_all(limiter, "a")
    assert limiter.take("b") == 0


def test_a_rate_of_zero_limits_nobody() -> None:
    limiter = Limiter(0, timer=Timer())
    assert {limiter.take("a") for _ in range(10_000)} == {0}


def test_whoever_was_idle_longest_is_forgotten_first_and_whoever_asks_is_not() -> None:
    limiter = Limiter(60, timer=Timer())
    take_all(limiter, "busy")
    take_all(limiter, "idle")
    for number in range(MOST_BUCKETS - 1):
        limiter.take(str(number))
        assert limiter.take("busy")
    assert len(limiter._buckets) == MOST_BUCKETS
    assert limiter.take("idle") == 0


def test_a_home_is_an_ipv4_address_or_the_network_of_an_ipv6_one() -> None:
    assert find_home(scope_of("203.0.113.9")) == "203.0.113.9"
    assert find_home(scope_of("2001:db8::1")) == find_home(scope_of("2001:db8::ffff:1")) == "2001:db8::/64"
    assert find_home(scope_of("::ffff:203.0.113.9")) == "203.0.113.9"
    assert find_home(scope_of(None)) is find_home(scope_of("testclient")) is None


def test_visitors_behind_a_forgotten_proxy_share_no_limit() -> None:
    limits = Limits(of_key=1, of_address=1)
    assert limits.find_visitor(scope_of("114.114.114.114", forwarded=True)) == "114.114.114.114"
    assert limits.find_visitor(scope_of("10.0.0.1")) == "10.0.0.1"
    assert limits.find_visitor(scope_of("10.0.0.1", forwarded=True)) is None
    assert limits.find_visitor(scope_of("127.0.0.1")) is None
    assert limits.find_visitor(scope_of("::1")) is None
    named = Limits(of_key=1, of_address=1, proxies=("10.0.0.9",))
    assert named.find_visitor(scope_of("10.0.0.1", forwarded=True)) == "10.0.0.1"


def test_whatever_a_proxy_forwards_that_is_no_address_is_one_caller() -> None:
    named = Limits(of_key=1, of_address=60, proxies=("10.0.0.9",))
    callers = {named.find_caller(scope_of(forged)) for forged in ("unknown", "x" * 5_000, "10.0.0.300")}
    assert len(callers) == 1
    assert callers == {named.find_visitor(scope_of("unknown"))}
    assert None not in callers
    assert named.find_caller(scope_of("203.0.113.9")) == "203.0.113.9"
    assert Limits(of_key=1, of_address=1).find_caller(scope_of(None)) is None


def test_a_request_lies_within_networks_of_its_own_kind() -> None:
    assert lies_within(scope_of("10.1.2.3"), ("10.1.0.0/16",))
    assert lies_within(scope_of("::ffff:10.1.2.3"), ("2001:db8::/32", "10.1.0.0/16"))
    assert not lies_within(scope_of("10.2.2.3"), ("10.1.0.0/16", "2001:db8::/32"))
    assert not lies_within(scope_of("testclient"), ("10.1.0.0/16",))
    assert lies_within(scope_of("testclient"), ())
