"""Messages on their way to chat: put in with the facts they speak of, in the same unit of work."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Text, and_, cast, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.chat import ChannelRef, Message, MessageRef, UserRef, from_json, to_json
from advocacy.db import insert_into, now
from advocacy.delivery.models import DigestLine, Outbox, OutboxState, Placement

AHEAD = timedelta(days=1)
"""What goes first counts as due for so long already: the longest due leaves first."""
KEEP_DIGESTS = timedelta(days=30)
"""So long a digest can be rewritten when a story in it is withdrawn. Other messages are forgotten sooner."""
REWRITES = 32
"""So many characters of the marker of a rewriting say of which message, where it has no placement."""
Target = ChannelRef | UserRef | MessageRef


@dataclass(frozen=True, slots=True)
class Letter:
    """One of many messages that leave without hurry."""

    to: UserRef
    message: Message
    marker: str
    holds_for: str = ""


async def send(
    s: AsyncSession,
    to: ChannelRef | UserRef,
    message: Message,
    marker: str,
    placement_id: int | None = None,
    *,
    due_at: datetime | None = None,
    holds_for: str = "",
    urgent: bool | None = None,
    sealed: bool = False,
) -> bool:
    """Post this once, at once or when it is due. The same marker again changes nothing; answers whether it was new.

    ``holds_for`` is the fingerprint of the approved content of a story's card; see ``guard.holds``. What goes to a
    person is urgent unless said. ``sealed``: it is confidential, so it lies here encrypted and only until it has left.
    """
    return await _put(
        s, "send", to, message, marker, placement_id=placement_id,
        urgent=isinstance(to, UserRef) if urgent is None else urgent,
        due_at=due_at, holds_for=holds_for, sealed=sealed,
    )  # fmt: skip


async def tell(s: AsyncSession, who: UserRef, reply_to: str, message: Message, marker: str) -> bool:
    """Give or replace a private answer, before everything that is not urgent."""
    return await _put(s, "tell", who, message, marker, reply_to=reply_to, urgent=True)


async def rewrite(
    s: AsyncSession,
    placement: Placement,
    ref: MessageRef,
    message: Message,
    *,
    holds_for: str = "",
    first: bool = False,
) -> None:
    """Rewrite a card for everybody. One that still waits is replaced: only the newest text counts.

    ``first``: before everything in its lane that is not urgent.
    """
    due_at = now() - AHEAD if first else now()
    waiting = await s.execute(
        update(Outbox)
        .where(Outbox.placement_id == placement.id, Outbox.verb == "update", Outbox.state == OutboxState.PENDING)
        .values(message=to_json(message), holds_for=holds_for, **({"due_at": due_at} if first else {}))
    )
    if getattr(waiting, "rowcount", 0) == 0:
        marker = f"update:{placement.id}:{secrets.token_hex(8)}"  # not the time: clocks are set back
        await _put(s, "update", ref, message, marker, placement_id=placement.id, holds_for=holds_for, due_at=due_at)


async def rewrite_sent(s: AsyncSession, ref: MessageRef, message: Message, *, holds_for: str = "") -> None:
    """Rewrite for everybody what was sent without a placement; a rewriting of it that still waits is overtaken."""
    which = hashlib.sha256(f"{ref.platform}/{ref.tenant}/{ref.channel}/{ref.message}".encode()).hexdigest()
    marker = f"rewrite:{which}"[:REWRITES]
    waits = (Outbox.verb == "update", Outbox.state == OutboxState.PENDING, Outbox.marker.startswith(marker))
    await s.execute(delete(Outbox).where(*waits).execution_options(synchronize_session=False))
    await _put(s, "update", ref, message, f"{marker}:{secrets.token_hex(8)}", holds_for=holds_for)


async def send_all(s: AsyncSession, letters: Sequence[Letter]) -> None:
    """Post each of these once, after everything else: what goes to everybody and is in no hurry."""
    rows = [
        _values("send", one.to, one.message, one.marker, holds_for=one.holds_for, bulk=True) for one in letters
    ]  # fmt: skip
    if rows:
        await s.execute(insert_into(s, Outbox).on_conflict_do_nothing(index_elements=["marker"]), rows)


async def _put(s: AsyncSession, verb: str, to: Target, message: Message, marker: str, **more: Any) -> bool:
    # Two processes may want the same at once: the database decides, not a look beforehand.
    values = _values(verb, to, message, marker, **more)
    fresh = insert_into(s, Outbox).values(**values).on_conflict_do_nothing(index_elements=["marker"])
    return await s.scalar(fresh.returning(Outbox.id)) is not None


def _values(
    verb: str,
    to: Target,
    message: Message,
    marker: str,
    *,
    placement_id: int | None = None,
    reply_to: str = "",
    urgent: bool = False,
    bulk: bool = False,
    due_at: datetime | None = None,
    holds_for: str = "",
    sealed: bool = False,
) -> dict[str, Any]:
    whole = to_json(message)
    return {
        "verb": verb, "lane": f"{to.platform}:{to.tenant}", "message": {} if sealed else whole, "marker": marker,
        "sealed": json.dumps(whole) if sealed else None,
        "target": {"kind": type(to).__name__, "reply_to": reply_to, **asdict(to)}, "placement_id": placement_id,
        "urgent": urgent, "bulk": bulk, "due_at": due_at or now(), "holds_for": holds_for,
    }  # fmt: skip


async def known(s: AsyncSession, markers: Collection[str]) -> set[str]:
    """Which of these were put in before, as far as that is remembered (``forget_sent``)."""
    return set(await s.scalars(select(Outbox.marker).where(Outbox.marker.in_(markers))))


async def cancel_sends(s: AsyncSession, story_id: int, purpose: str = "story") -> int:
    """Cards of a story that still wait never leave; answers how many.

    Their placements are forgotten with them, so that ``placements.place`` can put the story there anew. A card that
    is under way keeps its own: once it has arrived it can be rewritten.
    """
    of_story = select(Placement.id).where(Placement.story_id == story_id, Placement.purpose == purpose)
    waiting = (Outbox.verb == "send", Outbox.state == OutboxState.PENDING, Outbox.placement_id.in_(of_story))
    gone = await s.scalars(
        delete(Outbox).where(*waiting).returning(Outbox.placement_id).execution_options(synchronize_session=False)
    )
    placement_ids = list(gone)
    await s.execute(
        delete(Placement).where(Placement.id.in_(placement_ids)).execution_options(synchronize_session=False)
    )
    return len(placement_ids)


def target_of(row: Outbox) -> tuple[Target, str]:
    """The target of a row, and its ``reply_to``."""
    kinds: dict[str, type[Any]] = {"ChannelRef": ChannelRef, "UserRef": UserRef, "MessageRef": MessageRef}
    rest = dict(row.target)
    reply_to = rest.pop("reply_to")
    target: Target = kinds[rest.pop("kind")](**rest)
    return target, reply_to


async def hasten(s: AsyncSession, people: Sequence[UserRef], prefix: str) -> int:
    """What waits for a later time for one of these now leaves at once, if its marker begins so; answers how many."""
    query = select(Outbox).where(
        Outbox.verb == "send", Outbox.state == OutboxState.PENDING, Outbox.urgent, Outbox.due_at > now(),
        Outbox.marker.startswith(prefix, autoescape=True),
    )  # fmt: skip
    known = {(one.platform, one.tenant, one.user) for one in people}
    rows = [row for row in await s.scalars(query) if _addressee(row) in known]
    for row in rows:
        row.due_at = now()
    return len(rows)


def _addressee(row: Outbox) -> tuple[str, str, str]:
    return row.target["platform"], row.target["tenant"], row.target.get("user", "")


def message_of(row: Outbox) -> Message:
    """What a row says."""
    return from_json(row.message if row.sealed is None else json.loads(row.sealed))


async def forget_sent(s: AsyncSession, older_than: timedelta, at: datetime | None = None) -> int:
    """Delete what was settled long ago; answers how many rows.

    Placements keep what must be remembered; a card that could not be sent stays, for an editor may send it again.
    Of a digest that still shows a story its place in chat stays (``KEEP_DIGESTS``), and nothing of what it said.
    """
    at = at or now()
    before = at - older_than
    drawn = exists().where(DigestLine.marker == Outbox.marker, DigestLine.drawn)
    stays = and_(drawn, Outbox.became.is_not(None), Outbox.settled_at >= at - KEEP_DIGESTS)
    blank = update(Outbox).where(stays, Outbox.settled_at < before, cast(Outbox.message, Text) != "{}")
    await s.execute(blank.values(message={}).execution_options(synchronize_session=False))
    is_card = and_(Outbox.verb == "send", Outbox.placement_id.is_not(None))
    settled = or_(Outbox.state == OutboxState.SENT, and_(Outbox.state == OutboxState.FAILED, ~is_card))
    over = delete(Outbox).where(settled, Outbox.settled_at < before, ~stays)
    gone = await s.execute(over.execution_options(synchronize_session=False))
    return int(getattr(gone, "rowcount", 0))
