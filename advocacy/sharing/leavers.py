"""People who left: nothing can be posted in their name any more, and of what they shared only numbers stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, cast, delete, exists, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.db import Database, now
from advocacy.people.models import Person
from advocacy.sharing.accounts import Accounts
from advocacy.sharing.models import Account, Connecting, Revocation, Share, ShareState, StandingShare

GRACE = timedelta(days=1)
"""A roster that was wrong can be put right within this time, and nothing is lost. Nothing is posted meanwhile."""
AT_A_TIME = 50
_IN_FLIGHT = (ShareState.SENDING, ShareState.UNKNOWN)
"""Left alone until it is settled, so that it is counted rightly; a later run takes it."""
_OVER = (
    ShareState.POSTED, ShareState.REPORTED, ShareState.FAILED, ShareState.UNDONE, ShareState.DELETED,
    ShareState.CANCELLED,
)  # fmt: skip
_SAYS_SOMETHING = or_(Share.text != "", Share.remote_id != "", Share.remote_url != "")


@dataclass(frozen=True, slots=True)
class Traces:
    """What is kept of a person's sharing, or was until it was forgotten."""

    accounts: tuple[str, ...]
    """Names of the networks."""
    open: int
    """Shares that have not left yet."""
    history: int
    """Shares that are over, with their texts and addresses."""
    in_flight: int
    """Shares that are being posted or looked up right now."""

    @property
    def is_empty(self) -> bool:
        """Is there nothing to forget?"""
        return not (self.accounts or self.open or self.history or self.in_flight)


async def traces(s: AsyncSession, person_id: int) -> Traces:
    """What forgetting this person would take away."""
    networks = await s.scalars(select(Account.network).where(Account.person_id == person_id).order_by(Account.id))
    query = select(Share.state, func.count()).where(Share.person_id == person_id, _SAYS_SOMETHING).group_by(Share.state)
    counts = dict((await s.execute(query)).all())
    history = sum(count for state, count in counts.items() if state in _OVER)
    in_flight = sum(count for state, count in counts.items() if state in _IN_FLIGHT)
    return Traces(tuple(networks), sum(counts.values()) - history - in_flight, history, in_flight)


async def forget(db: Database, accounts: Accounts, person_id: int) -> tuple[Traces, dict[str, str]]:
    """Give tokens back, cancel what has not left, reduce the rest to counts; again changes nothing.

    Facts and links stay, so all totals stay right; so does the wording of disclosures, the proof that there were some.
    Answers what there was, and for each network how giving back ended (see ``Accounts.disconnect``).
    """
    async with db.read() as s:
        found = await traces(s, person_id)
    outcomes = {name: await accounts.disconnect(person_id, name, quiet=True) for name in found.accounts}
    async with db.write() as s:
        await s.execute(delete(Connecting).where(Connecting.person_id == person_id))
        await s.execute(delete(StandingShare).where(StandingShare.person_id == person_id))
        await s.execute(update(Revocation).where(Revocation.person_id == person_id).values(quiet=True))
        mine = (Share.person_id == person_id, Share.state.not_in(_IN_FLIGHT))
        cancelled = update(Share).where(*mine, Share.state.not_in(_OVER)).values(state=ShareState.CANCELLED, problem="")
        await s.execute(cancelled.execution_options(synchronize_session=False))
        wiped = (
            update(Share)
            .where(*mine, _SAYS_SOMETHING)
            .values(
                text="", remote_id="", remote_url="", reply={}, due_at=None, told=Share.state,
                # The key may be part of the post's address.
                key=literal("forgotten-") + cast(Share.id, String),
            )
        )  # fmt: skip
        await s.execute(wiped.execution_options(synchronize_session=False))
    return found, outcomes


async def forget_left(db: Database, accounts: Accounts, at: datetime | None = None) -> int:
    """Forget people who left at least a day ago. Answers how many; call again while it answers some."""
    account = exists().where(Account.person_id == Person.id)
    share = exists().where(Share.person_id == Person.id, Share.state.not_in(_IN_FLIGHT), _SAYS_SOMETHING)
    query = select(Person.id).where(Person.left_on <= ((at or now()) - GRACE).date(), or_(account, share))
    async with db.read() as s:
        left = list(await s.scalars(query.order_by(Person.id).limit(AT_A_TIME)))
    for person_id in left:
        await forget(db, accounts, person_id)
    return len(left)


__all__ = ["GRACE", "Traces", "forget", "forget_left", "traces"]
