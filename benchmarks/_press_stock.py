"""The usual app: each SDK as its first page of documentation sets it up, and a commit through SQLAlchemy per press.

It does the least that can be called a share: who pressed, which story, one row, one commit. What the product does
besides (may this person share it, wording, disclosure, link, repeats, undo) is not done here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from botbuilder.core import ActivityHandler, InvokeResponse, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
from botbuilder.schema import AdaptiveCardInvokeResponse
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import DateTime, String, UniqueConstraint, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from advocacy.db import Database, now
from benchmarks import _press_company as company
from benchmarks._press_requests import APP_ID, SECRET
from benchmarks._press_servers import told

LISTENERS = 60


class Base(DeclarativeBase):
    """Tables of the usual app."""


class StockPerson(Base):
    """Somebody."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    user: Mapped[str] = mapped_column(String(64), unique=True)


class StockStory(Base):
    """Something to share."""

    __tablename__ = "story"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(300))


class StockShare(Base):
    """A share."""

    __tablename__ = "share"
    __table_args__ = (UniqueConstraint("person_id", "story_id", "network"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    story_id: Mapped[int]
    network: Mapped[str] = mapped_column(String(24))
    text: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


async def prepare(url: str) -> None:
    """An empty database, then the same people and stories."""
    db = Database(url, [company.KEY])
    async with db.engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
        numbers = range(1, company.PEOPLE + 1)
        users = [user(one) for one in numbers for user in (company.slack_user, company.teams_user)]
        await connection.execute(insert(StockPerson), [{"user": one} for one in users])
        stories = [{"title": f"Story {one}"} for one in range(1, company.STORIES + 1)]
        await connection.execute(insert(StockStory), stories)
    await db.close()


async def record(db: Database, user: str, value: dict[str, Any]) -> str:
    """One unit of work; answers what to say."""
    async with db.write() as s:
        person = (await s.scalars(select(StockPerson).where(StockPerson.user == user))).one()
        story = await s.get_one(StockStory, value["s"])
        text = f"Posting “{story.title}” to LinkedIn in 30 s"
        s.add(StockShare(person_id=person.id, story_id=story.id, network=value["n"], text=text, at=now()))
    return text


async def slack(url: str, origins: dict[str, str], _folder: Path) -> None:
    """Bolt as it comes: one listener for each action, the pressed one is the last of them."""
    db = Database(url, [company.KEY])

    async def share(ack: Any, body: dict[str, Any], respond: Any) -> None:
        text = await record(db, body["user"]["id"], json.loads(body["actions"][0]["value"]))
        await ack()
        await respond(text=text, response_type="ephemeral", replace_original=False)

    await serve(bolt(origins, share))
    await db.close()


def bolt(origins: dict[str, str], share: Callable[..., Awaitable[None]]) -> web.Application:
    """Bolt's own web application, as many listeners as a grown app has, the share button's the last of them."""
    client = AsyncWebClient(token="xoxb-benchmark", base_url=origins["https://slack.com"] + "/api/")
    app = AsyncApp(client=client, signing_secret=SECRET)

    async def other(ack: Any) -> None:
        await ack()

    for number in range(LISTENERS - 1):
        app.action(f"other_{number}")(other)
    app.action(re.compile("^share"))(share)
    return app.web_app(path="/slack/events")


class Keys:
    """Where the Bot Framework is, for the adapter's configuration."""

    def __init__(self, vendor: str) -> None:
        self.APP_ID = APP_ID
        self.APP_PASSWORD = "benchmark"
        self.APP_TYPE = "MultiTenant"
        self.TO_CHANNEL_FROM_BOT_LOGIN_URL = f"{vendor}/botframework.com"
        self.TO_CHANNEL_FROM_BOT_OAUTH_SCOPE = self.TO_BOT_FROM_CHANNEL_TOKEN_ISSUER = "https://api.botframework.com"
        self.OAUTH_URL = "https://api.botframework.com"
        self.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL = f"{vendor}/v1/.well-known/openidconfiguration"
        self.TO_BOT_FROM_EMULATOR_OPENID_METADATA_URL = self.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL
        self.VALIDATE_AUTHORITY = False


class StockBot(ActivityHandler):  # type: ignore[misc]
    """Answers a press with a card. ``on_adaptive_card_invoke`` would be the place, but its answer becomes a 500."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def on_invoke_activity(self, turn_context: TurnContext) -> InvokeResponse:
        """Record the share."""
        activity = turn_context.activity
        action = activity.value["action"]
        text = await record(self._db, activity.from_property.aad_object_id, action["data"]["value"])
        card = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": text, "wrap": True}]}
        kind = "application/vnd.microsoft.card.adaptive"
        return InvokeResponse(status=200, body=AdaptiveCardInvokeResponse(status_code=200, type=kind, value=card))


async def teams(url: str, origins: dict[str, str], _folder: Path) -> None:
    """CloudAdapter as shipped, with its own check of tokens."""
    db = Database(url, [company.KEY])
    adapter = CloudAdapter(ConfigurationBotFrameworkAuthentication(Keys(origins["https://login.botframework.com"])))
    await serve(cloud(adapter, StockBot(db)))
    await db.close()


def cloud(adapter: CloudAdapter, bot: ActivityHandler) -> web.Application:
    """The application around the adapter, as its samples have it."""

    async def messages(request: web.Request) -> web.StreamResponse:
        response: web.Response = await adapter.process(request, bot)
        return response

    application = web.Application()
    application.router.add_post("/api/messages", messages)
    return application


async def serve(application: web.Application) -> None:
    """Listen on a free port and say which, until told to stop."""
    runner = web.AppRunner(application, access_log=None, handle_signals=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await told()
    await runner.cleanup()
