"""The ground all tables stand on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text

from advocacy.db import Database, Keyring, after_commit, reseal
from advocacy.people.models import Person
from advocacy.sharing.models import Account

OLD, NEW = b"o" * 32, b"n" * 32


def person(email: str = "a@nordlicht.example") -> Person:
    return Person(email=email, name="A", joined_on=datetime(2026, 1, 1, tzinfo=UTC).date())


async def test_secrets_are_sealed_at_rest_and_survive_a_change_of_keys(database_url: str) -> None:
    """A secret is never stored readable; after rotation the old key is no longer needed."""
    first = Database(database_url, [OLD])
    async with first.write() as s:
        one = person()
        s.add(one)
        await s.flush()
        s.add(Account(person_id=one.id, network="linkedin", remote_id="urn:li:person:1", token="tok-123"))
    async with first.read() as s:
        raw = (await s.execute(text("SELECT token FROM account"))).scalar_one()
        assert b"tok-123" not in bytes(raw)
    await first.close()

    both = Database(database_url, [NEW, OLD])
    async with both.write() as s:
        assert await reseal(s) == 1
    await both.close()

    new_only = Database(database_url, [NEW])
    async with new_only.read() as s:
        assert (await s.execute(select(Account.token))).scalar_one() == "tok-123"
    await new_only.close()


async def test_a_unit_of_work_is_all_or_nothing(db: Database) -> None:
    """An error rolls everything back, and what waited for the commit does not run."""
    calls: list[str] = []
    with pytest.raises(RuntimeError):  # noqa: PT012 - the whole unit of work fails
        async with db.write() as s:
            s.add(person())
            after_commit(s, lambda: calls.append("ran"))
            await s.flush()
            raise RuntimeError
    async with db.read() as s:
        assert (await s.execute(select(Person))).scalars().all() == []
    assert calls == []
    async with db.write() as s:
        s.add(person())
        after_commit(s, lambda: calls.append("ran"))
    assert calls == ["ran"]


async def test_times_come_back_aware_and_in_utc(db: Database) -> None:
    """All times are aware; a naive one is refused."""
    async with db.write() as s:
        s.add(person())
    async with db.read() as s:
        one = (await s.execute(select(Person))).scalar_one()
        assert one.created_at.tzinfo is UTC
    with pytest.raises(Exception, match="without a time zone"):
        async with db.write() as s:
            (await s.execute(select(Person))).scalar_one().created_at = datetime(2026, 1, 1)  # noqa: DTZ001


def test_a_sealed_value_cannot_be_moved_or_changed() -> None:
    """The label is bound to the value, and tampering is noticed."""
    ring = Keyring([OLD])
    sealed = ring.seal("x", "account.token")
    assert ring.open(sealed, "account.token") == "x"
    for broken, label in ((sealed, "salt.value"), (sealed[:-1] + bytes([sealed[-1] ^ 1]), "account.token")):
        with pytest.raises(LookupError):
            ring.open(broken, label)
