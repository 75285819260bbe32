"""Typed commands and the buttons that stand for them: help, feed, me, leaderboard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from sqlalchemy import select

from advocacy.bot.actions import Call
from advocacy.bot.boards import board_message, empty_feed, help_message, me_message
from advocacy.bot.brands import labels
from advocacy.bot.cards import story_card
from advocacy.bot.moment_actions import planned_rows
from advocacy.bot.offers import offer
from advocacy.bot.refusals import refusal
from advocacy.chat import Answer, Button, Private
from advocacy.content import audience, emergency
from advocacy.content.models import Story
from advocacy.insights import me as me_insights
from advocacy.insights import participation, periods
from advocacy.people import directory
from advocacy.sharing import dealt, reactions

RECENT = 5


async def show_help(call: Call) -> Answer:
    """What the bot can do."""
    return Private(help_message(call.t, call.person.name, is_editor=directory.may(call.person, "editor")))


async def feed(call: Call) -> Answer:
    """Stories that this person can share and has not dealt with, one at a time."""
    async with call.parts.db.read() as s:
        if await emergency.current(s) is not None:
            return Private(refusal(call.t, "halted"), replace=True)
        me, done = call.person.id, await dealt.with_stories(s, [call.person.id])
        left = [story for story in await audience.feed_for(s, me, call.at) if (me, story.id) not in done]
        if not left:
            return Private(empty_feed(call.t), replace=True)
        place = call.number("at") % len(left)
        offered = await offer(s, call.parts, left[place], 0)
    more = [Button(call.t("Next story ›"), action="feed", value={"at": place + 1})] if len(left) > 1 else []
    return Private(story_card(call.t, offered, extra=more), replace=True)


async def me(call: Call) -> Answer:
    """My shares and clicks this month."""
    settings = call.parts.settings
    async with call.parts.db.read() as s:
        mine = await me_insights.mine(s, call.person.id, periods.current(settings.zone))
        rows_planned, to_planned = await planned_rows(s, call)
        recent = [
            one for one in await call.parts.sharing.mine(s, call.person.id, limit=RECENT)
            if one.planned_at is None or one.planned_at <= call.at
        ]  # fmt: skip
        rows = await s.execute(select(Story.id, Story.title).where(Story.id.in_([one.story_id for one in recent])))
        titles = dict(rows.all())
        came = await reactions.latest(s, [one.id for one in recent])
    names = labels(call.t, call.parts.networks)
    message = me_message(call.t, mine, [(one, titles.get(one.story_id, "")) for one in recent], names, came)
    message = replace(
        message, facts=(*message.facts, *rows_planned), buttons=(*to_planned, *message.buttons)
    )  # fmt: skip
    return Private(message, replace=True)


async def leaderboard(call: Call) -> Answer:
    """Which departments take part this month."""
    settings = call.parts.settings
    period = periods.current(settings.zone)
    async with call.parts.db.read() as s:
        board = await participation.board(s, settings, period)
    addresses = call.parts.addresses
    may_see_page = directory.may(call.person, "leader") or directory.may(call.person, "editor")
    page = addresses.sign_in(call.person.id) if may_see_page else ""
    # Behind a firewall (Socket Mode) Slack cannot fetch a picture from us; bars need none.
    picture = "" if settings.slack_app_token else addresses.board_picture(period.key, call.t.language)
    return Private(board_message(call.t, board, picture, page), replace=True)


WORDS: dict[str, Callable[[Call], Awaitable[Answer]]] = {
    "help": show_help, "hilfe": show_help,
    "feed": feed, "stories": feed, "beiträge": feed,
    "me": me, "ich": me,
    "leaderboard": leaderboard, "board": leaderboard, "rangliste": leaderboard, "abteilungen": leaderboard,
}  # fmt: skip

ACTIONS = {
    "help": show_help, "feed": feed, "me": me, "leaderboard": leaderboard,
}  # fmt: skip
REPEATABLE = ("help", "feed", "me", "leaderboard")
