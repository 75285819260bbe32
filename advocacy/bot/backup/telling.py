"""Who hears of a case: the editors' channels without a name, then the two who talk, wherever each of them is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Parts
from advocacy.bot.backup.cards import Seen, asked_card, case_message, relayed, taken_card
from advocacy.bot.brands import called
from advocacy.bot.language import Translator, translator
from advocacy.chat import Message, MessageRef, UserRef
from advocacy.content import stories, times
from advocacy.content.versions import spoken
from advocacy.db import after_commit, now
from advocacy.delivery import copies, outbox, placements, places
from advocacy.delivery.places import Place
from advocacy.people import directory
from advocacy.people.models import Person
from advocacy.sharing import backup_cases
from advocacy.sharing.backup_models import BackupCase, BackupMessage
from advocacy.sharing.models import Share


async def ask(s: AsyncSession, parts: Parts, case: BackupCase, *, again: bool = False) -> int:
    """Ask in every editors' channel; where there is none, each editor directly. Answers how many messages."""
    after_commit(s, parts.worker.wake_urgent.set)
    where = await placements.channels(s, "editors")
    if not where:
        return await ask_all(s, parts, case, again=again)
    kind, told = "again" if again else "asked", 0
    for place in where:
        card = asked_card(translator(place.language), case, again=again)
        told += await outbox.send(s, place.to, card, _marker(case, kind, place), urgent=True)
    return told


async def ask_all(s: AsyncSession, parts: Parts, case: BackupCase, *, again: bool = True) -> int:
    """Ask every editor directly (where there is none, every administrator); answers how many messages."""
    case.reminded_at = case.escalated_at = now()
    people = await _helpers(s, case)
    where = await places.direct(s, people) or await places.direct(s, people, also_on_break=True)
    told = 0
    for place in where:
        card = asked_card(translator(place.language), case, again=again)
        told += await outbox.send(s, place.to, card, _marker(case, "all", place))
    after_commit(s, parts.worker.wake_urgent.set)
    return told


async def _helpers(s: AsyncSession, case: BackupCase) -> list[int]:
    """Who can be asked directly."""
    editors = await directory.with_role(s, "editor") or await directory.with_role(s, "admin")
    return [one.id for one in editors if one.id != case.person_id]


def _marker(case: BackupCase, kind: str, place: Place) -> str:
    at = f"c{place.channel_id}" if place.channel_id is not None else f"i{place.identity_id}"
    return f"backup:{case.id}:{case.round}:{kind}:{at}"


async def settle(s: AsyncSession, parts: Parts, case: BackupCase, name: str, pressed: MessageRef | None = None) -> None:
    """Nobody is asked any more: all cards of this round but the ``pressed`` one say who helps, or that it is over."""
    direct = await places.direct(s, await _helpers(s, case), also_on_break=True)
    where = [*await placements.channels(s, "editors"), *direct]
    cards = {_marker(case, kind, place): place for place in where for kind in ("asked", "again", "all")}
    await copies.settle(s, cards, lambda place: taken_card(translator(place.language), case, name), but=pressed)
    after_commit(s, parts.worker.wake_urgent.set)


async def relay(s: AsyncSession, parts: Parts, case: BackupCase, message: BackupMessage) -> None:
    """Bring what one wrote to the other."""
    to_helper = message.by_id == case.person_id
    recipient = await _recipient(s, case, to_helper=to_helper)
    if recipient is not None:
        seen = await gather(s, parts, case, recipient)
        card = relayed(translator(recipient.language), seen, message.text, to_helper)
        await _send(s, parts, (case, recipient), card, f"m{message.id}")


async def show(s: AsyncSession, parts: Parts, case: BackupCase, *, to_helper: bool, why: str) -> None:
    """Bring the whole case to one of the two. ``why`` tells one occasion from another."""
    recipient = await _recipient(s, case, to_helper=to_helper)
    if recipient is not None:
        message = case_message(translator(recipient.language), await gather(s, parts, case, recipient))
        await _send(s, parts, (case, recipient), message, why)


async def tell(s: AsyncSession, parts: Parts, case: BackupCase, message: Message, *, to_helper: bool, why: str) -> None:
    """Say something about the case to one of the two."""
    recipient = await _recipient(s, case, to_helper=to_helper)
    if recipient is not None:
        await _send(s, parts, (case, recipient), message, why)


async def language_of(s: AsyncSession, case: BackupCase, *, helper: bool) -> Translator:
    """The words of one of the two."""
    recipient = await _recipient(s, case, to_helper=helper)
    return translator(recipient.language if recipient is not None else "en")


async def _recipient(s: AsyncSession, case: BackupCase, *, to_helper: bool) -> Person | None:
    person_id = case.helper_id if to_helper else case.person_id
    return await s.get(Person, person_id) if person_id is not None else None


async def _send(s: AsyncSession, parts: Parts, whom: tuple[BackupCase, Person], message: Message, why: str) -> None:
    case, to = whom
    where = await _where(s, to, case.helper_at if to.id == case.helper_id else case.person_at)
    if where is not None:
        await outbox.send(s, where, message, f"backup:{case.id}:{why}:p{to.id}", sealed=True)
        after_commit(s, parts.worker.wake_urgent.set)


async def note(s: AsyncSession, parts: Parts, to: Person, message: Message, marker: str) -> None:
    """Say something to somebody who is no longer part of a case."""
    where = await _where(s, to, {})
    if where is not None:
        await outbox.send(s, where, message, marker)
        after_commit(s, parts.worker.wake_urgent.set)


async def _where(s: AsyncSession, person: Person, at: Mapping[str, Any]) -> UserRef | None:
    """Where they last wrote from, as long as that is still them; else where they were met first."""
    if at:
        ref = UserRef(**at)
        known = await directory.identify(s, ref)
        if known is not None and known.id == person.id:
            return ref
    for place in await places.direct(s, [person.id], also_on_break=True):
        if isinstance(place.to, UserRef):
            return place.to
    return None


async def gather(s: AsyncSession, parts: Parts, case: BackupCase, viewer: Person, note: str = "") -> Seen:
    """All that a view of the case shows to this person; who may read it was checked before."""
    messages, events = await backup_cases.messages(s, case.id), await backup_cases.events(s, case.id)
    people = {case.person_id, case.helper_id, *(one.by_id for one in messages), *(one.by_id for one in events)}
    share = await s.get(Share, case.share_id) if case.share_id is not None else None
    t = translator(viewer.language)
    return Seen(
        case, viewer.id, times.zone(viewer.time_zone, parts.settings.zone),
        await directory.names(s, {one for one in people if one is not None}), messages, events,
        share=await share_label(s, parts, share, t) if share is not None else "",
        share_url=share.remote_url if share is not None else "",
        is_helper=backup_cases.is_helper(case, viewer), note=note,
    )  # fmt: skip


async def share_label(s: AsyncSession, parts: Parts, share: Share, t: Translator) -> str:
    """A share as people know it: its network and its story."""
    network = parts.networks.get(share.network)
    title = spoken(await stories.get(s, share.story_id), t.language).title
    return f"{called(t, network) if network is not None else share.network} · {title}"


__all__ = ["ask", "ask_all", "gather", "language_of", "note", "relay", "settle", "share_label", "show", "tell"]
