"""Topics as editors settle them in chat."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from advocacy.chat import Answer, Form, OpenForm
from advocacy.content import audience, stories
from advocacy.content.audience import NotSharable
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import ReviewRule, Story, Topic, TopicPerson
from advocacy.db import now
from tests.bot.conftest import Chat, message_of, said

CLARA, DAVID, JANA = "clara.editorius", "david.vierauge", "jana.feld"
pytestmark = pytest.mark.usefixtures("english")


def form_of(answer: Answer) -> Form:
    assert isinstance(answer, OpenForm), answer
    return answer.form


async def save(chat: Chat, topic_id: int = 0, **typed: str) -> Answer:
    form = form_of(await chat.press(CLARA, "topic_edit", **({"q": topic_id} if topic_id else {})))
    inputs = {one.name: one.value for one in form.body.inputs}
    return await chat.press(CLARA, form.action, inputs | typed, **form.value)


async def test_the_way_to_a_topic_for_members(chat: Chat) -> None:
    """From the topics everybody sees, over the list, to a form; whoever is a member sees the topic, nobody else."""
    assert "no topic to choose" in said(await chat.types(JANA, "topics"))
    assert message_of(await chat.types(JANA, "topics")).buttons == ()
    [settle] = message_of(await chat.types(CLARA, "topics")).buttons
    listed = message_of(await chat.press(CLARA, settle.action, **settle.value))
    assert [one.action for one in listed.buttons] == ["topic_edit"]
    jana = (await chat.person(JANA)).email
    wrong = form_of(await save(chat, name="Merger, old", kind="open", admit=f"{jana}, x@mars.example"))
    assert "I know nobody with the address x@mars.example" in wrong.errors["admit"]
    assert {one.name: one.value for one in wrong.body.inputs}["name"] == "Merger, old"
    assert set(form_of(await save(chat, name="Merger", admit=jana)).errors) == {"admit"}, "an open one has no members"
    assert set(form_of(await save(chat, name="Merger, old")).errors) == {"name"}
    done = said(await save(chat, name=" Merger ", kind="restricted", admit=jana))
    assert "Members: Jana Feld" in done
    assert set(form_of(await save(chat, name="merger")).errors) == {"name"}, "taken"
    assert "Merger" in said(await chat.types(JANA, "topics"))
    assert "Merger" not in said(await chat.types(DAVID, "topics"))
    async with chat.db.read() as s:
        topic_id = await s.scalar(select(Topic.id)) or 0
    assert "nobody yet" in said(await save(chat, topic_id, dismiss=jana))
    assert "Merger" not in said(await chat.types(JANA, "topics"))
    await save(chat, topic_id, admit=jana)
    await save(chat, topic_id, kind="open")
    async with chat.db.read() as s:
        assert list(await s.scalars(select(TopicPerson))) == [], "an open topic is everybody's to choose"
    for action in ("topics_all", "topic_edit", "topic_save"):
        assert "Only editors" in said(await chat.press(JANA, action, {"name": "X", "kind": "open"}))
    assert "did not work" in said(await chat.press(CLARA, "topic_edit", q=4711))
    assert "did not work" in said(await chat.press(CLARA, "topic_save", {"name": "X", "kind": "open"}, q=4711))


async def test_two_editors_make_the_same_topic_at_once(chat: Chat) -> None:
    """One makes it, the other reads at the field that it is there; so does who renames another to it."""
    async with chat.db.write() as s:
        s.add(Topic(name="Lake", kind="open"))
        await s.flush()
        lake = await s.scalar(select(Topic.id)) or 0
    ends = await asyncio.gather(*(save(chat, one, name="Merger") for one in (0, 0, lake)))
    errors = [one.form.errors for one in ends if isinstance(one, OpenForm)]
    assert errors == [{"name": "There is one with this name already."}] * 2


async def test_names_that_differ_only_in_case_are_one_topic(chat: Chat) -> None:
    """Stories bear the name as the topic is spelled, once; two approvals at the same moment make one topic."""
    first = await chat.story(topics=["Wind power", "WIND POWER", "Straße"])
    assert first.topics == ["Wind power", "Straße"]
    other = await chat.story(title="Other", topics=["wind power", "STRASSE"])
    david = await chat.person(DAVID)
    presses = ({"s": one.id, "f": fingerprint(one)} for one in (first, other))
    await asyncio.gather(*(chat.press(DAVID, "approve", **one) for one in presses))
    async with chat.db.write() as s:
        names = {one.casefold() for one in await s.scalars(select(Topic.name))}
        assert (len(names), len(list(await s.scalars(select(Topic.id))))) == (2, 2)
        known = await s.scalar(select(Topic.name).where(Topic.folded == "wind power"))
        written = await stories.get(s, other.id)
        await stories.edit(s, other.id, topics=["WIND power", "Wind Power"], by_id=david.id, seen=written.version)
        assert written.topics == [known]


async def test_a_name_almost_like_a_topics_is_asked_about_where_stories_are_written(chat: Chat) -> None:
    """The close name is said, what was typed stays, sent again it is meant; a name like no other is simply new."""
    async with chat.db.write() as s:
        s.add(Topic(name="Wind power"))
    story = await chat.story()
    form = form_of(await chat.press(CLARA, "story_edit", s=story.id))
    for action, start in (("story_edit_save", form.value), ("compose_save", {})):
        typed = {one.name: one.value for one in form.body.inputs} | {"topics": "Wind powr, Sun"}
        again = form_of(await chat.press(CLARA, action, typed, **start))
        assert "no topic “Wind powr” yet. Did you mean Wind power? Send" in again.body.paragraphs[0]
        assert {one.name: one.value for one in again.body.inputs}["topics"] == "Wind powr, Sun"
        assert (again.action, again.errors) == (action, {})
        assert not isinstance(await chat.press(CLARA, action, typed, **again.value), OpenForm)
    async with chat.db.read() as s:
        assert list(await s.scalars(select(Story.topics).order_by(Story.id))) == [["Wind powr", "Sun"]] * 2


async def test_what_is_out_with_a_topic_that_becomes_restricted_is_named_and_hidden(chat: Chat) -> None:
    """The editor reads which stories and what of the cards that are out; nobody but members may open them."""
    story = await chat.live_story(topics=["Merger"])
    planned = await chat.story(title="Tomorrow", topics=["merger"], publish_at=now() + timedelta(days=1))
    await chat.press(DAVID, "approve", s=planned.id, f=fingerprint(planned))
    await chat.story(title="Nobody approved this", topics=["Merger"])
    async with chat.db.read() as s:
        topic_id = await s.scalar(select(Topic.id)) or 0
    done = said(await save(chat, topic_id, kind="restricted", admit=(await chat.person(JANA)).email))
    assert "Out now, for members only: The rotor that listens\n" in done
    assert "on their way, for members only: Tomorrow\n" in done
    assert "Nobody approved" not in done
    assert "Withdraw a story" in done
    async with chat.db.read() as s:
        assert (await audience.readable(s, story.id, (await chat.person(JANA)).id, now())).state == "live"
        with pytest.raises(NotSharable):
            await audience.readable(s, story.id, (await chat.person(DAVID)).id, now())


async def test_renaming_a_topic_keeps_approvals_members_and_rules(chat: Chat) -> None:
    """Stories and rules bear the new name; a form opened before is overtaken."""
    async with chat.db.write() as s:
        s.add_all([
            Topic(name="Merger", kind="restricted"), ReviewRule(name="R", kind="topic", terms=["merger"], reviewer_ids=[])
        ])  # fmt: skip
    story = await chat.live_story(topics=["Merger", "Wind"])
    async with chat.db.read() as s:
        before = await stories.get(s, story.id)
        topic_id = await s.scalar(select(Topic.id).where(Topic.name == "Merger")) or 0
    await save(chat, topic_id, name="Project Lake")
    async with chat.db.read() as s:
        after = await stories.get(s, story.id)
        assert (after.topics, after.version) == (["Project Lake", "Wind"], before.version + 1)
        assert [one.terms for one in await s.scalars(select(ReviewRule))] == [["Project Lake"]]
    async with chat.db.write() as s:
        edited = await stories.edit(s, story.id, topics=["Project Lake", "Sun"], expires_at=None)
        assert (edited.state, edited.approved_hash) == ("live", before.approved_hash)


async def test_many_topics_are_listed_page_by_page(chat: Chat) -> None:
    """Ten at a time; those that only drafts bear come last, and can be settled before anybody sees them."""
    async with chat.db.write() as s:
        s.add_all(Topic(name=f"Topic {number:02}") for number in range(12))
    await chat.story(topics=["Topic 01", "Merger"])
    first = message_of(await chat.press(CLARA, "topics_all"))
    assert (len(first.facts), first.buttons[-1].action) == (10, "topics_all")
    rest = message_of(await chat.press(CLARA, "topics_all", **first.buttons[-1].value))
    assert [one.label for one in rest.facts] == ["Topic 10", "Topic 11", "Merger"]
    form = form_of(await chat.press(CLARA, rest.buttons[-1].action, **rest.buttons[-1].value))
    assert form.body.inputs[0].value == "Merger"
    assert "no topic" not in said(await chat.types(JANA, "topics"))
    assert "Merger" not in said(await chat.types(JANA, "topics"))
