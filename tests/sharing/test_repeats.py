"""What counts as a repeated click."""

from __future__ import annotations

import pytest

from advocacy.sharing import repeats
from advocacy.sharing.repeats import HOUR, Repeats


def test_an_hour_from_the_click_that_counted() -> None:
    """Repeating does not prolong it; another link or another visitor is not a repeat."""
    seen = Repeats()
    at = 1_800_000_000.0
    told = [
        seen.is_one(1, "a" * 24, at + seconds) for seconds in (0, 1, HOUR - 1, HOUR, HOUR + 1, 2 * HOUR - 1, 2 * HOUR)
    ]
    assert told == [False, True, True, False, True, True, False]
    assert not seen.is_one(2, "a" * 24, at + 1)
    assert not seen.is_one(1, "b" * 24, at + 1)


def test_memory_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """With more clicks than are remembered, the oldest may be counted again; the newest are known."""
    monkeypatch.setattr(repeats, "MOST", 10)
    seen = Repeats()
    for number in range(100):
        assert not seen.is_one(number, "v", 100.0 + number)
        assert seen.is_one(number, "v", 100.0 + number)
    assert len(seen._young) + len(seen._old) <= 20
    assert seen.is_one(95, "v", 200.0)
    assert not seen.is_one(1, "v", 200.0)
