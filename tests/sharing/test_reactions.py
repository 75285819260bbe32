"""What came of posts: asked for within limits, kept as the latest numbers, and never at an account's cost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from advocacy.db import now
from advocacy.playground.networks.posts import followers
from advocacy.playground.networks.x import XWorld
from advocacy.playground.world import Fault
from advocacy.sharing import reactions
from advocacy.sharing.models import Account, Share, ShareReaction, ShareState
from tests.sharing.conftest import EMRE, JANA, Scene, due, settle

SECOND = timedelta(seconds=1)


async def posted(scene: Scene, network: str, person: str = JANA) -> int:
    share_id = await due(scene, network, person)
    assert await settle(scene, share_id) == ShareState.POSTED
    return share_id


async def fetch(scene: Scene) -> int:
    return await reactions.fetch(scene.db, scene.networks)


async def row(scene: Scene, share_id: int) -> ShareReaction:
    async with scene.db.read() as s:
        return (await s.scalars(select(ShareReaction).where(ShareReaction.share_id == share_id))).one()


async def pass_time(scene: Scene, age: timedelta) -> None:
    """As if all posts were this old, and due."""
    async with scene.db.write() as s:
        await s.execute(update(Share).values(settled_at=now() - age))
        await s.execute(update(ShareReaction).where(ShareReaction.due_at.is_not(None)).values(due_at=now() - SECOND))


async def test_numbers_come_with_followers_at_the_time_of_sharing(scene: Scene) -> None:
    """Where a network tells; the followers of that day stay, the numbers grow. Elsewhere nothing is expected."""
    ids = {network: await posted(scene, network) for network in ("bluesky", "mastodon", "linkedin")}
    async with scene.db.read() as s:
        assert await reactions.latest(s, list(ids.values())) == {}
    assert await fetch(scene) == 2
    for network in ("bluesky", "mastodon"):
        [post] = scene.worlds[network].posts(JANA)
        post.likes, post.reposts, post.replies = 5, 2, 1
    await pass_time(scene, timedelta(days=2))
    async with scene.db.write() as s:
        await s.execute(update(ShareReaction).values(followers=7))
    assert await fetch(scene) == 2
    async with scene.db.read() as s:
        told = await reactions.latest(s, list(ids.values()))
    assert set(told) == {ids["bluesky"], ids["mastodon"]}
    assert {(one.likes, one.reposts, one.replies, one.followers) for one in told.values()} == {(5, 2, 1, 7)}
    assert await fetch(scene) == 0


async def test_young_posts_are_asked_about_more_often_and_old_ones_never(scene: Scene) -> None:
    """Hourly on the first day, then every six hours, then daily, for 30 days."""
    share_id = await posted(scene, "bluesky")
    await fetch(scene)
    assert (await row(scene, share_id)).followers == followers(JANA)
    for days, pause in ((0.5, 1), (3, 6), (20, 24)):
        await pass_time(scene, timedelta(days=days))
        await fetch(scene)
        assert abs((await row(scene, share_id)).due_at - now() - timedelta(hours=pause)) < timedelta(minutes=1)
    await pass_time(scene, timedelta(days=30))
    assert await fetch(scene) == 0
    assert (await row(scene, share_id)).due_at is None


async def test_a_network_that_asks_us_to_wait_is_left_alone(scene: Scene) -> None:
    """The first 429 holds for everybody's posts there; no account breaks, whatever is answered."""
    ids = [await posted(scene, "bluesky", person) for person in (JANA, EMRE)]
    scene.worlds["bluesky"].faults.inject(Fault.THROTTLE, path="feed.getPosts", retry_after=3000)
    assert await fetch(scene) == 1
    for share_id in ids:
        one = await row(scene, share_id)
        assert one.told_at is None
        assert timedelta(minutes=45) < one.due_at - now() <= timedelta(minutes=51)
    scene.worlds["bluesky"].faults.clear()
    scene.worlds["bluesky"].revoke(JANA)
    await pass_time(scene, timedelta(hours=1))
    assert await fetch(scene) == 2
    async with scene.db.read() as s:
        assert set(await s.scalars(select(Account.state))) == {"active"}
        assert len(await reactions.latest(s, ids)) == 2


async def test_what_is_gone_is_asked_about_no_more(scene: Scene) -> None:
    """A post that its person took down, or whose account they took back; one deleted elsewhere keeps its numbers."""
    deleted = await posted(scene, "bluesky")
    elsewhere = await posted(scene, "bluesky", EMRE)
    given_back = await posted(scene, "mastodon")
    await fetch(scene)
    await scene.poster.delete(deleted, scene.people[JANA].id)
    [post] = scene.worlds["bluesky"].posts(EMRE)
    scene.worlds["bluesky"].remove(post.id)
    await scene.accounts.disconnect(scene.people[JANA].id, "mastodon")
    await pass_time(scene, timedelta(hours=2))
    assert await fetch(scene) == 1
    assert [(await row(scene, one)).due_at is None for one in (deleted, elsewhere, given_back)] == [True, False, True]
    assert (await row(scene, elsewhere)).followers == followers(EMRE)


async def test_servers_are_asked_at_the_same_time_and_each_one_after_the_other(scene: Scene) -> None:
    """One that is slow holds up nobody else's numbers; two questions never reach a server at once."""
    for person in (JANA, EMRE):
        for network in ("bluesky", "mastodon"):
            await posted(scene, network, person)
    under_way: Counter[str] = Counter()
    most: Counter[str] = Counter()
    both = asyncio.Event()

    def watched(name: str, ask: Callable[..., Any]) -> Callable[..., Any]:
        async def asked(*args: Any) -> Any:
            under_way[name] += 1
            most[name] = max(most[name], under_way[name])
            if len(+under_way) == 2:
                both.set()
            await asyncio.wait_for(both.wait(), 5)  # comes only when the other network is asked meanwhile
            answer = await ask(*args)
            under_way[name] -= 1
            return answer

        return asked

    for name in ("bluesky", "mastodon"):
        network = scene.networks[name]
        setattr(network, "reactions", watched(name, network.reactions))  # noqa: B010 - a port has no such attribute to mypy
    assert await fetch(scene) == 4
    assert most == {"bluesky": 1, "mastodon": 1}


async def test_where_each_answer_is_paid_for_it_is_asked_seldom_and_never_beside_a_post(scene: Scene) -> None:
    """Not at once, then daily, then weekly; a token that is renewed by the way is kept, whatever was answered."""
    share_id = await posted(scene, "x")
    world = scene.worlds["x"]
    assert isinstance(world, XWorld)
    assert await fetch(scene) == 0
    assert (await row(scene, share_id)).due_at - now() > timedelta(hours=23)
    world.posts(JANA)[0].likes = 3
    for days, pause in ((1, 1), (10, 7)):
        await pass_time(scene, timedelta(days=days))
        assert await fetch(scene) == 1
        told = await row(scene, share_id)
        assert (told.likes, told.followers) == (3, None)
        assert abs(told.due_at - now() - timedelta(days=pause)) < timedelta(minutes=1)
    assert world.reads == 2
    await pass_time(scene, timedelta(days=2))
    async with scene.db.write() as s:
        await s.execute(update(Share).values(state=ShareState.SENDING))
        other = Share(
            person_id=scene.people[JANA].id,
            story_id=scene.story_id,
            network="x",
            round=2,
            state="posted",
            text="x",
            key="k2",
            remote_id="1",
            settled_at=now(),
        )
        s.add(other)
        await s.flush()
        s.add(ShareReaction(share_id=other.id, due_at=now() - SECOND))
    assert await fetch(scene) == 0
    async with scene.db.write() as s:
        await s.execute(update(Share).where(Share.id == share_id).values(state=ShareState.POSTED))
        before = (await s.scalars(select(Account.token))).one()
    await pass_time(scene, timedelta(days=2))
    world.clock.move(hours=3)
    world.has_credits = False
    assert await fetch(scene) == 1
    async with scene.db.read() as s:
        assert (await s.scalars(select(Account.token))).one() != before
