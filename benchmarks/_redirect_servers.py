"""The servers that ``benchmarks.redirects`` compares, each in a process of its own."""

from __future__ import annotations

import asyncio
import base64
import sys
from dataclasses import dataclass
from pathlib import Path

import uvloop
from aiohttp import web
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import create_async_engine

from advocacy.app import load_tables
from advocacy.config import Settings
from advocacy.content.models import Story
from advocacy.db import Base, Database, driver_url, now
from advocacy.sharing.clicks import ClickWriter, LinkTable, Spool
from advocacy.sharing.models import Click, Link
from advocacy.sharing.visitors import Visitors
from advocacy.web import redirects

LINKS = 1000
KEY = bytes(32)
TARGET = "https://www.example.com/news/a-story-worth-sharing"


def codes() -> list[str]:
    """The codes of all links."""
    return [f"bench{number:04}" for number in range(LINKS)]


async def prepare(url: str) -> None:
    """An empty database with a story and its links."""
    load_tables()
    db = Database(url, [KEY])
    async with db.engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
        story_id = await connection.scalar(insert(Story).values(title="Story", url=TARGET).returning(Story.id))
        rows = [{"code": code, "url": TARGET, "story_id": story_id, "person_id": 1} for code in codes()]
        await connection.execute(insert(Link), rows)
    await db.close()


async def stored(url: str) -> int:
    """How many clicks are in the database."""
    engine = create_async_engine(driver_url(url))
    async with engine.connect() as connection:
        count = await connection.scalar(select(func.count()).select_from(Click))
    await engine.dispose()
    return count or 0


@dataclass(slots=True)
class Parts:
    """What redirects need of the composition root."""

    links: LinkTable
    clicks: ClickWriter
    visitors: Visitors
    settings: Settings


async def ours(url: str, spool: Path) -> None:
    """As the product does it."""
    db = Database(url, [KEY])
    parts = Parts(
        LinkTable(db),
        ClickWriter(db, Spool(spool)),
        Visitors(db),
        Settings(playground=True, keys=(base64.b64encode(KEY).decode(),)),
    )
    await parts.visitors.start()
    await parts.clicks.start()
    await parts.links.load()
    application = web.Application()
    redirects.routes(application, parts)  # type: ignore[arg-type]
    runner = await _listen(application, 2048)  # as the product does it
    redirects.shortcut(runner, parts)  # type: ignore[arg-type]
    await _until_told()
    await runner.cleanup()
    await parts.clicks.close()
    await db.close()


async def bare(_url: str, _spool: Path) -> None:
    """The least an aiohttp application can do."""

    async def follow(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": TARGET})

    application = web.Application()
    application.router.add_get("/r/{code}", follow)
    runner = await _listen(application)
    await _until_told()
    await runner.cleanup()


async def naive(url: str, _spool: Path) -> None:
    """A session, a SELECT, an INSERT and a commit for each click, as one would write it first."""
    db = Database(url, [KEY])

    async def follow(request: web.Request) -> web.Response:
        async with db.write() as s:
            link = (await s.scalars(select(Link).where(Link.code == request.match_info["code"]))).one()
            s.add(Click(link_id=link.id, at=now(), visitor="", referrer=request.headers.get("Referer", "")))
        return web.Response(status=302, headers={"Location": link.url})

    application = web.Application()
    application.router.add_get("/r/{code}", follow)
    runner = await _listen(application)
    await _until_told()
    await runner.cleanup()
    await db.close()


async def _listen(application: web.Application, backlog: int = 128) -> web.AppRunner:
    """The backlog is aiohttp's own unless given."""
    runner = web.AppRunner(application, access_log=None, handle_signals=False)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=backlog)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    return runner


async def _until_told() -> None:
    """Until the benchmark closes our standard input, or dies."""
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    load_tables()
    kind, address, folder = sys.argv[1:]
    uvloop.run({"ours": ours, "bare": bare, "naive": naive}[kind](address, Path(folder)))
