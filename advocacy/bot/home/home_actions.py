"""The home: what is there for me, what I did, how I am connected, and how I want it; for editors their desk too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from advocacy.bot.account_actions import accounts
from advocacy.bot.actions import Action, Call
from advocacy.bot.boards import empty_feed
from advocacy.bot.cards import story_card
from advocacy.bot.command_actions import feed, me
from advocacy.bot.desk.plan_actions import plan
from advocacy.bot.desk.story_actions import ideas, reviews
from advocacy.bot.frame import framed, tab_names
from advocacy.bot.home import digests
from advocacy.bot.home.digest_cards import digest_message
from advocacy.bot.home.pace_actions import settings
from advocacy.bot.home.progress import progress
from advocacy.bot.offers import offer
from advocacy.bot.welcome.tour_cards import invitation
from advocacy.chat import Answer, Button, Private
from advocacy.content import audience

AREAS: Mapping[str, Action] = {
    "feed": feed, "shares": me, "progress": progress, "accounts": accounts, "settings": settings, "reviews": reviews,
    "plan": plan, "ideas": ideas,
}  # fmt: skip
"""What a tab shows, by its name."""
FIRST = "feed"


async def home(call: Call) -> Answer:
    """One area of the home; the first one where none is named, or none of theirs."""
    tab = call.word("tab")
    if tab not in tab_names(call.t, call.person):
        tab = FIRST
    answer = await AREAS[tab](call)
    if tab == FIRST and call.person.toured_at is None and isinstance(answer, Private):
        invited = (*answer.message.buttons, invitation(call.t))
        answer = replace(answer, message=replace(answer.message, buttons=invited))
    return framed(call.t, call.person, tab, answer)


async def story_show(call: Call) -> Answer:
    """One story's card, for this person alone."""
    async with call.parts.db.read() as s:
        story = await audience.readable(s, call.number("s"), call.person.id, call.at)
        offered = await offer(s, call.parts, story, 0)
    more = Button(call.t("All stories"), action="feed")
    return Private(story_card(call.t, offered, extra=[more]), replace=bool(call.number("again")))


async def digest(call: Call) -> Answer:
    """What the digest would say now."""
    async with call.parts.db.read() as s:
        told = await digests.preview(s, call.parts, call.person, call.at)
    if not told.stories:
        return Private(empty_feed(call.t), replace=True)
    return Private(digest_message(call.t, told), replace=True)


WORDS = {"home": home, "start": home, "digest": digest, "übersicht": digest}
ACTIONS = {"home": home, "story_show": story_show, "digest": digest}
REPEATABLE = ("home", "story_show", "digest")
