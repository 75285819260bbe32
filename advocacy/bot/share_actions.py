"""Presses about shares: share, undo, edit, post now, dialogs, delete."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Call, is_private
from advocacy.bot.answers import answer
from advocacy.bot.around import Around
from advocacy.bot.brands import called
from advocacy.bot.cards import ON_CARD, story_card, way_back
from advocacy.bot.offers import offer
from advocacy.bot.refusals import refusal
from advocacy.chat import Answer, Button, Message, Private
from advocacy.content import audience, emergency, stories
from advocacy.content.versions import spoken
from advocacy.db import after_commit
from advocacy.delivery import placements
from advocacy.sharing.models import Share, ShareState
from advocacy.sharing.shares import NotOffered

OVER = (ShareState.UNDONE, ShareState.DELETED)
PATIENCE = 1.0
"""Seconds that a press waits for what the person's server takes; what comes later is there for the next press."""


async def share(call: Call) -> Answer:
    """One click: record the share, and show what will leave and when."""
    network = call.word("n")
    if network not in call.parts.networks:
        return Private(refusal(call.t, "no_network"))
    if call.parts.networks[network].abilities().limits_differ:
        await ask_server(call)
    async with call.parts.db.write() as s:
        started = await call.parts.sharing.start(
            s, person=call.person, story_id=call.number("s"), network=network,
            reply=call.reply, language=call.person.language, at=call.at,
        )  # fmt: skip
        mine = started.share
        if not started.fresh and mine.state in OVER and not call.may_be_done:
            # Whoever presses Share wants to share, also after an undo or a deletion; unless that came after the press.
            mine = await call.parts.sharing.again(s, mine.id, call.person.id, at=call.at)
        if call.number("p") and call.press.who.address:
            await placements.watch(s, call.number("p"), call.press.who.address)
        told = around(call, mine, spoken(started.story, call.t.language).title)
        return tell(s, call, dataclasses.replace(told, is_repeat=not started.fresh), replace=is_private(call.press))


async def more(call: Call) -> Answer:
    """The networks that have no button on the card; after a share, all but the one it was for."""
    async with call.parts.db.read() as s:
        story = await audience.sharable(s, call.number("s"), call.person.id, call.at)
    title = spoken(story, call.t.language).title
    said = call.t("More ways to share “{title}”", title=title)
    used = call.word("n")
    names = [name for name in call.parts.networks if name != used] if used else list(call.parts.networks)[ON_CARD:]
    buttons = tuple(
        # With the card's placement, so that in Teams the card stays the person's own while it counts others.
        Button(
            called(call.t, call.parts.networks[name]),
            action="share",
            value={"s": story.id, "n": name, "p": call.number("p")},
        )
        for name in names
    )
    back = way_back(call.t, story.id, call.number("p"))
    message = Message(summary=said, heading=call.t("More ways …"), paragraphs=(title,), buttons=(*buttons, back))
    return Private(message, replace=bool(used) and is_private(call.press))


async def view(call: Call) -> Answer:
    """This person's own view of a channel card: their newest share of it, else the card as everyone sees it.

    Their client asks by itself, so nobody was told anything: news still goes to where they pressed.
    """
    story_id = call.number("s")
    async with call.parts.db.read() as s:
        mine = await call.parts.sharing.newest(s, call.person.id, story_id)
        if mine is not None:
            return Private(answer(call.t, await around_share(s, call, mine)), replace=True)
        story = await audience.readable(s, story_id, call.person.id, call.at)
        offered = await offer(s, call.parts, story, call.number("p"))
    return Private(story_card(call.t, offered), replace=True)


def _change(verb: Callable[[Call, AsyncSession], Awaitable[Share]]) -> Callable[[Call], Awaitable[Answer]]:
    """A press that changes one share of one's own and shows where it stands now."""

    async def action(call: Call) -> Answer:
        async with call.parts.db.write() as s:
            changed = await verb(call, s)
            if call.press.channel is None:  # pressed in the person's chat: what stands in the channel is old now
                await placements.outdate(s, changed.story_id, call.press.who.address)
            return await show(s, call, changed, replace=True)

    return action


undo = _change(lambda call, s: call.parts.sharing.undo(s, call.number("i"), call.person.id))
post_now = _change(lambda call, s: call.parts.sharing.post_now(s, call.number("i"), call.person.id))
done = _change(lambda call, s: call.parts.sharing.report_done(s, call.number("i"), call.person.id))
not_done = _change(lambda call, s: call.parts.sharing.report_not_done(s, call.number("i"), call.person.id))
dialog = _change(lambda call, s: call.parts.sharing.use_dialog(s, call.number("i"), call.person.id))
retry = _change(lambda call, s: call.parts.sharing.retry(s, call.number("i"), call.person.id))
retry_looked = _change(lambda call, s: call.parts.sharing.retry(s, call.number("i"), call.person.id, looked=True))
skip_marker = _change(lambda call, s: call.parts.sharing.skip_marker(s, call.number("i"), call.person.id))
again = _change(lambda call, s: call.parts.sharing.again(s, call.number("i"), call.person.id))


async def delete(call: Call) -> Answer:
    """Take the post down at the network. Goes on in the background when the network is slow."""
    work = call.parts.poster.delete(call.number("i"), call.person.id)
    removed = await call.parts.background.in_time(work, lambda late: _tell_of_it(call, late))
    if removed is None:
        said = call.t("Deleting … You will see here when it is done.")
        return Private(Message(summary=said, heading=said), replace=True)
    async with call.parts.db.write() as s:
        return await show(s, call, await call.parts.sharing.own(s, removed.id, call.person.id), replace=True)


async def _tell_of_it(call: Call, deleting: asyncio.Task[Share]) -> None:
    """Once it is done, or could not be done, the person hears of it: they were told to wait."""
    removed = await deleting
    async with call.parts.db.write() as s:
        mine = await call.parts.sharing.own(s, removed.id, call.person.id)
        mine.told, mine.reply = "", call.reply


async def show(s: AsyncSession, call: Call, mine: Share, *, replace: bool) -> Private:
    """Say where a share stands, and note that it was said and where."""
    return tell(s, call, await around_share(s, call, mine), replace=replace)


def tell(s: AsyncSession, call: Call, around_it: Around, *, replace: bool) -> Private:
    """The same, where all that is said is known already."""
    mine = around_it.share
    mine.told = mine.state
    mine.reply = call.reply
    if mine.state == ShareState.PENDING and mine.due_at is not None and mine.due_at <= call.at:
        after_commit(s, call.parts.share_due)
    return Private(answer(call.t, around_it), replace=replace)


async def ask_server(call: Call) -> None:
    """Once a day, what the person's own server takes. Not in a unit of work."""
    await call.parts.background.in_time(call.parts.accounts.limits.refresh(call.person.id), seconds=PATIENCE)


async def around_share(s: AsyncSession, call: Call, mine: Share) -> Around:
    """A share with its story's title and all that its answer says."""
    story = await stories.get(s, mine.story_id)
    is_halted = mine.state == ShareState.PENDING and await emergency.current(s) is not None
    return dataclasses.replace(around(call, mine, spoken(story, call.t.language).title), halted=is_halted)


def around(call: Call, mine: Share, title: str) -> Around:
    """A share with the addresses its buttons need."""
    network = call.parts.networks.get(mine.network)
    if network is None:  # offered no more, while an old message still has its buttons
        raise NotOffered(mine.network)
    found = Around(share=mine, title=title, network=network, at=call.at, zone=call.zone)
    if mine.state == ShareState.WAITING:
        connect = call.parts.accounts.connect_url(call.person.id, mine.network)
        return dataclasses.replace(found, connect_url=connect, dialog_url=call.parts.addresses.dialog(mine.id))
    if mine.state == ShareState.OPENED:
        url = call.parts.sharing.dialog_url(mine)
        # Chat platforms take web addresses only; a mail program is opened by way of a page of ours.
        return dataclasses.replace(
            found, dialog_url=url if url.startswith("http") else call.parts.addresses.dialog(mine.id)
        )
    return found


ACTIONS = {
    "share": share, "more": more, "view": view, "undo": undo, "post_now": post_now, "done": done, "not_done": not_done,
    "dialog": dialog, "retry": retry, "retry_looked": retry_looked, "again": again, "after_all": again,
    "delete": delete, "skip_marker": skip_marker,
}  # fmt: skip
REPEATABLE = (
    "share", "more", "view", "undo", "post_now", "done", "not_done", "dialog", "delete", "skip_marker",
)  # fmt: skip
