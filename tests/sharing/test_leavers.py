"""Who left leaves no key behind."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from advocacy.db import now
from advocacy.people.models import Person
from advocacy.sharing import leavers
from advocacy.sharing.models import Account
from tests.sharing.conftest import EMRE, JANA, Scene


async def test_accounts_of_people_who_left_are_given_back_and_forgotten(scene: Scene) -> None:
    """After a day, in which a wrong roster can be put right; at the network and here; nobody else's."""
    for person in (JANA, EMRE):
        await scene.connect("mastodon", person)
    await scene.connect("bluesky")
    await leave(scene, days_ago=0)
    assert await leavers.forget_accounts(scene.db, scene.accounts) == 0
    await leave(scene, days_ago=2)
    assert await leavers.forget_accounts(scene.db, scene.accounts) == 2
    assert await leavers.forget_accounts(scene.db, scene.accounts) == 0
    async with scene.db.read() as s:
        assert (await s.scalars(select(Account.person_id))).all() == [scene.people[EMRE].id]
    assert not scene.worlds["mastodon"].connected(JANA)
    assert scene.worlds["mastodon"].connected(EMRE)


async def leave(scene: Scene, *, days_ago: int) -> None:
    async with scene.db.write() as s:
        (await s.get_one(Person, scene.people[JANA].id)).left_on = (now() - timedelta(days=days_ago)).date()
