"""How long a source is left in peace: what it asks for, what was agreed, and longer after each failure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

FASTEST, SLOWEST = timedelta(minutes=5), timedelta(days=1)
LONGEST = timedelta(days=7)
"""A ``Retry-After`` is kept for so long at most."""
_MAX_DOUBLINGS = 12
_MISSING_GROWS = 2
"""A page that is not there is doubled this many times at once: somebody has to put it back first."""
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_NOT_KEPT = re.compile(r"(?:^|[,\s])no-(?:store|cache)\b", re.IGNORECASE)
_PERIODS = {
    "hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30), "yearly": timedelta(days=365),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the head of an answer asks for."""

    retry_after: timedelta | None = None
    max_age: timedelta | None = None


def wishes(headers: Mapping[str, str], at: datetime) -> Wishes:
    """Read ``Retry-After`` (seconds or a date) and the age up to which an answer is fresh (RFC 9110, RFC 9111)."""
    return Wishes(_retry_after(headers.get("Retry-After", "").strip(), at), _max_age(headers))


def wanted(ttl: str, period: str, frequency: str) -> timedelta | None:
    """What a feed says about itself: minutes of RSS's ``ttl``, or ``sy:updatePeriod`` and ``sy:updateFrequency``.

    https://www.rssboard.org/rss-specification and https://web.resource.org/rss/1.0/modules/syndication/
    """
    minutes, times = _number(ttl), _number(frequency) or 1
    offers = [timedelta(minutes=minutes)] if minutes else []
    if unit := _PERIODS.get(period.strip().lower()):
        offers.append(unit / times)
    return max(offers, default=None)


def after_answer(every_minutes: int, *asked: timedelta | None) -> timedelta:
    """Until the next visit after one that went well: the longest that anybody asks for, at most a day."""
    waits = (FASTEST, timedelta(minutes=every_minutes), *(one for one in asked if one is not None))
    return min(max(waits), SLOWEST)


def after_failure(
    every_minutes: int, failures: int, retry_after: timedelta | None = None, *, is_missing: bool = False
) -> timedelta:
    """Until the next try after ``failures`` in a row: twice as long each time, at most a day unless the source says."""
    doublings = max(0, failures - 1) * (_MISSING_GROWS if is_missing else 1)
    wait = max(FASTEST, timedelta(minutes=every_minutes)) * (1 << min(doublings, _MAX_DOUBLINGS))
    return max(min(wait, SLOWEST), min(retry_after or timedelta(), LONGEST))


def _retry_after(value: str, at: datetime) -> timedelta | None:
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=int(value[:9])), LONGEST)
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(timedelta(), min(when - at, LONGEST))


def _max_age(headers: Mapping[str, str]) -> timedelta | None:
    said = headers.get("Cache-Control", "")
    found = _MAX_AGE.search(said)
    if found is None or _NOT_KEPT.search(said):
        return None
    return max(timedelta(), timedelta(seconds=int(found.group(1)) - _number(headers.get("Age", ""))))


def _number(text: str) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len("525600000") else 0


__all__ = ["FASTEST", "SLOWEST", "Wishes", "after_answer", "after_failure", "wanted", "wishes"]
