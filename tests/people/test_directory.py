"""Who somebody on a platform is."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

from sqlalchemy import func, select

from advocacy.chat import Profile, UserRef
from advocacy.db import Database, now
from advocacy.people import directory
from advocacy.people.models import Identity, Person

ADA = UserRef("slack", "T1", "U1")
TEAMS_ADA = UserRef("teams", "tenant-1", "aad-1", "29:ada")


async def employ(db: Database, email: str, **values: object) -> int:
    async with db.write() as s:
        person = Person(email=email, name=email.split("@", maxsplit=1)[0], joined_on=date(2026, 1, 1), **values)
        s.add(person)
        await s.flush()
        return person.id


async def test_a_person_is_joined_by_e_mail_on_every_platform(db: Database) -> None:
    """One person in Slack and in Teams is one person, whatever the case of the address."""
    ada = await employ(db, "ada@nordlicht.example")
    async with db.write() as s:
        one = await directory.remember(s, ADA, Profile("Ada", "Ada@Nordlicht.example"))
        two = await directory.remember(s, TEAMS_ADA, Profile("Ada", "ada@nordlicht.example"), {"conversation": "a:1"})
        assert one is not None
        assert two is not None
        assert one.id == two.id == ada
    async with db.read() as s:
        there = await directory.identities(s, ada)
        assert [(one.platform, one.address, one.reach) for one in there] == [
            ("slack", "", {}),
            ("teams", "29:ada", {"conversation": "a:1"}),
        ]


async def test_guests_strangers_and_leavers_are_nobody(db: Database) -> None:
    """A guest who carries an employee's address, a stranger, and someone who left are not identified."""
    await employ(db, "ada@nordlicht.example")
    await employ(db, "gone@nordlicht.example", left_on=now().date())
    leaving = await employ(db, "leaving@nordlicht.example", left_on=now().date() + timedelta(days=2))
    async with db.write() as s:
        assert await directory.remember(s, ADA, Profile("Ada", "ada@nordlicht.example", is_guest=True)) is None
        assert await directory.remember(s, UserRef("slack", "T1", "U2"), Profile("X", "x@else.example")) is None
        assert await directory.remember(s, UserRef("slack", "T1", "U3"), Profile("G", "gone@nordlicht.example")) is None
        still = await directory.remember(s, UserRef("slack", "T1", "U4"), Profile("L", "leaving@nordlicht.example"))
        assert still is not None
        assert still.id == leaving
        assert (await directory.known(s, UserRef("slack", "T1", "U2"))) is not None
        assert await directory.identify(s, UserRef("slack", "T2", "U4")) is None, (
            "the same id elsewhere is someone else"
        )
        for user in ("U1", "U2", "U3", "U4", "U5"):
            who = UserRef("slack", "T1", user)
            one_look = (await directory.identify(s, who), await directory.known(s, who))
            assert await directory.recognize(s, who) == one_look, user


async def test_an_identity_keeps_its_person_until_the_platform_says_otherwise(db: Database) -> None:
    """A profile without an address changes nothing; one that is gone is let loose; a guest loses what it had."""
    await employ(db, "ada@nordlicht.example")
    async with db.write() as s:
        assert await directory.remember(s, ADA, Profile("Ada", "ada@nordlicht.example"), {"a": 1})
        assert await directory.remember(s, ADA, Profile("Ada", ""))
        one = await directory.known(s, ADA)
        assert one is not None
        assert (one.email, one.reach) == ("ada@nordlicht.example", {"a": 1})
        assert await directory.remember(s, ADA, Profile("Ada", "ada@nordlicht.example", is_gone=True)) is None
    async with db.read() as s:
        assert await directory.identify(s, ADA) is None


async def test_two_first_presses_at_once_make_one_identity(db: Database) -> None:
    """Someone new may press twice before the first press is through."""
    await employ(db, "ada@nordlicht.example")

    async def press() -> None:
        async with db.write() as s:
            assert await directory.remember(s, ADA, Profile("Ada", "ada@nordlicht.example"))

    await asyncio.gather(*(press() for _ in range(8)))
    async with db.read() as s:
        assert await s.scalar(select(func.count()).select_from(Identity)) == 1


async def test_roles(db: Database) -> None:
    """An admin may everything; asking who has a role names those who were given it and still work here."""
    admin = await employ(db, "a@nordlicht.example", roles=["admin"])
    editor = await employ(db, "e@nordlicht.example", roles=["editor", "leader"])
    await employ(db, "left@nordlicht.example", roles=["editor"], left_on=date(2026, 2, 1))
    plain = await employ(db, "p@nordlicht.example")
    async with db.read() as s:
        assert directory.may(await directory.get(s, admin), "editor")
        assert directory.may(await directory.get(s, editor), "leader")
        assert not directory.may(await directory.get(s, plain), "editor")
        assert [one.id for one in await directory.with_role(s, "editor")] == [editor]
        assert await directory.count(s) == 3
        assert await directory.find(s, " P@nordlicht.example ") is not None


async def test_a_role_speaks_what_most_of_its_people_read(db: Database) -> None:
    """Those who have left do not count; of two languages the first by name; nothing where nobody has the role."""
    async with db.read() as s:
        assert await directory.language_of(s, "editor") == ""
    for number, (language, left) in enumerate((("de", None), ("en", None), ("en", date(2026, 1, 2)))):
        await employ(db, f"e{number}@nordlicht.example", language=language, roles=["editor"], left_on=left)
    await employ(db, "reader@nordlicht.example", language="en")
    async with db.read() as s:
        assert await directory.language_of(s, "editor") == "de"
    await employ(db, "e9@nordlicht.example", language="en", roles=["editor"])
    await employ(db, "e8@nordlicht.example", language="en", roles=["editor"])
    async with db.read() as s:
        assert await directory.language_of(s, "editor") == "en"
