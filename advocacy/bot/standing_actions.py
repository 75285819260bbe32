"""Presses about posts that leave by themselves: agree, stop, renew."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Call
from advocacy.bot.brands import called, labels
from advocacy.bot.standing_cards import AGREED, CONSENT, consent_form, consent_text, listing
from advocacy.chat import Answer, OpenForm, Private, sentence
from advocacy.content import topics
from advocacy.sharing import standing as facts
from advocacy.sharing.connections import usable
from advocacy.sharing.models import Account
from advocacy.sharing.shares import NotOffered
from advocacy.sharing.standing import NotFree


async def standing(call: Call) -> Answer:
    """What this person agreed to."""
    if not call.parts.settings.auto_share:
        return _not_here(call)
    return await _mine(call)


async def standing_form(call: Call) -> Answer:
    """Open the form with the consent."""
    if not call.parts.settings.auto_share:
        return _not_here(call)
    async with call.parts.db.read() as s:
        return await _form(s, call)


async def standing_save(call: Call) -> Answer:
    """Keep the consent, with the text and its version. Without the tick nothing is agreed."""
    t, typed = call.t, call.press.inputs
    if not call.parts.settings.auto_share:
        return _not_here(call)
    async with call.parts.db.write() as s:
        free, networks = await _choices(s, call)
        chosen = next((id_ for id_ in free if str(id_) == typed.get("topic", "")), None)
        wrong: dict[str, str] = {}
        if chosen is None:
            wrong["topic"] = t("Please choose a topic.")
        if typed.get("network", "") not in networks:
            wrong["network"] = t("Please choose a network.")
        if typed.get("agree", "") != AGREED:
            wrong["agree"] = t("It is posted only if you agree: tick it, or cancel.")
        if call.word("v") != CONSENT:
            wrong["agree"] = t("This text has changed since. Please read it again.")
        if wrong or chosen is None:
            return await _form(s, call, wrong)
        await _give(s, call, chosen, typed["network"])
    return await _mine(call, t("Agreed. Each post is announced to you before it leaves."))


async def standing_off(call: Call) -> Answer:
    """At once; what was announced does not leave. Also where the company no longer allows it."""
    async with call.parts.db.write() as s:
        await facts.stop(s, call.number("c"), call.person.id, call.at)
    return await _mine(call, call.t("Stopped. What was announced is not posted."))


async def standing_renew(call: Call) -> Answer:
    """For another year, if the text is still the one that was shown."""
    if not call.parts.settings.auto_share:
        return _not_here(call)
    said = call.t("This text has changed since. Please read it again.")
    async with call.parts.db.write() as s:
        held = {one.id: one for one, _ in await facts.own(s, call.person.id, call.at)}
        one = held.get(call.number("c"))
        if one is None:
            said = call.t("It has ended before. You can agree anew.")
        elif call.word("v") == CONSENT:
            try:
                await _give(s, call, one.topic_id, one.network)
                said = call.t("Agreed for another year.")
            except (NotFree, NotOffered):
                said = call.t("It cannot go on: this topic or network is no longer open for it.")
    return await _mine(call, said)


async def _mine(call: Call, said: str = "") -> Answer:
    async with call.parts.db.read() as s:
        mine = await facts.own(s, call.person.id, call.at)
    names = labels(call.t, call.parts.networks)
    return Private(listing(call.t, mine, names, call.zone, said), replace=True)


async def _form(s: AsyncSession, call: Call, wrong: dict[str, str] | None = None) -> Answer:
    free, networks = await _choices(s, call)
    if not free or not networks:
        said = call.t("There is nothing to agree to: it takes an open topic and a connected network.")
        return Private(sentence(said), replace=True)
    return OpenForm(consent_form(call.t, free, networks, call.press.inputs, wrong or {}))


async def _choices(s: AsyncSession, call: Call) -> tuple[dict[int, str], dict[str, str]]:
    """Open topics, and networks this person is connected to."""
    free = {one.topic_id: one.name for one in await topics.choices(s, call.person.id) if one.kind == topics.OPEN}
    accounts = await s.scalars(select(Account).where(Account.person_id == call.person.id).order_by(Account.id))
    ports = call.parts.networks
    networks = {one.network: called(call.t, ports[one.network]) for one in accounts
                if one.network in ports and ports[one.network].abilities().post and usable(one, call.at)}  # fmt: skip
    return free, networks


async def _give(s: AsyncSession, call: Call, topic_id: int, network: str) -> None:
    said = "\n\n".join(consent_text(call.t))
    await facts.give(
        s, call.parts.sharing, call.person.id, topic_id, network, version=CONSENT, said=said, at=call.at
    )  # fmt: skip


def _not_here(call: Call) -> Answer:
    said = call.t("In your company every post takes a press: nothing is posted by itself.")
    return Private(sentence(said), replace=True)


ACTIONS = {
    "standing": standing, "standing_form": standing_form, "standing_save": standing_save, "standing_off": standing_off,
    "standing_renew": standing_renew,
}  # fmt: skip
WORDS = {"auto": standing, "automatisch": standing}
