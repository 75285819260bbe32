"""What clocks show, as moments; hours in which nothing is put into channels."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from advocacy.content import times
from advocacy.content.quiet import after_quiet, read
from tests.conftest import playground_settings

BERLIN, LONDON, TOKYO = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/London"), ZoneInfo("Asia/Tokyo")


def utc(day: int, hour: int, minute: int = 0, *, month: int = 12, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def test_nine_in_the_morning_is_another_moment_in_each_zone() -> None:
    """The first moment is where the sun rises first."""
    assert times.moment("2026-12-01T09:00", BERLIN) == utc(1, 8)
    assert times.moment("2026-12-01T09:00", TOKYO) == utc(1, 0)
    assert times.first_moment("2026-12-01T09:00", [LONDON, TOKYO, BERLIN]) == utc(1, 0)
    assert times.wall_clock(utc(1, 8), BERLIN) == "2026-12-01T09:00"


def test_an_hour_that_is_left_out_or_comes_twice_is_one_moment() -> None:
    """In spring as much later as clocks jump; in autumn the first of the two."""
    assert times.moment("2026-03-29T02:30", BERLIN) == utc(29, 1, 30, month=3)
    assert times.wall_clock(utc(29, 1, 30, month=3), BERLIN) == "2026-03-29T03:30"
    assert times.moment("2026-10-25T02:30", BERLIN) == utc(25, 0, 30, month=10)


@pytest.mark.parametrize(
    ("day", "hour", "meant"),
    [
        ("2026-12-01", "09:00", "2026-12-01T09:00"), ("1.12.2026", "9", "2026-12-01T09:00"),
        (" 01.12.26 ", "9.30", "2026-12-01T09:30"), ("2026-12-01", "2:05 pm", "2026-12-01T14:05"),
        ("2026-12-01", "", "2026-12-01T09:00"), ("", "", ""), ("2028-02-29", "23:59", "2028-02-29T23:59"),
    ],
)  # fmt: skip
def test_what_people_type_is_read(day: str, hour: str, meant: str) -> None:
    """As a picker gives it, or as one writes it; a day without a time has the usual one."""
    assert times.typed(day, hour, "09:00") == meant


@pytest.mark.parametrize(
    ("day", "hour", "part"),
    [
        ("tomorrow", "09:00", "date"), ("2026-02-30", "09:00", "date"), ("2026-12-01", "25:00", "time"),
        ("", "10:00", "date"), ("9999-12-31", "10:00", "date"), ("2026-12-01", "🙂", "time"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(day: str, hour: str, part: str) -> None:
    """The field that is wrong is told, so that the sentence stands there."""
    with pytest.raises(times.NotATime) as no:
        times.typed(day, hour, "09:00")
    assert no.value.part == part


def test_quiet_hours_push_a_card_to_their_end() -> None:
    """On the channel's own clock, over midnight, over weekends, and to the minute."""
    quiet = read(("20:00-07:00", "sat", "sun"))
    assert after_quiet(utc(1, 12), BERLIN, quiet) == utc(1, 12)
    assert after_quiet(utc(1, 19), BERLIN, quiet) == utc(2, 6), "20:00 in Berlin"
    assert after_quiet(utc(1, 18, 59), BERLIN, quiet) == utc(1, 18, 59)
    assert after_quiet(utc(2, 5, 59), BERLIN, quiet) == utc(2, 6)
    assert after_quiet(utc(2, 6), BERLIN, quiet) == utc(2, 6)
    assert after_quiet(utc(4, 20), BERLIN, quiet) == utc(7, 6), "Friday evening waits until Monday"
    assert after_quiet(utc(4, 20), BERLIN, read(())) == utc(4, 20)


def test_quiet_hours_end_on_days_when_clocks_change() -> None:
    """The night is an hour shorter or longer; the end is what the clock shows, and never in the past."""
    quiet = read(("20:00-02:30",))
    assert after_quiet(utc(28, 20, month=3), BERLIN, quiet) == utc(29, 1, 30, month=3)
    assert after_quiet(utc(24, 20, month=10), BERLIN, quiet) == utc(25, 0, 30, month=10)
    at = utc(25, 1, 10, month=10)  # 02:10 for the second time
    assert after_quiet(at, BERLIN, quiet) == utc(25, 1, 30, month=10)


@pytest.mark.parametrize("said", ["20-7", "25:00-07:00", "saturday", "mon,tue,wed,thu,fri,sat,sun"])
def test_quiet_hours_that_make_no_sense_are_refused_at_start(said: str, tmp_path: object) -> None:
    """A clear sentence says how they are written."""
    with pytest.raises(ValidationError, match="quiet"):
        playground_settings("sqlite:///x", tmp_path, quiet_hours=said)  # type: ignore[arg-type]
