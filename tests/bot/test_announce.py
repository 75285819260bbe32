"""What the bot says by itself: drafts to editors, stories at their time, counters, endings."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select, text

from advocacy.bot import announce, followups
from advocacy.chat import MessageRef, OpenForm, Press, Rewrite
from advocacy.content import stories
from advocacy.content.models import Story, StoryState
from advocacy.db import Database, now
from advocacy.delivery.models import Placement, PlacementState
from advocacy.playground.company import SLACK_TEAM
from advocacy.sharing.models import Share
from tests.bot.conftest import Chat, connect, ref_of, said

DAVID = "david.vierauge"


def buttons(message: object) -> dict[str, dict[str, object]]:
    """Action name to value, of a Slack message."""
    found: dict[str, dict[str, object]] = {}
    for block in message.blocks:  # type: ignore[attr-defined]
        for one in block.get("elements", ()):
            if one.get("type") == "button" and one.get("value"):
                found.setdefault(one["action_id"].split("#")[0], json.loads(one["value"]))
    return found


async def test_editors_see_a_draft_once_and_approve_what_they_saw(chat: Chat) -> None:
    """One review card per editors' channel; approving rewrites it; a second look asks nobody again."""
    editors = await chat.channel("comms-editors", "editors")
    story = await chat.story()
    assert await announce.ask_editors(chat.parts) == 1
    assert await announce.ask_editors(chat.parts) == 0
    await chat.deliver()
    [card] = chat.worlds.slack.messages(editors.channel)
    value = buttons(card)["approve"]
    answer = await chat.press(DAVID, "approve", message=ref_of(chat, editors), **value)
    assert isinstance(answer, Rewrite)
    assert "Approved by David Vierauge" in said(answer)
    async with chat.db.read() as s:
        assert (await stories.get(s, story.id)).state in {StoryState.APPROVED, StoryState.LIVE, StoryState.SCHEDULED}


async def test_a_returned_draft_comes_again_when_it_is_submitted_again(chat: Chat) -> None:
    """Return asks for a note, tells the author privately, and the next round is a new card."""
    from advocacy.content import approval

    editors = await chat.channel("comms-editors", "editors")
    story = await chat.story()
    await announce.ask_editors(chat.parts)
    await chat.deliver()
    value = buttons(chat.worlds.slack.messages(editors.channel)[0])["return"]
    card = ref_of(chat, editors)
    form = await chat.press(DAVID, "return", message=card, **value)
    assert isinstance(form, OpenForm)
    await chat.press(DAVID, "return_save", {"note": "Please name the source."}, message=card, **form.form.value)
    await chat.deliver()
    left = buttons(chat.worlds.slack.messages(editors.channel)[0])
    assert list(left) == ["resubmit", "desk"], "a returned draft can no longer be approved"
    clara = chat.who("clara.editorius").user
    assert any("returned" in one.text or "zurückgegeben" in one.text
               for one in chat.worlds.slack.messages(chat.worlds.slack.im(clara).id))  # fmt: skip
    author = await chat.person("clara.editorius")
    async with chat.db.write() as s:
        await stories.edit(s, story.id, summary="Forty turbines, says the yearly report.", by_id=author.id, seen=1)
        await approval.submit(s, story.id, author.id)
    assert await announce.ask_editors(chat.parts) == 1


async def test_editors_are_asked_about_a_live_story_that_says_something_unapproved(chat: Chat) -> None:
    """However it came to that: nothing leaves, and there is a review card for the new round."""
    editors = await chat.channel("comms-editors", "editors")
    await chat.channel("news")
    story = await chat.live_story()
    async with chat.db.write() as s:
        (await s.get_one(Story, story.id)).title = "Words that nobody approved"
    assert await announce.publish(chat.parts) == 0
    async with chat.db.read() as s:
        assert (await stories.get(s, story.id)).state == StoryState.IN_REVIEW
    assert await announce.ask_editors(chat.parts) == 1
    await chat.deliver()
    assert "approve" in buttons(chat.worlds.slack.messages(editors.channel)[-1])


async def test_a_story_reaches_every_channel_once_at_its_time(chat: Chat) -> None:
    """Scheduled stories wait; then one card per channel, however often the job runs."""
    refs = [await chat.channel(name) for name in ("news", "sales-stories", "tech-stories")]
    await chat.live_story()
    later = await chat.live_story(title="Later", publish_at=now() + timedelta(hours=1))
    assert await announce.publish(chat.parts) == 3
    assert await announce.publish(chat.parts) == 0
    await chat.deliver()
    assert [len(chat.worlds.slack.messages(one.channel)) for one in refs] == [1, 1, 1]
    async with chat.db.write() as s:
        (await s.get_one(Story, later.id)).publish_at = now() - timedelta(seconds=1)
    assert await announce.publish(chat.parts) == 3


async def test_only_the_named_channels_get_a_story(chat: Chat) -> None:
    """The audience of a story is its channels."""
    from advocacy.delivery.models import Channel

    news, sales = await chat.channel("news"), await chat.channel("sales-stories")
    async with chat.db.read() as s:
        sales_id = await s.scalar(select(Channel.id).where(Channel.channel_id == sales.channel))
    await chat.live_story(channel_ids=[sales_id])
    await announce.publish(chat.parts)
    await chat.deliver()
    assert chat.worlds.slack.messages(news.channel) == []
    assert len(chat.worlds.slack.messages(sales.channel)) == 1


async def test_the_counter_changes_after_shares_and_not_more_often_than_set(chat: Chat) -> None:
    """A share is folded, the card says so; without news nothing is rewritten."""
    from advocacy.insights.fold import Fold

    news = await chat.channel("news")
    story = await chat.live_story()
    await announce.publish(chat.parts)
    await chat.deliver()
    await connect(chat, "jana.feld")
    await chat.press("jana.feld", "share", s=story.id, n="linkedin")
    async with chat.db.read() as s:
        share_id = await s.scalar(select(Share.id))
    await chat.press("jana.feld", "post_now", i=share_id)
    await chat.parts.poster.run_due()
    await Fold(chat.db, chat.parts.settings).run()
    assert await announce.refresh(chat.parts) == 0, "the minute since the last change is not over"
    async with chat.db.write() as s:
        (await s.scalars(select(Placement))).one().refreshed_at = now() - timedelta(hours=1)
    assert await announce.refresh(chat.parts) == 1
    assert await announce.refresh(chat.parts) == 0
    await chat.deliver()
    [card] = chat.worlds.slack.messages(news.channel)
    assert "1 colleague" in json.dumps(card.blocks)


async def test_an_own_view_follows_what_happens_elsewhere(chat: Chat) -> None:
    """Connected, edited, posted: the card in the channel is rewritten, so that the client asks for the view anew."""
    await chat.channel("news")
    story = await chat.live_story()
    await announce.publish(chat.parts)
    await chat.deliver()
    jana = replace(chat.who("jana.feld"), address="29:jana")

    async def press(action: str, text: str = "", **value: object) -> None:
        await chat.bot.handle(Press(jana, action, value, {"text": text}))

    async def follows() -> bool:
        """Is the card rewritten, once?"""
        async with chat.db.write() as s:
            (await s.scalars(select(Placement))).one().refreshed_at = now() - timedelta(hours=1)
        return (await announce.refresh(chat.parts), await announce.refresh(chat.parts)) == (1, 0)

    async with chat.db.read() as s:
        placement_id = await s.scalar(select(Placement.id))
    await press("share", s=story.id, n="linkedin", p=placement_id)
    assert await follows(), "it names a viewer now"
    await connect(chat, "jana.feld")
    await followups.tell(chat.parts)
    assert await follows(), "the share goes on"
    async with chat.db.read() as s:
        share_id = await s.scalar(select(Share.id))
    await press("edit_save", "Quite some rotor.", i=share_id)
    assert await follows(), "it has another text"
    await press("undo", i=share_id)
    assert await follows(), "it was undone in the person's chat"
    assert not await follows()


async def test_recall_and_expiry_rewrite_every_card(chat: Chat) -> None:
    """No button is left on a story that has ended, at once and in every channel."""
    refs = [await chat.channel(name) for name in ("news", "sales-stories")]
    story = await chat.live_story()
    ending = await chat.live_story(title="Ending", expires_at=now() + timedelta(hours=1))
    await announce.publish(chat.parts)
    await chat.deliver()
    await chat.press(DAVID, "recall", s=story.id)
    async with chat.db.write() as s:
        story = await s.get_one(Story, ending.id)
        story.expires_at, story.updated_at = now() - timedelta(seconds=1), now() - timedelta(days=30)
    assert await announce.refresh(chat.parts) == 2
    await chat.deliver()
    for ref in refs:
        for card in chat.worlds.slack.messages(ref.channel):
            assert "share" not in buttons(card)


async def test_editors_are_asked_about_a_card_nobody_can_find(chat: Chat) -> None:
    """A doubtful card is asked about once; "send it" sends it, only editors may say so."""
    news = await chat.channel("news")
    editors = await chat.channel("comms-editors", "editors")
    await chat.live_story()
    await announce.publish(chat.parts)
    async with chat.db.write() as s:
        placement = (await s.scalars(select(Placement))).one()
        placement.state, placement.created_at = PlacementState.UNKNOWN, now() - timedelta(hours=1)
        from advocacy.delivery.models import Outbox, OutboxState

        (await s.scalars(select(Outbox))).one().state = OutboxState.UNKNOWN
    assert await announce.ask_about_doubts(chat.parts) == 1
    assert await announce.ask_about_doubts(chat.parts) == 0
    await chat.deliver()
    [question] = chat.worlds.slack.messages(editors.channel)
    value = buttons(question)["placement_again"]
    assert "Redaktion" in said(await chat.press("jana.feld", "placement_again", **value))
    await chat.press(DAVID, "placement_again", **value)
    await chat.press(DAVID, "placement_again", **value)
    await chat.deliver()
    assert len(chat.worlds.slack.messages(news.channel)) == 1


async def test_a_press_on_a_card_proves_that_it_is_there(chat: Chat) -> None:
    """An unconfirmed card is settled by the first press on it."""
    news = await chat.channel("news")
    story = await chat.live_story()
    await announce.publish(chat.parts)
    await chat.deliver()
    [card] = chat.worlds.slack.messages(news.channel)
    async with chat.db.write() as s:
        placement = (await s.scalars(select(Placement))).one()
        placement.state, placement.message_id = PlacementState.UNKNOWN, ""
    ref = MessageRef("slack", SLACK_TEAM, news.channel, card.ts)
    await chat.press("jana.feld", "share", s=story.id, n="xing", p=placement.id, message=ref)
    async with chat.db.read() as s:
        placement = (await s.scalars(select(Placement))).one()
    assert (placement.state, placement.message_id) == (PlacementState.SENT, card.ts)


async def test_looking_for_news_to_tell_reads_only_what_is_untold(db: Database) -> None:
    """Every two seconds, among millions of shares of which nobody has to hear: an index holds just the few."""
    query = select(Share.id).where(followups.UNTOLD).order_by(Share.id).limit(followups.BATCH)
    sql = query.compile(db.engine.sync_engine, compile_kwargs={"literal_binds": True})
    async with db.read() as s:
        if not db.is_sqlite:  # it reads an empty table as a whole, unless told not to
            await s.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN" if db.is_sqlite else "EXPLAIN"
        plan = "\n".join(str(row) for row in await s.execute(text(f"{explain} {sql}")))
    assert "ix_share_untold" in plan
