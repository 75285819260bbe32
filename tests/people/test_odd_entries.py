"""A directory in which anything may stand: one odd entry keeps nobody else out."""

from __future__ import annotations

from typing import Any

import pytest

from advocacy.chat import Profile, UserRef
from advocacy.db import Database
from advocacy.people import directory
from advocacy.people.listing import Member
from tests.people.listed_help import Told, known, member, people, sync

ODD: tuple[dict[str, Any], ...] = (
    {"email": "ada\0@n.example"}, {"email": "ada\ud800@n.example"}, {"email": "x" * 400 + "@n.example"},
    {"email": "odd@n.example, ada@n.example"}, {"name": "A\0B"}, {"name": "A\ud800"}, {"name": "\u202eevil" * 500},
    {"department": "a\0b"}, {"department": "a\ud800b"}, {"department": "a/" * 600}, {"language": "\ud800" * 99},
    {"time_zone": "../../etc\0"}, {"location": "\0" * 500}, {"location": "\ud800"}, {"country": "\0\ud800" * 50},
    {"other_email": "\0"}, {"user": "u" * 500}, {"user": "\0u"}, {"user": ""}, {"stamp": "9" * 500},
)  # fmt: skip


@pytest.mark.parametrize("makes_people", [False, True])
async def test_odd_entries_keep_nobody_else_out(db: Database, *, makes_people: bool) -> None:
    """Letters no database takes, and more of them than fit: known people are found, before and after."""
    await people(db, "ada", "ben")
    odd = [
        Member(**{"user": f"U-odd{number}", "name": "Odd", "email": f"odd{number}@n.example", "stamp": "1", **one})
        for number, one in enumerate(ODD)
    ]
    told = Told([*odd, member("ada"), member("ben", stamp="2")], departments={"U-ben": "Sales\0\ud800"})
    for _ in range(2):
        await sync(db, told, makes_people=makes_people, anew=True)
        found = await known(db)
        assert (found["U-ada"], found["U-ben"]) == ("ada", "ben")
    told.members = [member("ada", email="a" * 400 + "@n.example"), member("ben")]
    await sync(db, told, makes_people=makes_people, anew=True, allow_leavers=True)
    assert (await known(db))["U-ben"] == "ben"


async def test_nobody_becomes_another_by_an_odd_address(db: Database) -> None:
    """Whoever presses with such an address stays a stranger, and is answered."""
    await people(db, "ada")
    for number, email in enumerate(("ada@n.example\0", "x" * 400 + "@n.example", "ada\ud800@n.example")):
        async with db.write() as s:
            who = UserRef("slack", "T1", f"U{number}")
            assert await directory.remember(s, who, Profile("Odd", email)) is None
