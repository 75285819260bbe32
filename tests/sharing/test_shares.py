"""The rules of sharing, one sentence each."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from advocacy.content.audience import NotSharable
from advocacy.content.models import Caption, StoryState
from advocacy.db import now
from advocacy.people.models import Person
from advocacy.sharing import links
from advocacy.sharing.models import Account, Link, Share, ShareState
from advocacy.sharing.shares import NotOffered, NotYours, TextProblem
from tests.sharing.conftest import EMRE, JANA, Scene

DISCLOSURE = "Anzeige | mein Arbeitgeber Nordlicht Energie"


async def test_one_click_puts_together_what_will_leave(scene: Scene) -> None:
    """Disclosure first, a caption, our own tracked link; kept as it is, and shown before it leaves."""
    await scene.connect("linkedin")
    at = now()
    share = await scene.start("linkedin", at=at)
    async with scene.db.read() as s:
        link = (await s.scalars(select(Link).where(Link.share_id == share.id))).one()
        caption = await s.get_one(Caption, share.caption_id)
    assert share.text == f"{DISCLOSURE}\n\n{caption.text}\n\n{links.address(scene.settings, link.code)}"
    assert (share.disclosure, share.own_words) == (DISCLOSURE, False)
    reachable = scene.settings.reachable("https://www.nordlicht.example/w")
    assert (link.url, link.story_id, link.network) == (reachable, scene.story_id, "linkedin")
    assert (share.state, share.due_at) == (ShareState.PENDING, at + timedelta(seconds=30))


async def test_a_second_press_finds_the_first_share(scene: Scene) -> None:
    """Once per person, story and network; in whichever state it is."""
    first = await scene.start("mastodon")
    assert (await scene.start("mastodon")).id == first.id
    await scene.press("undo", first)
    assert (await scene.start("mastodon")).id == first.id
    assert (await scene.start("mastodon", EMRE)).id != first.id
    assert (await scene.start("x")).id != first.id


async def test_presses_at_the_same_moment_make_one_share(scene: Scene) -> None:
    """Two doors, two processes, a nervous finger: one share, one link, one caption dealt."""
    shares = await asyncio.gather(*(scene.start("mastodon") for _ in range(8)))
    assert len({share.id for share in shares}) == 1
    assert len({share.text for share in shares}) == 1
    async with scene.db.read() as s:
        assert await s.scalar(select(func.count()).select_from(Link)) == 1
        assert await s.scalar(select(func.sum(Caption.dealt))) == 1


async def test_colleagues_get_different_captions(scene: Scene) -> None:
    """Captions are dealt out evenly."""
    mine, theirs = await scene.start("linkedin"), await scene.start("linkedin", EMRE)
    assert mine.caption_id != theirs.caption_id


async def test_without_an_account_the_share_waits_and_goes_on_after_connecting(scene: Scene) -> None:
    """Connecting does not lose the share, and the undo window begins then."""
    share = await scene.start("mastodon")
    assert (share.state, share.problem, share.due_at) == (ShareState.WAITING, "", None)
    await scene.connect("mastodon")
    share = await scene.share(share.id)
    assert share.state == ShareState.PENDING
    assert share.due_at is not None
    assert timedelta(seconds=25) < share.due_at - now() <= timedelta(seconds=30)


async def test_networks_that_only_have_a_page_are_opened(scene: Scene) -> None:
    """A dialog that was merely opened is not a share; the person's word makes it a self-reported one."""
    share = await scene.start("x")
    assert share.state == ShareState.OPENED
    assert "x.com/intent/post?text=Anzeige" in scene.sharing.dialog_url(share)
    assert await scene.facts(share.id) == []
    share = await scene.press("report_done", share)
    assert (share.state, await scene.facts(share.id)) == (ShareState.REPORTED, [("reported", 1)])
    await scene.press("report_done", share)
    assert await scene.facts(share.id) == [("reported", 1)]
    share = await scene.press("report_not_done", share)
    assert (share.state, await scene.facts(share.id)) == (ShareState.UNDONE, [("reported", 1), ("reported", -1)])


async def test_a_report_and_its_withdrawal_fall_into_the_same_period(scene: Scene) -> None:
    """What is taken back weeks later must not make another month negative."""
    share = await scene.start("x")
    await scene.press("report_done", share, at=now() - timedelta(days=40))
    await scene.press("report_not_done", share)
    async with scene.db.read() as s:
        from advocacy.sharing.models import ShareEvent

        moments = {one.at for one in await s.scalars(select(ShareEvent))}
    assert len(moments) == 1


async def test_undo_lasts_until_it_is_sent(scene: Scene) -> None:
    """Whatever has not left can be undone; what is on its way cannot, and nothing pretends so."""
    await scene.connect("linkedin")
    share = await scene.start("linkedin")
    assert (await scene.press("undo", share)).state == ShareState.UNDONE
    for state in (ShareState.SENDING, ShareState.POSTED, ShareState.UNKNOWN):
        await scene.change(share, state=state)
        assert (await scene.press("undo", share)).state == state


async def test_the_undo_window_is_each_persons_own(scene: Scene) -> None:
    """Zero posts at once; ``post_now`` ends it."""
    await scene.connect("linkedin")
    await scene.connect("linkedin", EMRE)
    scene.people[JANA].undo_seconds = 0
    at = now()
    assert (await scene.start("linkedin", at=at)).due_at == at
    theirs = await scene.start("linkedin", EMRE, at=at)
    assert (await scene.press("post_now", theirs, EMRE, at=at)).due_at == at


async def test_editing_holds_the_share_and_keeps_disclosure_and_link(scene: Scene) -> None:
    """Nobody is posted for while they write, and what has to be in the text stays in it."""
    await scene.connect("linkedin")
    share = await scene.start("linkedin")
    link = links.find(scene.settings, share.text)
    held = await scene.press("hold", share)
    assert held.due_at is not None
    assert held.due_at > now() + timedelta(minutes=9)
    edited = await scene.press("edit", share, text_="  Mein erster Windpark!\r\n\r\n\r\n\r\nIch freue mich. ")
    assert edited.text == f"{DISCLOSURE}\n\nMein erster Windpark!\n\nIch freue mich.\n\n{link}"
    assert edited.own_words
    assert edited.due_at is not None
    assert edited.due_at < now() + timedelta(seconds=31)
    moved = f"Schaut: {link} – so schön!\n\n{DISCLOSURE}"
    assert (await scene.press("edit", share, text_=moved)).text == f"{DISCLOSURE}\n\nSchaut: {link} – so schön!"


async def test_texts_that_cannot_leave_are_said_at_once(scene: Scene) -> None:
    """Too long (by how much), empty, or with a blank that nobody filled in; the old text stays."""
    share = await scene.start("bluesky")
    for text, code in (
        ("", "empty"),
        (share.disclosure, "empty"),
        ("Weil [dein Grund]!", "marker"),
        ("Weil […]", "marker"),
    ):
        with pytest.raises(TextProblem) as caught:
            await scene.press("edit", share, text_=text)
        assert caught.value.code == code
    room = scene.networks["bluesky"].limit - scene.networks["bluesky"].length(
        f"{share.disclosure}\n\n\n\n{links.find(scene.settings, share.text)}"
    )
    with pytest.raises(TextProblem) as caught:
        await scene.press("edit", share, text_="ä" * (room + 7))
    assert (caught.value.code, caught.value.over) == ("too_long", 7)
    assert (await scene.share(share.id)).text == share.text
    assert (await scene.press("edit", share, text_="ä" * room)).own_words


async def test_a_share_belongs_to_its_person(scene: Scene) -> None:
    """Ids in buttons are hints: somebody else's press does nothing."""
    share = await scene.start("x")
    verbs = ("undo", "post_now", "hold", "report_done", "report_not_done", "retry", "again", "use_dialog")
    for verb in verbs:
        with pytest.raises(NotYours):
            await scene.press(verb, share, EMRE)
    with pytest.raises(NotYours):
        await scene.press("edit", share, EMRE, text_="Meins!")
    share.id += 1000
    with pytest.raises(NotYours):
        await scene.press("undo", share)


async def test_a_story_that_has_ended_is_not_shared(scene: Scene) -> None:
    """Recalled, expired, not yet live, no such story: refused with the reason, nothing is recorded."""
    for values, code in (
        ({"state": StoryState.RECALLED}, "recalled"),
        ({"state": StoryState.LIVE, "expires_at": now() - timedelta(seconds=1)}, "expired"),
        ({"state": StoryState.IN_REVIEW, "expires_at": None}, "not_live"),
    ):
        await scene.change_story(**values)
        with pytest.raises(NotSharable) as caught:
            await scene.start("x")
        assert caught.value.code == code
    with pytest.raises(NotSharable, match="gone"):
        await scene.start("x", story_id=4711)
    async with scene.db.read() as s:
        assert await s.scalar(select(func.count()).select_from(Share)) == 0


async def test_a_network_that_is_not_offered_is_refused(scene: Scene) -> None:
    """Buttons come back from untrusted clients."""
    with pytest.raises(NotOffered):
        await scene.start("myspace")


async def test_people_who_left_do_not_share(scene: Scene) -> None:
    """From the first day no longer employed."""
    async with scene.db.write() as s:
        (await s.get_one(Person, scene.people[JANA].id)).left_on = now().date()
    with pytest.raises(NotSharable):
        await scene.start("x")


async def test_recalling_a_story_cancels_what_has_not_left(scene: Scene) -> None:
    """Waiting, pending, opened: cancelled. Posted, on its way: left as it is."""
    await scene.connect("linkedin")
    shares = [await scene.start(name) for name in ("linkedin", "mastodon", "x", "whatsapp", "email")]
    await scene.change(shares[3], state=ShareState.POSTED)
    await scene.change(shares[4], state=ShareState.SENDING)
    async with scene.db.write() as s:
        cancelled = await scene.sharing.cancel_story(s, scene.story_id)
    assert cancelled == [share.id for share in shares[:3]]
    states = [(await scene.share(share.id)).state for share in shares]
    assert states == ["cancelled", "cancelled", "cancelled", "posted", "sending"]
    assert (await scene.share(shares[0].id)).problem == "story_ended"


async def test_sharing_again_is_a_new_round(scene: Scene) -> None:
    """A new text, link and key; pressing twice begins one round; while one is open there is no other."""
    first = await scene.start("x")
    assert (await scene.press("again", first)).id == first.id
    await scene.press("report_done", first)
    rounds = await asyncio.gather(*(scene.press("again", first) for _ in range(4)))
    assert {one.round for one in rounds} == {2}
    assert len({one.id for one in rounds}) == 1
    assert rounds[0].key != first.key
    assert links.find(scene.settings, rounds[0].text) != links.find(scene.settings, first.text)
    assert (await scene.start("x")).id == rounds[0].id


async def test_own_words_survive_an_undo(scene: Scene) -> None:
    """Undone and then shared after all: the same words, with a link of its own; after a post they are not repeated."""
    first = await scene.start("x")
    first = await scene.press("edit", first, text_="Ganz meine Meinung.")
    await scene.press("undo", first)
    second = await scene.press("again", first)
    old, new = (links.find(scene.settings, one.text) for one in (first, second))
    assert old != new
    assert (second.text, second.own_words) == (first.text.replace(old, new), True)
    assert second.disclosure in second.text
    await scene.press("report_done", second)
    assert "Ganz meine Meinung." not in (await scene.press("again", second)).text


async def test_a_failed_share_can_be_tried_again_edited_or_done_by_hand(scene: Scene) -> None:
    """Every failure has a way forward."""
    await scene.connect("linkedin")
    share = await scene.start("linkedin")
    await scene.change(share, state=ShareState.FAILED, problem="refused", attempts=8)
    tried = await scene.press("retry", share)
    assert (tried.state, tried.attempts, tried.problem) == (ShareState.PENDING, 0, "")
    await scene.change(share, state=ShareState.FAILED, problem="refused")
    assert (await scene.press("edit", share, text_="Anders.")).state == ShareState.PENDING
    await scene.change(share, state=ShareState.FAILED, problem="cannot_tell")
    assert (await scene.press("edit", share, text_="Wieder anders.")).state == ShareState.FAILED
    assert (await scene.press("retry", share)).state == ShareState.FAILED, "the button of an earlier failure"
    assert (await scene.press("retry", share, looked=True)).state == ShareState.PENDING
    await scene.change(share, state=ShareState.FAILED, problem="cannot_tell")
    assert (await scene.press("use_dialog", share)).state == ShareState.OPENED
    await scene.change(share, state=ShareState.FAILED, problem="cannot_tell")
    assert (await scene.press("report_done", share)).state == ShareState.REPORTED
    assert await scene.facts(share.id) == [("reported", 1)]


async def test_a_broken_account_asks_to_connect_before_anything_else(scene: Scene) -> None:
    """Also one whose token has ended: nobody waits thirty seconds for a failure that is known."""
    await scene.connect("linkedin")
    for values in ({"state": "broken"}, {"state": "active", "expires_at": now() - timedelta(days=1)}):
        async with scene.db.write() as s:
            account = (await s.scalars(select(Account))).one()
            for name, value in values.items():
                setattr(account, name, value)
        share = await scene.start("linkedin")
        assert (share.state, share.problem) == (ShareState.WAITING, "reconnect")
        await scene.press("undo", share)
        await scene.change(share, person_id=scene.people[EMRE].id, round=share.id + 1)


async def test_a_long_caption_is_cut_at_a_word_so_that_one_click_works(scene: Scene) -> None:
    """On every network the text fits, with disclosure and link whole."""
    async with scene.db.write() as s:
        for caption in await s.scalars(select(Caption)):
            caption.text = "Donaudampfschifffahrt über Windräder " * 2000
    for name, network in scene.networks.items():
        share = await scene.start(name)
        assert network.length(share.text) <= network.limit
        assert share.disclosure in share.text
        assert links.find(scene.settings, share.text)
        assert re.search(r"\b(Donaudampfschifffahrt|über|Windräder)…\n\n", share.text)
