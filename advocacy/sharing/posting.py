"""Posting what is due, exactly once: claim, commit, call, settle.

A share that was claimed ends as posted, or goes back to wait because surely nothing was done, or becomes ``unknown``:
then it is looked up, and never posted again on a guess.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.chat import Gone, Refused, Retry, Unknown
from advocacy.config import Settings
from advocacy.db import Database, after_commit, for_update, now
from advocacy.http import Http
from advocacy.sharing import outcomes
from advocacy.sharing.claims import Handled, Job, Renewed, claim, claim_unknown, connection_of, held_back
from advocacy.sharing.connections import account_of, usable
from advocacy.sharing.models import Share, ShareState
from advocacy.sharing.network import Network, Reconnect
from advocacy.sharing.outcomes import Outcome
from advocacy.sharing.pictures import Pictures
from advocacy.sharing.shares import Sharing, count

AT_ONCE = 8
LOOK_ROUND = 0.5
"""Seconds after which free hands look for new work while others are busy."""
LONGEST_ATTEMPT = 20.0
"""Seconds for one attempt with all its calls; its picture has 8 s before that."""
ABANDONED = timedelta(seconds=45)
"""A share that is ``sending`` for so long lost its sender: an attempt with its picture has ended long before."""
DELETE_TRIES = 3
PAUSE = timedelta(seconds=2)

Claim = Callable[[AsyncSession, Settings, Mapping[str, Network], datetime], Awaitable[Job | Handled | None]]


class Poster:
    """Sends what is due. Any number of them may run on one PostgreSQL."""

    def __init__(self, db: Database, settings: Settings, networks: Mapping[str, Network], http: Http) -> None:
        self.db = db
        self.settings = settings
        self.networks = networks
        self.settled: Callable[[int], None] | None = None
        """Called with a share's id, after the commit, whenever its state was settled here."""
        self._sharing = Sharing(settings, networks)
        self._pictures = Pictures(db, http)

    async def run_due(self) -> int:
        """Post all shares that are due; how many were worked on."""
        return await self._work(ShareState.PENDING, claim, self._post)

    async def settle_unknown(self) -> int:
        """Look up what is not known, if it is time to; how many were worked on."""
        await self._set_unknown(now() - ABANDONED)
        return await self._work(ShareState.UNKNOWN, claim_unknown, self._look_up)

    async def recover(self) -> int:
        """At start: what a killed process was sending is from now on ``unknown``; how many there were.

        SQLite has one process, so whoever was sending is gone. Elsewhere the sender may be another that lives.
        """
        return await self._set_unknown(now() if self.db.is_sqlite else now() - ABANDONED)

    async def delete(self, share_id: int, person_id: int) -> Share:
        """Take a posted share down at its network. Raises ``NotYours``.

        When that fails, the share stays ``posted`` and its ``problem`` says why; pressing again tries again.
        """
        async with self.db.write() as s:
            share = await self._sharing.own(s, share_id, person_id)
            account = await account_of(s, share.person_id, share.network)
            if share.state != ShareState.POSTED:
                return share
            if account is None or not usable(account, now()):
                share.problem = "reconnect"
                return share
            renewed = Renewed(account.id)
            connection = connection_of(account, renewed)
            network, remote_id = self.networks[share.network], share.remote_id
        problem = await _deleted(lambda: network.delete(connection, remote_id))
        async with self.db.write() as s:
            share = await self._sharing.own(s, share_id, person_id)
            await renewed.store(s)
            if share.state == ShareState.POSTED:
                share.problem = problem
                if problem == "reconnect":
                    await outcomes.mark_broken(s, account.id, renewed.token(connection))
                if not problem:
                    share.state = ShareState.DELETED
                    await count(s, share, "measured", -1)
                    self._tell(s, share.id)
            return share

    # -- the loop ----------------------------------------------------------------------------------------------------

    async def _work(self, state: ShareState, take: Claim, send: Callable[[Job], Awaitable[None]]) -> int:
        """Several at once, each claimed only when a hand is free for it; a slow network does not hold up others."""
        hands: set[asyncio.Task[bool]] = set()
        broken: list[BaseException] = []
        done, is_dry = 0, False
        try:
            while True:
                if not is_dry and not broken:
                    due = await self._count_due(state)
                    hands |= {
                        asyncio.create_task(self._hand(take, send)) for _ in range(min(due, AT_ONCE - len(hands)))
                    }
                if not hands:
                    break
                ended, hands = await asyncio.wait(hands, timeout=LOOK_ROUND, return_when=asyncio.FIRST_COMPLETED)
                broken += [error for hand in ended if (error := hand.exception()) is not None]
                worked = [hand.exception() is None and hand.result() for hand in ended]
                done += sum(worked)
                is_dry = not all(worked)  # what is left is in other hands
        finally:
            for hand in hands:
                hand.cancel()
        if broken:  # one share that breaks our code must not stop the others; its state is settled by looking it up
            raise BaseExceptionGroup("shares could not be worked on", broken)
        return done

    async def _hand(self, take: Claim, send: Callable[[Job], Awaitable[None]]) -> bool:
        """One share; False when none could be claimed."""
        async with self.db.write() as s:
            taken = await take(s, self.settings, self.networks, now())
            if isinstance(taken, Handled) and taken.settled:
                self._tell(s, taken.share_id)
        if isinstance(taken, Job):
            await send(taken)
        return taken is not None

    async def _count_due(self, state: ShareState) -> int:
        """As many as there is work for, at most as many as there are hands."""
        async with self.db.read() as s:
            query = select(Share.id).where(Share.state == state, Share.due_at <= now()).limit(AT_ONCE)
            return len((await s.scalars(query)).all())

    # -- one share ---------------------------------------------------------------------------------------------------

    async def _post(self, job: Job) -> None:
        image = await self._pictures.get(job.image_url)
        held = await self._held_back(job)
        if held is not None:
            await self._settle(job, held)
            return

        async def attempt() -> Outcome:
            return outcomes.Done(await job.network.post(job.connection, replace(job.draft, image=image)))

        await self._settle(job, await _outcome(attempt()))

    async def _look_up(self, job: Job) -> None:
        posts = job.network.abilities().looks_by_posting
        image = await self._pictures.get(job.image_url) if posts else None

        async def attempt() -> Outcome:
            try:
                found = await job.network.look_up(job.connection, replace(job.draft, image=image))
            except (Refused, Gone):  # what is refused now may be there since the first attempt
                return outcomes.NotKnown()
            return outcomes.NotThere() if found is None else outcomes.Done(found)

        held = await self._held_back(job) if posts else None
        if posts and (job.ended or (held is not None and held.state == ShareState.CANCELLED)):
            await self._settle(job, outcomes.NeverKnown())
        elif held is not None:
            await self._settle(job, outcomes.Later(PAUSE))
        else:
            await self._settle(job, await _outcome(attempt()))

    async def _held_back(self, job: Job) -> outcomes.HeldBack | None:
        """The last look before a call that posts."""
        async with self.db.read() as s:
            held = await held_back(s, job.share_id)
        return None if held is None else outcomes.HeldBack(*held)

    async def _settle(self, job: Job, outcome: Outcome) -> None:
        """Write down how it ended, unless another one has."""
        async with self.db.write() as s:
            query = for_update(select(Share).where(Share.id == job.share_id))
            share = await s.scalar(query.execution_options(populate_existing=True))
            await job.renewed.store(s)
            if share is None or share.claimed_at != job.claimed_at or not outcome.fits(share):
                return
            await outcome.apply(s, share, job, now())
            self._tell(s, share.id)

    async def _set_unknown(self, before: datetime) -> int:
        async with self.db.read() as s:
            stuck = select(Share.id).where(Share.state == ShareState.SENDING, Share.claimed_at <= before)
            if await s.scalar(stuck.limit(1)) is None:
                return 0
        async with self.db.write() as s:
            query = select(Share).where(Share.state == ShareState.SENDING, Share.claimed_at <= before)
            shares = list(await s.scalars(for_update(query, skip_locked=True)))
            for share in shares:
                share.state, share.unknown_since = ShareState.UNKNOWN, share.claimed_at
                assert share.claimed_at is not None
                share.due_at = now()
                self._tell(s, share.id)
        return len(shares)

    def _tell(self, s: AsyncSession, share_id: int) -> None:
        def tell() -> None:
            if self.settled is not None:
                self.settled(share_id)

        after_commit(s, tell)


async def _outcome(attempt: Awaitable[Outcome]) -> Outcome:
    """How an attempt ended."""
    try:
        async with asyncio.timeout(LONGEST_ATTEMPT):
            return await attempt
    except Retry as later:
        return outcomes.Later(later.after)
    except Reconnect:
        return outcomes.Disconnected()
    except Refused:
        return outcomes.Failed("refused")
    except Gone:
        return outcomes.Failed("gone")
    except (Unknown, TimeoutError):
        return outcomes.NotKnown()


async def _deleted(delete: Callable[[], Awaitable[None]]) -> str:
    """Delete, which may be done twice; the problem's code, empty when it is down."""
    for _ in range(DELETE_TRIES):
        try:
            await delete()
        except Retry as later:
            await asyncio.sleep(min(later.after, PAUSE).total_seconds())
        except Unknown:
            continue
        except Reconnect:
            return "reconnect"
        except Refused:
            return "refused"
        except Gone:
            return ""
        else:
            return ""
    return "network_down"


__all__ = ["Poster"]
