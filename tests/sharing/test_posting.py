"""Every share ends posted once, or says why not and what to do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from advocacy.content.models import StoryState
from advocacy.db import now
from advocacy.people.models import Person
from advocacy.playground.site.pictures import names
from advocacy.playground.world import Fault
from advocacy.sharing.models import Account, ShareState
from advocacy.sharing.shares import NotYours
from tests.sharing.conftest import CREATING, EMRE, JANA, PAST, POSTING, Scene, due, settle

each_network = pytest.mark.parametrize("network", POSTING)


@each_network
async def test_what_is_due_is_posted_once_and_counts(scene: Scene, network: str) -> None:
    """Posted with exactly the text that was shown; one fact; told after it is stored."""
    told: list[int] = []
    scene.poster.settled = told.append
    share_id = await due(scene, network)
    assert await scene.poster.run_due() == 1
    assert await scene.poster.run_due() == 0
    share = await scene.share(share_id)
    assert scene.posts(network) == [share.text]
    assert (share.state, share.problem, share.attempts) == (ShareState.POSTED, "", 1)
    assert share.remote_url.startswith(scene.outside.url)
    assert await scene.facts(share_id) == [("measured", 1)]
    assert told == [share_id]


@pytest.mark.parametrize("network", ["linkedin", "bluesky"])
async def test_the_storys_picture_goes_along(scene: Scene, network: str) -> None:
    """Where nothing is read from the link; without it when its host is away."""
    for person, name in ((JANA, names()[0]), (EMRE, "gone")):
        await scene.change_story(image_url=f"https://www.nordlicht.example/pictures/{name}.png")
        await due(scene, network, person)
        await scene.poster.run_due()
    images = [scene.worlds[network].posts(person)[0].image for person in (JANA, EMRE)]
    assert [bool(image) for image in images] == [True, False]


async def test_nothing_leaves_before_the_undo_window_is_over(scene: Scene) -> None:
    """Nor after it was undone."""
    await scene.connect("mastodon")
    share = await scene.start("mastodon")
    assert await scene.poster.run_due() == 0
    await scene.press("undo", share)
    await scene.change(share, due_at=now() - PAST)
    assert await scene.poster.run_due() == 0
    assert scene.posts("mastodon") == []


@each_network
async def test_throttled_shares_wait_as_long_as_asked(scene: Scene, network: str) -> None:
    """Then they go out."""
    share_id = await due(scene, network)
    scene.worlds[network].faults.inject(Fault.THROTTLE, retry_after=90)
    await scene.poster.run_due()
    share = await scene.share(share_id)
    assert (share.state, share.attempts, scene.posts(network)) == (ShareState.PENDING, 1, [])
    assert share.due_at is not None
    if network != "linkedin":  # LinkedIn does not say how long
        assert share.due_at > now() + timedelta(seconds=60)
    assert await settle(scene, share_id) == ShareState.POSTED
    assert len(scene.posts(network)) == 1


@each_network
async def test_a_network_that_stays_away_ends_in_a_clear_failure(scene: Scene, network: str) -> None:
    """After eight tries the person is told, nothing was posted, and trying again works."""
    share_id = await due(scene, network)
    scene.worlds[network].faults.inject(Fault.THROTTLE, times=100)
    assert await settle(scene, share_id) == ShareState.FAILED
    share = await scene.share(share_id)
    assert (share.problem, share.attempts, scene.posts(network)) == ("network_down", 8, [])
    assert await scene.facts(share_id) == []
    scene.worlds[network].faults.clear()
    await scene.press("retry", share)
    assert await settle(scene, share_id) == ShareState.POSTED


@each_network
async def test_an_error_on_their_side_ends_in_one_post(scene: Scene, network: str) -> None:
    """A 500 may have done the work or not: either way there is one."""
    share_id = await due(scene, network)
    scene.worlds[network].faults.inject(Fault.ERROR, path=CREATING[network], times=2)
    assert await settle(scene, share_id) == ShareState.POSTED
    assert len(scene.posts(network)) == 1
    assert await scene.facts(share_id) == [("measured", 1)]


@pytest.mark.parametrize("network", CREATING)
async def test_a_lost_answer_is_looked_up_and_never_posted_again(scene: Scene, network: str) -> None:
    """The post was made and nobody said so: unknown first, then found."""
    share_id = await due(scene, network)
    scene.worlds[network].faults.inject(Fault.LOST_ANSWER, path=CREATING[network])
    await scene.poster.run_due()
    share = await scene.share(share_id)
    assert (share.state, share.unknown_since) == (ShareState.UNKNOWN, share.claimed_at)
    assert await scene.poster.settle_unknown() == 0, "it is not looked up before its time"
    assert await settle(scene, share_id) == ShareState.POSTED
    share = await scene.share(share_id)
    [post] = scene.worlds[network].posts(JANA)
    assert share.remote_id == post.id
    assert await scene.facts(share_id) == [("measured", 1)]


async def test_what_linkedin_no_longer_remembers_is_for_the_person_to_say(scene: Scene) -> None:
    """After a quarter of an hour: ``cannot_tell``, no second post, and two ways forward."""
    share_id = await due(scene, "linkedin")
    scene.worlds["linkedin"].faults.inject(Fault.LOST_ANSWER, path="/rest/posts")
    await scene.poster.run_due()
    share = await scene.share(share_id)
    await scene.change(share, unknown_since=now() - timedelta(minutes=12))
    assert await settle(scene, share_id, rounds=3) == ShareState.UNKNOWN
    await scene.change(share, unknown_since=now() - timedelta(minutes=16))
    assert await settle(scene, share_id) == ShareState.FAILED
    assert (await scene.share(share_id)).problem == "cannot_tell"
    assert len(scene.posts("linkedin")) == 1
    assert (await scene.press("report_done", share)).state == ShareState.REPORTED


async def test_a_recalled_story_is_not_posted_by_looking_for_it(scene: Scene) -> None:
    """LinkedIn can only be asked by posting: for a story that has ended nobody asks."""
    share_id = await due(scene, "linkedin")
    share = await scene.share(share_id)
    await scene.change(share, state=ShareState.UNKNOWN, claimed_at=now(), unknown_since=now(), due_at=now() - PAST)
    await scene.change_story(state=StoryState.RECALLED)
    await scene.poster.settle_unknown()
    share = await scene.share(share_id)
    assert (share.state, share.problem, scene.posts("linkedin")) == (ShareState.FAILED, "cannot_tell", [])


@each_network
async def test_a_withdrawn_permission_waits_for_the_person(scene: Scene, network: str) -> None:
    """The account is marked, the share is kept, and goes out after connecting again."""
    share_id = await due(scene, network)
    scene.worlds[network].revoke(JANA)
    await scene.poster.run_due()
    share = await scene.share(share_id)
    assert (share.state, share.problem) == (ShareState.WAITING, "reconnect")
    async with scene.db.read() as s:
        assert (await s.scalars(select(Account.state))).all() == ["broken"]
    await scene.connect(network)
    assert await settle(scene, share_id) == ShareState.POSTED
    assert len(scene.posts(network)) == 1


@pytest.mark.parametrize(
    "values", [{"state": StoryState.RECALLED}, {"expires_at": now() - PAST}, {"state": StoryState.IN_REVIEW}]
)
async def test_a_story_that_ends_in_the_undo_window_does_not_leave(scene: Scene, values: dict[str, object]) -> None:
    """Looked at again in the moment it is claimed."""
    share_id = await due(scene, "mastodon")
    await scene.change_story(**values)
    told: list[int] = []
    scene.poster.settled = told.append
    await scene.poster.run_due()
    share = await scene.share(share_id)
    assert (share.state, share.problem, scene.posts("mastodon")) == (ShareState.CANCELLED, "story_ended", [])
    assert told == [share_id]


async def test_nobody_is_posted_for_after_they_left(scene: Scene) -> None:
    """Or after they disconnected."""
    share_id, other = await due(scene, "mastodon"), await due(scene, "bluesky", EMRE)
    async with scene.db.write() as s:
        (await s.get_one(Person, scene.people[JANA].id)).left_on = now().date()
    await scene.accounts.disconnect(scene.people[EMRE].id, "bluesky")
    await scene.poster.run_due()
    assert (await scene.share(share_id)).state == ShareState.CANCELLED
    assert (await scene.share(other)).state == ShareState.WAITING
    assert scene.posts("mastodon") == scene.posts("bluesky", EMRE) == []


async def test_nothing_over_the_limit_leaves(scene: Scene) -> None:
    """Whatever became of the text: it is measured once more."""
    share_id = await due(scene, "bluesky")
    await scene.change(await scene.share(share_id), text="ä" * 301)
    await scene.poster.run_due()
    share = await scene.share(share_id)
    assert (share.state, share.problem, scene.posts("bluesky")) == (ShareState.FAILED, "too_long", [])


async def test_a_refusal_is_told_and_not_repeated(scene: Scene) -> None:
    """The network said no: trying the same again would change nothing."""
    share_id = await due(scene, "linkedin")
    async with scene.db.write() as s:
        (await s.scalars(select(Account))).one().remote_id = "urn:li:person:another"
    await scene.poster.run_due()
    share = await scene.share(share_id)
    assert (share.state, share.problem, share.attempts) == (ShareState.FAILED, "refused", 1)
    assert await scene.poster.run_due() == 0


@each_network
async def test_a_posted_share_can_be_taken_down(scene: Scene, network: str) -> None:
    """It is gone there, and no longer counts in the period in which it counted."""
    share_id = await due(scene, network)
    await scene.poster.run_due()
    with pytest.raises(NotYours):
        await scene.poster.delete(share_id, scene.people[EMRE].id)
    for _ in range(2):
        assert (await scene.poster.delete(share_id, scene.people[JANA].id)).state == ShareState.DELETED
    assert scene.posts(network) == []
    assert await scene.facts(share_id) == [("measured", 1), ("measured", -1)]


async def test_a_deletion_that_fails_says_why_and_can_be_pressed_again(scene: Scene) -> None:
    """The share stays posted, because it is."""
    share_id = await due(scene, "mastodon")
    await scene.poster.run_due()
    person_id = scene.people[JANA].id
    scene.worlds["mastodon"].faults.inject(Fault.REVOKED)
    share = await scene.poster.delete(share_id, person_id)
    assert (share.state, share.problem) == (ShareState.POSTED, "reconnect")
    await scene.connect("mastodon")
    scene.worlds["mastodon"].faults.inject(Fault.LOST_ANSWER, path="/statuses/")
    share = await scene.poster.delete(share_id, person_id)
    assert (share.state, share.problem) == (ShareState.DELETED, "")
    assert scene.posts("mastodon") == []


async def test_new_tokens_are_kept(scene: Scene) -> None:
    """Bluesky's tokens change every two hours; the next share uses the new ones."""
    share_id = await due(scene, "bluesky")
    world = scene.worlds["bluesky"]
    async with scene.db.read() as s:
        before = (await s.scalars(select(Account.token))).one()
    world.clock.move(hours=3)
    assert await settle(scene, share_id) == ShareState.POSTED
    async with scene.db.read() as s:
        assert (await s.scalars(select(Account.token))).one() != before


async def test_looking_in_vain_ends(scene: Scene) -> None:
    """A server that never answers again does not keep a share unknown for ever."""
    share_id = await due(scene, "mastodon")
    share = await scene.share(share_id)
    await scene.change(
        share, state=ShareState.UNKNOWN, claimed_at=now(), unknown_since=now() - timedelta(hours=3), due_at=now() - PAST
    )
    scene.worlds["mastodon"].faults.inject(Fault.THROTTLE, times=100)
    assert await settle(scene, share_id) == ShareState.FAILED
    assert (await scene.share(share_id)).problem == "cannot_tell"
