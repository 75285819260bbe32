"""Review as dialogs: who is asked, who decides, what each sees, who hears of it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from advocacy.bot import announce
from advocacy.bot.language import translator
from advocacy.bot.review import authors, reminders
from advocacy.chat import MessageRef, Private, Rewrite
from advocacy.content import approval, stories
from advocacy.content.models import ReviewRule, ReviewTask, Story, StoryState
from advocacy.content.stories import Version, Wording
from advocacy.db import now
from advocacy.playground.company import SLACK_TEAM
from advocacy.slack import render as slack
from advocacy.teams import render as teams
from tests.bot.conftest import Chat, message_of, ref_of, said
from tests.bot.test_announce import buttons

CLARA, DAVID, JANA = "clara.editorius", "david.vierauge", "jana.feld"


async def rule(chat: Chat, *reviewers: str, **more: Any) -> None:
    people = [(await chat.person(one)).id for one in reviewers]
    async with chat.db.write() as s:
        values: dict[str, Any] = {"name": "Figures", "kind": "numbers", "reviewer_ids": people}
        s.add(ReviewRule(**{**values, **more}))


def direct(chat: Chat, key: str) -> list[Any]:
    im = chat.worlds.slack.im(chat.who(key).user)
    return list(chat.worlds.slack.messages(im.id))


async def late(chat: Chat, hours: float) -> None:
    """All tasks were made so many hours earlier."""
    async with chat.db.write() as s:
        for task in await s.scalars(select(ReviewTask)):
            task.created_at -= timedelta(hours=hours)
            task.due_at -= timedelta(hours=hours)


async def test_a_named_reviewer_is_asked_in_private_and_both_are_needed(chat: Chat) -> None:
    """The card says why; after one approval it says who is left; after the last, all cards show the decision."""
    editors = await chat.channel("comms-editors", "editors")
    await rule(chat, JANA)
    story = await chat.story(summary="We expect 40 % more wind.")
    assert await announce.ask_editors(chat.parts) == 2
    await chat.deliver()
    [card], [own] = chat.worlds.slack.messages(editors.channel), direct(chat, JANA)
    assert "We expect 40 % more" in json.dumps(card.blocks)
    assert "an editor, Figures (Jana Feld)" in json.dumps(card.blocks)
    answer = await chat.press(DAVID, "approve", message=ref_of(chat, editors), **buttons(card)["approve"])
    assert isinstance(answer, Rewrite)
    assert "Approved so far by: David Vierauge" in said(answer)
    assert "Needs: Figures (Jana Feld)" in said(answer)
    await chat.deliver()
    im = chat.worlds.slack.im(chat.who(JANA).user).id
    ref = MessageRef("slack", SLACK_TEAM, im, own.ts)
    answer = await chat.press(JANA, "approve", message=ref, **buttons(own)["approve"])
    assert "Freigegeben von Jana Feld" in said(answer)
    await chat.deliver()
    assert "approve" not in buttons(chat.worlds.slack.messages(editors.channel)[0])
    async with chat.db.read() as s:
        assert (await stories.get(s, story.id)).state == StoryState.APPROVED


async def test_a_difference_view_after_a_change(chat: Chat) -> None:
    """A live story that was edited comes back with the words struck that went, and bold those that came."""
    editors = await chat.channel("comms-editors", "editors")
    story = await chat.live_story()
    author = await chat.person(CLARA)
    async with chat.db.write() as s:
        await stories.edit(s, story.id, title="The rotor that sings", by_id=author.id, seen=1)
    await announce.ask_editors(chat.parts)
    await chat.deliver()
    seen = json.dumps(chat.worlds.slack.messages(editors.channel)[-1].blocks)
    assert '{"type": "text", "text": "listens", "style": {"strike": true}}' in seen
    assert '{"type": "text", "text": "sings", "style": {"bold": true}}' in seen
    assert "taken out since the last approval" in seen


async def test_a_named_reviewer_who_changed_it_is_not_reminded(chat: Chat) -> None:
    """They cannot approve what is theirs, so the editors are asked in their place."""
    await chat.channel("comms-editors", "editors")
    await rule(chat, JANA, due_hours=24)
    story, jana = await chat.story(summary="40 % more wind."), await chat.person(JANA)
    async with chat.db.write() as s:
        await stories.edit(s, story.id, title="The rotor that sings", by_id=jana.id, seen=1)
    await announce.ask_editors(chat.parts)
    await late(chat, 13)
    assert await reminders.remind(chat.parts) == 1
    await chat.deliver()
    assert all("waits for a decision" not in one.text for one in direct(chat, JANA))


async def test_reminders_and_escalation(chat: Chat) -> None:
    """Half way the reviewers hear of it, at the due time the administrators; each once; nothing is decided."""
    await chat.channel("comms-editors", "editors")
    await rule(chat, JANA, due_hours=24)
    story = await chat.story(summary="40 % more wind.")
    await announce.ask_editors(chat.parts)
    await chat.deliver()
    assert await reminders.remind(chat.parts) == 0
    await late(chat, 13)
    assert await reminders.remind(chat.parts) == 2, "Jana, and the editors' channel"
    assert await reminders.remind(chat.parts) == 0
    await late(chat, 13)
    escalated = await reminders.remind(chat.parts)
    assert escalated >= 1
    assert await reminders.remind(chat.parts) == 0
    await chat.deliver()
    value = buttons(direct(chat, JANA)[-1])["review_open"]
    answer = await chat.press(JANA, "review_open", **value)
    assert isinstance(answer, Private)
    card = message_of(answer)
    assert [one.action for one in card.buttons][:2] == ["approve", "return"]
    private = await chat.press(JANA, "approve", **card.buttons[0].value)
    assert isinstance(private, Private)
    assert private.replace
    async with chat.db.read() as s:
        assert (await stories.get(s, story.id)).state == StoryState.IN_REVIEW
    assert [one.action for one in message_of(await chat.press(CLARA, "review_open", **value)).buttons], "an editor"
    other = next(one for one in chat.people if one not in {CLARA, DAVID, JANA} and not chat.people[one].roles)
    assert "review" not in said(await chat.press(other, "review_open", **value)).lower()


async def test_authors_hear_of_each_step_once(chat: Chat) -> None:
    """Returned, approved with its time, live, withdrawn: said once each, and not what they did themselves."""
    story = await chat.story(author=JANA, is_suggestion=True, publish_at=now() + timedelta(hours=2))
    assert await authors.tell_all(chat.parts) == 0, "she submitted it herself"
    editor = await chat.person(DAVID)
    async with chat.db.write() as s:
        fresh = await stories.get(s, story.id)
        await approval.approve(s, story.id, editor, approval.fingerprint(fresh), four_eyes=True)
    assert (await authors.tell_all(chat.parts), await authors.tell_all(chat.parts)) == (1, 0)
    async with chat.db.write() as s:
        row = await s.get_one(Story, story.id)
        row.state, row.live_at = StoryState.LIVE, now()
    assert (await authors.tell_all(chat.parts), await authors.tell_all(chat.parts)) == (1, 0)
    await chat.press(DAVID, "recall", s=story.id)
    assert (await authors.tell_all(chat.parts), await authors.tell_all(chat.parts)) == (1, 0)
    await chat.deliver()
    texts = [one.text for one in direct(chat, JANA)]
    assert len(texts) == 3
    assert all("rotor that listens" in one for one in texts)


async def test_editors_who_wrote_a_story_open_it_from_what_they_hear(chat: Chat) -> None:
    """Others have no desk to be led to."""
    for author in (CLARA, JANA):
        story = await chat.story(author=author)
        async with chat.db.write() as s:
            fresh = await stories.get(s, story.id)
            editor = await chat.person(DAVID)
            await approval.approve(s, story.id, editor, approval.fingerprint(fresh), four_eyes=True)
    await authors.tell_all(chat.parts)
    await chat.deliver()
    opens = [bool(chat.worlds.slack.find_button(direct(chat, key)[-1], "desk")) for key in (CLARA, JANA)]
    assert opens == [True, False]


async def test_rules_are_shown_to_editors(chat: Chat) -> None:
    """What each looks for and who decides; nobody else sees them."""
    assert "keine Regel" in said(await chat.types(DAVID, "rules"))
    await rule(chat, JANA, language="de")
    assert "Figures: Zahlen und Prognosen (de) → Jana Feld" in said(await chat.types(DAVID, "rules"))
    assert "Jana Feld" not in said(await chat.types(JANA, "rules"))


async def test_a_named_reviewer_opens_the_story_from_their_card(chat: Chat) -> None:
    """Who is no editor gets what they decide on, not the desk; those who are not named get nothing."""
    await rule(chat, JANA)
    story = await chat.story(summary="We expect 40 % more wind.")
    await chat.channel("comms-editors", "editors")
    await announce.ask_editors(chat.parts)
    opened = said(await chat.press(JANA, "desk", s=story.id))
    assert "We expect 40 % more wind." in opened
    assert "[Bearbeiten]" not in opened
    assert "40 %" not in said(await chat.press("emre.sonntag", "desk", s=story.id))


async def test_all_texts_can_be_read_before_deciding(chat: Chat) -> None:
    """Other languages and wordings the card has no room for are on further pages, each whole once, in both doors.

    Strangers read none of them.
    """
    await rule(chat, JANA)
    words = [f"Wording {number:02} " + "and so on " * 100 for number in range(30)]
    words += [f"Fassung {one} " + "und so weiter 風 " * 180 for one in ("de", "fr", "it", "es")]
    others = [Version(one.split()[1], "Wind", one) for one in words[30:]]
    captions = [Wording(one) for one in words[:30]]
    story = await chat.story(summary="We expect 40 % more wind." * 100, captions=captions, versions=others)
    await announce.ask_editors(chat.parts)
    card = message_of(await chat.press(JANA, "review_open", s=story.id))
    read, pages = card.quote, 1
    assert read.startswith("Deutsch: Wind\nFassung de")
    while more := next((one for one in card.buttons if one.action == "review_texts"), None):
        assert not message_of(await chat.press("emre.sonntag", more.action, **more.value)).quote
        in_slack = [one for block in slack.blocks(card, translator("en")) for one in block.get("elements", ())]
        [quote] = [one["elements"] for one in in_slack if one["type"] == "rich_text_quote"]
        assert "".join(one["text"] for one in quote) == card.quote
        in_teams = json.dumps(teams.card(card), ensure_ascii=False)  # raises when it is too large
        assert all(line in in_teams for line in card.quote.splitlines())
        card = message_of(await chat.press(JANA, more.action, **more.value))
        read, pages = read + card.quote, pages + 1
    assert pages > 2
    assert [read.count(one.strip()) for one in words] == [1] * len(words)
