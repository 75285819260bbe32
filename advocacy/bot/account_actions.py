"""A person's connections to networks: how they stand, and ending one."""

from __future__ import annotations

import asyncio

from advocacy.bot.account_cards import accounts_message, disconnected
from advocacy.bot.actions import Call
from advocacy.bot.brands import called
from advocacy.chat import Answer, Private
from advocacy.content import times
from advocacy.db import after_commit
from advocacy.delivery import outbox
from advocacy.sharing import lapses
from advocacy.sharing.renewals import renewing


async def accounts(call: Call) -> Answer:
    """Each network: connected, until when, or how to connect it."""
    async with call.parts.db.read() as s:
        mine = await lapses.mine(s, call.person.id, call.at, renewing(call.parts.networks))
        going_back = await lapses.going_back(s, call.person.id)
    connect = {
        name: call.parts.accounts.connect_url(call.person.id, name)
        for name, network in call.parts.networks.items()
        if network.abilities().post
    }
    message = accounts_message(
        call.t, mine, call.parts.networks, connect, going_back=going_back, at=call.at,
        zone=times.zone(call.person.time_zone, call.parts.settings.zone),
    )  # fmt: skip
    return Private(message, replace=True)


async def disconnect(call: Call) -> Answer:
    """Give a network's permission back and delete it here. Goes on in the background when the network is slow."""
    name = call.word("n")
    if name not in call.parts.networks:
        return await accounts(call)
    work = call.parts.accounts.disconnect(call.person.id, name)
    outcome = await call.parts.background.in_time(work, lambda late: _tell_of_it(call, name, late))
    label = called(call.t, call.parts.networks[name])
    return Private(disconnected(call.t, label, "slow" if outcome is None else outcome), replace=True)


async def _tell_of_it(call: Call, name: str, ending: asyncio.Task[str]) -> None:
    """They were told that they hear of it; if the network has to be asked again, that is told when it ends."""
    outcome = await ending
    if outcome == "later":
        return
    message = disconnected(call.t, called(call.t, call.parts.networks[name]), outcome)
    async with call.parts.db.write() as s:
        marker = f"disconnected:{call.person.id}:{name}:{call.at.timestamp():.3f}"
        await outbox.tell(s, call.press.who, call.press.reply_to, message, marker)
        after_commit(s, call.parts.worker.wake_urgent.set)


WORDS = {"accounts": accounts, "konten": accounts}
ACTIONS = {"accounts": accounts, "disconnect": disconnect}
REPEATABLE = ("accounts",)
