"""What everybody can do: share, put off, take back, pass; and how they want to hear of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select, update

from advocacy.bot.home import digests
from advocacy.content.models import Topic
from advocacy.db import now
from advocacy.people.models import Rhythm
from advocacy.playground.captions import CAMPAIGNS, Campaign
from advocacy.sharing.models import Share, ShareState, StandingShare
from tests.doors.stage import Stage

YARA, KOFI, MATTEO = "yara.blume", "kofi.asantemar", "matteo.riccardini"
CLARA, DAVID = "clara.editorius", "david.vierauge"
FIRST = CAMPAIGNS[0]
GAP = replace(
    CAMPAIGNS[1], captions=tuple(("", one, "Quiet and clever. [What I like about it]") for one in ("en", "de"))
)


async def publish(stage: Stage, campaign: Campaign = FIRST) -> int:
    """A story that is out, and stands in the channels."""
    demo, screen = stage.demo, stage.screen(YARA)
    story = await demo.write_story(campaign, author="emilia.textor")
    await demo.approve(story.id, "clara.editorius")
    demo.app.jobs.soon("publish stories")
    await screen.until(lambda: any(one.find("share", {"s": story.id}) for one in screen.look()), 6)
    return story.id


async def share_scenes(stage: Stage, story: int) -> None:
    """From the card to a post, and back."""
    on = {"s": story, "n": "linkedin"}
    await stage.press(YARA, "share", "Connect {network} once", **on)
    await stage.connect(YARA, "linkedin")
    await stage.see(YARA, "[post_now]", "tell outcomes", "send answers")
    await stage.press(YARA, "edit", "<edit_save>")
    await stage.press(YARA, "edit_other", "<edit_save>", n="linkedin")
    await stage.press(YARA, "edit_own", "These facts are cleared")
    await stage.count(YARA, "edit_count", "characters used so far", text="Nobody wrote like this before.")
    await stage.send(YARA, "Posting to {network} in {seconds} s", text="I like how quiet it is.")
    await stage.press(YARA, "later", "<later_save>")
    await stage.send(YARA, "Planned for {when}", day=f"{now() + timedelta(days=2):%Y-%m-%d}", hour="10:30")
    await stage.press(YARA, "best_time", "Why then?")
    await stage.type(YARA, "planned", "[share_open]")
    await stage.press(YARA, "share_open", "[post_now]")
    await stage.press(YARA, "post_now", "Posting to {network} now")
    await stage.see(YARA, "[delete]", "post shares", "tell outcomes")
    await stage.press(YARA, "delete", "Deleted from {network}")
    await stage.press(YARA, "again", "[post_now]")
    await stage.press(YARA, "undo", "[more]")
    await stage.press(YARA, "more", "[view]", n="linkedin")
    if stage.door == "teams":
        await stage.press(YARA, "view", "Deleted from {network}")
    await _failures(stage, story)


async def _failures(stage: Stage, story: int) -> None:
    """A share that did not work, told as the product tells it."""
    for problem, action, then in (
        ("refused", "retry", "Posting to {network}"), ("cannot_tell", "retry_looked", "Posting to {network}"),
        ("refused", "dialog", "[done]"),
    ):  # fmt: skip
        async with stage.demo.app.db.write() as s:
            failed = {"state": ShareState.FAILED, "problem": problem, "told": ""}
            newest = await s.scalar(select(func.max(Share.id)).where(Share.story_id == story))
            await s.execute(update(Share).where(Share.id == newest).values(**failed))
        await stage.see(YARA, f"[{action}]", "tell outcomes", "send answers")
        await stage.press(YARA, action, then)
    await stage.press(YARA, "done", "Noted: you shared it")
    await stage.press(YARA, "not_done", "Undone. Nothing was posted.")
    await stage.press(YARA, "after_all", "[post_now]")


async def gap_scenes(stage: Stage, story: int) -> None:
    """A wording with a gap; and what is not for everybody."""
    await stage.press(YARA, "share", "[skip_marker]", s=story, n="linkedin")
    await stage.press(YARA, "skip_marker", "Posting to {network}")
    await stage.press(KOFI, "pass", "[pass_reason]", s=story)
    await stage.press(KOFI, "pass_reason", "We will not show you this story again", r="timing")
    await stage.press(KOFI, "pass_back", "The story is among yours again")


async def home_scenes(stage: Stage) -> None:
    """The home, and what else can be asked for."""
    await stage.home(KOFI, "[tour]")
    await stage.press(KOFI, "tour", "Welcome, {name}!")
    await stage.press(KOFI, "tour", "What is stored about you", n=2)
    await stage.press(KOFI, "tour", "Connect a network, or not", n=3)
    await stage.press(KOFI, "tour", "[practice]", n=4)
    await stage.press(KOFI, "practice", "[practice_edit]")
    await stage.press(KOFI, "practice_edit", "<practice_save>")
    await stage.send(KOFI, "Practice: posting in {seconds} s", text="My own words.")
    await stage.press(KOFI, "practice_end", "That was it", d="post")
    await stage.type(KOFI, "search rotor", "The rotor that listens")
    if stage.door == "teams":
        await stage.pick(KOFI, "search_pick", "rotor")
        hands = stage.demo.worlds.teams.hands
        await hands.uninstall(MATTEO)
        await hands.install(MATTEO)
        await stage.see(MATTEO, "Welcome, {name}!")
        stage.pressed.add("installed")
    for words, then in (
        ("help", "[feed]"), ("feed", "[share]"), ("me", "My shares"), ("leaderboard", "Who takes part"),
        ("accounts", "Networks you have connected"), ("tour", "Welcome, {name}!"), ("home", "[home]"), ("settings", "[pace_form]"),
    ):  # fmt: skip
        await stage.type(KOFI, words, then)


async def own_scenes(stage: Stage) -> None:
    """Topics, rhythm, breaks, connections."""
    await stage.type(YARA, "topics", "[topics_form]")
    await stage.press(YARA, "topics_form", "<topics_save>")
    await stage.send(YARA, "Saved.")
    await stage.type(YARA, "settings", "[pace_form]")
    await stage.press(YARA, "pace_form", "<pace_save>")
    await stage.send(YARA, "Saved.", most="3", hour="10:00")
    await stage.type(YARA, "less", "[less_set]")
    await stage.press(YARA, "less_set", "Saved.", d="most")
    await stage.type(YARA, "quiet", "[quiet_set]")
    await stage.press(YARA, "quiet_set", "nothing comes to you by itself for a week", d="week")
    await stage.press(YARA, "quiet_set", "Good to have you back", d="end")
    await _standing(stage)
    await stage.type(YARA, "accounts", "[disconnect]")
    await stage.press(YARA, "disconnect", "Disconnected from {network}", n="linkedin")


async def _standing(stage: Stage) -> None:
    """Posts that leave by themselves."""
    await stage.type(YARA, "auto", "[standing_form]")
    async with stage.demo.app.db.read() as s:
        topic = (await s.scalars(select(Topic.id).where(Topic.name == "Wind power"))).one()
    consent = {"topic": str(topic), "network": "linkedin", "agree": ["yes"]}
    await stage.press(YARA, "standing_form", "<standing_save>")
    await stage.send(YARA, "Agreed. Each post is announced", **consent)
    async with stage.demo.app.db.write() as s:
        await s.execute(update(StandingShare).values(ends_at=now() + timedelta(days=10)))
    await stage.see(YARA, "[standing_renew]", "post by itself", "send answers")
    await stage.press(YARA, "standing_renew", "Agreed for another year.")
    await stage.press(YARA, "standing_off", "Stopped. What was announced is not posted.")
    await stage.type(YARA, "topics", "[standing]")
    await stage.press(YARA, "standing", "Nothing is posted by itself")


async def digest_scenes(stage: Stage) -> None:
    """A digest, and one story of it."""
    await stage.type(MATTEO, "help", "[feed]")
    await digests.enrol(stage.demo.app.parts)
    async with stage.demo.app.db.write() as s:
        mine = Rhythm.person_id.in_([await stage.id_of(KOFI), await stage.id_of(MATTEO)])
        await s.execute(update(Rhythm).where(mine).values(due_at=now() - timedelta(minutes=1)))
    await stage.see(KOFI, "[story_show]", "write digests")
    await stage.press(KOFI, "story_show", "[share]")
    await stage.type(KOFI, "digest", "[story_show]")
    await stage.see(MATTEO, "[story_show]")
    await stage.press(MATTEO, "less", "[less_set]")


__all__ = [
    "CLARA",
    "DAVID",
    "GAP",
    "KOFI",
    "YARA",
    "digest_scenes",
    "gap_scenes",
    "home_scenes",
    "own_scenes",
    "publish",
    "share_scenes",
]
