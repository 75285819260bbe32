"""A permission goes back to its network, or is wiped after a day; it is never kept for ever."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import time_machine
from pydantic import SecretStr
from sqlalchemy import select, text, update

from advocacy.config import NetworkApp
from advocacy.db import now
from advocacy.playground.world import Fault
from advocacy.sharing import lapses, revocations
from advocacy.sharing.models import Account, Revocation
from advocacy.sharing.revocations import MOST_TRIES
from tests.sharing.conftest import JANA, Scene


async def kept(scene: Scene) -> list[tuple[str, int, bytes | None, bytes | None]]:
    async with scene.db.read() as s:
        query = "SELECT state, tries, token, refresh_token FROM revocation ORDER BY id"
        return [tuple(row) for row in (await s.execute(text(query))).all()]


async def later(scene: Scene, **delta: float) -> int:
    return await scene.accounts.revocations.run_due(now() + timedelta(**delta))


async def test_a_network_that_is_away_is_asked_again(scene: Scene) -> None:
    """Nothing can be posted from the first moment; the tokens stay until it answers, and are wiped then."""
    person = scene.people[JANA].id
    for network in ("mastodon", "bluesky"):
        await scene.connect(network)
        scene.worlds[network].faults.inject(Fault.ERROR, times=99)
        assert await scene.accounts.disconnect(person, network) == "later"
    async with scene.db.read() as s:
        assert await scene.accounts.mine(s, person) == []
        assert await lapses.going_back(s, person) == {"mastodon", "bluesky"}
    assert await later(scene) == 0, "not before a minute"
    scene.worlds["mastodon"].faults.clear()
    assert await later(scene, minutes=2) == 2
    [mastodon, bluesky] = await kept(scene)
    assert mastodon == ("revoked", 2, None, None)
    assert bluesky[:2] == ("open", 2)
    assert bluesky[2] is not None
    assert not scene.worlds["mastodon"].connected(JANA)
    for _ in range(MOST_TRIES):
        await later(scene, hours=9)
    assert (await kept(scene))[1] == ("failed", MOST_TRIES, None, None)
    async with scene.db.write() as s:
        assert [one.state for one in await revocations.ended(s, 10)] == ["revoked", "failed"]


async def test_all_tries_take_less_than_a_day(scene: Scene) -> None:
    """With the pauses as they are, from the first try to the last."""
    await scene.connect("mastodon")
    scene.worlds["mastodon"].faults.inject(Fault.ERROR, times=99)
    began = now()
    with time_machine.travel(began, tick=False) as clock:
        await scene.accounts.disconnect(scene.people[JANA].id, "mastodon")
        while (await kept(scene))[0][0] == "open":
            async with scene.db.read() as s:
                due_at = (await s.scalars(select(Revocation.due_at))).one()
            clock.move_to(due_at)
            assert await scene.accounts.revocations.run_due() == 1
            assert due_at - began < timedelta(days=1)


async def test_what_cannot_be_given_back_is_said_at_once(scene: Scene) -> None:
    """The network says no, is offered no more, or the key of the tokens is gone: nothing is kept."""
    person = scene.people[JANA].id
    await scene.connect("linkedin")
    secret = scene.networks["linkedin"].settings  # type: ignore[attr-defined]
    another = NetworkApp(client_id="another app", client_secret=SecretStr("secret"))
    wrong = secret.model_copy(update={"apps": {"linkedin": another}})
    scene.networks["linkedin"].settings = wrong  # type: ignore[attr-defined]
    assert await scene.accounts.disconnect(person, "linkedin") == "failed"
    scene.networks["linkedin"].settings = secret  # type: ignore[attr-defined]
    assert await kept(scene) == []
    await scene.connect("mastodon")
    async with scene.db.write() as s:
        await s.execute(update(Account).values(state="active"))
        await s.execute(text("UPDATE account SET token = :token"), {"token": b"sealed with a key that is gone"})
    assert await scene.accounts.disconnect(person, "mastodon") == "failed"
    assert await kept(scene) == []
    async with scene.db.read() as s:
        assert await scene.accounts.mine(s, person) == []


async def test_a_token_given_out_again_is_not_sent_back(scene: Scene) -> None:
    """Whoever connects anew while the old permission is on its way back may get the same token: it has to live."""
    await scene.connect("mastodon")
    scene.worlds["mastodon"].faults.inject(Fault.ERROR, times=99)
    person = scene.people[JANA].id
    await scene.accounts.disconnect(person, "mastodon")
    scene.worlds["mastodon"].faults.clear()
    await scene.connect("mastodon")
    assert len(await kept(scene)) == 1, "another token: the old one still goes back"
    async with scene.db.write() as s:
        old = (await s.scalars(select(Revocation))).one().token
        assert old is not None
        assert await scene.accounts.revocations.spare(s, person, "linkedin", old) == 0
        assert await scene.accounts.revocations.spare(s, person, "mastodon", old) == 1
    assert await kept(scene) == []


async def test_a_process_that_died_before_asking_leaves_it_to_others(scene: Scene) -> None:
    """What was stored is enough; of two who look at once, one asks."""
    await scene.connect("mastodon")
    async with scene.db.write() as s:
        account = (await s.scalars(select(Account))).one()
        await scene.accounts.revocations.keep(s, account, quiet=True)
        await s.delete(account)
    assert sum(await asyncio.gather(later(scene, minutes=3), later(scene, minutes=3))) == 1
    assert await kept(scene) == [], "nobody has to be told"
    assert not scene.worlds["mastodon"].connected(JANA)
