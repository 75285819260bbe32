"""What editors do: write, review, plan, look after feeds, topics and campaigns, withdraw, stop everything."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select, update

from advocacy.bot import announce
from advocacy.content.models import Story
from advocacy.db import now
from advocacy.delivery.models import Placement, PlacementState
from tests.doors.sharing_scenes import CLARA, DAVID, FIRST, KOFI, YARA, publish
from tests.doors.stage import Stage

EMILIA = "emilia.textor"
ARTICLE = "https://www.nordlicht.example/news/beach-clean-up-300-buckets"
LONG = replace(FIRST, captions=tuple(("", "en", f"{number}. " + "Nine seconds. " * 60) for number in range(9)))
"""With more wordings than a card has room for."""


async def newest(stage: Stage) -> int:
    """The story that was made last."""
    async with stage.demo.app.db.read() as s:
        return int(await s.scalar(select(func.max(Story.id))) or 0)


async def writing_scenes(stage: Stage) -> None:
    """From a link to a story that is out."""
    await stage.start(CLARA, "compose", "<compose_link>")
    await stage.type(CLARA, "compose", "<compose_link>")
    await stage.send(CLARA, "<compose_save>", url=ARTICLE)
    await stage.send(CLARA, "In review: {title}", title="Three hundred buckets")
    story = await newest(stage)
    await stage.see(DAVID, "To review: {title}", "ask editors", "send cards")
    await stage.press(DAVID, "return", "<return_save>", s=story)
    await stage.send(DAVID, "Returned to the author", note="Please name the beach.")
    await stage.type(CLARA, "ideas", "[desk]")
    await stage.press(CLARA, "desk", "[resubmit]", s=story)
    await stage.press(CLARA, "story_edit", "<story_edit_save>")
    await stage.send(CLARA, "Saved.", title="Three hundred and one buckets")
    await stage.press(CLARA, "version", "<version_save>")
    await stage.send(CLARA, "Saved.", title="Dreihundert Eimer", language="de")
    await stage.press(CLARA, "resubmit", "is up for review")
    await stage.type(DAVID, "review", "[desk]")
    await stage.press(DAVID, "desk", "[review_open]", s=story)
    await stage.press(DAVID, "review_open", "[approve]")
    await stage.press(DAVID, "approve", "Approved by {name}", s=story)
    await stage.demo.write_story(LONG, author=EMILIA)
    await stage.see(DAVID, "[review_texts]", "ask editors", "send cards")
    await stage.press(DAVID, "review_texts", "Nine seconds")
    await stage.type(DAVID, "rules", "There is no rule")


async def desk_scenes(stage: Stage, story: int) -> None:
    """All that an editor finds at a story that is out; the changes that call for another review come last."""
    await stage.type(CLARA, "me", "My shares")
    for action, then in (
        ("results", "What came of it"), ("reasons", "is not for everybody"), ("history", "Decisions about"),
        ("feature", "now stands first"),
    ):  # fmt: skip
        await _open(stage, story)
        await stage.press(CLARA, action, then, s=story)
    await _open(stage, story)
    await stage.press(CLARA, "resend", "as a new message?", s=story)
    await stage.press(CLARA, "resend", "goes into its channels once more", sure=1)
    await _open(stage, story)
    await stage.press(CLARA, "story_link", "[link_name]", s=story)
    await stage.link(KOFI, "unfurl", story, "The rotor that listens")
    await stage.press(CLARA, "link_name", "<link_name_save>")
    await stage.send(CLARA, "The link is called {name} now.", name="ears")
    await _open(stage, story)
    await stage.press(CLARA, "when", "<when_save>", s=story)
    await stage.send(CLARA, "Saved: {title}", end_day=f"{now() + timedelta(days=20):%Y-%m-%d}")
    await _wordings(stage, story)
    await _open(stage, story)
    await stage.press(CLARA, "audience", "<audience_save>", s=story)
    await stage.send(CLARA, "Saved: {title}", departments="Sales")


async def _open(stage: Stage, story: int) -> None:
    await stage.press(CLARA, "desk", "[when]", s=story)


async def _wordings(stage: Stage, story: int) -> None:
    await _open(stage, story)
    await stage.press(CLARA, "network_preview", "With an example link.", s=story)
    await stage.press(CLARA, "wordings", "[wording_draft]", s=story)
    await stage.press(CLARA, "wording_draft", "Forty turbines listen")
    await stage.press(CLARA, "wordings", "[wording_remove]", s=story)
    await stage.press(CLARA, "wording_remove", "Saved.")
    await stage.press(CLARA, "wording_edit", "<wording_save>")
    await stage.count(CLARA, "wording_count", "<wording_save>", text="A wording of my own.")
    await stage.send(CLARA, "Saved.", text="A wording of my own.")


async def settling_scenes(stage: Stage) -> None:
    """Plan, campaigns, topics, feeds."""
    await stage.type(CLARA, "plan", "The plan for two weeks")
    await stage.type(CLARA, "campaigns", "[campaign_new]")
    await stage.press(CLARA, "campaign_new", "<campaign_save>")
    await stage.send(CLARA, "Wind week", name="Wind week", goal_kind="people", goal="20")
    await stage.type(CLARA, "topics", "[topics_all]")
    await stage.press(CLARA, "topics_all", "[topic_edit]")
    await stage.press(CLARA, "topic_edit", "<topic_save>")
    await stage.send(CLARA, "Saved", name="Wind and sea")
    await stage.type(CLARA, "feeds", "[feed_new]")
    await stage.press(CLARA, "feed_new", "<feed_save>")
    await stage.send(CLARA, "[feed_pull]", url="https://www.nordlicht.example/feed.xml", mode="ask")
    await stage.press(CLARA, "feed_pull", "asked less than five minutes ago")
    await _entries(stage)

    await stage.type(CLARA, "channels", "[channel_cheers]")
    await stage.press(CLARA, "channel_cheers", "{name} gets a weekly post.")
    would_be_none = (
        "There would be no post: nothing was shared in the last seven days, or you are fewer than {n} people."
    )
    await stage.press(CLARA, "week_show", would_be_none)


async def _entries(stage: Stage) -> None:
    """New entries of the feed are asked about in the editors' channel."""
    await stage.see(CLARA, "[entry_take]", "pull feeds", "send cards")
    await stage.press(CLARA, "entry_take", "[entry_review]", c=1)
    await stage.press(CLARA, "entry_review", "is up for review")
    await stage.press(CLARA, "entry_decline", "left this one out", c=1)
    await stage.type(CLARA, "feeds", "[entries]")
    await stage.press(CLARA, "entries", "[entry_decline]")


async def suggesting_scenes(stage: Stage) -> None:
    """A colleague's message is suggested; the colleague is asked."""
    for number, action in enumerate(("consent_given", "consent_nameless", "consent_refused")):
        said = f"{number}: we filled three hundred buckets on the beach today, see {ARTICLE}?{number}"
        await stage.start(YARA, "suggest", "<compose_save>", said, KOFI)
        await stage.send(YARA, "Thank you! The communications team looks at it")
        story = await newest(stage)
        await stage.see(KOFI, f"[{action}]", "send answers")
        words = ("Your name stands beside the story", "Your name is not shown", "Your message is not used")
        await stage.press(KOFI, action, words[number], s=story)


async def doubtful_scenes(stage: Stage) -> None:
    """Cards nobody is sure about."""
    story = await publish(stage)
    await _all_sent(stage, story)
    async with stage.demo.app.db.write() as s:
        doubt = {"state": PlacementState.UNKNOWN, "created_at": now() - timedelta(days=1)}
        await s.execute(update(Placement).where(Placement.story_id == story).values(**doubt))
    await announce.ask_about_doubts(stage.demo.app.parts)
    await stage.see(CLARA, "[placement_again]", "send cards")
    await stage.press(CLARA, "placement_there", "Noted: the card is there.")
    await stage.see(CLARA, "[placement_again]", "send cards")
    await stage.press(CLARA, "placement_again", "sent once more")


async def _all_sent(stage: Stage, story: int) -> None:
    """Wait until no card of the story is under way."""
    busy = select(Placement.id).where(Placement.story_id == story, Placement.state != PlacementState.SENT)
    async with asyncio.timeout(6):
        while True:
            async with stage.demo.app.db.read() as s:
                if await s.scalar(busy.limit(1)) is None:
                    return
            await asyncio.sleep(0.02)


async def ending_scenes(stage: Stage, story: int) -> None:
    """Everything stops and goes on; a story is withdrawn."""
    await stage.type(CLARA, "stop", "[stop_now]")
    await stage.press(CLARA, "stop_form", "<stop_now>")
    await stage.send(CLARA, "stopped everything on", reason="A wrong figure.")
    await stage.type(CLARA, "resume", "[resume_now]")
    await stage.press(CLARA, "resume_now", "Everything goes on")
    await stage.type(CLARA, "recall", "[recall_ask]")
    await stage.press(CLARA, "recall_ask", "<recall>", s=story)
    await stage.send(CLARA, "Cards are being rewritten", reason="A wrong figure.")
    await stage.see(YARA, "Story withdrawn", "send cards")


__all__ = ["desk_scenes", "doubtful_scenes", "ending_scenes", "settling_scenes", "suggesting_scenes", "writing_scenes"]
