"""Editors plan in chat: when, for whom, again, first, and what the coming weeks bring."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import time_machine
from sqlalchemy import delete, select, update

from advocacy.bot import announce
from advocacy.chat import Answer, Form, OpenForm
from advocacy.content.models import Story, StoryState, Topic
from advocacy.delivery.models import Channel, Placement
from advocacy.people.models import Identity, Person
from tests.bot.conftest import Chat, message_of, said

CLARA, DAVID, JANA = "clara.editorius", "david.vierauge", "jana.feld"
START = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def form_of(answer: Answer) -> Form:
    assert isinstance(answer, OpenForm), answer
    return answer.form


def values(form: Form) -> dict[str, str]:
    return {one.name: one.value for one in form.body.inputs}


async def stored(chat: Chat, story: Story) -> Story:
    async with chat.db.read() as s:
        return await s.get_one(Story, story.id)


@time_machine.travel(START, tick=True)
async def test_an_editor_sets_times_on_the_company_clock_and_sees_them_again(chat: Chat) -> None:
    """Dates and times as typed; what is stored comes back into the form."""
    story = await chat.story()
    form = form_of(await chat.press(CLARA, "when", s=story.id))
    typed = values(form) | {
        "day": "2026-12-01", "hour": "9:30", "embargo_day": "2026-12-01", "end_day": "24.12.2026", "urgent": "yes",
        "rights_day": "2027-01-31", "rights_note": "Agency",
    }  # fmt: skip
    assert "01.12.2026, 09:30" in said(await chat.press(CLARA, "when_save", typed, **form.value))
    now = await stored(chat, story)
    assert now.publish_at == datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
    assert now.embargo_until == datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    assert now.expires_at == datetime(2026, 12, 24, 22, 59, tzinfo=UTC)
    assert (now.urgent, now.rights_note, now.state) == (True, "Agency", StoryState.IN_REVIEW)
    again = values(form_of(await chat.press(CLARA, "when", s=story.id)))
    assert (again["day"], again["hour"], again["end_hour"], again["urgent"]) == ("2026-12-01", "09:30", "23:59", "yes")


@time_machine.travel(START, tick=True)
async def test_the_audience_clock_is_each_channels(chat: Chat) -> None:
    """The story begins where it is nine first."""
    ref = await chat.channel("news")
    async with chat.db.write() as s:
        await s.execute(update(Channel).where(Channel.channel_id == ref.channel).values(time_zone="Asia/Tokyo"))
    story = await chat.story()
    form = form_of(await chat.press(CLARA, "when", s=story.id))
    typed = values(form) | {"day": "2026-12-01", "hour": "09:00", "clock": "audience"}
    await chat.press(CLARA, "when_save", typed, **form.value)
    now = await stored(chat, story)
    assert (now.wall_clock, now.publish_at) == ("2026-12-01T09:00", datetime(2026, 12, 1, 0, 0, tzinfo=UTC))
    assert values(form_of(await chat.press(CLARA, "when", s=story.id)))["clock"] == "audience"


@time_machine.travel(START, tick=True)
async def test_mistakes_stand_at_their_fields_and_what_was_typed_stays(chat: Chat) -> None:
    """Nothing is written before all of it makes sense."""
    story = await chat.story()
    form = form_of(await chat.press(CLARA, "when", s=story.id))
    typed = values(form) | {"day": "soon", "embargo_hour": "10:00", "end_day": "2026-11-01", "end_hour": "8 Uhr"}
    again = form_of(await chat.press(CLARA, "when_save", typed, **form.value))
    assert set(again.errors) == {"day", "embargo_day", "end_hour"}
    assert values(again)["day"] == "soon"
    typed = values(form) | {"day": "2026-12-24", "end_day": "2026-12-01"}
    assert set(form_of(await chat.press(CLARA, "when_save", typed, **form.value)).errors) == {"end_day"}
    assert (await stored(chat, story)).publish_at is None


@time_machine.travel(START, tick=True)
async def test_the_second_of_two_editors_sees_the_first_ones_change(chat: Chat) -> None:
    """Nothing is overwritten silently; saving again is a decision."""
    story = await chat.story()
    mine = form_of(await chat.press(CLARA, "when", s=story.id))
    theirs = form_of(await chat.press(DAVID, "when", s=story.id))
    await chat.press(DAVID, "when_save", values(theirs) | {"day": "2026-12-02", "hour": "10:00"}, **theirs.value)
    typed = values(mine) | {"day": "2026-12-05", "hour": "11:00"}
    stale = form_of(await chat.press(CLARA, "when_save", typed, **mine.value))
    assert values(stale)["day"] == "2026-12-05"
    assert (await stored(chat, story)).publish_at == datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
    await chat.press(CLARA, "when_save", typed, **stale.value)
    assert (await stored(chat, story)).publish_at == datetime(2026, 12, 5, 10, 0, tzinfo=UTC)


async def test_an_editor_says_whom_a_story_is_for(chat: Chat) -> None:
    """Departments by name, leaders by address or role; what does not exist is named at its field."""
    story = await chat.story()
    jana = await chat.person(JANA)
    async with chat.db.write() as s:  # that somebody leaves one day is known before
        await s.execute(
            update(Person).where(Person.id == jana.id).values(left_on=(datetime.now(UTC) + timedelta(days=30)).date())
        )
    department = chat.people[JANA].department
    form = form_of(await chat.press(CLARA, "audience", s=story.id))
    typed = values(form) | {
        "departments": department.lower(), "locations": "Kiel, Bremen", "languages": "de", "topics": "Wind, Safety",
        "leaders": jana.email, "minutes": "15", "internal": "yes",
    }  # fmt: skip
    async with chat.db.write() as s:
        s.add_all([Topic(name="Wind"), Topic(name="Safety at work")])
    bad = typed | {"departments": "Mars/Base", "leaders": "x@mars.example", "minutes": "soon"}
    again = form_of(await chat.press(CLARA, "audience_save", bad, **form.value))
    assert set(again.errors) == {"departments", "leaders", "minutes"}
    assert values(again)["departments"] == "Mars/Base"
    again = form_of(await chat.press(CLARA, "audience_save", typed | {"topics": "wind, Saftey at work"}, **form.value))
    assert "kein Thema „Saftey at work“. Meintest du Safety at work?" in again.body.paragraphs[0]
    assert (again.errors, values(again)["topics"], values(again)["minutes"]) == ({}, "wind, Saftey at work", "15")
    again = form_of(await chat.press(CLARA, "audience_save", typed | {"topics": "wind, Sun"}, **again.value))
    assert again.body.paragraphs[0].startswith("Es gibt noch kein Thema „Sun“. Schick")
    typed["topics"] = "wind, Sun"
    assert "Gespeichert" in said(await chat.press(CLARA, "audience_save", typed, **again.value))
    now = await stored(chat, story)
    assert (now.leader_ids, now.leaders_minutes, now.internal) == ([jana.id], 15, True)
    assert (now.locations, now.audience_languages, len(now.department_ids)) == (["Kiel", "Bremen"], ["de"], 1)
    async with chat.db.read() as s:
        assert now.topics == ["Wind", "Sun"]
        assert "Sun" not in set(await s.scalars(select(Topic.name))), "told nobody before it is approved"


async def test_a_story_is_sent_again_after_a_question_and_can_stand_first(chat: Chat) -> None:
    """The channel gets a second card."""
    news = await chat.channel("news")
    story = await chat.live_story()
    await announce.publish(chat.parts)
    asked = message_of(await chat.press(CLARA, "resend", s=story.id))
    assert await announce.publish(chat.parts) == 0
    await chat.press(CLARA, "resend", **asked.buttons[0].value)
    assert await announce.publish(chat.parts) == 1
    await chat.deliver()
    assert len(chat.worlds.slack.messages(news.channel)) == 2
    async with chat.db.read() as s:
        assert list(await s.scalars(select(Placement.round).order_by(Placement.id))) == [1, 2]
    for _ in range(2):  # pressed twice it is not undone
        assert "vorn" in said(await chat.press(CLARA, "feature", s=story.id, on=1))
    assert (await stored(chat, story)).featured
    assert "vorn" not in said(await chat.press(CLARA, "feature", s=(await chat.story()).id, on=1)), "not out"


@time_machine.travel(START, tick=True)
async def test_the_plan_shows_the_days_and_what_is_missing(chat: Chat) -> None:
    """By day, on the company's clock; what lies further ahead is not there."""
    assert "nichts geplant" in said(await chat.types(CLARA, "plan"))
    await chat.story(title="Soon", publish_at=START + timedelta(days=2), captions=[])
    await chat.story(title="Far", publish_at=START + timedelta(days=20))
    await chat.live_story(title="Ending", expires_at=START + timedelta(days=1))
    text = said(await chat.types(CLARA, "plan"))
    assert "Soon – fehlt: Freigabe, ein Textvorschlag" in text
    assert "endet: Ending" in text
    assert "Far" not in text


async def test_people_follow_topics_and_editors_run_campaigns(chat: Chat) -> None:
    """Unticked topics leave the feed; a campaign shows how far it has come."""
    async with chat.db.write() as s:
        s.add_all([Topic(name="Wind"), Topic(name="Safety", kind="required")])
    assert "Safety" in said(await chat.types(JANA, "themen"))
    form = form_of(await chat.press(JANA, "topics_form"))
    assert len(form.body.inputs) == 1
    shown = message_of(await chat.press(JANA, "topics_save", {"follow_0": ""}))
    assert [one.value for one in shown.facts] == ["Safety", "Wind"]
    assert shown.summary == "Gespeichert."
    new = form_of(await chat.press(CLARA, "campaign_new"))
    typed = values(new) | {"name": "Wind weeks", "goal_kind": "people", "goal": "viele"}
    assert set(form_of(await chat.press(CLARA, "campaign_save", typed)).errors) == {"goal"}
    shown = message_of(await chat.press(CLARA, "campaign_save", typed | {"goal": "40"}))
    assert [(one.label, one.share) for one in shown.bars] == [("Wind weeks", 0.0)]
    assert shown.summary == "Gespeichert: Wind weeks"
    assert set(form_of(await chat.press(CLARA, "campaign_save", typed | {"goal": "40"})).errors) == {"name"}


async def test_planning_is_for_editors(chat: Chat) -> None:
    """Whatever button somebody brings."""
    story = await chat.story()
    for action in ("when", "when_save", "audience", "audience_save", "resend", "feature", "plan", "campaigns"):
        assert "Redaktion" in said(await chat.press(JANA, action, s=story.id)), action


async def test_editors_hear_which_leaders_cannot_be_written_to_yet(chat: Chat) -> None:
    """Nobody waits in vain for a card that had nowhere to go: whoever was never met is named."""
    story = await chat.story()
    jana, till = await chat.person("jana.feld"), await chat.person("till.brandt")
    async with chat.db.write() as s:
        await s.execute(delete(Identity).where(Identity.person_id == till.id))
    typed = {"leaders": f"{jana.email}, {till.email}", "minutes": "15"}
    answer = await chat.press("david.vierauge", "audience_save", typed, s=story.id, v=story.version)
    assert "Till Brandt. Wer vorab" in said(answer)
    assert jana.name not in said(answer)
