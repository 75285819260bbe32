"""Slack's Web API, response URLs and OAuth, called with Slack's own SDK over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from slack_app import APP, BOT, EDITOR, PEOPLE, SALES, Scene, actions, button, modal, scene, section, text_input
from slack_sdk.errors import SlackApiError, SlackRequestError

from advocacy.playground.slack.oauth import CLIENT_ID, CLIENT_SECRET
from advocacy.playground.slack.state import BOT_USER, Message, User
from advocacy.playground.world import Fault


@pytest.fixture
async def slack() -> AsyncIterator[Scene]:
    async with scene() as made:
        yield made


async def refused(call: Any) -> str:
    """The error a call is refused with."""
    with pytest.raises(SlackApiError) as caught:
        await call
    assert caught.value.response.status_code == 200
    return str(caught.value.response["error"])


async def test_tokens(slack: Scene) -> None:
    """The bot token names the bot; a wrong, missing, revoked or wrong kind of token is refused in Slack's words."""
    who = await slack.slack.auth_test()
    assert (who["team_id"], who["user_id"]) == ("T0NORDLICHT", BOT_USER)
    assert await refused(slack.client("xoxb-other").auth_test()) == "invalid_auth"
    assert await refused(slack.client("").auth_test()) == "not_authed"
    assert await refused(slack.client(APP).chat_postMessage(channel="C", text="x")) == "not_allowed_token_type"
    assert await refused(slack.slack.apps_connections_open(app_token=BOT)) == "not_allowed_token_type"
    slack.world.tokens.revoked = True
    assert await refused(slack.slack.auth_test()) == "token_revoked"
    assert (await slack.slack.api_test(foo="bar"))["args"] == {"foo": "bar"}
    assert await refused(slack.slack.api_call("users.fly")) == "unknown_method"


async def test_scopes(slack: Scene) -> None:
    """A method needs its scope, and an e-mail address shows only with users:read.email."""
    user = (await slack.slack.users_info(user=SALES, include_locale=True))["user"]
    assert user["profile"]["email"] == "jana.feld@nordlicht.example"
    assert (user["tz"], user["locale"], user["tz_offset"] in {3600, 7200}) == ("Europe/Berlin", "de-DE", True)
    slack.world.tokens.scopes -= {"users:read.email", "chat:write.public"}
    assert "email" not in (await slack.slack.users_info(user=SALES))["user"]["profile"]
    assert await refused(slack.slack.users_lookupByEmail(email="jana.feld@nordlicht.example")) == "missing_scope"
    assert await refused(slack.slack.chat_postMessage(channel=slack.id("news"), text="x")) == "not_in_channel"


async def test_all_request_forms(slack: Scene) -> None:
    """A post works as JSON, as a form, as multipart, as a query string and as GET, with blocks as JSON text."""
    url, headers = slack.world.at("slack.com", "/api/chat.postMessage"), {"Authorization": f"Bearer {BOT}"}
    news = slack.id("news")
    args = {"channel": news, "text": "x", "blocks": '[{"type":"divider"}]'}
    multipart = aiohttp.FormData(args, default_to_multipart=True)
    ways: list[tuple[str, dict[str, Any]]] = [
        ("POST", {"json": args | {"blocks": [{"type": "divider"}]}}),
        ("POST", {"data": args}),
        ("POST", {"data": multipart}),
        ("POST", {"params": args}),
        ("GET", {"params": args}),
    ]
    for method, how in ways:
        async with slack.http.request(method, url, headers=headers, **how) as answer:
            assert (await answer.json())["ok"] is True
    async with slack.http.post(url, data=args | {"token": BOT}) as answer:
        assert (await answer.json())["ok"] is True
    assert len(slack.world.messages(news)) == 6
    json_type = headers | {"Content-Type": "application/json"}
    async with slack.http.post(url, data="{", headers=json_type) as answer:
        assert (await answer.json())["error"] == "invalid_json"
    async with slack.http.post(url, data="[]", headers=json_type) as answer:
        assert (await answer.json())["error"] == "json_not_object"


async def test_post_update_delete(slack: Scene) -> None:
    """A message is posted, rewritten and deleted by its channel and ts; text alone drops the blocks."""
    news = slack.id("news")
    posted = await slack.slack.chat_postMessage(channel=news, text="Hi", blocks=[section(), actions(button())])
    (message,) = slack.world.messages(news)
    assert (message.ts, message.is_bot, len(message.blocks)) == (posted["ts"], True, 2)
    assert all(block["block_id"] for block in posted["message"]["blocks"])
    assert slack.world.find_button(message, "sha")["action_id"] == "share"  # type: ignore[index]
    await slack.slack.chat_update(channel=news, ts=message.ts, text="Gone")
    assert (message.text, message.blocks, message.edited is not None) == ("Gone", [], True)
    assert await refused(slack.slack.chat_update(channel=news, ts=message.ts, text="x" * 4001)) == "msg_too_long"
    assert await refused(slack.slack.chat_update(channel=news, ts="1.000000", text="x")) == "message_not_found"
    assert await refused(slack.slack.chat_update(channel=SALES, ts=message.ts, text="x")) == "channel_not_found"
    said = slack.world.workspace.add_message(Message(news, slack.world.workspace.new_ts(), SALES, "mine"))
    assert await refused(slack.slack.chat_update(channel=news, ts=said.ts, text="x")) == "cant_update_message"
    assert await refused(slack.slack.chat_delete(channel=news, ts=said.ts)) == "cant_delete_message"
    await slack.slack.chat_delete(channel=news, ts=message.ts)
    assert slack.world.messages(news) == [said]


async def test_where_posts_go(slack: Scene) -> None:
    """Public channels, a person's direct messages and invited private channels take posts; nothing else does."""
    assert (await slack.slack.chat_postMessage(channel="#news", text="x"))["channel"] == slack.id("news")
    direct = await slack.slack.chat_postMessage(channel=SALES, text="x")
    assert direct["channel"] == slack.world.im(SALES).id == "D" + SALES[1:]
    opened = await slack.slack.conversations_open(users=SALES)
    assert opened["channel"]["id"] == direct["channel"]
    await slack.slack.chat_update(channel=direct["channel"], ts=direct["ts"], text="y")
    assert (await slack.slack.chat_postMessage(channel=slack.id("comms-editors"), text="x"))["ok"]
    slack.world.workspace.add_channel("C0HIDDEN01", "hidden", [SALES], private=True)
    assert await refused(slack.slack.chat_postMessage(channel="C0HIDDEN01", text="x")) == "channel_not_found"
    assert await refused(slack.slack.chat_postMessage(channel="U404", text="x")) == "channel_not_found"
    empty = slack.slack.api_call("chat.postMessage", json={"channel": slack.id("news"), "text": ""})
    assert await refused(empty) == "no_text"
    slack.world.channel("tech-stories").is_archived = True
    assert await refused(slack.slack.chat_postMessage(channel=slack.id("tech-stories"), text="x")) == "is_archived"
    assert await refused(slack.slack.conversations_open(users="U404")) == "user_not_found"
    slack.world.workspace.users[SALES].deleted = True
    assert await refused(slack.slack.conversations_open(users=SALES)) == "user_disabled"
    assert await refused(slack.slack.users_lookupByEmail(email="jana.feld@nordlicht.example")) == "users_not_found"


async def test_ephemeral(slack: Scene) -> None:
    """A private message shows to one member only, is not in the history, and cannot be updated."""
    news = slack.id("news")
    await slack.slack.conversations_join(channel=news)
    ts = (await slack.slack.chat_postEphemeral(channel=news, user=SALES, text="psst"))["message_ts"]
    assert [one.ts for one in slack.world.messages(news, SALES)] == [ts]
    assert slack.world.messages(news) == slack.world.messages(news, EDITOR) == []
    assert [one.text for one in slack.world.ephemerals(SALES)] == ["psst"]
    assert (await slack.slack.conversations_history(channel=news))["messages"] == []
    assert await refused(slack.slack.chat_update(channel=news, ts=ts, text="x")) == "message_not_found"
    tech = slack.id("tech-stories")
    assert await refused(slack.slack.chat_postEphemeral(channel=tech, user=SALES, text="x")) == "user_not_in_channel"


async def test_history_with_metadata(slack: Scene) -> None:
    """History is newest first, pages, cuts by time, and shows metadata only when asked; the bot must be a member."""
    news = slack.id("news")
    assert await refused(slack.slack.conversations_history(channel=news)) == "not_in_channel"
    await slack.slack.conversations_join(channel=news)
    stamps = []
    for number in range(5):
        metadata = {"event_type": "placement", "event_payload": {"number": number}}
        stamps.append((await slack.slack.chat_postMessage(channel=news, text=str(number), metadata=metadata))["ts"])
    assert stamps == sorted(set(stamps))
    first = await slack.slack.conversations_history(channel=news, limit=3, include_all_metadata=True)
    assert [one["metadata"]["event_payload"]["number"] for one in first["messages"]] == [4, 3, 2]
    cursor = first["response_metadata"]["next_cursor"]
    second = await slack.slack.conversations_history(channel=news, limit=3, cursor=cursor)
    assert [one["text"] for one in second["messages"]] == ["1", "0"]
    assert second["has_more"] is False
    assert "metadata" not in second["messages"][0]
    window = await slack.slack.conversations_history(channel=news, oldest=stamps[1], latest=stamps[3])
    assert [one["text"] for one in window["messages"]] == ["2"]
    bad = slack.slack.chat_postMessage(channel=news, text="x", metadata={"event_type": 3})
    assert await refused(bad) == "invalid_metadata_schema"
    huge = {"event_type": "x", "event_payload": {"x": "y" * 20_000}}
    assert await refused(slack.slack.chat_postMessage(channel=news, text="x", metadata=huge)) == "metadata_too_large"


async def test_directory(slack: Scene) -> None:
    """The lists page by cursor and hold everybody, the custom field names the department."""
    members: list[dict[str, Any]] = []
    async for page in await slack.slack.users_list(limit=20):
        assert len(page["members"]) <= 20
        members += page["members"]
    assert len(members) == len(PEOPLE) + 2
    assert [one["id"] for one in members if one["is_bot"]] == [BOT_USER]
    fields = (await slack.slack.team_profile_get())["profile"]["fields"]
    profile = (await slack.slack.users_profile_get(user=SALES))["profile"]
    assert profile["fields"][fields[0]["id"]]["value"] == "Sales/DACH"
    assert (await slack.slack.team_info())["team"]["name"] == "Nordlicht Energie"
    public = (await slack.slack.conversations_list())["channels"]
    assert {one["name"] for one in public} == {"general", "news", "sales-stories", "tech-stories"}
    private = (await slack.slack.conversations_list(types="private_channel"))["channels"]
    assert [one["name"] for one in private] == ["comms-editors"]
    assert EDITOR in (await slack.slack.conversations_members(channel=private[0]["id"]))["members"]
    info = await slack.slack.conversations_info(channel=slack.id("news"), include_num_members=True)
    assert info["channel"]["num_members"] == len(PEOPLE)
    assert await refused(slack.slack.users_list(cursor="%%%")) == "invalid_cursor"
    assert await refused(slack.slack.conversations_join(channel=private[0]["id"])) == (
        "method_not_supported_for_channel_type"
    )


async def test_invalid_blocks(slack: Scene) -> None:
    """A message with bad blocks is refused and not posted; the answer says where."""
    news = slack.id("news")
    with pytest.raises(SlackApiError) as caught:
        await slack.slack.chat_postMessage(channel=news, text="x", blocks=[actions(button(text="x" * 76))])
    assert caught.value.response["error"] == "invalid_blocks"
    assert caught.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"
    ]
    twins = [section(block_id="a"), section(block_id="a")]
    long = [section("x" * 3000)] * 5
    post = slack.slack.chat_postMessage
    assert await refused(post(channel=news, text="x", blocks=twins)) == "invalid_blocks"
    assert await refused(post(channel=news, text="x", blocks=[{"type": "divider"}] * 51)) == "invalid_blocks"
    assert await refused(post(channel=news, text="x", blocks=long)) == "msg_blocks_too_long"
    assert await refused(post(channel=news, text="x", blocks="[")) == "invalid_blocks_format"
    assert await refused(post(channel=news, markdown_text="x", text="y")) == "markdown_text_conflict"
    assert slack.world.messages(news) == []


async def test_posts_are_paced() -> None:
    """One channel takes a small burst, then one post a second: 429 with Retry-After, nothing posted."""
    async with scene(enforce_limits=True) as slack:
        now = [100.0]
        slack.world.limits.clock = lambda: now[0]
        news = slack.id("news")
        for _ in range(3):
            await slack.slack.chat_postMessage(channel=news, text="x")
        with pytest.raises(SlackApiError) as caught:
            await slack.slack.chat_postMessage(channel=news, text="x")
        response = caught.value.response
        assert (response.status_code, response["error"], response.headers["Retry-After"]) == (429, "ratelimited", "1")
        await slack.slack.chat_postMessage(channel=slack.id("general"), text="x")
        now[0] += 1.0
        await slack.slack.chat_postMessage(channel=news, text="x")
        assert len(slack.world.messages(news)) == 4


async def test_tiers_when_asked(slack: Scene) -> None:
    """With tiers on, a tier 2 method takes twenty calls and then asks to wait."""
    slack.world.limits.tiers = True
    for _ in range(20):
        await slack.slack.conversations_list()
    with pytest.raises(SlackApiError) as caught:
        await slack.slack.conversations_list()
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "3")


async def test_everybody_is_listed_in_pages(slack: Scene) -> None:
    """Many only with a limit, by cursors; a profile without fields has an empty list; a change is stamped and told."""
    space = slack.world.workspace
    for number in range(1000):
        user = User(f"U{number:09d}", f"p{number}", f"Person {number}", f"p{number}@nordlicht.example", locale="en-US")
        space.users[user.id] = user
    with pytest.raises(SlackApiError, match="limit_required"):
        await slack.slack.users_list()
    seen, cursor = 0, ""
    while True:
        page = await slack.slack.users_list(limit=400, cursor=cursor, include_locale=True)
        seen += len(page["members"])
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert seen == len(space.users)
    assert page["members"][-1]["locale"] == "en-US"
    assert page["members"][-1]["is_email_confirmed"] is True
    told = await slack.slack.users_profile_get(user="U000000000")
    assert told["profile"]["fields"] == []
    before = space.users["U000000001"].updated
    await slack.world.hands.change("U000000001", department="Sales")
    assert (await slack.slack.users_info(user="U000000001"))["user"]["updated"] > before
    told = await slack.slack.users_profile_get(user="U000000001")
    assert [one["value"] for one in told["profile"]["fields"].values()] == ["Sales"]


async def test_faults(slack: Scene) -> None:
    """Throttled, broken, revoked and lost answers look as from Slack; only the lost answer left a message."""
    news, faults = slack.id("news"), slack.world.faults
    faults.inject(Fault.THROTTLE, path="chat.postMessage", retry_after=7)
    faults.inject(Fault.REVOKED, path="chat.postMessage")
    faults.inject(Fault.ERROR, path="chat.postMessage")
    faults.inject(Fault.LOST_ANSWER, path="chat.postMessage")
    await slack.slack.auth_test()
    seen: list[tuple[int, str]] = []
    for _ in range(3):
        with pytest.raises(SlackApiError) as caught:
            await slack.slack.chat_postMessage(channel=news, text="x")
        seen.append((caught.value.response.status_code, caught.value.response["error"]))
    assert seen == [(429, "ratelimited"), (200, "token_revoked"), (500, "internal_error")]
    assert slack.world.messages(news) == []
    with pytest.raises((aiohttp.ClientError, SlackRequestError)):
        await slack.slack.chat_postMessage(channel=news, text="lost")
    assert [one.text for one in slack.world.messages(news)] == ["lost"]


async def test_views_without_a_trigger(slack: Scene) -> None:
    """A modal needs a fresh trigger, once, within three seconds."""
    space, now = slack.world.workspace, [1_800_000_000.0]
    space.clock = lambda: now[0]
    view = modal(text_input("words"))
    assert await refused(slack.slack.views_open(trigger_id="1.2.3", view=view)) == "invalid_trigger_id"
    late = space.mint_trigger(SALES)
    now[0] += 3.1
    assert await refused(slack.slack.views_open(trigger_id=late, view=view)) == "expired_trigger_id"
    trigger = space.mint_trigger(SALES)
    opened = await slack.slack.views_open(trigger_id=trigger, view=view)
    assert slack.world.view(SALES).id == opened["view"]["id"]  # type: ignore[union-attr]
    assert await refused(slack.slack.views_open(trigger_id=trigger, view=view)) == "exchanged_trigger_id"
    assert await refused(slack.slack.views_push(trigger_id=space.mint_trigger(EDITOR), view=view)) == (
        "invalid_trigger_id"
    )


@pytest.mark.parametrize(
    "view",
    [
        modal(section(), title="x" * 25),
        modal(section(), private_metadata="x" * 3001),
        modal(*[section()] * 101),
        {key: value for key, value in modal(text_input("a")).items() if key != "submit"},
        modal(section(), colour="red"),
        {"type": "home", "blocks": []},
    ],
)
async def test_bad_views(slack: Scene, view: dict[str, Any]) -> None:
    """A view over Slack's limits is refused, and the trigger can still be used."""
    trigger = slack.world.workspace.mint_trigger(SALES)
    assert await refused(slack.slack.views_open(trigger_id=trigger, view=view)) == "invalid_arguments"
    await slack.slack.views_open(trigger_id=trigger, view=modal(section()))


async def test_view_updates(slack: Scene) -> None:
    """A view is redrawn by id; a stale hash conflicts; a Home tab is published; views of 250 KB are too large."""
    opened = await slack.slack.views_open(trigger_id=slack.world.workspace.mint_trigger(SALES), view=modal(section()))
    view_id, stale = opened["view"]["id"], opened["view"]["hash"]
    await slack.slack.views_update(view_id=view_id, hash=stale, view=modal(section("b"), external_id="mine"))
    assert (
        await refused(slack.slack.views_update(view_id=view_id, hash=stale, view=modal(section()))) == "hash_conflict"
    )
    await slack.slack.views_update(external_id="mine", view=modal(section("c"), external_id="mine"))
    assert slack.world.view(SALES).content["blocks"][0]["text"]["text"] == "c"  # type: ignore[union-attr]
    assert await refused(slack.slack.views_update(view_id="V404", view=modal(section()))) == "not_found"
    large = modal(*[section("ü" * 3000)] * 50)
    assert await refused(slack.slack.views_update(view_id=view_id, view=large)) == "view_too_large"
    await slack.slack.views_publish(user_id=SALES, view={"type": "home", "blocks": [section("home")]})
    assert slack.world.home(SALES).content["blocks"][0]["text"]["text"] == "home"  # type: ignore[union-attr]


async def test_files(slack: Scene) -> None:
    """A picture is uploaded in three steps and can be fetched back."""
    editors = slack.id("comms-editors")
    await slack.slack.files_upload_v2(
        channel=editors, content=b"\x89PNG picture", filename="board.png", title="Board", initial_comment="Here"
    )
    (message,) = slack.world.messages(editors)
    assert (message.text, message.files[0]["title"], message.files[0]["mimetype"]) == ("Here", "Board", "image/png")
    async with slack.http.get(message.files[0]["url_private"]) as answer:
        assert await answer.read() == b"\x89PNG picture"


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")  # inside slack_sdk
async def test_oauth(slack: Scene) -> None:
    """Allow leads back with a code that is traded once for the bot token; Cancel leads back with access_denied."""
    back = "http://127.0.0.1:9/slack/oauth_redirect"
    query = {"client_id": CLIENT_ID, "scope": "chat:write", "redirect_uri": back, "state": "s1"}
    url = slack.world.at("slack.com", "/oauth/v2/authorize")
    async with slack.http.get(url, params=query) as page:
        assert "Nordlicht Energie" in await page.text()
    async with slack.http.post(url, params=query, data={"answer": "allow"}, allow_redirects=False) as answer:
        found = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert found["state"] == ["s1"]
    trade = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "code": found["code"][0], "redirect_uri": back}
    client = slack.client("")
    assert await refused(client.oauth_v2_access(**trade | {"client_secret": "no"})) == "bad_client_secret"
    assert (await client.oauth_v2_access(**trade))["access_token"] == BOT
    assert await refused(client.oauth_v2_access(**trade)) == "invalid_code"
    async with slack.http.post(url, params=query, data={"answer": "cancel"}, allow_redirects=False) as answer:
        assert "error=access_denied" in answer.headers["Location"]


async def test_until(slack: Scene) -> None:
    """Waiting ends with the change it waits for, or with TimeoutError."""
    news = slack.id("news")
    waiting = asyncio.create_task(slack.world.until(lambda: slack.world.messages(news)))
    await slack.slack.chat_postMessage(channel=news, text="x")
    assert [one.text for one in await waiting] == ["x"]
    with pytest.raises(TimeoutError):
        await slack.world.until(lambda: False, seconds=0.01)
