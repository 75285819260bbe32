"""What people do in Slack, as it reaches a real Bolt app over HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_app import (
    BOT,
    EDITOR,
    SALES,
    SECRET,
    Scene,
    actions,
    button,
    card,
    modal,
    modal_for,
    plain,
    scene,
    section,
    text_input,
)
from slack_sdk.signature import SignatureVerifier

from advocacy.playground.slack.inputs import NotOnScreenError
from advocacy.playground.slack.state import BOT_USER

COLOURS = [{"text": plain(one), "value": one} for one in ("red", "blue", "green")]


@pytest.fixture
async def slack() -> AsyncIterator[Scene]:
    async with scene() as made:
        yield made


async def test_press_reaches_the_app(slack: Scene) -> None:
    """A press arrives signed, as a form, with user, team, channel, message, action and working trigger and URL."""
    seen: dict[str, Any] = {}

    @slack.app.action("share")
    async def share(ack: Any, body: Any, respond: Any, client: Any) -> None:
        await ack()
        seen.update(body)
        await respond("Posting in 30 s")
        await client.views_open(trigger_id=body["trigger_id"], view=modal(section()))

    message = await card(slack)
    delivered = await slack.world.hands.press(SALES, message.channel, message.ts, "share")
    assert (delivered.status, delivered.body) == (200, "")
    assert 0 < delivered.seconds < 3
    assert (seen["user"]["id"], seen["team"]["id"], seen["channel"]["name"]) == (SALES, "T0NORDLICHT", "news")
    assert seen["container"]["message_ts"] == seen["message"]["ts"] == message.ts
    assert seen["actions"][0].items() >= {"action_id": "share", "value": "7", "block_id": "row"}.items()
    assert [one.text for one in slack.world.ephemerals(SALES)] == ["Posting in 30 s"]
    assert slack.world.view(SALES) is not None
    headers, raw = slack.heard[-1]
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert SignatureVerifier(SECRET).is_valid_request(raw, headers)
    assert json.loads(parse_qs(raw.decode())["payload"][0])["type"] == "block_actions"


async def test_only_what_is_on_screen(slack: Scene) -> None:
    """Nobody presses what he or she does not see: foreign channels, others' private messages, missing buttons."""
    message = await card(slack, channel=slack.id("comms-editors"))
    with pytest.raises(NotOnScreenError):
        await slack.world.hands.press(SALES, message.channel, message.ts, "share")
    news = slack.id("news")
    blocks = [actions(button())]
    await slack.slack.chat_postEphemeral(channel=news, user=EDITOR, text="x", blocks=blocks)
    (private,) = slack.world.ephemerals(EDITOR)
    with pytest.raises(NotOnScreenError):
        await slack.world.hands.press(SALES, news, private.ts, "share")
    with pytest.raises(NotOnScreenError):
        await slack.world.hands.press(EDITOR, news, private.ts, "fly")
    assert slack.heard == []


async def test_private_answer_changes_in_place(slack: Scene) -> None:
    """Pressed on an ephemeral message, the response URL replaces and deletes it; the payload carries no message."""

    @slack.app.action("undo")
    async def undo(ack: Any, body: Any, respond: Any) -> None:
        await ack()
        assert body["container"]["is_ephemeral"] is True
        assert "message" not in body
        await respond(text="Undone", replace_original=True, blocks=[actions(button("ok"))])

    @slack.app.action("ok")
    async def ok(ack: Any, respond: Any) -> None:
        await ack()
        await respond(delete_original=True)

    news = slack.id("news")
    await slack.slack.chat_postEphemeral(channel=news, user=SALES, text="30 s", blocks=[actions(button("undo"))])
    (message,) = slack.world.ephemerals(SALES)
    await slack.world.hands.press(SALES, news, message.ts, "undo")
    assert [one.text for one in slack.world.ephemerals(SALES)] == ["Undone"]
    await slack.world.hands.press(SALES, news, message.ts, "ok")
    assert slack.world.ephemerals(SALES) == []


async def test_response_url_wears_out(slack: Scene) -> None:
    """A response URL takes five messages within thirty minutes, ephemeral unless told, and checks blocks."""
    space, now = slack.world.workspace, [1_800_000_000.0]
    space.clock = lambda: now[0]
    url = space.mint_hook("actions", slack.id("news"), SALES)

    async def use(**body: Any) -> tuple[int, dict[str, Any]]:
        async with slack.http.post(url, json=body) as answer:
            return answer.status, await answer.json()

    assert await use(text="1") == (200, {"ok": True})
    assert await use(text="2", response_type="in_channel") == (200, {"ok": True})
    assert (await use(blocks=[actions(button(text="x" * 76))]))[1]["error"] == "invalid_blocks"
    assert (await use(text="x", replace_original=True))[1]["error"] == "message_not_found"
    await use(text="5")
    assert await use(text="6") == (404, {"ok": False, "error": "used_url"})
    assert [one.text for one in slack.world.messages(slack.id("news"))] == ["2"]
    assert [one.text for one in slack.world.ephemerals(SALES)] == ["1", "5"]
    url = space.mint_hook("actions", slack.id("news"), SALES)
    now[0] += 1801
    assert await use(text="late") == (404, {"ok": False, "error": "expired_url"})


async def test_menus(slack: Scene) -> None:
    """A choice in a menu is sent as the option, and other inputs of the message travel in the state."""
    seen: list[dict[str, Any]] = []

    @slack.app.action("colour")
    async def colour(ack: Any, body: Any) -> None:
        await ack()
        seen.append(body)

    menu = {"type": "static_select", "action_id": "colour", "options": COLOURS}
    boxes = {"type": "checkboxes", "action_id": "boxes", "options": COLOURS, "initial_options": COLOURS[:1]}
    message = await card(slack, menu, boxes)
    await slack.world.hands.press(SALES, message.channel, message.ts, "colour", value="blue")
    assert seen[0]["actions"][0]["selected_option"]["value"] == "blue"
    values = seen[0]["state"]["values"]["row"]
    assert values["colour"]["selected_option"]["value"] == "blue"
    assert values["boxes"]["selected_options"] == COLOURS[:1]
    with pytest.raises(NotOnScreenError):
        await slack.world.hands.press(SALES, message.channel, message.ts, "colour", value="pink")


async def test_link_buttons_tell_the_app_too(slack: Scene) -> None:
    """A button that is a link sends block_actions as well, and an app that does not answer it is seen to fail."""
    message = await card(slack, button("open", url="https://nordlicht.example/story"))
    delivered = await slack.world.hands.press(SALES, message.channel, message.ts, "open")
    assert json.loads(parse_qs(slack.heard[-1][1].decode())["payload"][0])["actions"][0]["url"]
    assert delivered.status == 404
    assert slack.world.workspace.warnings[SALES] == ["This app responded with an error (status 404)"]


async def test_buttons_with_one_action_id(slack: Scene) -> None:
    """Of several blocks with the same action id, the value or the block id says which button is pressed."""
    seen: list[str] = []

    @slack.app.action("pick")
    async def pick(ack: Any, action: Any) -> None:
        await ack()
        seen.append(action["value"])

    news = slack.id("news")
    rows = [actions(button("pick", value=one), block_id=f"row{one}") for one in "abc"]
    await slack.slack.chat_postMessage(channel=news, text="x", blocks=rows)
    ts = slack.world.messages(news)[0].ts
    await slack.world.hands.press(SALES, news, ts, "pick", value="b")
    await slack.world.hands.press(SALES, news, ts, "pick", block_id="rowc")
    assert seen == ["b", "c"]


async def test_submit_and_errors(slack: Scene) -> None:
    """A modal stays with the app's errors beneath its inputs, and closes once the app accepts."""

    @slack.app.view("form")
    async def form(ack: Any, view: Any) -> None:
        typed = view["state"]["values"]["words"]["typed"]["value"]
        if typed == "bad":
            await ack(response_action="errors", errors={"words": "Not that"})
        else:
            await ack()

    view = await modal_for(slack, SALES)
    hands = slack.world.hands
    refused = await hands.submit(SALES, view)
    assert (refused.status, slack.heard) == (0, [])
    assert slack.world.view(SALES).errors == {"words": "Please complete this required field."}  # type: ignore[union-attr]
    await hands.submit(SALES, view, {"words": "bad"})
    assert slack.world.view(SALES).errors == {"words": "Not that"}  # type: ignore[union-attr]
    await hands.submit(SALES, view, {"words": {"typed": "good"}})
    assert slack.world.view(SALES) is None
    assert slack.world.workspace.warnings == {}


async def test_update_push_clear(slack: Scene) -> None:
    """The app's answer redraws the modal, puts one on top (three at most) or clears all."""
    answers = iter(
        [
            {"response_action": "update", "view": modal(text_input("words"), title="Two", callback_id="form")},
            {"response_action": "push", "view": modal(section(), title="Three", callback_id="form")},
            {"response_action": "push", "view": modal(section(), title="Four", callback_id="form")},
            {"response_action": "push", "view": modal(section(), title="Five", callback_id="form")},
            {"response_action": "clear"},
        ]
    )

    @slack.app.view("form")
    async def form(ack: Any) -> None:
        await ack(**next(answers))

    await modal_for(slack, SALES)

    async def submit(values: dict[str, Any] | None = None) -> list[str]:
        await slack.world.hands.submit(SALES, slack.world.view(SALES).id, values)  # type: ignore[union-attr]
        return [one.content["title"]["text"] for one in slack.world.workspace.views.get(SALES, [])]

    assert await submit({"words": "kept"}) == ["Two"]
    assert slack.world.view(SALES).state["words"]["typed"]["value"] == "kept"  # type: ignore[union-attr]
    assert await submit() == ["Two", "Three"]
    assert await submit() == ["Two", "Three", "Four"]
    assert await submit() == ["Two", "Three", "Four"]
    assert "push_limit_reached" in slack.world.workspace.warnings[SALES][0]
    assert await submit() == []


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"typed": "An action id is no block id"}},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "dance"},
    ],
)
async def test_wrong_answers_to_a_submission(slack: Scene, answer: dict[str, Any]) -> None:
    """What Slack cannot follow leaves the modal open with a warning."""

    @slack.app.view("form")
    async def form(ack: Any) -> None:
        await ack(**answer)

    view = await modal_for(slack, SALES)
    await slack.world.hands.submit(SALES, view, {"words": "x"})
    assert slack.world.view(SALES).id == view  # type: ignore[union-attr]
    assert slack.world.workspace.warnings[SALES][0].startswith("We had some trouble connecting")


async def test_close_view(slack: Scene) -> None:
    """Only a modal that asked for it tells the app that it was closed."""
    closed: list[dict[str, Any]] = []

    @slack.app.view_closed("form")
    async def on_close(ack: Any, body: Any) -> None:
        await ack()
        closed.append(body)

    await slack.world.hands.close_view(SALES, await modal_for(slack, SALES))
    assert (slack.heard, slack.world.view(SALES)) == ([], None)
    await slack.world.hands.close_view(SALES, await modal_for(slack, SALES, notify_on_close=True))
    assert [one["is_cleared"] for one in closed] == [False]


async def test_press_in_view_and_home(slack: Scene) -> None:
    """Presses in a modal may push another; presses on the Home tab know their view; both have no response URL."""
    seen: list[dict[str, Any]] = []

    @slack.app.action("more")
    async def more(ack: Any, body: Any, client: Any) -> None:
        await ack()
        seen.append(body)
        if body["view"]["type"] == "modal":
            await client.views_push(trigger_id=body["trigger_id"], view=modal(section(), title="Two"))

    @slack.app.event("app_home_opened")
    async def opened(event: Any, client: Any) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [actions(button("more"))]})

    view = await modal_for(slack, SALES, text_input("words", initial_value="a"), actions(button("more")))
    slack.world.hands.type(SALES, view, {"words": "b"})
    await slack.world.hands.press_in_view(SALES, view, "more")
    assert len(slack.world.workspace.views[SALES]) == 2
    await slack.world.hands.open_home(EDITOR)
    home = slack.world.home(EDITOR)
    assert home is not None
    await slack.world.hands.press_in_view(EDITOR, home.id, "more")
    assert [one["container"]["view_id"] for one in seen] == [view, home.id]
    assert seen[0]["view"]["state"]["values"]["words"]["typed"]["value"] == "b"
    assert not any("response_url" in one for one in seen)


async def test_commands(slack: Scene) -> None:
    """A command is a flat form; its answer shows to the person alone, or to all when it says so."""

    @slack.app.command("/advocacy")
    async def advocacy(ack: Any, command: Any) -> None:
        if command["text"] == "feed":
            await ack({"response_type": "in_channel", "text": "All", "blocks": [section("All")]})
        elif command["text"] == "help":
            await ack(f"Help for {command['user_name']} in {command['channel_name']}")
        else:
            await ack()

    news, hands = slack.id("news"), slack.world.hands
    await hands.command(SALES, news, "/advocacy", "help")
    await hands.command(SALES, news, "/advocacy", "feed")
    await hands.command(SALES, news, "/advocacy")
    assert [one.text for one in slack.world.ephemerals(SALES)] == ["Help for jana.feld in news"]
    assert [one.text for one in slack.world.messages(news)] == ["All"]
    await hands.command(SALES, news, "/other")
    assert slack.world.workspace.warnings[SALES] == [
        '/other failed with the error "dispatch_failed" (status 404)'
    ]  # fmt: skip


async def test_shortcuts(slack: Scene) -> None:
    """Global shortcuts carry a trigger only; message shortcuts carry the message and a response URL."""
    seen: list[dict[str, Any]] = []

    @slack.app.shortcut("suggest")
    async def suggest(ack: Any, body: Any) -> None:
        await ack()
        seen.append(body)

    message = await card(slack)
    await slack.world.hands.shortcut(SALES, "suggest")
    await slack.world.hands.message_action(SALES, message.channel, message.ts, "suggest")
    assert [one["type"] for one in seen] == ["shortcut", "message_action"]
    assert not {"channel", "response_url"} & seen[0].keys()
    assert seen[1]["message"]["text"] == "Story"
    assert seen[1]["response_url"].startswith(slack.world.at("hooks.slack.com"))


async def test_acts_of_the_page(slack: Scene) -> None:
    """The page presses, types and reads through JSON; what is not on screen is answered with 404."""

    @slack.app.action("share")
    async def share(ack: Any, client: Any, body: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(text_input("words"), callback_id="form"))

    @slack.app.view("form")
    async def form(ack: Any) -> None:
        await ack()

    world, message = slack.world, await card(slack)
    press = {"act": "press", "user": SALES, "channel": message.channel, "ts": message.ts, "action_id": "share"}
    assert (await world.act(press))["status"] == 200
    seen = await world.snapshot()
    view = seen["views"][SALES][0]["id"]
    assert (await world.act({"act": "submit", "user": SALES, "view": view, "values": {"words": "x"}}))["status"] == 200
    assert (await world.act({"act": "press", "user": SALES, "view": view, "action_id": "x"}))["status"] == 404
    assert (await world.act({"act": "say", "user": SALES, "channel": message.channel, "text": "nice"}))["status"] == 200
    assert (await world.act({"act": "juggle", "user": SALES}))["status"] == 400
    assert (await world.act(press | {"user": "U404"}))["status"] == 404
    json.dumps(seen)
    seen = await world.snapshot()
    assert [one.get("user", one.get("bot")) for one in seen["messages"][message.channel]] == ["B0ADVOCACY", SALES]
    assert seen["ims"][SALES] == world.im(SALES).id
    await world.reset()
    assert (await world.snapshot())["messages"] == {}
    assert BOT_USER in world.channel("comms-editors").members
    assert world.tokens.bot == BOT
