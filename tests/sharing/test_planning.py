"""Shares that wait for their moment."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from advocacy.content.models import StoryState
from advocacy.db import now
from advocacy.sharing import pauses, planning
from advocacy.sharing.models import Share, ShareState
from advocacy.sharing.planning import NotThen
from tests.sharing.conftest import EMRE, JANA, Scene

DAY = timedelta(days=1)


async def plan(scene: Scene, share: Share, ahead: timedelta = DAY, person: str = JANA) -> Share:
    async with scene.db.write() as s:
        return await planning.plan(s, scene.sharing, share.id, scene.people[person].id, now() + ahead)


async def best(scene: Scene, share: Share, at: datetime, person: str = JANA) -> Share:
    async with scene.db.write() as s:
        return await planning.plan_best(s, scene.sharing, share.id, scene.people[person].id, at=at)


async def test_a_planned_share_keeps_its_moment_through_everything_but_an_undo(scene: Scene) -> None:
    """Editing, an emergency stop and a new connection move nothing; posting now and undoing end the plan."""
    share = await scene.start("mastodon")
    assert share.state == ShareState.WAITING
    chosen = (await plan(scene, share)).planned_at
    await scene.connect("mastodon")
    share = await scene.share(share.id)
    assert (share.state, share.due_at) == (ShareState.PENDING, chosen)
    await scene.press("hold", share)
    await scene.press("edit", share, text_="Meine Worte")
    async with scene.db.write() as s:
        await pauses.pause(s)
        await pauses.go_on(s, scene.sharing, now())
    share = await scene.share(share.id)
    assert (share.due_at, share.planned_at, share.planned_why) == (chosen, chosen, planning.CHOSEN)
    assert await scene.poster.run_due() == 0
    async with scene.db.read() as s:
        assert [one.id for one in await planning.planned(s, share.person_id)] == [share.id]
    share = await scene.press("post_now", share)
    assert share.planned_at is None
    assert await scene.poster.run_due() == 1
    assert len(scene.posts("mastodon")) == 1


async def test_no_moment_after_the_end_in_the_past_or_far_away(scene: Scene) -> None:
    """Each is refused by its name, and nothing changes."""
    await scene.connect("mastodon")
    share = await scene.start("mastodon")
    ends = now() + 2 * DAY
    await scene.change_story(expires_at=now() + 3 * DAY, rights_until=ends)
    for ahead, code in ((-DAY, "past"), (2 * DAY, "ended"), (2.5 * DAY, "ended")):
        with pytest.raises(NotThen) as no:
            await plan(scene, share, ahead)
        assert no.value.code == code
        assert no.value.ends == (ends if code == "ended" else None)
    await scene.change_story(expires_at=None, rights_until=None)
    with pytest.raises(NotThen) as no:
        await plan(scene, share, 400 * DAY)
    assert no.value.code == "far"
    assert (await scene.share(share.id)).planned_at is None


async def test_what_was_recalled_before_its_moment_never_leaves(scene: Scene) -> None:
    """The plan ends with the story; an own undo ends it too."""
    await scene.connect("mastodon")
    share = await plan(scene, await scene.start("mastodon"))
    async with scene.db.write() as s:
        assert await scene.sharing.cancel_story(s, scene.story_id) == [share.id]
    share = await scene.share(share.id)
    assert (share.state, share.problem, share.due_at) == (ShareState.CANCELLED, "story_ended", None)
    other = await plan(scene, await scene.start("linkedin"))
    assert (await scene.press("undo", other)).planned_at is None
    assert (await plan(scene, other)).planned_at is None, "what was undone cannot be planned"


async def test_a_story_that_was_changed_meanwhile_is_looked_at_once_more(scene: Scene) -> None:
    """In review at its moment it waits; with other content its person is asked, and may post it as it is."""
    await scene.connect("mastodon")
    share = await plan(scene, await scene.start("mastodon"))
    past = now() - timedelta(minutes=1)
    await scene.change(share, due_at=past, planned_at=past)
    await scene.change_story(state=StoryState.IN_REVIEW)
    assert await scene.poster.run_due() == 1
    share = await scene.share(share.id)
    assert share.state == ShareState.PENDING
    assert share.due_at is not None
    assert share.due_at > now()
    await scene.change_story(state=StoryState.LIVE, approved_hash="another")
    await scene.change(share, due_at=past)
    await scene.poster.run_due()
    share = await scene.share(share.id)
    assert (share.state, share.problem, share.planned_at) == (ShareState.WAITING, "changed", None)
    assert scene.posts("mastodon") == []
    assert (await plan(scene, share)).planned_at is None
    assert (await scene.start("mastodon")).state == ShareState.PENDING


async def test_the_best_time_knows_own_posts_and_colleagues(scene: Scene) -> None:
    """Two colleagues who ask at the same moment get moments apart; pressed twice it stays; before a near end there is none."""
    for person in (JANA, EMRE):
        await scene.connect("mastodon", person)
    at = now()
    begun = [await scene.start("mastodon", one) for one in (JANA, EMRE)]
    mine, theirs = await asyncio.gather(best(scene, begun[0], at), best(scene, begun[1], at, EMRE))
    assert mine.planned_at is not None
    assert theirs.planned_at is not None
    assert abs(mine.planned_at - theirs.planned_at) >= timedelta(minutes=20)
    assert mine.planned_why.startswith(planning.BEST)
    assert "colleagues" in mine.planned_why + theirs.planned_why
    assert (await best(scene, mine, at)).planned_at == mine.planned_at
    await scene.change_story(expires_at=at + timedelta(minutes=16))
    with pytest.raises(NotThen) as no:
        await best(scene, mine, at)
    assert no.value.code == "none"
