"""How Slack reaches a real Bolt app: events, retries, duplicates, late answers, Socket Mode."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from slack_app import (
    APP,
    SALES,
    Scene,
    card,
    modal_for,
    scene,
    section,
)
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError

from advocacy.playground.slack.state import User
from advocacy.playground.world import Fault


@pytest.fixture
async def slack() -> AsyncIterator[Scene]:
    async with scene() as made:
        yield made


async def test_events(slack: Scene) -> None:
    """Direct messages, links and people who join or leave are told; a retry repeats the event id, with its header."""
    seen: list[dict[str, Any]] = []

    for kind in ("message", "link_shared", "team_join", "user_change"):

        @slack.app.event(kind)
        async def hear(body: Any) -> None:
            seen.append(body)

    hands, news = slack.world.hands, slack.id("news")
    assert await hands.verify_url()
    await hands.say(SALES, slack.world.im(SALES).id, "hello")
    await hands.say(SALES, news, "nobody listens")
    assert [one["event"]["text"] for one in seen] == ["hello"]
    hands.unfurl_domains.add("go.nordlicht.example")
    await hands.say(SALES, news, "see https://go.nordlicht.example/r/abc")
    link = seen[-1]["event"]
    assert link["links"] == [{"domain": "go.nordlicht.example", "url": "https://go.nordlicht.example/r/abc"}]
    unfurls = {link["links"][0]["url"]: {"blocks": [section("preview")]}}
    await slack.slack.chat_unfurl(channel=link["channel"], ts=link["message_ts"], unfurls=unfurls)
    assert slack.world.messages(news)[-1].attachments[0]["blocks"][0]["text"]["text"] == "preview"
    with pytest.raises(SlackApiError, match="cannot_unfurl_url"):
        await slack.slack.chat_unfurl(channel=link["channel"], ts=link["message_ts"], unfurls={"https://x.example": {}})
    await hands.join(User("U99999999", "new.person", "New Person", "new.person@nordlicht.example"))
    event = {"type": "user_change", "user": {"id": SALES}}
    await hands.event(event)
    await hands.event(event, retry=1)
    assert seen[-1]["event_id"] == seen[-2]["event_id"] != seen[-3]["event_id"]
    assert slack.heard[-1][0]["x-slack-retry-num"] == "1"
    assert slack.heard[-1][0]["x-slack-retry-reason"] == "http_timeout"
    assert "x-slack-retry-num" not in slack.heard[-2][0]


async def test_uninstall(slack: Scene) -> None:
    """When the app is removed, its token is dead and both events say so, until it is installed again."""
    await slack.slack.auth_test()
    await slack.world.uninstall()
    assert [json.loads(raw)["event"]["type"] for _, raw in slack.heard] == ["tokens_revoked", "app_uninstalled"]
    with pytest.raises(SlackApiError, match="token_revoked"):
        await slack.slack.auth_test()
    await slack.world.reset()
    await slack.slack.auth_test()


async def test_duplicates_and_skew(slack: Scene) -> None:
    """A duplicated delivery arrives twice, a skewed one is signed ten minutes ago and is refused by the app."""
    seen: list[str] = []

    @slack.app.action("share")
    async def share(ack: Any, body: Any) -> None:
        await ack()
        seen.append(body["trigger_id"])

    message = await card(slack)
    slack.world.faults.inject(Fault.DUPLICATE, path="block_actions")
    assert (await slack.world.hands.press(SALES, message.channel, message.ts, "share")).status == 200
    assert len(seen) == 2
    assert seen[0] == seen[1]
    slack.world.faults.inject(Fault.SKEW)
    assert (await slack.world.hands.press(SALES, message.channel, message.ts, "share")).status == 401
    assert len(seen) == 2


async def test_slow_and_absent_apps(slack: Scene) -> None:
    """An app that answers late, or not at all, shows as a warning to the person."""
    release = asyncio.Event()

    async def hold(_: web.Request) -> web.StreamResponse | None:
        await release.wait()
        return web.Response()

    slack.middle = hold
    slack.world.hands._wire.ack_seconds = 0.05
    message = await card(slack)
    late = await slack.world.hands.press(SALES, message.channel, message.ts, "share")
    release.set()
    assert (late.status, late.body) == (0, "operation_timeout")
    assert slack.world.outside is not None
    slack.world.outside.product_url = "http://127.0.0.1:1"
    gone = await slack.world.hands.command(SALES, message.channel, "/advocacy")
    assert (gone.status, gone.body) == (0, "connection_failed")
    assert slack.world.workspace.warnings[SALES] == [
        "This app responded with an error (operation_timeout)",
        '/advocacy failed with the error "dispatch_failed" (connection_failed)',
    ]


async def test_socket_mode(slack: Scene) -> None:
    """With Socket Mode on, everything travels over the websocket, acks carry the answers, and reconnecting works."""
    seen: list[str] = []

    @slack.app.action("share")
    async def share(ack: Any, respond: Any) -> None:
        await ack()
        await respond("shared")

    @slack.app.command("/advocacy")
    async def advocacy(ack: Any) -> None:
        await ack("helped")

    @slack.app.view("form")
    async def form(ack: Any) -> None:
        await ack(response_action="errors", errors={"words": "No"})

    @slack.app.event("message")
    async def hear(event: Any) -> None:
        seen.append(event["text"])

    world, hands = slack.world, slack.world.hands
    world.socket_mode = True
    message = await card(slack)
    assert (await hands.press(SALES, message.channel, message.ts, "share")).body == "connection_failed"
    handler = AsyncSocketModeHandler(slack.app, APP)
    await handler.connect_async()
    try:
        await _connected(slack, 1)
        assert (await hands.press(SALES, message.channel, message.ts, "share")).status == 200
        await hands.command(SALES, message.channel, "/advocacy")
        await world.until(lambda: len(world.ephemerals(SALES)) == 2)
        view = await modal_for(slack, SALES)
        await hands.submit(SALES, view, {"words": "x"})
        assert world.view(SALES).errors == {"words": "No"}  # type: ignore[union-attr]
        world.faults.inject(Fault.DUPLICATE)
        await hands.say(SALES, world.im(SALES).id, "hi")
        assert seen == ["hi", "hi"]
        assert slack.heard == []
    finally:
        await handler.close_async()
    await _connected(slack, 0)


async def _connected(slack: Scene, count: int) -> None:
    async with asyncio.timeout(5):
        await slack.world.sockets.reach(count)


async def test_socket_addresses_work_once(slack: Scene) -> None:
    """A websocket address is good for one connection, which is told when to leave."""
    url = (await slack.slack.apps_connections_open(app_token=APP))["url"]
    async with slack.http.ws_connect(url) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        async with slack.http.get(url.replace("ws://", "http://")) as again:
            assert again.status == 403
        leaving = asyncio.create_task(slack.world.sockets.disconnect())
        assert (await socket.receive_json())["reason"] == "refresh_requested"
        await socket.receive()
        await leaving
    await _connected(slack, 0)
