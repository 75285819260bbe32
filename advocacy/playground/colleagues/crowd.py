"""Simulated colleagues and their readers. They have hands and a browser, and know nothing of the product's inside."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from dataclasses import replace
from typing import Literal, TypeVar, cast
from weakref import WeakKeyDictionary

import aiohttp

from advocacy.playground.colleagues.browser import LostWayError
from advocacy.playground.colleagues.readers import Reader, Visit
from advocacy.playground.colleagues.seats import Button, Seat, SlackSeat, TeamsSeat
from advocacy.playground.colleagues.share import PATIENCE, Outcome, ShareWalk, Style
from advocacy.playground.company import Resident, residents
from advocacy.playground.networks.network import NetworkWorld
from advocacy.playground.slack.world import SlackWorld
from advocacy.playground.teams.world import TeamsWorld
from advocacy.playground.world import Outside

Door = Literal["slack", "teams"]
DOORS: tuple[Door, ...] = ("slack", "teams")
T = TypeVar("T")
PERSONAS = ("jana.feld", "yara.blume", "clara.editorius", "david.vierauge", "ada.vorstand")
"""Left to the visitor: nobody else presses as them."""
STYLES: tuple[tuple[Style, int], ...] = (("plain", 64), ("edit", 10), ("undo", 9), ("double", 7), ("dialog", 10))
NETWORKS = (("linkedin", 46), ("mastodon", 20), ("bluesky", 20), ("x", 8), ("xing", 6))
"""How often each is chosen."""
OWN_WORDS = ("Stolz darauf!", "Proud of this team.", "Absolut lesenswert.", "Great work.", "Das freut mich sehr.")
HOSTS = {"linkedin": "www.linkedin.com", "bluesky": "bsky.app", "mastodon": "nordlicht.social", "x": "x.com"}
READING = 0.5
"""How often a step is a click."""
BOTS = 0.22
"""How many of the clicks are bots'."""
_ALL: WeakKeyDictionary[Outside, Colleagues] = WeakKeyDictionary()


class Colleagues:
    """Everybody but the visitor's personas. ``pace``: mean seconds between two things that happen."""

    def __init__(self, outside: Outside, *, seed: int = 1, pace: float = 6.0) -> None:
        self.outside = outside
        self.pace = pace
        self.people = {one.key: one for one in residents()}
        self._dice = random.Random(seed)  # noqa: S311 - decides who is next, guards nothing
        self._task: asyncio.Task[None] | None = None
        self._tried: set[tuple[str, str, int]] = set()
        self._reader = Reader(outside, self._dice)
        _ALL[outside] = self

    @staticmethod
    def of(outside: Outside) -> Colleagues | None:
        """The colleagues who live there, if any."""
        return _ALL.get(outside)

    # -- by themselves

    @property
    def active(self) -> bool:
        """Are they at work?"""
        return self._task is not None and not self._task.done() and not self._task.cancelling()

    def start(self) -> None:
        """Let them work until they are paused or stopped."""
        if not self.active:
            self._task = asyncio.create_task(self._work())

    def pause(self) -> None:
        """Let them rest; ``start`` goes on."""
        if self._task is not None:
            self._task.cancel()

    async def stop(self) -> None:
        """Let them rest, and close their browsers."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._reader.close()

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(self._dice.uniform(0.4, 1.6) * self.pace)
            # The product may be away for a moment, or a fault may be under way: then nothing happened.
            with suppress(aiohttp.ClientError, TimeoutError):
                await self.step()

    async def step(self) -> Outcome | Visit | None:
        """One thing that happens: somebody shares, or somebody reads. None when there was nothing to do.

        Raises ``aiohttp.ClientError`` and ``TimeoutError`` when the product is away.
        """
        if self._dice.random() < READING and (visit := await self._read()) is not None:
            return visit
        return await self._share_something() or await self._read()

    async def _read(self) -> Visit | None:
        posts = [post for world in self._networks() for post in world.posts(deleted=False) if post.url_of_link]
        if not posts:
            return None
        posts.sort(key=lambda one: one.at)
        # What is new is read most.
        post = posts[-1 - min(int(self._dice.expovariate(0.25)), len(posts) - 1)]
        as_bot = self._dice.random() < BOTS
        return await self.click(post.url_of_link, as_bot=as_bot, network=post.network)

    def _networks(self) -> list[NetworkWorld]:
        return [world for world in self.outside.worlds.values() if isinstance(world, NetworkWorld)]

    async def _share_something(self) -> Outcome | None:
        others = [one for one in self.people.values() if one.key not in PERSONAS]
        for person in self._dice.sample(others, 12):
            door = self._dice.choice([one for one in DOORS if _id_in(person, one)])
            network = _drawn(self._dice, NETWORKS)
            way = self._untried(person, door, network)
            if way is not None:
                self._tried.add((person.key, network, way.about("s")))
                style = _drawn(self._dice, STYLES)
                return await self.share(person.key, door, network, style, story=way.about("s"))
        return None

    def _untried(self, person: Resident, door: Door, network: str) -> Button | None:
        """The newest story on this person's screen that was not tried on this network."""
        for seen in reversed(self._seat(person.key, door).look()):
            way = seen.find("share", network) or seen.find("more")
            if way is not None and (person.key, network, way.about("s")) not in self._tried:
                return way
        return None

    # -- by request

    async def click(self, link: str, *, as_bot: bool = False, head: bool = False, network: str = "") -> Visit:
        """Somebody opens a posted link; or a preview bot does, or a HEAD request comes.

        Raises ``aiohttp.ClientError`` and ``TimeoutError``.
        """
        return await self._reader.click(link, as_bot=as_bot, head=head, referrer=HOSTS.get(network, ""))

    async def share(
        self, person: str, door: Door, network: str, style: Style = "plain", *, story: int = 0, settle: float = 0.0
    ) -> Outcome:
        """Share the newest story (or the one with this number) as this person, in this manner; says how it went.

        ``settle``: seconds to wait for the end of the undo window and the network's answer. ``connect`` is ``plain``
        that fails when the account was connected before. What goes wrong is the outcome's ``problem``; raises only
        ``aiohttp.ClientError`` when the product cannot be reached.
        """
        start = Outcome(person, door, network, style, story=story)
        try:
            seat = self._seat(person, door)
        except LookupError as nobody:
            return replace(start, problem=str(nobody))
        walk = ShareWalk(self.outside, seat, start, self._dice.choice(OWN_WORDS))
        try:
            await walk.run(settle)
        except TimeoutError:
            return replace(walk.outcome, problem=f"nothing new was answered within {max(settle, PATIENCE):g} s")
        except (LookupError, ValueError, LostWayError) as wrong:
            return replace(walk.outcome, problem=str(wrong))
        return walk.outcome

    def _seat(self, person: str, door: Door) -> Seat:
        named = (one for one in self.people.values() if person in {one.key, one.name, one.email})
        who = next(named, None)
        if who is None:
            raise LookupError(f"nobody is called {person!r}")
        if door == "slack":
            return SlackSeat(cast("SlackWorld", self.outside.worlds["slack"]), who)
        return TeamsSeat(cast("TeamsWorld", self.outside.worlds["teams"]), who)


def _id_in(person: Resident, door: Door) -> str | None:
    return person.slack_id if door == "slack" else person.teams_id


def _drawn(dice: random.Random, among: tuple[tuple[T, int], ...]) -> T:
    return dice.choices([one for one, _ in among], [weight for _, weight in among])[0]
