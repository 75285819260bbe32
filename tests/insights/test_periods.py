from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advocacy.insights import periods

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YEAR = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
"""Already 2027 in Berlin."""


@pytest.mark.parametrize(
    ("text", "key", "first", "last"),
    [
        ("2026-11", "2026-11", date(2026, 11, 1), date(2026, 11, 30)),
        ("2024-02", "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-Q4", "2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-q1", "2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("month", "2027-01", date(2027, 1, 1), date(2027, 1, 31)),
        ("last-month", "2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("quarter", "2027-Q1", date(2027, 1, 1), date(2027, 3, 31)),
        ("30d", "30d", date(2026, 12, 3), date(2027, 1, 1)),
        ("", "2027-01", date(2027, 1, 1), date(2027, 1, 31)),
    ],
)
def test_periods_are_the_companys(text: str, key: str, first: date, last: date) -> None:
    """A period begins and ends in the company's time zone."""
    period = periods.parse(text, BERLIN, NEW_YEAR)
    assert (period.key, period.first, period.last) == (key, first, last)


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "2026-Q5", "2026", "0000-01", "31d", "2026-1", "２０２６-01", "x"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    """Anything else is an error with a sentence."""
    with pytest.raises(ValueError, match=r"no period|no year"):
        periods.parse(text, BERLIN)


@given(st.dates(date(1971, 1, 1), date(2200, 1, 1)))
def test_every_day_lies_in_the_periods_it_counts_for(day: date) -> None:
    """The keys of a day name the periods around it, and periods of a kind follow each other without a gap."""
    for key in periods.keys(day):
        period = periods.parse(key, BERLIN)
        assert period.first <= day <= period.last
        assert period.key == key
        assert period.previous().last == period.first - timedelta(days=1)


def test_the_rolling_period_has_thirty_days() -> None:
    """Today is one of them; the one before it has as many and ends the day before."""
    period = periods.rolling(date(2026, 11, 23))
    assert period.days == 30
    assert period.previous().days == 30
    assert period.previous().last == date(2026, 10, 24)
