"""Chromium in front of the whole product and its outside world."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright
from sqlalchemy import text
from sqlalchemy.engine import make_url

from advocacy.db import Database
from advocacy.demo import Demo
from tests.browser.visitor import Visitor
from tests.conftest import TEST_KEY

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
# Headless Chromium says so in its name, and clicks of such are rightly set apart as a bot's.
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
Visit = Callable[..., Awaitable[Visitor]]


@pytest.fixture(params=["sqlite"])
async def demo(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Demo]:
    """The demo as ``make demo`` starts it, with nobody at work but the visitor. Parametrised by the kind of database."""
    url = ""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_url")
        await _as_server(server, "DROP DATABASE IF EXISTS browsing WITH (FORCE)", "CREATE DATABASE browsing")
        url = make_url(server).set(database="browsing").render_as_string(hide_password=False)
    made = Demo(tmp_path, database_url=url, undo_seconds=30, card_refresh_seconds=1.0)
    try:
        await made.start()
        await made.fill()
        yield made
    finally:
        await made.stop()


async def _as_server(url: str, *statements: str) -> None:
    server = Database(url, [TEST_KEY])
    async with server.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await server.close()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A Chromium of its own, so that no test meets another one's cookies."""
    if not CHROMIUM:
        pytest.fail("Chromium is needed: make test-browser installs it")
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield running
        await running.close()


@pytest.fixture
async def visit(demo: Demo, browser: Browser) -> AsyncIterator[Visit]:
    """Opens the page; in the end fails when the browser complained about anything on any page the visitor saw."""
    async with AsyncExitStack() as stack:
        visitors: list[Visitor] = []

        async def open_page(width: int = 1500, height: int = 900, **options: Any) -> Visitor:
            settings = {"locale": "en-GB", "user_agent": AGENT, **options}
            context = await browser.new_context(viewport={"width": width, "height": height}, **settings)
            stack.push_async_callback(context.close)
            visitor = Visitor(demo, context)
            visitors.append(visitor)
            await visitor.arrive()
            return visitor

        yield open_page
        assert [one for visitor in visitors for one in visitor.complaints] == []
