"""What came of a story, in chat."""

from __future__ import annotations

from datetime import date

from advocacy.db import now
from advocacy.insights.models import StoryClick, StoryPerson
from advocacy.sharing.models import Share, ShareReaction
from tests.bot.conftest import Chat, message_of, said

EDITOR = "clara.editorius"


async def test_editors_see_sums_with_what_does_not_count_apart(chat: Chat) -> None:
    """Clicks of people, repeated, own, programs'; reactions and possible reach; the definition beside them."""
    story = await chat.live_story()
    keys = [key for key in chat.people if key != EDITOR][:6]
    async with chat.db.write() as s:
        for key in keys:
            person = await chat.person(key)
            s.add(StoryPerson(story_id=story.id, person_id=person.id, department_id=0, day=date(2026, 11, 1), shares=1))
            s.add(
                StoryClick(
                    story_id=story.id,
                    network="bluesky",
                    person_id=person.id,
                    clicks=3,
                    repeated=2,
                    own=1,
                    programs=4,
                    ended=0,
                )
            )
            share = Share(
                person_id=person.id,
                story_id=story.id,
                network="bluesky",
                state="posted",
                text="",
                key=key,
                settled_at=now(),
            )
            s.add(share)
            await s.flush()
            s.add(ShareReaction(share_id=share.id, told_at=now(), likes=2, reposts=1, replies=1, followers=50))
        s.add(StoryClick(story_id=story.id, network="", person_id=0, clicks=5, repeated=0, own=0, programs=1, ended=0))
    assert "results" in [one.action for one in message_of(await chat.press(EDITOR, "desk", s=story.id)).buttons]
    async with chat.db.write() as s:
        (await s.merge(await chat.person(EDITOR))).language = "en"
    shown = said(await chat.press(EDITOR, "results", s=story.id))
    for words in (
        "Clicks on shared links: 18", "Clicks on the story's own link: 5", "12 repeated, 6 own, 25 by programs",
        "Clicks from Bluesky: 18", "Reactions to 6 posts: 12 likes, 6 reposts, 6 replies",
        "Possible reach: 300 followers", "once an hour", "told by",
    ):  # fmt: skip
        assert words in shown, shown


async def test_small_sums_and_colleagues_are_refused(chat: Chat) -> None:
    """With too few people there are no figures of theirs; and only editors ask."""
    story = await chat.live_story()
    person = await chat.person("jana.feld")
    async with chat.db.write() as s:
        s.add(
            StoryClick(
                story_id=story.id, network="x", person_id=person.id, clicks=77, repeated=0, own=0, programs=0, ended=0
            )
        )
    shown = said(await chat.press(EDITOR, "results", s=story.id))
    assert "77" not in shown
    assert not message_of(await chat.press("jana.feld", "results", s=story.id)).facts
