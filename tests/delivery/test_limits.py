"""Gates let through what the pace allows, and close for everybody."""

from __future__ import annotations

from advocacy.delivery.limits import Gate, Limits, Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_goes_at_once_and_the_rest_at_its_pace() -> None:
    """Two a second, three at once: 0, 0, 0, then half a second apart."""
    gate = Gate(Pace(2.0, 3), Clock())
    assert [gate.reserve() for _ in range(5)] == [0.0, 0.0, 0.0, 0.5, 1.0]


def test_unused_places_do_not_pile_up() -> None:
    """After a long pause there is one burst, not more."""
    clock = Clock()
    gate = Gate(Pace(1.0, 2), clock)
    gate.reserve()
    clock.now += 3600
    assert [gate.reserve() for _ in range(3)] == [0.0, 0.0, 1.0]


def test_a_pause_asked_for_by_the_vendor_holds_for_everybody() -> None:
    """Retry-After closes the gate, also for places that would have been free."""
    gate = Gate(Pace(10.0, 5), Clock())
    gate.close(7.0)
    assert all(gate.reserve() >= 7.0 for _ in range(3))


def test_no_stretch_holds_more_than_the_vendor_counts() -> None:
    """Three in ten seconds: three at once, the next three as soon as ten seconds have passed, and so on."""
    clock = Clock()
    gate = Gate(Pace(10.0, 3, most=3, within=10.0), clock)
    assert [round(gate.reserve(), 1) for _ in range(7)] == [0.0, 0.0, 0.0, 10.0, 10.1, 10.2, 20.0]
    assert gate.is_far
    clock.now += 21
    assert not gate.is_far


def test_rewriting_has_a_gate_of_its_own_only_where_the_vendor_counts_it_apart() -> None:
    """Slack counts chat.update by itself; for Teams every request counts the same."""
    limits = Limits(Clock())
    assert limits.lane("slack", "slack:T1", "update") is not limits.lane("slack", "slack:T1")
    assert limits.lane("teams", "teams:t1", "update") is limits.lane("teams", "teams:t1")
    limits.lane("slack", "slack:T1", "update").close(60)
    limits.lane("teams", "teams:t1").close(60)
    assert limits.paused("update") == ["teams:t1", "slack:T1"]
    assert limits.paused() == ["teams:t1"]


def test_after_a_pause_that_the_vendor_asked_for_it_goes_more_slowly() -> None:
    """One in seven less a second, however many heard of that pause; it comes back with time. Never slower than slow."""
    clock = Clock()
    gate = Gate(Pace(10.0, 1), clock)
    for _ in range(3):
        gate.close(2.0)
    clock.now += 2
    assert [round(gate.reserve(), 3) for _ in range(2)] == [0.0, 0.118]
    clock.now += 75
    assert [round(gate.reserve(), 3) for _ in range(2)] == [0.0, 0.1]
    for _ in range(60):
        gate.close(1.0)
        clock.now += 1
    assert [round(gate.reserve(), 3) for _ in range(2)] == [0.0, 0.333]


def test_a_message_of_several_requests_takes_as_many_places() -> None:
    """Teams: somebody's chat is asked for, then written into."""
    gate = Gate(Pace(10.0, 1), Clock())
    assert [round(gate.reserve(2), 3) for _ in range(3)] == [0.0, 0.2, 0.4]
    assert round(gate.delay, 3) == 0.6
