"""A share at its moment, as a dialog."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from advocacy.bot import followups
from advocacy.chat import OpenForm
from advocacy.content import times
from advocacy.content.models import Story
from advocacy.db import now
from advocacy.sharing.models import Share, ShareState
from tests.bot.conftest import Chat, connect, message_of, said

JANA = "jana.feld"
BERLIN = ZoneInfo("Europe/Berlin")


async def only(chat: Chat) -> Share:
    async with chat.db.read() as s:
        return (await s.scalars(select(Share))).one()


async def test_later_plans_a_share_and_everything_stays_possible(chat: Chat) -> None:
    """The form keeps what was typed and says what is wrong; the answer says when, and all can still be changed."""
    story = await chat.live_story()
    await connect(chat, JANA)
    await chat.press(JANA, "share", s=story.id, n="linkedin")
    share = await only(chat)
    form = await chat.press(JANA, "later", i=share.id)
    assert isinstance(form, OpenForm)
    assert [one.kind for one in form.form.body.inputs] == ["date", "time"]
    assert form.form.body.inputs[1].value == "09:00"
    ends = now() + timedelta(days=2)
    async with chat.db.write() as s:
        await s.execute(update(Story).values(expires_at=ends))
    tomorrow, hour = times.wall_clock(now() + timedelta(days=1), BERLIN).split("T")
    wrong = (({"day": "2020-01-01", "hour": "10:00"}, "hour"), ({"day": "gestern", "hour": "10:00"}, "day"),
             ({"day": tomorrow, "hour": "acht"}, "hour"), ({"day": "2190-01-01", "hour": "10:00"}, "day"))  # fmt: skip
    for typed, field in wrong:
        form = await chat.press(JANA, "later_save", typed, i=share.id)
        assert isinstance(form, OpenForm)
        assert list(form.form.errors) == [field]
        assert [one.value for one in form.form.body.inputs] == [typed["day"], typed["hour"]]
    answer = await chat.press(JANA, "later_save", {"day": tomorrow, "hour": hour}, i=share.id)
    assert message_of(answer).heading.startswith("Geplant für ")
    assert hour in message_of(answer).heading
    labels = [one.label for one in message_of(answer).buttons]
    assert labels == ["Andere Zeit …", "Jetzt posten", "Rückgängig", "Bearbeiten", "Beste Zeit"]
    assert await chat.parts.poster.run_due() == 0

    mine = await chat.press(JANA, "me")
    assert "LinkedIn · " in said(mine)
    assert "[Geplante Posts]" in said(mine)
    listed = await chat.press(JANA, "planned")
    assert "[The rotor that listens]" in said(listed)
    assert "Geplant für" in said(await chat.press(JANA, "share_open", i=share.id))
    changed = await chat.press(JANA, "later", i=share.id)
    assert isinstance(changed, OpenForm)
    assert [one.value for one in changed.form.body.inputs] == [tomorrow, hour]
    assert "nichts gepostet" in said(await chat.press(JANA, "undo", i=share.id))
    assert "Es ist nichts geplant" in said(await chat.types(JANA, "geplant"))


async def test_the_best_time_is_said_with_its_reason(chat: Chat) -> None:
    """One press; where there is no good moment the share stays as it is, and the answer says why."""
    story = await chat.live_story()
    await connect(chat, JANA)
    await chat.press(JANA, "share", s=story.id, n="linkedin")
    share = await only(chat)
    answer = await chat.press(JANA, "best_time", i=share.id)
    assert message_of(answer).heading.startswith("Geplant für ")
    assert "Warum gerade dann?" in said(answer)
    assert (await only(chat)).planned_at is not None
    async with chat.db.write() as s:
        await s.execute(update(Story).values(expires_at=now() + timedelta(minutes=17)))
        await s.execute(update(Share).values(planned_at=None, due_at=now() + timedelta(seconds=30)))
    answer = await chat.press(JANA, "best_time", i=share.id)
    assert "keine Arbeitszeit mehr" in said(answer)
    assert (await only(chat)).planned_at is None


async def test_a_recall_ends_the_plan_with_a_word(chat: Chat) -> None:
    """Withdrawn before its moment: nothing leaves, and the person hears of it."""
    story = await chat.live_story()
    await connect(chat, JANA)
    await chat.press(JANA, "share", s=story.id, n="linkedin")
    await chat.press(JANA, "best_time", i=(await only(chat)).id)
    async with chat.db.write() as s:
        await chat.parts.sharing.cancel_story(s, story.id)
    assert (await only(chat)).state == ShareState.CANCELLED
    assert await followups.tell(chat.parts) == 1
