"""Hours in which no card is put into a channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from advocacy.content.times import start_of_day

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Quiet:
    """From ``begins`` until ``ends`` on everybody's own clock, and all day on some days of the week (0 is Monday)."""

    begins: time = time()
    ends: time = time()
    """The same as ``begins``: no hours."""
    days: frozenset[int] = frozenset()


def read(setting: tuple[str, ...]) -> Quiet:
    """The setting ``quiet_hours``: parts such as ``20:00-07:00``, ``sat`` and ``sun``, in any order."""
    begins = ends = time()
    closed: set[int] = set()
    for part in setting:
        if part in _DAYS:
            closed.add(_DAYS.index(part))
        else:
            begins, ends = (time.fromisoformat(one) for one in part.split("-"))
    return Quiet(begins, ends, frozenset(closed))


def after_quiet(at: datetime, where: ZoneInfo, quiet: Quiet) -> datetime:
    """The moment itself, or the first one after it that is not quiet there; in UTC."""
    for _ in range(2 * len(_DAYS) + 2):
        later = _end(at.astimezone(where), where, quiet)
        if later is None:
            break
        at = later
    return at.astimezone(UTC)


def is_quiet(at: datetime, where: ZoneInfo, quiet: Quiet) -> bool:
    """Is it quiet there at this moment?"""
    return _end(at.astimezone(where), where, quiet) is not None


def _end(local: datetime, where: ZoneInfo, quiet: Quiet) -> datetime | None:
    """When the quiet that holds at this moment ends; ``None`` when none does."""
    today, clock = local.date(), local.time()
    if local.weekday() in quiet.days:
        return start_of_day(today + timedelta(days=1), where)
    if quiet.begins <= quiet.ends:
        holds, ends_on = quiet.begins <= clock < quiet.ends, today
    else:
        holds = clock >= quiet.begins or clock < quiet.ends
        ends_on = today + timedelta(days=1) if clock >= quiet.begins else today
    if not holds:
        return None
    ends = datetime.combine(ends_on, quiet.ends, where).astimezone(UTC)
    # Where clocks are put back at that very hour, it comes a second time: the later one is past for sure.
    return ends if ends > local else datetime.combine(ends_on, quiet.ends, where).replace(fold=1).astimezone(UTC)


__all__ = ["Quiet", "after_quiet", "is_quiet", "read"]
