"""Killed, slow, mistaken, many at once: still one post."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text

from advocacy.chat import Refused
from advocacy.content import emergency
from advocacy.content.models import StoryState
from advocacy.db import now
from advocacy.playground.world import Fault
from advocacy.sharing.models import ShareState
from advocacy.sharing.network import Connection, Draft, Network, Posted
from advocacy.sharing.posting import ABANDONED, Poster
from tests.sharing.conftest import CREATING, EMRE, JANA, PAST, POSTING, Scene, due, hurry, settle

each_network = pytest.mark.parametrize("network", POSTING)


@pytest.mark.parametrize("network", CREATING)
@pytest.mark.parametrize("posted_before", [False, True])
async def test_a_process_killed_while_sending_leaves_one_post(scene: Scene, network: str, posted_before: bool) -> None:
    """Whether the request had left or not: at the next start it is unknown, and ends as one post."""
    share_id = await due(scene, network)
    if posted_before:
        await scene.poster.run_due()
    share = await scene.share(share_id)
    before = {"state": ShareState.SENDING, "claimed_at": now() - timedelta(seconds=50), "attempts": 1}
    await scene.change(share, **before, remote_id="", remote_url="", settled_at=None)
    reborn = Poster(scene.db, scene.settings, scene.networks, scene.http)
    assert await reborn.recover() == 1
    assert (await scene.share(share_id)).state == ShareState.UNKNOWN
    assert await settle(scene, share_id) == ShareState.POSTED
    assert len(scene.posts(network)) == 1


async def test_a_share_whose_sender_died_is_picked_up_without_a_restart(scene: Scene) -> None:
    """After 45 seconds of sending, with any number of processes."""
    share_id = await due(scene, "mastodon")
    share = await scene.share(share_id)
    await scene.change(share, state=ShareState.SENDING, claimed_at=now() - timedelta(seconds=30), attempts=1)
    await scene.poster.settle_unknown()
    assert (await scene.share(share_id)).state == ShareState.SENDING
    await scene.change(share, claimed_at=now() - timedelta(minutes=3))
    assert await settle(scene, share_id) == ShareState.POSTED
    assert len(scene.posts("mastodon")) == 1


async def test_two_workers_post_each_share_once(scene: Scene) -> None:
    """Claimed by a conditional update: whoever comes second finds nothing."""
    ids = [await due(scene, network, person) for network in POSTING for person in (JANA, EMRE)]
    workers = [Poster(scene.db, scene.settings, scene.networks, scene.http) for _ in range(3)]
    for _ in range(6):
        await asyncio.gather(*(worker.run_due() for worker in workers))
        for share_id in ids:
            await hurry(scene, share_id)
    for share_id in ids:
        assert (await scene.share(share_id)).state == ShareState.POSTED
        assert await scene.facts(share_id) == [("measured", 1)]
    seen = Counter((name, person) for name in POSTING for person in (JANA, EMRE) for _ in scene.posts(name, person))
    assert set(seen.values()) == {1}
    assert len(seen) == 6


class Slow:
    """A network whose answer to ``post`` comes when the test says so."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.has_posted = asyncio.Event()
        self.may_answer = asyncio.Event()

    def __getattr__(self, name: str) -> object:
        return getattr(self._network, name)

    async def post(self, connection: Connection, draft: Draft) -> Posted:
        posted = await self._network.post(connection, draft)
        self.has_posted.set()
        await self.may_answer.wait()
        return posted


async def test_a_starting_process_leaves_to_others_what_they_are_posting(scene: Scene) -> None:
    """On PostgreSQL the sender may be another, living process; its person is not told of doubts that nobody has."""
    share_id = await due(scene, "mastodon")
    share = await scene.share(share_id)
    await scene.change(share, state=ShareState.SENDING, claimed_at=now() - timedelta(seconds=5), attempts=1)
    assert await scene.poster.recover() == (1 if scene.db.is_sqlite else 0)


@each_network
async def test_an_answer_that_comes_late_changes_nothing_twice(scene: Scene, network: str) -> None:
    """Another worker took the sender for dead and found the post; then the sender wakes up."""
    share_id = await due(scene, network)
    slow = Slow(scene.networks[network])
    sleeper = Poster(scene.db, scene.settings, {network: slow}, scene.http)  # type: ignore[dict-item]
    sending = asyncio.create_task(sleeper.run_due())
    await asyncio.wait_for(slow.has_posted.wait(), 5)
    with time_machine.travel(now() + ABANDONED, tick=True):
        assert await scene.poster.recover() == 1
    assert await settle(scene, share_id) == ShareState.POSTED
    slow.may_answer.set()
    await sending
    assert len(scene.posts(network)) == 1
    assert await scene.facts(share_id) == [("measured", 1)]


class Broken:
    """A network whose client has a bug."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def __getattr__(self, name: str) -> object:
        return getattr(self._network, name)

    async def post(self, connection: Connection, draft: Draft) -> Posted:
        raise KeyError("a mistake of ours")


async def test_a_mistake_of_ours_stops_only_its_own_share(scene: Scene) -> None:
    """It is reported, the others go out, and the share is not lost."""
    wrong, right = await due(scene, "mastodon"), await due(scene, "bluesky")
    networks = {**scene.networks, "mastodon": Broken(scene.networks["mastodon"])}
    with pytest.RaisesGroup(KeyError):
        await Poster(scene.db, scene.settings, networks, scene.http).run_due()  # type: ignore[arg-type]
    assert (await scene.share(right)).state == ShareState.POSTED
    share = await scene.share(wrong)
    assert share.state == ShareState.SENDING
    await scene.change(share, claimed_at=now() - timedelta(minutes=3))
    assert await settle(scene, wrong) == ShareState.POSTED


async def test_a_slow_network_holds_up_no_other(scene: Scene) -> None:
    """What becomes due meanwhile goes out meanwhile."""
    await due(scene, "mastodon")
    slow = Slow(scene.networks["mastodon"])
    poster = Poster(scene.db, scene.settings, {**scene.networks, "mastodon": slow}, scene.http)  # type: ignore[dict-item]
    posted = asyncio.Event()
    poster.settled = lambda _: posted.set()
    working = asyncio.create_task(poster.run_due())
    await asyncio.wait_for(slow.has_posted.wait(), 5)
    quick = await due(scene, "bluesky")
    await asyncio.wait_for(posted.wait(), 5)
    assert (await scene.share(quick)).state == ShareState.POSTED
    slow.may_answer.set()
    assert await working == 2


async def test_a_token_that_cannot_be_read_stops_only_its_own_share(scene: Scene) -> None:
    """Its key is gone: that person connects again, everybody else is posted."""
    wrong, right = await due(scene, "mastodon"), await due(scene, "mastodon", EMRE)
    async with scene.db.write() as s:
        await s.execute(
            text("UPDATE account SET token = :t WHERE person_id = :p"), {"t": b"x" * 40, "p": scene.people[JANA].id}
        )
    await scene.poster.run_due()
    share = await scene.share(wrong)
    assert (share.state, share.problem) == (ShareState.WAITING, "reconnect")
    assert (await scene.share(right)).state == ShareState.POSTED
    await scene.connect("mastodon")
    assert await settle(scene, wrong) == ShareState.POSTED


class Refusing:
    """A network that will not be asked."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def __getattr__(self, name: str) -> object:
        return getattr(self._network, name)

    async def look_up(self, connection: Connection, draft: Draft) -> Posted | None:
        raise Refused("not today")


async def test_a_refusal_to_tell_is_no_sign_that_it_was_not_posted(scene: Scene) -> None:
    """A share whose answer was lost is not said to be refused: its post may be there."""
    share_id = await due(scene, "mastodon")
    scene.worlds["mastodon"].faults.inject(Fault.LOST_ANSWER, path=CREATING["mastodon"])
    await scene.poster.run_due()
    await hurry(scene, share_id)
    refusing = {"mastodon": Refusing(scene.networks["mastodon"])}
    await Poster(scene.db, scene.settings, refusing, scene.http).settle_unknown()  # type: ignore[arg-type]
    assert (await scene.share(share_id)).state == ShareState.UNKNOWN
    assert await settle(scene, share_id) == ShareState.POSTED


@pytest.mark.parametrize("what", ["recall", "stop"])
async def test_nothing_is_asked_by_posting_once_it_must_not_leave(scene: Scene, what: str) -> None:
    """LinkedIn is asked by posting again: the last look before that is the same as before a post."""
    share_id = await due(scene, "linkedin")
    before = {"claimed_at": now(), "unknown_since": now(), "due_at": now() - PAST, "attempts": 1}
    await scene.change(await scene.share(share_id), state=ShareState.UNKNOWN, **before)

    class Meanwhile:
        async def get(self, url: str) -> None:
            if what == "recall":
                await scene.change_story(state=StoryState.RECALLED)
            else:
                async with scene.db.write() as s:
                    await emergency.halt(s, "root")

    scene.poster._pictures = Meanwhile()  # type: ignore[assignment]
    await scene.poster.settle_unknown()
    assert scene.posts("linkedin") == []
    expected = ShareState.FAILED if what == "recall" else ShareState.UNKNOWN
    assert (await scene.share(share_id)).state == expected
