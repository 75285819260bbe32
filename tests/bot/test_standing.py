"""Posts that leave by themselves: only by consent, announced, and stopped with one press."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from advocacy.bot import followups, standing_rounds
from advocacy.bot.standing_cards import CONSENT
from advocacy.chat import OpenForm
from advocacy.content.models import Story, Topic
from advocacy.content.stories import Wording
from advocacy.content.topics import REQUIRED, RESTRICTED
from advocacy.db import now
from advocacy.sharing import leavers
from advocacy.sharing.models import Account, Link, Share, ShareEvent, ShareState, StandingShare
from advocacy.sharing.standing import OVER, STOPPABLE
from tests.bot.conftest import Chat, connect, message_of, said

JANA = "jana.feld"
DAY = timedelta(days=1)


@pytest.fixture
async def allowing(chat: Chat) -> Chat:
    """A company that allows it, with an open topic; Jana is connected to LinkedIn."""
    chat.parts.settings = chat.parts.settings.model_copy(update={"auto_share": True})
    async with chat.db.write() as s:
        s.add(Topic(name="Wind"))
    await connect(chat, JANA)
    return chat


async def topic_id(chat: Chat) -> int:
    async with chat.db.read() as s:
        return (await s.scalars(select(Topic.id).where(Topic.name == "Wind"))).one()


async def agree(chat: Chat, **changes: str) -> Any:
    typed = {"topic": str(await topic_id(chat)), "network": "linkedin", "agree": "yes"} | changes
    return await chat.press(JANA, "standing_save", typed, v=CONSENT)


async def consents(chat: Chat) -> list[StandingShare]:
    async with chat.db.read() as s:
        return list(await s.scalars(select(StandingShare).order_by(StandingShare.id)))


async def shares(chat: Chat) -> list[Share]:
    async with chat.db.read() as s:
        return list(await s.scalars(select(Share).order_by(Share.id)))


async def change(chat: Chat, table: type[Any], **values: Any) -> None:
    async with chat.db.write() as s:
        await s.execute(update(table).values(**values))


async def test_without_the_company_nothing_is_posted_by_itself(chat: Chat) -> None:
    """Off by default: no form, no consent, and no button that leads there."""
    assert "braucht jeder Post einen Klick" in said(await chat.types(JANA, "auto"))
    for action in ("standing_form", "standing_save", "standing_renew"):
        assert not isinstance(await chat.press(JANA, action, {"agree": "yes"}), OpenForm)
    assert "Von selbst" not in said(await chat.press(JANA, "topics"))
    assert await consents(chat) == []
    assert await standing_rounds.run(chat.parts) == 0


async def test_consent_takes_a_tick_and_is_kept_as_it_was_read(allowing: Chat) -> None:
    """The form says what is agreed to; without the tick, or under an old text, nothing is kept."""
    form = await allowing.press(JANA, "standing_form")
    assert isinstance(form, OpenForm)
    assert form.form.body.inputs[2].value == "", "nobody ticks it for anybody"
    for answer in (
        await agree(allowing, agree=""),
        await allowing.press(JANA, "standing_save", {"agree": "yes"}, v="2020-01"),
    ):
        assert isinstance(answer, OpenForm)
        assert "agree" in answer.form.errors
    assert await consents(allowing) == []
    assert "eingewilligt am" in said(await agree(allowing))
    await agree(allowing)
    first, second = await consents(allowing)
    assert (first.ended_why, second.ended_at) == ("renewed", None)
    assert (second.version, second.text) == (CONSENT, "\n\n".join(form.form.body.paragraphs))
    assert second.ends_at - second.given_at == timedelta(days=365)


async def test_each_post_is_announced_an_hour_before_and_can_be_stopped(allowing: Chat) -> None:
    """The person reads the exact text; undo stops one, one press ends all that was announced; each story once."""
    await agree(allowing)
    story = await allowing.live_story(topics=["Wind"])
    assert await standing_rounds.run(allowing.parts) == 1
    assert await standing_rounds.run(allowing.parts) == 0
    [share] = await shares(allowing)
    assert share.state == ShareState.PENDING
    assert share.due_at is not None
    assert share.due_at >= now() + STOPPABLE - timedelta(minutes=1)
    assert await allowing.parts.poster.run_due() == 0
    assert await followups.tell(allowing.parts) == 1
    await allowing.deliver()
    user = allowing.who(JANA).user
    told = allowing.worlds.slack.messages(allowing.worlds.slack.im(user).id, user)
    assert any("Geplant für" in one.text for one in told)
    shown = await allowing.press(JANA, "share_open", i=share.id)
    assert "[Nicht mehr von selbst posten]" in said(shown)
    [consent] = await consents(allowing)
    await allowing.press("emre.sonntag", "standing_off", c=consent.id)
    assert (await consents(allowing))[0].ended_at is None, "another one's press ends nothing"
    answer = await allowing.press(JANA, "standing_off", c=consent.id)
    assert "Beendet" in message_of(answer).summary
    [share] = await shares(allowing)
    assert (share.state, share.problem) == (ShareState.CANCELLED, OVER)
    assert (await consents(allowing))[0].ended_why == "off"
    assert "nicht mehr von selbst" in said(await allowing.press(JANA, "share_open", i=share.id))
    assert await standing_rounds.run(allowing.parts) == 0
    assert story.id == share.story_id


async def test_what_is_never_posted_by_itself(allowing: Chat) -> None:
    """Blanks for own words, required and restricted topics, other topics, what was live before, a second one a day."""
    await allowing.live_story(topics=["Wind"])
    await change(allowing, Story, live_at=now() - timedelta(minutes=5))
    await agree(allowing)
    assert await standing_rounds.run(allowing.parts) == 0, "it was live before the consent"
    gap = [Wording(text="Ich mag [was ich mag] daran.", language="de")]
    await allowing.live_story(topics=["Wind"], captions=gap)
    await allowing.live_story(topics=["Sonne"])
    assert await standing_rounds.run(allowing.parts) == 0
    await allowing.live_story(topics=["Wind"])
    for kind in (REQUIRED, RESTRICTED):
        await change(allowing, Topic, kind=kind)
        assert await standing_rounds.run(allowing.parts) == 0
        assert "topic" in (await _form_errors(allowing))
    await change(allowing, Topic, kind="open")
    await allowing.live_story(topics=["Wind"])
    assert await standing_rounds.run(allowing.parts) == 1, "two are there, one a day is posted"
    await change(allowing, Topic, kind=RESTRICTED)
    await standing_rounds.run(allowing.parts)
    assert [one.problem for one in await shares(allowing)] == [OVER], "announced before, taken back in time"


async def _form_errors(chat: Chat) -> dict[str, str]:
    answer = await agree(chat)
    return dict(answer.form.errors) if isinstance(answer, OpenForm) else {"topic": said(answer)}


async def test_it_lapses_by_silence_and_ends_with_the_connection(allowing: Chat) -> None:
    """Asked once, two weeks before; renewed with a press; otherwise it ends, and so without the account."""
    await agree(allowing)
    soon = now() + timedelta(days=10)
    await change(allowing, StandingShare, ends_at=soon)
    for _ in range(2):
        await standing_rounds.run(allowing.parts)
    await allowing.deliver()
    user = allowing.who(JANA).user
    told = [one.text for one in allowing.worlds.slack.messages(allowing.worlds.slack.im(user).id, user)]
    assert sum("weiter von selbst" in one for one in told) == 1
    [consent] = await consents(allowing)
    await allowing.press(JANA, "standing_renew", c=consent.id, v="2020-01")
    assert len(await consents(allowing)) == 1, "under another text nothing is renewed"
    await allowing.press(JANA, "standing_renew", c=consent.id, v=CONSENT)
    assert [one.ended_why for one in await consents(allowing)] == ["renewed", ""]
    await standing_rounds.run(allowing.parts, soon + 400 * DAY)
    assert [one.ended_why for one in await consents(allowing)] == ["renewed", "lapsed"]
    await agree(allowing)
    async with allowing.db.write() as s:
        for account in await s.scalars(select(Account)):
            await s.delete(account)
    await standing_rounds.run(allowing.parts)
    assert (await consents(allowing))[-1].ended_why == "gone"


async def test_where_the_company_takes_it_back_nothing_announced_leaves(allowing: Chat) -> None:
    """The setting is off again: what waits is taken back; ending one's consent still works."""
    await agree(allowing)
    await allowing.live_story(topics=["Wind"])
    assert await standing_rounds.run(allowing.parts) == 1
    allowing.parts.settings = allowing.parts.settings.model_copy(update={"auto_share": False})
    await standing_rounds.run(allowing.parts)
    assert [one.state for one in await shares(allowing)] == [ShareState.CANCELLED]
    await allowing.press(JANA, "standing_off", c=(await consents(allowing))[0].id)
    assert (await consents(allowing))[0].ended_why == "off"
    await leavers.forget(allowing.db, allowing.parts.accounts, (await allowing.person(JANA)).id)
    assert await consents(allowing) == [], "who left is forgotten"


async def test_what_was_being_tried_when_the_consent_ended_does_not_leave(allowing: Chat) -> None:
    """Between two tries, and during one; what its person then wants by hand, or agreed to anew, leaves."""
    story = await allowing.live_story(topics=["Wind"])
    for busy, then, ends_as in (
        ("pending", "", "cancelled"), ("sending", "", "cancelled"), ("pending", "post_now", "posted"),
        ("sending", "agree", "posted"),
    ):  # fmt: skip
        await agree(allowing)
        async with allowing.db.write() as s:
            for table in (ShareEvent, Link, Share):
                await s.execute(delete(table))
            await s.execute(update(Story).where(Story.id == story.id).values(live_at=now()))
        assert await standing_rounds.run(allowing.parts) == 1
        [share] = await shares(allowing)
        consent = (await consents(allowing))[-1]
        await change(allowing, Share, state=busy, attempts=int(then != "post_now"), planned_at=now(), due_at=now())
        if then:
            await (agree(allowing) if then == "agree" else allowing.press(JANA, then, i=share.id))
        await allowing.press(JANA, "standing_off", c=consent.id)
        if busy == "sending":  # the network was busy
            await change(allowing, Share, state="pending", due_at=now())
        await allowing.parts.poster.run_due()
        [share] = await shares(allowing)
        assert (share.state, share.problem) == (ends_as, OVER if ends_as == "cancelled" else ""), (busy, then)
