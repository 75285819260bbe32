"""Private answers that nobody pressed for: a share was posted, failed, or goes on after connecting."""

from __future__ import annotations

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot import replies
from advocacy.bot.actions import Parts
from advocacy.bot.answers import answer
from advocacy.bot.around import Around
from advocacy.bot.language import translator
from advocacy.content import emergency, stories, times
from advocacy.content.versions import spoken
from advocacy.db import after_commit, for_update, now
from advocacy.delivery import outbox, placements
from advocacy.people.models import Person
from advocacy.sharing.models import Share, ShareState

TELL = (
    ShareState.POSTED, ShareState.FAILED, ShareState.UNKNOWN, ShareState.WAITING, ShareState.CANCELLED,
    ShareState.DELETED, ShareState.PENDING, ShareState.OPENED,
)  # fmt: skip
UNTOLD = and_(Share.state.in_(TELL), Share.told != Share.state)
BATCH = 100


async def tell(parts: Parts) -> int:
    """Tell people about shares that are no longer in the state they were last told of."""
    async with parts.db.read() as s:
        if await s.scalar(select(Share.id).where(UNTOLD).limit(1)) is None:
            return 0
    async with parts.db.write() as s:
        query = select(Share).where(UNTOLD).order_by(Share.id).limit(BATCH)
        shares = list((await s.execute(for_update(query, skip_locked=True))).scalars())
        for share in shares:
            await _tell(s, parts, share)
        if shares:
            after_commit(s, parts.worker.wake_urgent.set)
    return len(shares)


async def _tell(s: AsyncSession, parts: Parts, share: Share) -> None:
    # A share that is tried again after "pending" is old news; only after connecting is it new.
    is_news = share.state != ShareState.PENDING or share.told == ShareState.WAITING
    share.told = share.state
    network = parts.networks.get(share.network)
    if not is_news or not share.reply or network is None:
        return
    await placements.outdate(s, share.story_id, str(share.reply.get("address", "")))
    who, reply_to, language = replies.unpacked(share.reply)
    title = spoken(await stories.get(s, share.story_id), language).title
    waits = share.state == ShareState.WAITING
    connect = await parts.accounts.reconnect_url(s, share.person_id, share.network) if waits else ""
    is_halted = share.state == ShareState.PENDING and await emergency.current(s) is not None
    person = await s.get_one(Person, share.person_id)
    around = Around(
        share=share, title=title, network=network, at=now(), connect_url=connect, halted=is_halted,
        dialog_url=parts.addresses.dialog(share.id),
        zone=times.zone(person.time_zone, parts.settings.zone),
    )  # fmt: skip
    marker = f"share:{share.id}:{share.state}:{now().timestamp():.3f}"
    await outbox.tell(s, who, reply_to, answer(translator(language), around), marker)
