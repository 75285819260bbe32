"""Each way in which Slack says no becomes the one error that says what to do about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from advocacy.chat import ChannelRef, Gone, Image, Message, MessageRef, Refused, Retry, Unknown
from advocacy.slack.door import SlackDoor
from tests.conftest import playground_settings
from tests.slack.slack_help import TEAM, RecordingBot, open_house

CHANNEL = ChannelRef("slack", TEAM, "C0NEWS0001")
CARD = MessageRef("slack", TEAM, "C0NEWS0001", "1795688000.000200")
SAID = Message(summary="Hello", image=Image("https://nordlicht.example/wind.png", "Wind"))


class Vendor:
    """Answers as it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answers: list[web.Response] = []

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json() if request.can_read_body else dict(request.query))
        return self.answers.pop(0)


@asynccontextmanager
async def vendor(folder: Path) -> AsyncIterator[tuple[Vendor, SlackDoor]]:
    slack, app = Vendor(), web.Application()
    app.router.add_route("*", "/api/{method}", slack.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    outside = {"https://slack.com": f"http://127.0.0.1:{runner.addresses[0][1]}"}
    door = SlackDoor(playground_settings("sqlite:///unused", folder, outside=outside), RecordingBot())
    await door.start()
    try:
        yield slack, door
    finally:
        await door.stop()
        await runner.cleanup()


def no(error: str, **more: Any) -> web.Response:
    return web.json_response({"ok": False, "error": error, **more})


@pytest.mark.parametrize(
    ("answer", "sending", "rewriting"),
    [
        (no("channel_not_found"), Gone, Gone),
        (no("is_archived"), Gone, Gone),
        (no("not_in_channel"), Gone, Gone),
        (no("restricted_action"), Gone, Gone),
        (no("message_not_found"), Gone, Gone),
        (no("user_not_found"), Gone, Gone),
        (no("ratelimited"), Retry, Retry),
        (no("service_unavailable"), Retry, Retry),
        (no("token_revoked"), Refused, Refused),
        (no("missing_scope", needed="chat:write"), Refused, Refused),
        (no("invalid_blocks"), Refused, Refused),
        (no("a_word_slack_made_up_today"), Refused, Refused),
        (no("internal_error"), Unknown, Retry),
        (no("fatal_error"), Unknown, Retry),
        (
            web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "7"}),
            Retry,
            Retry,
        ),
        (web.Response(status=429, text="slow down", headers={"Retry-After": "soon"}), Retry, Retry),
        (web.json_response({"ok": False, "error": "internal_error"}, status=500), Unknown, Retry),
        (web.Response(status=502, text="<html>bad gateway</html>", content_type="text/html"), Unknown, Retry),
        (web.Response(status=503, text="upstream"), Unknown, Retry),
        (web.Response(status=200, text="<html>a proxy's page</html>", content_type="text/html"), Unknown, Retry),
        (web.Response(status=200, text="{cut off", content_type="application/json"), Unknown, Retry),
    ],
)
async def test_what_each_refusal_means(
    tmp_path: Path, answer: web.Response, sending: type[Exception], rewriting: type[Exception]
) -> None:
    """One table: sending twice would show twice, so doubt is ``Unknown``; rewriting twice does no harm."""
    message = Message(summary="Hello")
    async with vendor(tmp_path) as (slack, door):
        for call, error in (
            (door.platform.send(CHANNEL, message, "m"), sending),
            (door.platform.update(CARD, message), rewriting),
        ):
            slack.answers = [_copy(answer)]
            with pytest.raises(error):
                await call
            assert slack.answers == []


def _copy(answer: web.Response) -> web.Response:
    headers = {name: value for name, value in answer.headers.items() if name.lower() == "retry-after"}
    return web.Response(status=answer.status, body=answer.body, content_type=answer.content_type, headers=headers)


async def test_slacks_own_waiting_time(tmp_path: Path) -> None:
    """Retry-After is handed on in seconds."""
    async with vendor(tmp_path) as (slack, door):
        slack.answers = [
            web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "41"})
        ]
        with pytest.raises(Retry) as caught:
            await door.platform.send(CHANNEL, Message(summary="Hello"), "m")
        assert caught.value.after.total_seconds() == 41


async def test_a_picture_that_slack_cannot_fetch(tmp_path: Path) -> None:
    """The card goes out without it; a refusal about anything else is a refusal."""
    why = {"response_metadata": {"messages": ["[ERROR] downloading image failed [json-pointer:/blocks/0/image_url]"]}}
    async with vendor(tmp_path) as (slack, door):
        slack.answers = [
            no("invalid_blocks", **why),
            web.json_response({"ok": True, "channel": "C0NEWS0001", "ts": "1.2"}),
        ]
        ref = await door.platform.send(CHANNEL, SAID, "m")
        assert ref == MessageRef("slack", TEAM, "C0NEWS0001", "1.2")
        assert [[one["type"] for one in asked["blocks"]] for asked in slack.asked] == [
            ["section", "image"],
            ["section"],
        ]
        slack.answers = [no("invalid_blocks", response_metadata={"messages": ["[ERROR] something else"]})]
        with pytest.raises(Refused, match="something else"):
            await door.platform.send(CHANNEL, SAID, "m")


async def test_a_message_carries_its_marker_and_no_preview(tmp_path: Path) -> None:
    """The marker is metadata, which people do not see; links in a card grow no second picture."""
    async with vendor(tmp_path) as (slack, door):
        slack.answers = [web.json_response({"ok": True, "channel": "D0", "ts": "1.2"})]
        await door.platform.send(CHANNEL, Message(summary="Hello"), "placement:7")
        (asked,) = slack.asked
        assert asked["metadata"] == {"event_type": "advocacy", "event_payload": {"marker": "placement:7"}}
        assert (asked["unfurl_links"], asked["unfurl_media"]) == (False, False)


async def test_a_broken_connection_sends_nothing_twice(tmp_path: Path) -> None:
    """The SDK would post again by itself when a connection breaks; the door does not let it."""
    heard = 0

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        await reader.readuntil(b"\r\n\r\n")
        heard += 1
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    outside = {"https://slack.com": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"}
    door = SlackDoor(playground_settings("sqlite:///unused", tmp_path, outside=outside), RecordingBot())
    await door.start()
    with pytest.raises(Unknown):
        await door.platform.send(CHANNEL, Message(summary="Hello"), "m")
    await door.stop()
    server.close()
    assert heard == 1


async def test_a_socket_is_renewed(tmp_path: Path) -> None:
    """Slack ends each Socket Mode connection after a while; the next one takes over, and presses go on."""
    async with open_house(tmp_path, slack_app_token="xapp-playground") as house:
        async with asyncio.timeout(5):
            await house.world.sockets.reach(1)
            await house.world.sockets.disconnect()
            await house.world.sockets.reach(0)
            await house.world.sockets.reach(1)
        await house.world.hands.command(
            str(house.world.workspace.im("U00000001").user), house.channel("news"), "/advocacy", "me"
        )
        assert [press.text for press in house.bot.heard] == ["me"]


async def test_a_slow_press_does_not_hold_others_over_a_socket(tmp_path: Path) -> None:
    """One connection carries everybody's presses; each is worked on as it comes."""
    slow = asyncio.Event()
    async with open_house(tmp_path, slack_app_token="xapp-playground") as house:

        async def first_waits(press: Any) -> None:
            if press.text == "slow":
                await slow.wait()

        house.bot.says["command"] = first_waits
        async with asyncio.timeout(5):
            await house.world.sockets.reach(1)
            waiting = asyncio.create_task(
                house.world.hands.command("U00000001", house.channel("news"), "/advocacy", "slow")
            )
            await house.bot.until_heard(1)
            quick = await house.world.hands.command("U00000002", house.channel("news"), "/advocacy", "quick")
            assert (quick.status, waiting.done()) == (200, False)
            slow.set()
            assert (await waiting).status == 200


async def test_a_door_that_never_reached_slack_closes(tmp_path: Path) -> None:
    """Stopping does not wait for a connection that does not come."""
    settings = playground_settings(
        "sqlite:///unused", tmp_path, slack_app_token="xapp-x", outside={"https://slack.com": "http://127.0.0.1:9"}
    )
    door = SlackDoor(settings, RecordingBot())
    await door.start()
    async with asyncio.timeout(2):
        await door.stop()
