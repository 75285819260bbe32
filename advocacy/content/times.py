"""Clocks on walls: what they show somewhere, as a moment that is the same everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from advocacy.people.zones import zone

WALL_CLOCK = "%Y-%m-%dT%H:%M"
_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y")
_TIMES = ("%H:%M", "%H.%M", "%H:%M:%S", "%H", "%I:%M %p", "%I %p", "%I:%M%p", "%I%p")


class NotATime(ValueError):
    """What was typed cannot be read. ``part`` is ``date`` or ``time``."""

    def __init__(self, part: str) -> None:
        super().__init__(f"not a {part}")
        self.part = part


def moment(wall_clock: str, where: ZoneInfo) -> datetime:
    """When clocks there show ``2026-12-01T09:00``, in UTC. Raises ``NotATime``.

    An hour that clocks leave out in spring is as much later as they were put forward; one that they show twice in
    autumn is the first of the two.
    """
    try:
        shown = datetime.strptime(wall_clock, WALL_CLOCK)  # noqa: DTZ007 - the zone comes in the next line
        return shown.replace(tzinfo=where, fold=0).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotATime("date") from None


def is_wall_clock(text: str) -> bool:
    """Is this a time as clocks show it, ``2026-12-01T09:00``, and a moment in every zone?"""
    try:
        shown = datetime.strptime(text, WALL_CLOCK)  # noqa: DTZ007 - no zone is meant
    except ValueError:
        return False
    return is_storable(shown) and shown.strftime(WALL_CLOCK) == text


def is_storable(day: date) -> bool:
    """Far from the ends of the calendar, which lie outside it in another time zone?"""
    return 2000 <= day.year < 2200


def first_moment(wall_clock: str, zones: Iterable[ZoneInfo]) -> datetime:
    """When it is first so late in one of these zones, in UTC. Raises ``NotATime``; ``ValueError`` without a zone."""
    return min(moment(wall_clock, one) for one in zones)


def wall_clock(at: datetime, where: ZoneInfo) -> str:
    """What clocks there show at a moment."""
    return at.astimezone(where).strftime(WALL_CLOCK)


def typed(day: str, hour: str, otherwise: str = "") -> str:
    """A date and a time as people type or pick them, as a wall clock; empty when neither is there.

    ``otherwise`` is the time (``09:00``) of a day without one. Raises ``NotATime``.
    """
    day, hour = day.strip(), hour.strip() or otherwise
    if not day:
        if hour and hour != otherwise:
            raise NotATime("date")
        return ""
    return f"{_day(day).isoformat()}T{_hour(hour):%H:%M}"


def day_of(clock: str) -> date:
    """The day of a wall clock that ``typed`` made."""
    return date.fromisoformat(clock[:10])


def start_of_day(day: date, where: ZoneInfo) -> datetime:
    """When a day begins there, in UTC."""
    return datetime.combine(day, time(), where).astimezone(UTC)


def days(start: datetime, count: int, where: ZoneInfo) -> list[date]:
    """So many days from the one it is there."""
    first = start.astimezone(where).date()
    return [first + timedelta(days=number) for number in range(count)]


def _day(text: str) -> date:
    for pattern in _DAYS:
        try:
            found = datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        if is_storable(found):
            return found
    raise NotATime("date")


def _hour(text: str) -> time:
    for pattern in _TIMES:
        try:
            return datetime.strptime(text.upper(), pattern).time().replace(second=0)  # noqa: DTZ007 - see above
        except ValueError:
            continue
    raise NotATime("time")


__all__ = [
    "NotATime", "day_of", "days", "first_moment", "is_storable", "is_wall_clock", "moment", "start_of_day", "typed",
    "wall_clock", "zone",
]  # fmt: skip
