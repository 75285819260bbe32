"""A small Bolt app, served over HTTP, for the tests of Slack's world."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from advocacy.playground.company import residents
from advocacy.playground.slack.state import Message
from advocacy.playground.slack.world import SlackWorld
from advocacy.playground.world import Outside

BOT, SECRET, APP = "xoxb-playground", "signing-secret", "xapp-playground"
PEOPLE = [one for one in residents() if one.slack_id]
JANA = next(one for one in PEOPLE if one.name == "Jana Feld")
CLARA = next(one for one in PEOPLE if one.name == "Clara Editorius")
SALES, EDITOR = str(JANA.slack_id), str(CLARA.slack_id)

Json = dict[str, Any]


@dataclass
class Scene:
    """The world, a client with the bot's token, and an app that hears everything."""

    world: SlackWorld
    http: aiohttp.ClientSession
    slack: AsyncWebClient
    app: AsyncApp
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    middle: Callable[[web.Request], Awaitable[web.StreamResponse | None]] | None = None
    """What a test puts between Slack and the app."""

    async def receive(self, request: web.Request) -> web.StreamResponse:
        self.heard.append(({name.lower(): one for name, one in request.headers.items()}, await request.read()))
        if self.middle is not None:
            answer = await self.middle(request)
            if answer is not None:
                return answer
        bolt_request = await to_bolt_request(request)
        return await to_aiohttp_response(await self.app.async_dispatch(bolt_request))

    def client(self, token: str) -> AsyncWebClient:
        return AsyncWebClient(token, base_url=self.world.at("slack.com", "/api/"), session=self.http, retry_handlers=[])

    def id(self, name: str) -> str:
        return self.world.channel(name).id


@asynccontextmanager
async def scene(*, enforce_limits: bool = False) -> AsyncIterator[Scene]:
    world = SlackWorld(PEOPLE, bot_token=BOT, signing_secret=SECRET, app_token=APP, enforce_limits=enforce_limits)
    outside = Outside(world)
    await outside.start()
    async with aiohttp.ClientSession() as http:
        slack = AsyncWebClient(BOT, base_url=world.at("slack.com", "/api/"), session=http, retry_handlers=[])
        app = AsyncApp(client=slack, signing_secret=SECRET, process_before_response=True)
        made = Scene(world, http, slack, app)
        server = web.Application()
        server.router.add_post("/slack/events", made.receive)
        runner = web.AppRunner(server, access_log=None, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        outside.product_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield made
        finally:
            await runner.cleanup()
            await outside.stop()


def button(action_id: str = "share", text: str = "Share", **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": text}, **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def section(text: str = "A story", **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def text_input(block_id: str, *, optional: bool = False, **more: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "typed", **more}
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "optional": optional, "element": element}


def modal(*blocks: Json, title: str = "Edit", **more: Any) -> Json:
    return {"type": "modal", "title": plain(title), "submit": plain("Save"), "blocks": list(blocks), **more}


async def card(slack: Scene, *elements: dict[str, Any], channel: str = "") -> Message:
    """A card with buttons in #news."""
    channel = channel or slack.id("news")
    await slack.slack.chat_postMessage(
        channel=channel, text="Story", blocks=[section(), actions(*(elements or [button(value="7")]), block_id="row")]
    )
    return slack.world.messages(channel)[-1]


async def modal_for(slack: Scene, user: str, *blocks: dict[str, Any], **more: Any) -> str:
    """An open modal; its id."""
    trigger = slack.world.workspace.mint_trigger(user)
    view = modal(*(blocks or [text_input("words")]), callback_id="form", **more)
    return str((await slack.slack.views_open(trigger_id=trigger, view=view))["view"]["id"])
