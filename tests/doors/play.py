"""The whole script: every feature, in the order in which a day has them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from tests.doors import desk_scenes as desk
from tests.doors import sharing_scenes as sharing
from tests.doors.backup_scenes import backup_scenes
from tests.doors.stage import DoorName, Stage, stage

DRAFTS = '["Forty turbines listen.", "I like [what I like about it]."]'


@asynccontextmanager
async def assistant() -> AsyncIterator[str]:
    """One that drafts wordings; answers its address."""

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"choices": [{"message": {"content": DRAFTS}}]})

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def played(folder: Path, door: DoorName, language: str, database_url: str = "") -> AsyncIterator[Stage]:
    """The product at one door after everything was pressed there once."""
    async with (
        assistant() as url,
        stage(folder, door, language, database_url, ai_url=url, ai_model="small") as made,
    ):
        await everything(made)
        yield made


async def everything(made: Stage) -> None:
    """All scenes. Those that end a story or stop everything come last."""
    story = await sharing.publish(made)
    gap = await sharing.publish(made, sharing.GAP)
    await sharing.share_scenes(made, story)
    await sharing.gap_scenes(made, gap)
    await sharing.home_scenes(made)
    await sharing.own_scenes(made)
    await sharing.digest_scenes(made)
    await backup_scenes(made)
    await desk.writing_scenes(made)
    await desk.suggesting_scenes(made)
    await desk.settling_scenes(made)
    await desk.doubtful_scenes(made)
    await desk.desk_scenes(made, story)
    await desk.ending_scenes(made, gap)


__all__ = ["played"]
