"""The best time, for any clock, any own posts and any colleagues."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from advocacy.content.quiet import Quiet, after_quiet
from advocacy.sharing.best_time import APART, BEFORE_END, GRID, OWN_GAP, Best, Clock, Hours, find, hours_of

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Clock(BERLIN, Hours(time(9), time(17)))
MONDAY = datetime(2026, 11, 23, 8, 3, tzinfo=UTC)  # 09:03 in Berlin

moments = st.integers(0, 370_000).map(lambda one: datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=one))
nearby = st.lists(st.integers(-3000, 9000), max_size=12)
zones = st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "America/New_York", "Pacific/Auckland", "UTC"]).map(ZoneInfo)
hours = st.sampled_from(["09:00-17:00", "08:30-12:10", "13:00-13:20", "00:00-23:59"]).map(hours_of)
quiets = st.sampled_from([Quiet(), Quiet(time(20), time(7)), Quiet(time(12), time(13), frozenset({4})), Quiet(days=frozenset({0, 2}))])  # fmt: skip
clocks = st.builds(Clock, zones, hours, quiets)


@given(moments, clocks, nearby, nearby, st.none() | st.integers(0, 12000))
@settings(max_examples=150, deadline=None)
def test_it_is_never_at_a_bad_time(
    first: datetime, clock: Clock, own: list[int], theirs: list[int], ends: int | None
) -> None:
    """Not in quiet hours, not on a weekend, 30 minutes from own posts, before the end; and always the same."""
    until = None if ends is None else first + timedelta(minutes=ends)
    mine, others = ([first + timedelta(minutes=one) for one in many] for many in (own, theirs))
    found = find(first, clock, until=until, own=mine, theirs=others)
    assert found == find(first, clock, until=until, own=mine[::-1], theirs=others[::-1])
    if found is None:
        return
    local = found.at.astimezone(clock.where)
    assert found.at >= first
    assert local.weekday() < 5
    assert clock.hours.begins <= local.time() < clock.hours.ends
    assert after_quiet(found.at, clock.where, clock.quiet) == found.at
    assert until is None or found.at <= until - BEFORE_END
    assert all(abs(found.at - one) >= OWN_GAP for one in mine)
    assert "crowd" in found.why or all(abs(found.at - one) >= APART for one in others)


@given(moments, clocks, st.integers(2, 30))
@settings(max_examples=40, deadline=None)
def test_colleagues_who_ask_at_once_are_spread(first: datetime, clock: Clock, people: int) -> None:
    """One after the other, all get moments apart from each other, until a week is full."""
    taken: list[datetime] = []
    for _ in range(people):
        found = find(first, clock, until=None, own=(), theirs=taken)
        if found is None or "crowd" in found.why:
            break
        taken.append(found.at)
    ordered = sorted(taken)
    assert all(later - sooner >= APART for sooner, later in pairwise(ordered))


def test_it_says_what_moved_it() -> None:
    """The next step on the clock; after own posts; apart from colleagues; on Monday when it is Friday evening."""
    assert find(MONDAY, OFFICE, until=None, own=(), theirs=()) == Best(MONDAY.replace(minute=10), ())
    after_own = find(MONDAY, OFFICE, until=None, own=[MONDAY], theirs=())
    assert after_own == Best(MONDAY.replace(minute=40), ("own",))
    apart = find(MONDAY, OFFICE, until=None, own=(), theirs=[MONDAY.replace(minute=10)])
    assert apart == Best(MONDAY.replace(minute=30), ("colleagues",))
    friday = datetime(2026, 11, 27, 19, tzinfo=UTC)
    assert find(friday, OFFICE, until=None, own=(), theirs=()) == Best(
        datetime(2026, 11, 30, 8, tzinfo=UTC), ("hours",)
    )
    assert find(friday, OFFICE, until=friday + timedelta(days=2), own=(), theirs=()) is None


def test_a_crowd_is_spread_as_far_as_there_is_room() -> None:
    """Where colleagues fill all hours before the end, the emptiest moment is taken."""
    until = MONDAY + timedelta(hours=2)
    taken: list[datetime] = []
    for _ in range(12):
        found = find(MONDAY, OFFICE, until=until, own=(), theirs=taken)
        assert found is not None
        taken.append(found.at)
    assert len(set(taken)) >= 10
    assert max(taken) <= until - BEFORE_END
    assert all((one - taken[0]) % GRID == timedelta() for one in taken)
