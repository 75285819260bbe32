"""The best moment for a post: in usual working hours, apart from one's own posts and from colleagues' posts of a story.

Pure: what is known goes in, a moment comes out. The same always gives the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from advocacy.content.quiet import Quiet, is_quiet

GRID = timedelta(minutes=10)
"""Moments are tried in steps of this."""
OWN_GAP = timedelta(minutes=30)
"""Between two posts of one person on a network, at least."""
APART = timedelta(minutes=20)
"""Between colleagues' posts of one story on a network, as long as there is room."""
AHEAD = timedelta(days=7)
"""So far ahead it is looked."""
BEFORE_END = timedelta(minutes=15)
"""A post leaves so long before its story ends, at the latest: a network may be slow."""
NEVER = Quiet()
"""No quiet hours."""
_SATURDAY = 5
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Hours:
    """When people are usually at work on their own clock, from Monday to Friday."""

    begins: time
    ends: time

    def holds(self, at: datetime, where: ZoneInfo) -> bool:
        """Is it a working hour there?"""
        local = at.astimezone(where)
        return local.weekday() < _SATURDAY and self.begins <= local.time() < self.ends


@dataclass(frozen=True, slots=True)
class Clock:
    """A person's clock: where they are, when people work there, and when it is quiet."""

    where: ZoneInfo
    hours: Hours
    quiet: Quiet = NEVER

    def is_open(self, at: datetime) -> bool:
        """May something be posted then?"""
        return self.hours.holds(at, self.where) and not is_quiet(at, self.where, self.quiet)


@dataclass(frozen=True, slots=True)
class Best:
    """A moment and what led to it.

    Codes: ``hours`` (it was not a working hour), ``own`` (too near to an own post), ``colleagues`` (too near to
    theirs), ``crowd`` (nowhere far enough from theirs: as far as there is room).
    """

    at: datetime
    why: tuple[str, ...]


def hours_of(setting: str) -> Hours:
    """The setting ``share_hours``, such as ``09:00-17:00``."""
    begins, ends = (time.fromisoformat(one) for one in setting.split("-"))
    return Hours(begins, ends)


def find(
    first: datetime, clock: Clock, *, until: datetime | None, own: Sequence[datetime], theirs: Sequence[datetime]
) -> Best | None:
    """The first good moment from ``first`` on; ``None`` when there is none before ``until``, the story's end.

    ``own`` are moments of the person's posts on the network, ``theirs`` those of colleagues' posts of the story there.
    """
    own, theirs = sorted(own), sorted(theirs)
    why: dict[str, None] = {}
    best: tuple[timedelta, int, datetime] | None = None
    for at in _grid(first, until):
        if not clock.is_open(at):
            why.setdefault("hours")
        elif _distance(at, own) < OWN_GAP:
            why.setdefault("own")
        elif _distance(at, theirs) >= APART:
            return Best(at, tuple(why))
        else:
            why.setdefault("colleagues")
            crowd = (-_distance(at, theirs), _near(at, theirs), at)
            best = crowd if best is None else min(best, crowd)
    return None if best is None else Best(best[2], ("crowd",))


def _grid(first: datetime, until: datetime | None) -> Iterator[datetime]:
    last = first + AHEAD if until is None else min(first + AHEAD, until - BEFORE_END)
    at = first + (_EPOCH - first) % GRID
    while at <= last:
        yield at
        at += GRID


def _distance(at: datetime, moments: Sequence[datetime]) -> timedelta:
    """To the nearest of them."""
    place = bisect_left(moments, at)
    return min((abs(at - one) for one in moments[max(0, place - 1) : place + 1]), default=timedelta.max)


def _near(at: datetime, moments: Sequence[datetime]) -> int:
    """How many of them are nearer than colleagues' posts should be."""
    return bisect_left(moments, at + APART) - bisect_left(moments, at - APART)


__all__ = ["APART", "BEFORE_END", "OWN_GAP", "Best", "Clock", "Hours", "find", "hours_of"]
