"""Composition root: builds every object, mounts every door. Read this first."""

from __future__ import annotations

import asyncio
import importlib
import signal
from typing import TYPE_CHECKING, Protocol

import structlog
from aiohttp import web

from advocacy import jobs
from advocacy.bot.actions import Bot, Parts
from advocacy.bot.catalogue import ACTIONS, REPEATABLE, SHORT_WAYS
from advocacy.bot.workspaces import Workspaces
from advocacy.chat import ChatPlatform
from advocacy.config import Settings
from advocacy.db import Database
from advocacy.delivery.worker import Worker
from advocacy.http import Http
from advocacy.insights.fold import Fold
from advocacy.people.listing import Directories
from advocacy.sharing.accounts import Accounts
from advocacy.sharing.clicks import ClickWriter, LinkTable, Spool
from advocacy.sharing.networks import make_all
from advocacy.sharing.plain import Plain
from advocacy.sharing.posting import Poster
from advocacy.sharing.shares import Sharing
from advocacy.sharing.visitors import Visitors
from advocacy.web import pages, redirects, server

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOMS_WITH_TABLES = ("people", "content", "delivery", "sharing", "insights", "bot", "slack")
LAST_WORDS = 3.0
"""Seconds that work of presses still gets when the process is to end."""
log = structlog.get_logger()


class Door(Protocol):
    """What the composition root does with a door."""

    platform: ChatPlatform
    directories: Directories

    @property
    def rounds(self) -> Mapping[str, jobs.Work]:
        """What it wants to be done every minute, by name."""
        ...

    def routes(self, app: web.Application) -> None:
        """Mount what vendors call."""
        ...

    async def start(self) -> None:
        """Open."""
        ...

    async def resume(self) -> None:
        """Do what was acknowledged by a process that ended before it was done; waits for it a moment at most."""
        ...

    async def stop(self) -> None:
        """Close, after answering what is under way."""
        ...


class App:
    """One process of the product. Everything is built here, by name, once."""

    def __init__(self, settings: Settings) -> None:
        load_tables()
        self.settings = settings
        self.db = Database(settings.database_url, settings.key_bytes)
        self.http = Http(settings)
        self.networks = make_all(settings, self.http)
        self.sharing = Sharing(settings, self.networks)
        self.plain = Plain(self.db, settings, self.networks)
        self.accounts = Accounts(self.db, settings, self.networks)
        self.poster = Poster(self.db, settings, self.networks, self.http)
        self.links = LinkTable(self.db)
        self.visitors = Visitors(self.db)
        self.clicks = ClickWriter(self.db, Spool(settings.spool))
        self.fold = Fold(self.db, settings)
        self.platforms: dict[str, ChatPlatform] = {}
        self.worker = Worker(self.db, self.platforms)
        self.parts = Parts(
            settings=settings, db=self.db, networks=self.networks, sharing=self.sharing, plain=self.plain,
            accounts=self.accounts, poster=self.poster, worker=self.worker, addresses=pages.Addresses(settings),
            http=self.http, platforms=self.platforms,
        )  # fmt: skip
        self.bot = Bot(self.parts, ACTIONS, SHORT_WAYS, REPEATABLE)
        self.doors: Sequence[Door] = self._open_doors()
        rounds = {name: run for door in self.doors for name, run in door.rounds.items()}
        self.jobs = jobs.everything(self.parts, self.fold, self.links, self.visitors, rounds)
        self.parts.share_due = lambda: self.jobs.soon("post shares")
        self.parts.editors_due = self.editors_due = lambda: self.jobs.soon("ask editors")
        self.parts.feeds_due = lambda: self.jobs.soon("pull feeds")
        self.poster.settled = self._settled
        self.accounts.resumed = lambda: self.jobs.soon("tell outcomes")
        self._runner: web.AppRunner | None = None

    def _open_doors(self) -> list[Door]:
        """Each SDK is imported only when its door opens."""
        doors: list[Door] = []
        if self.settings.has_slack:
            slack = importlib.import_module("advocacy.slack.door")
            doors.append(slack.SlackDoor(self.settings, self.bot, self.db, Workspaces(self.parts)))
        if self.settings.has_teams:
            doors.append(importlib.import_module("advocacy.teams.door").TeamsDoor(self.settings, self.bot))
        for door in doors:
            self.platforms[door.platform.name] = door.platform
            self.parts.directories[door.directories.name] = door.directories
        return doors

    def _settled(self, _share_id: int) -> None:
        self.jobs.soon("tell outcomes")
        self.jobs.soon("fold facts")

    @property
    def port(self) -> int:
        """The port it listens on."""
        assert self._runner is not None
        return int(self._runner.addresses[0][1])

    async def start(self) -> None:
        """Listen, then pick up what an earlier process left under way, then begin all jobs."""
        await self.http.start()
        await self.visitors.start()
        await self.clicks.start()
        await self.links.load()
        application = server.build(self)
        for door in self.doors:
            door.routes(application)
            await door.start()
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=3.0, handle_signals=False)
        await self._runner.setup()
        redirects.shortcut(self._runner, self)
        await web.TCPSite(self._runner, self.settings.host, self.settings.port, backlog=2048).start()
        for door in self.doors:
            await door.resume()  # an undo that was acknowledged comes before its share leaves
        await self.poster.recover()
        await self.worker.recover()
        self.jobs.start()
        log.info("listening", address=f"{self.settings.host}:{self.port}", doors=sorted(self.platforms))

    async def stop(self) -> None:
        """Answer what is under way, stop the jobs, let everything go."""
        self.worker.rest()
        await self.jobs.stop()
        if self._runner is not None:
            await self._runner.cleanup()
        for door in self.doors:
            await door.stop()
        await self.parts.background.settle(LAST_WORDS)
        await self.clicks.close()
        await self.http.close()
        await self.db.close()


def load_tables() -> None:
    """Import all tables, so that ``Base.metadata`` knows them."""
    for room in ROOMS_WITH_TABLES:
        importlib.import_module(f"advocacy.{room}.models")


async def serve(settings: Settings) -> None:
    """Run until asked to stop (SIGINT, SIGTERM)."""
    app = App(settings)
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, done.set)
    await app.start()
    try:
        await done.wait()
    finally:
        await app.stop()
