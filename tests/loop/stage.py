"""The whole product with its outside world, and people in front of it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from time import perf_counter

from sqlalchemy import func, select, text, update
from sqlalchemy.engine import make_url

from advocacy.db import Database, now
from advocacy.demo import Demo
from advocacy.people.models import Person
from advocacy.playground.colleagues.browser import Browser
from advocacy.playground.colleagues.crowd import Door
from advocacy.playground.colleagues.seats import Seat, Seen, SlackSeat, TeamsSeat
from advocacy.playground.colleagues.share import is_connect, state_of
from advocacy.playground.company import Resident
from advocacy.playground.networks.network import NetworkWorld
from advocacy.playground.networks.posts import Post
from advocacy.sharing.models import Share, ShareEvent, ShareState
from advocacy.sharing.outcomes import MOST_TRIES
from tests.conftest import TEST_KEY

PATIENCE = 20.0
"""Seconds until a step has to show on screen."""
LEASED = timedelta(seconds=50)
"""A share that is being looked up this moment is due in a minute; that must not be pulled forward."""


async def fresh_database(server: str, name: str) -> str:
    """A new, empty PostgreSQL database; answers its URL."""
    admin = Database(server, [TEST_KEY])
    async with admin.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in (f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}"):
            await connection.execute(text(statement))
    await admin.close()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


class Sharer:
    """One person who shares the story that is out, on one network, through one door."""

    def __init__(self, demo: Demo, key: str, door: Door, network: str) -> None:
        self.demo, self.door, self.network = demo, door, network
        self.person: Resident = next(one for one in demo.worlds.residents if one.key == key)
        world = demo.worlds.outside.worlds[network]
        assert isinstance(world, NetworkWorld)
        self.world = world
        self.seat: Seat = (
            SlackSeat(demo.worlds.slack, self.person) if door == "slack" else TeamsSeat(demo.worlds.teams, self.person)
        )

    # -- what the person does

    async def connect(self, link: str = "") -> None:
        """Connect the account, by the link of a message or the one that a message would have."""
        app = self.demo.app
        async with app.db.read() as s:
            person_id = await s.scalar(select(Person.id).where(Person.email == self.person.email))
        assert person_id is not None
        async with Browser(self.demo.worlds.outside, self.person) as browser:
            await browser.connect(link or app.accounts.connect_url(person_id, self.network))

    async def share(self) -> None:
        """Press the network's button on the card."""
        outcome = await self.demo.colleagues.share(self.person.key, self.door, self.network)
        assert outcome.ok, outcome.problem

    async def press(self, seen: Seen, action: str) -> None:
        """Press a button of a message."""
        button = seen.find(action)
        assert button is not None, f"no {action} in: {seen.text}"
        await self.seat.press(seen, button)

    async def reconnect(self, seen: Seen) -> None:
        """Follow the link to connect that a message has."""
        await self.connect(next(one.url for one in seen.buttons if is_connect(one)))

    # -- what the person sees

    async def told(self, state: str, hours: float = 0) -> Seen:
        """The private message which says that the share is in this state; waiting is cut short meanwhile.

        With ``hours`` so much time passes: all tries but the last are over, and what is unknown was so for long.
        """
        share_id = (await self.stored()).id

        def look() -> Seen | None:
            mine = [one for one in self.seat.look() if one.private and one.share == share_id]
            return next((one for one in reversed(mine) if state_of(one) == state), None)

        deadline = perf_counter() + PATIENCE
        while perf_counter() < deadline:
            with suppress(TimeoutError):
                found = await self.seat.until(look, 0.1)
                assert found is not None
                return found
            await self._pass(hours)
        share = await self.stored()
        shown = [one.text for one in self.seat.look() if one.private]
        raise AssertionError(
            f"not told {state}; {share.state}, {share.attempts} tries, {share.told} told; {shown[-3:]}"
        )

    async def _pass(self, hours: float) -> None:
        """What waits for a later moment is due now."""
        app, past = self.demo.app, now() - timedelta(seconds=1)
        mine = (Share.id == (await self.stored()).id, Share.due_at > now())
        async with app.db.write() as s:
            pending = (*mine, Share.state == ShareState.PENDING)
            tried = {"attempts": MOST_TRIES - 1} if hours else {}
            await s.execute(update(Share).where(*pending).values(due_at=past, **tried))
            values = {"due_at": past} | ({"unknown_since": past - timedelta(hours=hours)} if hours else {})
            unknown = (*mine, Share.state == ShareState.UNKNOWN, Share.due_at < now() + LEASED)
            await s.execute(update(Share).where(*unknown).values(**values))
        app.jobs.soon("post shares")
        app.jobs.soon("look up shares")

    # -- what there is

    async def stored(self) -> Share:
        """The share as it is stored."""
        async with self.demo.app.db.read() as s:
            query = select(Share).join(Person, Person.id == Share.person_id)
            mine = query.where(Person.email == self.person.email, Share.network == self.network)
            return (await s.scalars(mine)).one()

    async def waits(self, state: ShareState) -> float:
        """After its first try the share is in this state and waits for another; seconds until then."""
        async with asyncio.timeout(PATIENCE):
            while True:
                share = await self.stored()
                if share.attempts == 1 and share.state == state and share.due_at is not None:
                    return (share.due_at - now()).total_seconds()
                await asyncio.sleep(0.02)

    async def counted(self) -> int:
        """As how many shares it counts."""
        async with self.demo.app.db.read() as s:
            share_id = (await self.stored()).id
            query = select(func.coalesce(func.sum(ShareEvent.change), 0)).where(ShareEvent.share_id == share_id)
            return int((await s.execute(query)).scalar_one())

    def posts(self) -> list[Post]:
        """All the network ever had of this person."""
        return self.world.posts(self.person.key)
