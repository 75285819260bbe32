"""In an emergency stop nothing is shared, from that very moment on; afterwards everybody has time to undo."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import event

from advocacy.content import approval, emergency
from advocacy.content.audience import NotSharable
from advocacy.db import now
from advocacy.people.models import Person
from advocacy.playground.world import Fault
from advocacy.sharing import pauses
from advocacy.sharing.models import ShareState
from tests.sharing.conftest import JANA, Scene, due, hurry


async def stop(scene: Scene) -> None:
    async with scene.db.write() as s:
        await emergency.halt(s, "root", "A mistake in the figures")
        await pauses.pause(s)


async def lift(scene: Scene) -> None:
    async with scene.db.write() as s:
        await emergency.lift(s, "root")
        await pauses.go_on(s, scene.sharing, now())


async def test_a_share_due_at_that_very_moment_stays(scene: Scene) -> None:
    """Due before the stop and claimed after it: it waits. Lifted: a whole undo window, and its person is told."""
    share_id = await due(scene, "mastodon")
    await stop(scene)
    assert await scene.poster.run_due() == 0
    assert scene.posts("mastodon") == []
    assert (await scene.share(share_id)).state == ShareState.PENDING
    before = now()
    await lift(scene)
    share = await scene.share(share_id)
    assert share.due_at is not None
    assert share.due_at >= before + timedelta(seconds=30)
    assert share.told != share.state
    assert await scene.poster.run_due() == 0
    await hurry(scene, share_id)
    assert await scene.poster.run_due() == 1
    assert len(scene.posts("mastodon")) == 1


async def test_a_stop_in_the_same_moment_as_a_claim_is_either_before_or_after_it(scene: Scene) -> None:
    """Whichever commits first: a share that is pending after the stop was committed is never posted in it."""
    share_id = await due(scene, "mastodon")
    await asyncio.gather(stop(scene), scene.poster.run_due())
    state = (await scene.share(share_id)).state
    posts = len(scene.posts("mastodon"))
    assert (state, posts) in {(ShareState.PENDING, 0), (ShareState.POSTED, 1)}
    assert await scene.poster.run_due() == 0
    assert len(scene.posts("mastodon")) == posts


async def test_nothing_is_begun_in_a_stop(scene: Scene) -> None:
    """Start, once more, try again and the share page are refused; undo and edit are not."""
    failed = await scene.start("bluesky")
    await scene.change(failed, state=ShareState.FAILED)
    undone = await scene.start("linkedin")
    await scene.press("undo", undone)
    waiting = await scene.start("mastodon")
    await stop(scene)
    with pytest.raises(NotSharable, match="halted"):
        await scene.start("x")
    for verb, share in (("again", undone), ("retry", failed), ("use_dialog", waiting)):
        with pytest.raises(NotSharable, match="halted"):
            await scene.press(verb, share)
    assert (await scene.press("undo", waiting)).state == ShareState.UNDONE
    await lift(scene)
    assert (await scene.start("x")).state == ShareState.OPENED


@pytest.mark.parametrize(("network", "state"), [("linkedin", ShareState.UNKNOWN), ("bluesky", ShareState.POSTED)])
async def test_looking_up_goes_on_only_where_it_posts_nothing(scene: Scene, network: str, state: str) -> None:
    """LinkedIn tells of a post only by being asked to post it again: that waits."""
    creating = {"linkedin": "/rest/posts", "bluesky": "putRecord"}[network]
    share_id = await due(scene, network)
    scene.worlds[network].faults.inject(Fault.LOST_ANSWER, path=creating)
    await scene.poster.run_due()
    assert (await scene.share(share_id)).state == ShareState.UNKNOWN
    await stop(scene)
    await hurry(scene, share_id)
    await scene.poster.settle_unknown()
    assert (await scene.share(share_id)).state == state


async def test_the_window_after_a_stop_is_the_persons_own(scene: Scene) -> None:
    """Their setting, or the company's."""
    async with scene.db.write() as s:
        (await s.get_one(Person, scene.people[JANA].id)).undo_seconds = 120
    share_id = await due(scene, "mastodon")
    await stop(scene)
    before = now()
    await lift(scene)
    share = await scene.share(share_id)
    assert share.due_at is not None
    assert share.due_at >= before + timedelta(seconds=120)


@pytest.mark.parametrize("what", ["stop", "recall"])
async def test_what_was_claimed_is_held_back_at_the_last_moment(
    scene: Scene, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stop or a withdrawal while the picture is loaded: the network is never called, and no try is lost."""

    async def meanwhile(_: str) -> None:
        if what == "stop":
            await stop(scene)
            return
        async with scene.db.write() as s:
            await approval.recall(s, scene.story_id, "root")
            await scene.sharing.cancel_story(s, scene.story_id)

    share_id = await due(scene, "mastodon")
    monkeypatch.setattr(scene.poster._pictures, "get", meanwhile)
    await scene.poster.run_due()
    share = await scene.share(share_id)
    assert scene.posts("mastodon") == []
    assert share.state == (ShareState.PENDING if what == "stop" else ShareState.CANCELLED)
    assert share.attempts == 0
    assert share.told != share.state


async def test_however_many_wait_their_people_are_read_at_once(scene: Scene) -> None:
    """Each gets their own window; the longest stop must not end with a query for each share."""
    shares = [await scene.start("mastodon", person) for person in scene.people]
    for share in shares:
        await scene.change(share, state=ShareState.PENDING)
    await stop(scene)
    asked: list[str] = []
    event.listen(scene.db.engine.sync_engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    await lift(scene)
    assert len(shares) > 1
    assert sum("FROM person" in one for one in asked) == 1
    assert [(await scene.share(one.id)).told for one in shares] == [ShareState.WAITING] * len(shares)
