"""The emergency stop: who may set it, and what is on record."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from advocacy.content import emergency
from advocacy.content.approval import Rejected
from advocacy.content.models import Halt
from advocacy.db import Database
from advocacy.people.models import Person


def person(name: str, *roles: str) -> Person:
    email = f"{name.lower()}@nordlicht.example"
    return Person(email=email, name=name, language="en", roles=list(roles), joined_on=date(2026, 1, 1))


async def test_a_stop_and_its_end_are_on_record_with_their_names(db: Database) -> None:
    """Who and when, both times; a second stop while one holds changes nothing."""
    clara, root = person("Clara", "editor"), "root at the command line"
    async with db.write() as s:
        s.add(clara)
        await s.flush()
        assert await emergency.current(s) is None
        _, is_new = await emergency.halt(s, clara, " A mistake in the figures ")
        assert is_new
        first, is_new = await emergency.halt(s, root, "again")
        assert not is_new
        assert (first.set_by, first.reason) == ("Clara", "A mistake in the figures")
    async with db.write() as s:
        assert (await emergency.current(s)) is not None
        lifted = await emergency.lift(s, root)
        assert lifted is not None
        assert (lifted.set_by_id, lifted.lifted_by_id, lifted.lifted_by) == (clara.id, None, root)
        assert await emergency.current(s) is None
        assert await emergency.lift(s, root) is None
    async with db.read() as s:
        [one] = await emergency.history(s)
        assert one.lifted_at is not None
        assert one.lifted_at >= one.set_at
        assert not await s.scalar(select(emergency.halted()))


async def test_only_editors_and_admins_stop_and_lift(db: Database) -> None:
    """Anybody else is refused, and nothing is written."""
    async with db.write() as s:
        emil, ada = person("Emil"), person("Ada", "admin")
        s.add_all([emil, ada])
        await s.flush()
        for verb in (emergency.halt, emergency.lift):
            with pytest.raises(Rejected, match="not_editor"):
                await verb(s, emil)
        assert await s.scalar(select(func.count()).select_from(Halt)) == 0
        assert (await emergency.halt(s, ada))[1]
