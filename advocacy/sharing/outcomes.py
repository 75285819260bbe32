"""How an attempt can end, and what each ending makes of the share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.db import for_update
from advocacy.sharing import reactions
from advocacy.sharing.claims import GIVE_UP_LOOKING, GIVE_UP_WAITING, Job
from advocacy.sharing.models import Account, Share, ShareState
from advocacy.sharing.network import Posted
from advocacy.sharing.pauses import UNHEARD
from advocacy.sharing.shares import count

MOST_TRIES = 8
FIRST_PAUSE = timedelta(seconds=2)
"""Before the second try; each pause is three times the one before: all eight take less than two hours."""
LOOK_AGAIN = timedelta(seconds=2)
_IN_FLIGHT = (ShareState.SENDING, ShareState.UNKNOWN)


class Outcome(Protocol):
    """An ending."""

    def fits(self, share: Share) -> bool:
        """Can the share still end like this, or did it end meanwhile?"""
        ...

    async def apply(self, s: AsyncSession, share: Share, job: Job, at: datetime) -> None:
        """Write it down."""
        ...


class _InFlight:
    def fits(self, share: Share) -> bool:
        """As long as nobody else has settled it."""
        return share.state in _IN_FLIGHT


@dataclass(frozen=True, slots=True)
class Done(_InFlight):
    """The network has it."""

    posted: Posted

    def fits(self, share: Share) -> bool:
        """Also when someone else looked too early, did not find it and wants to try again."""
        return share.state in (*_IN_FLIGHT, ShareState.PENDING)

    async def apply(self, s: AsyncSession, share: Share, job: Job, at: datetime) -> None:
        """A measured share."""
        share.state, share.problem, share.due_at, share.unknown_since = ShareState.POSTED, "", None, None
        share.remote_id, share.remote_url, share.settled_at = self.posted.remote_id, self.posted.url, at
        await count(s, share, "measured", +1)
        await reactions.expect(s, share, job.network, at)


@dataclass(frozen=True, slots=True)
class Later(_InFlight):
    """Nothing was done; or, for a share that is looked up, nothing could be seen."""

    after: timedelta

    async def apply(self, s: AsyncSession, share: Share, job: Job, at: datetime) -> None:
        """Wait as long as asked, and longer each time; after eight tries tell the person."""
        del s, job
        if share.state == ShareState.UNKNOWN:
            _look_again(share, at, self.after, GIVE_UP_WAITING)
        else:
            _try_again(share, at, max(self.after, FIRST_PAUSE * 3 ** (share.attempts - 1)))


@dataclass(frozen=True, slots=True)
class HeldBack(_InFlight):
    """The network was never called: all was stopped, or the story withdrawn, after the share was claimed."""

    state: ShareState
    problem: str

    async def apply(self, s: AsyncSession, share: Share, job: Job, at: datetime) -> None:
        """As if it had not been claimed; its person hears where it stands."""
        del s, job
        share.state, share.problem, share.told = self.state, self.problem, UNHEARD
        share.attempts -= 1
        share.due_at = at if self.state == ShareState.PENDING else None


@dataclass(frozen=True, slots=True)
class NotThere(_InFlight):
    """Looked up: surely not posted."""

    async def apply(self, s: AsyncSession, share: Share, job: Job, at: datetime) -> None:
        """Post it, at once at first."""
        del s, job
        _try_again(share, at, timedelta() if share.attempts <= 1 else FIRST_PAUSE * 3 ** (share.attempts - 2))


@dataclass(frozen=True, slots=True)
class NotKnown(_InFlight):
    """It may have been posted."""

    async def apply(self, s: AsyncSession, share: Share, job: Job, at: datetime) -> None:
        """Look, less and less often; in the end ask the person."""
        del s
        if share.state == ShareState.SENDING:
            share.state, share.unknown_since, share.due_at = ShareState.UNKNOWN, job.claimed_at, at + LOOK_AGAIN
        else:
            _look_again(share, at, LOOK_AGAIN, GIVE_UP_LOOKING)


@dataclass(frozen=True, slots=True)
class NeverKnown(_InFlight):
    """Looking would mean posting, and the story has ended meanwhile."""

    async def apply(self, s: AsyncSession, share: Share, job: Job, at: datetime) -> None:
        """Only the person can tell."""
        del s, job, at
        _fail(share, "cannot_tell")


@dataclass(frozen=True, slots=True)
class Failed(_InFlight):
    """The network said no."""

    problem: str

    async def apply(self, s: AsyncSession, share: Share, job: Job, at: datetime) -> None:
        """Tell the person."""
        del s, job, at
        _fail(share, self.problem)


@dataclass(frozen=True, slots=True)
class Disconnected(_InFlight):
    """The network no longer takes our token."""

    async def apply(self, s: AsyncSession, share: Share, job: Job, at: datetime) -> None:
        """Wait for the person to connect; or go on at once when they did so meanwhile."""
        broken = await mark_broken(s, job.renewed.account_id, job.renewed.token(job.connection))
        if share.state == ShareState.UNKNOWN:
            share.problem = "reconnect" if broken else ""
            _look_again(share, at, LOOK_AGAIN, GIVE_UP_LOOKING)
        elif broken:
            share.state, share.problem, share.due_at = ShareState.WAITING, "reconnect", None
        else:
            _try_again(share, at, LOOK_AGAIN)


async def mark_broken(s: AsyncSession, account_id: int, token: str) -> bool:
    """The account has to be connected again, unless it was while we tried. Answers whether it has to."""
    query = for_update(select(Account).where(Account.id == account_id))
    account = await s.scalar(query.execution_options(populate_existing=True))
    if account is not None and account.token == token:
        account.state, account.problem = "broken", "refused"
    return account is None or account.state == "broken"


def _try_again(share: Share, at: datetime, pause: timedelta) -> None:
    if share.attempts >= MOST_TRIES:
        _fail(share, "network_down")
    else:
        share.state, share.due_at, share.unknown_since = ShareState.PENDING, at + pause, None


def _look_again(share: Share, at: datetime, pause: timedelta, give_up: timedelta) -> None:
    since = share.unknown_since or at
    if at - since >= give_up:
        _fail(share, "cannot_tell")
    else:
        share.due_at = at + max(pause, (at - since) / 4)


def _fail(share: Share, problem: str) -> None:
    share.state, share.problem, share.due_at = ShareState.FAILED, problem, None


__all__ = [
    "Disconnected", "Done", "Failed", "HeldBack", "Later", "NeverKnown", "NotKnown", "NotThere", "Outcome",
    "mark_broken",
]  # fmt: skip
