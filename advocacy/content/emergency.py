"""The emergency stop: from one moment on nothing is sent or shared, until somebody lifts it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content.approval import Rejected
from advocacy.content.models import Halt
from advocacy.db import for_update, now
from advocacy.people.directory import may
from advocacy.people.models import Person


async def halt(s: AsyncSession, by: Person | str, reason: str = "") -> tuple[Halt, bool]:
    """Stop everything; answers the stop and whether it is new: while one holds, a second changes nothing.

    ``by`` is an editor, or the name of the account at the command line. Raises ``Rejected`` for anybody else.
    """
    _check(by)
    there = await current(s, lock=True)
    if there is not None:
        return there, False
    person_id, name = _named(by)
    fresh = Halt(reason=reason.strip(), set_by_id=person_id, set_by=name, set_at=now(), lifted_by="")
    s.add(fresh)
    await s.flush()
    return fresh, True


async def lift(s: AsyncSession, by: Person | str) -> Halt | None:
    """Let everything go on; answers the stop that held, ``None`` when there was none. Raises ``Rejected``."""
    _check(by)
    query = for_update(select(Halt).where(Halt.lifted_at.is_(None)).order_by(Halt.id))
    held = list(await s.scalars(query))
    person_id, name = _named(by)
    for one in held:  # two may have been set at the same moment
        one.lifted_by_id, one.lifted_by, one.lifted_at = person_id, name, now()
    await s.flush()
    return held[0] if held else None


async def current(s: AsyncSession, *, lock: bool = False) -> Halt | None:
    """The stop that holds now, if any."""
    query = select(Halt).where(Halt.lifted_at.is_(None)).order_by(Halt.id).limit(1)
    found: Halt | None = await s.scalar(for_update(query) if lock else query)
    return found


async def history(s: AsyncSession, limit: int = 20) -> list[Halt]:
    """All stops, the newest first."""
    return list(await s.scalars(select(Halt).order_by(Halt.id.desc()).limit(limit)))


def halted() -> ColumnElement[bool]:
    """The condition that everything is stopped, for the query that takes something to send it."""
    return exists(select(Halt.id).where(Halt.lifted_at.is_(None)))


def _check(by: Person | str) -> None:
    if isinstance(by, Person) and not may(by, "editor"):
        raise Rejected("not_editor")


def _named(by: Person | str) -> tuple[int | None, str]:
    return (by.id, by.name[:200]) if isinstance(by, Person) else (None, by[:200])


__all__ = ["current", "halt", "halted", "history", "lift"]
