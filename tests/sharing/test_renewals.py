"""Tokens that a network makes new without the person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from advocacy.db import now
from advocacy.playground.networks.network import NetworkWorld
from advocacy.playground.networks.threads import ThreadsWorld
from advocacy.playground.world import Fault
from advocacy.sharing import lapses
from advocacy.sharing.accounts import Accounts
from advocacy.sharing.models import Account
from advocacy.sharing.networks import make_all
from advocacy.sharing.renewals import renewing
from tests.conftest import playground_settings
from tests.sharing.conftest import JANA, Scene


@pytest.fixture
def worlds() -> dict[str, NetworkWorld]:
    return {"threads": ThreadsWorld()}


@pytest.fixture
def threads(scene: Scene, database_url: str) -> Scene:
    """The company with an app on Threads."""
    world = scene.worlds["threads"]
    assert isinstance(world, ThreadsWorld)
    settings = playground_settings(
        database_url, scene.settings.spool, outside=scene.outside.origins(), networks=("threads",),
        apps={"threads": {"client_id": world.client_id, "client_secret": world.client_secret}},
    )  # fmt: skip
    networks = make_all(settings, scene.http)
    return replace(scene, settings=settings, networks=networks, accounts=Accounts(scene.db, settings, networks))


async def left(scene: Scene, **delta: float) -> Account:
    """The account, with so much time left."""
    async with scene.db.write() as s:
        await s.execute(update(Account).values(expires_at=now() + timedelta(**delta)))
        return (await s.scalars(select(Account))).one()


async def stands(scene: Scene) -> tuple[bool, str, int]:
    """Is an end shown, what is to be warned of, and how many would be warned."""
    async with scene.db.read() as s:
        names = renewing(scene.networks)
        [one] = await lapses.mine(s, scene.people[JANA].id, now(), names)
        return one.ends_at is not None, one.stage, len(await lapses.unwarned(s, ["threads"], now(), renewing=names))


async def test_a_token_is_renewed_long_before_it_ends(threads: Scene) -> None:
    """Also of somebody who never shares; nobody is warned, unless it failed to the last days."""
    await threads.connect("threads")
    renewals = threads.accounts.renewals
    assert await renewals.run_due() == 0
    before = await left(threads, days=20)
    world = threads.worlds["threads"]
    world.clock.move(days=40)
    world.faults.inject(Fault.ERROR)
    assert await renewals.run_due() == 0
    assert await stands(threads) == (False, "", 0)
    assert await renewals.run_due() == 1
    async with threads.db.read() as s:
        after = (await s.scalars(select(Account))).one()
    assert after.token != before.token
    assert after.expires_at is not None
    assert after.expires_at > now() + timedelta(days=59)
    await left(threads, days=2)
    assert await stands(threads) == (True, "last", 1)
    world.revoke(JANA)
    assert await renewals.run_due() == 0
    assert await stands(threads) == (True, "broken", 1)


async def test_a_network_that_takes_nothing_back_is_named(threads: Scene) -> None:
    """Threads has no way to give a permission back: the tokens are wiped here, and the person is told the truth."""
    await threads.connect("threads")
    assert await threads.accounts.disconnect(threads.people[JANA].id, "threads") == "failed"
    async with threads.db.read() as s:
        assert await threads.accounts.mine(s, threads.people[JANA].id) == []
