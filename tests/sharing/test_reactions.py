"""What came of posts: asked for within limits, kept as the latest numbers, and never at an account's cost."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from advocacy.db import now
from advocacy.playground.networks.posts import followers
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
