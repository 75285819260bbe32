"""The Bot Connector and the login hosts, over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import jwt
import pytest
from teams_bot import APP_ID, SECRET, TENANT, Bot, attached, listening, people, share_card, text_card

from advocacy.playground.teams.tokens import SigningKey
from advocacy.playground.teams.world import TeamsWorld
from advocacy.playground.world import Fault, Outside


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    world = TeamsWorld(people(), app_id=APP_ID, app_password=SECRET, tenant=TENANT)
    outside = Outside(world)
    await outside.start()
    async with aiohttp.ClientSession() as http:
        one = Bot(world, http)
        runner = await listening([one], outside)
        yield one
        await outside.stop()
        await runner.cleanup()


@pytest.mark.parametrize(
    ("changed", "status", "error", "code"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_id": "someone-else"}, 400, "unauthorized_client", 700016),
        ({"scope": "https://vault.azure.net/.default"}, 400, "invalid_scope", 70011),
        ({"tenant": "another"}, 400, "invalid_request", 90002),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"client_secret": ""}, 400, "invalid_request", 900144),
    ],
)
async def test_sign_in_refused(bot: Bot, changed: dict[str, str], status: int, error: str, code: int) -> None:
    """Wrong credentials are answered as Entra does, with its AADSTS code."""
    got, body = await bot.sign_in(**changed)
    assert (got, body["error"], body["error_codes"]) == (status, error, [code])
    assert body["error_description"].startswith(f"AADSTS{code}")


async def test_connector_wants_its_own_token(bot: Bot) -> None:
    """Only a token the login service gave opens the connector; a revoked one no more."""
    bot.world.preinstall(team=True)
    path = f"/teams/{bot.world.state.team['id']}/conversations"
    assert (await bot.call("GET", path, token="made-up"))[0] == 401
    assert (await bot.call("GET", path, token=bot.world.bearer()))[0] == 401
    assert (await bot.call("GET", path))[0] == 200
    bot.world.tokens.revoke()
    assert (await bot.call("GET", path))[0] == 401


async def test_metadata_for_msal(bot: Bot) -> None:
    """MSAL takes only https: discovery and metadata name the real hosts, and the named paths are all played here."""
    outside = bot.world.outside
    assert outside is not None
    played = outside.origins()["https://login.microsoftonline.com"]
    found = await bot.get(bot.world.at("login.microsoftonline.com", "/common/discovery/instance"))
    assert "login.microsoftonline.com" in found["metadata"][0]["aliases"]
    metadata = await bot.get(found["tenant_discovery_endpoint"].replace("https://login.microsoftonline.com", played))
    assert metadata["token_endpoint"] == f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"
    keys = await bot.get(metadata["jwks_uri"].replace("https://login.microsoftonline.com", played))
    assert keys == bot.world.tokens.key_list()


async def test_inbound_token_is_good_and_forgeries_are_not(bot: Bot) -> None:
    """What is signed here verifies with the published keys; any other key, name, audience or clock does not."""
    activity = {"serviceUrl": bot.world.service_url}
    await bot.check(f"Bearer {bot.world.bearer()}", activity)
    other = SigningKey.new()
    for forged in (
        bot.world.bearer(key=other.private),
        bot.world.bearer(aud="another-bot"),
        bot.world.bearer(iss="https://issuer.example"),
        bot.world.bearer(exp=None),
        bot.world.bearer(skewed=True),
        bot.world.bearer(serviceurl="https://elsewhere.example/"),
    ):
        with pytest.raises(jwt.InvalidTokenError):
            await bot.check(f"Bearer {forged}", activity)
    with pytest.raises(KeyError):
        await bot.check(f"Bearer {bot.world.bearer(key=other)}", activity)


async def test_key_rollover(bot: Bot) -> None:
    """After a rollover the new key signs; the old one stays published only when it is kept."""
    old, activity = bot.world.bearer(), {"serviceUrl": bot.world.service_url}
    bot.world.rotate_keys()
    await bot.check(f"Bearer {old}", activity)
    await bot.check(f"Bearer {bot.world.bearer()}", activity)
    bot.world.rotate_keys(keep_old=False)
    with pytest.raises(KeyError):
        await bot.check(f"Bearer {old}", activity)


async def test_chat_only_with_who_installed(bot: Bot) -> None:
    """A chat opens by object id or 29: id where the app is installed (403 elsewhere), and is always the same one."""
    who = people()[0]

    def asked(member: str) -> dict[str, object]:
        return {"bot": {"id": f"28:{APP_ID}"}, "isGroup": False, "members": [{"id": member}], "tenantId": TENANT}

    status, refused = await bot.call("POST", "/conversations", asked(who.teams_id or ""))
    assert (status, refused["error"]["code"]) == (403, "ForbiddenOperationException")
    bot.world.preinstall(who.key)
    first = await bot.call("POST", "/conversations", asked(who.teams_id or ""))
    again = await bot.call("POST", "/conversations", asked(f"29:{who.teams_id}"))
    assert first == again == (201, {"id": bot.world.chat(who.key)})
    status, refused = await bot.call("POST", "/conversations", asked(who.email))
    assert status == 403
    assert (await bot.call("POST", "/conversations", {**asked(who.teams_id or ""), "isGroup": True}))[0] == 400


async def test_writes_blocked_after_uninstall(bot: Bot) -> None:
    """Who removed the app cannot be written to: 403 with MessageWritesBlocked."""
    who = people()[0].key
    bot.world.preinstall(who)
    path = f"/conversations/{bot.world.chat(who)}/activities"
    assert (await bot.call("POST", path, {"type": "message", "text": "Hello"}))[0] == 201
    await bot.world.hands.uninstall(who)
    status, refused = await bot.call("POST", path, {"type": "message", "text": "Still there?"})
    assert status == 403
    assert refused["error"]["innerHttpError"]["body"]["subCode"] == "MessageWritesBlocked"
    assert [one["text"] for one in bot.world.activities(bot.world.chat(who))] == ["Hello"]


async def test_post_update_reply_delete_in_channel(bot: Bot) -> None:
    """A channel post starts a thread named after itself; it can be rewritten, answered and taken back."""
    bot.world.preinstall(team=True)
    cid, aid = await bot.post_card("Stories", share_card())
    assert cid == f"{bot.world.channel('Stories').id};messageid={aid}"
    status, answered = await bot.call("PUT", f"/conversations/{cid}/activities/{aid}", attached(text_card("New")))
    assert (status, answered["id"]) == (200, aid)
    status, reply = await bot.call("POST", f"/conversations/{cid}/activities", {"type": "message", "text": "Thanks"})
    assert status == 201
    shown = bot.world.activities(cid)
    assert [(one["edited"], one["reply_to"]) for one in shown] == [(True, ""), (False, aid)]
    assert bot.world.card(cid, aid)["body"][0]["text"] == "New"
    assert (await bot.call("DELETE", f"/conversations/{cid}/activities/{reply['id']}"))[0] == 200
    status, gone = await bot.call("DELETE", f"/conversations/{cid}/activities/{reply['id']}")
    assert (status, gone["error"]["code"]) == (404, "ActivityNotFoundInConversation")
    status, gone = await bot.call("POST", "/conversations/a:nowhere/activities", {"type": "message", "text": "?"})
    assert (status, gone["error"]["code"]) == (404, "ConversationNotFound")


async def test_text_beside_a_card_is_split(bot: Bot) -> None:
    """Teams makes two messages of text and card; the id answered is the text's alone."""
    bot.world.preinstall(team=True)
    path = f"/conversations/{bot.world.channel('Stories').id}/activities"
    _, made = await bot.call("POST", path, {**attached(share_card()), "text": "Look"})
    text, card = bot.world.activities(bot.world.channel("Stories").id)
    assert (text["id"], text["text"], text["attachments"]) == (made["id"], "Look", [])
    assert card["text"] == ""
    assert len(card["attachments"]) == 1


async def test_team_must_have_the_app(bot: Bot) -> None:
    """Without the app in the team its channels answer 403."""
    channel = bot.world.channel("Stories").id
    status, refused = await bot.call("POST", f"/conversations/{channel}/activities", {"type": "message", "text": "?"})
    assert (status, refused["error"]["code"]) == (403, "BotNotInConversationRoster")


async def test_people_and_channels(bot: Bot) -> None:
    """Members come in pages with their Entra data, one alone too; General has no name in the list."""
    bot.world.preinstall(team=True)
    team = bot.world.state.team["id"]
    status, page = await bot.call("GET", f"/conversations/{team}/pagedmembers?pageSize=500")
    assert status == 200
    assert {one["email"] for one in page["members"]} == {one.email for one in people()}
    who = people()[3]
    _, one = await bot.call("GET", f"/conversations/{team}/members/29:{who.teams_id}")
    assert (one["aadObjectId"], one["userPrincipalName"], one["tenantId"]) == (who.teams_id, who.email, TENANT)
    _, listed = await bot.call("GET", f"/teams/{team}/conversations")
    assert [one.get("name") for one in listed["conversations"]] == [None, "Stories", "Sales", "Comms Editors"]
    editors = bot.world.channel("Comms Editors").id
    _, page = await bot.call("GET", f"/conversations/{editors}/pagedmembers")
    assert {one["name"] for one in page["members"]} == {one.name for one in people() if "editor" in one.roles}


async def test_long_rosters_are_paged(bot: Bot) -> None:
    """A page never holds fewer than 50; the token leads to the rest, each person once."""
    conversation = bot.world.channel("Stories")
    conversation.members = [key for key in bot.world.state.people for _ in range(3)]
    bot.world.preinstall(team=True)
    path, seen, token = f"/conversations/{conversation.id}/pagedmembers?pageSize=1", [], ""
    while True:
        _, page = await bot.call("GET", path + (f"&continuationToken={token}" if token else ""))
        seen += [one["aadObjectId"] for one in page["members"]]
        token = page.get("continuationToken", "")
        if not token:
            break
        assert len(page["members"]) == 50
    assert seen == conversation.members


async def test_seven_sends_a_second(bot: Bot) -> None:
    """The eighth send into one conversation within a second is throttled with Retry-After; other ones are not."""
    bot.world.preinstall(team=True)
    path = f"/conversations/{bot.world.channel('Stories').id}/activities"
    await bot.sign_in()
    said = [bot.call("POST", path, {"type": "message", "text": str(number)}) for number in range(10)]
    answers = await asyncio.gather(*said)
    assert sorted(status for status, _ in answers) == [201] * 7 + [429] * 3
    assert {body["error"]["code"] for status, body in answers if status == 429} == {"Throttled"}
    other = f"/conversations/{bot.world.channel('Sales').id}/activities"
    assert (await bot.call("POST", other, {"type": "message", "text": "free"}))[0] == 201
    bot.world.connector.enforce_limits = False
    assert (await bot.call("POST", path, {"type": "message", "text": "free"}))[0] == 201


async def test_too_big(bot: Bot) -> None:
    """Over 100 KB counted as UTF-16 is 413; a picture inside does not count."""
    bot.world.preinstall(team=True)
    path = f"/conversations/{bot.world.channel('Stories').id}/activities"
    status, refused = await bot.call("POST", path, attached(text_card("x" * 52_000)))
    assert (status, refused["error"]["code"]) == (413, "MessageSizeTooBig")
    picture = text_card("small")
    picture["body"].append({"type": "Image", "url": "data:image/png;base64," + "A" * 90_000})
    assert (await bot.call("POST", path, attached(picture)))[0] == 201


@pytest.mark.parametrize("body", [{"type": "message"}, {"type": "event"}, attached({"type": "AdaptiveCard"}), "text"])
async def test_bad_messages(bot: Bot, body: object) -> None:
    """Empty messages, odd types, bad cards and what is no object are 400, and nothing is posted."""
    bot.world.preinstall(team=True)
    channel = bot.world.channel("Stories").id
    assert (await bot.call("POST", f"/conversations/{channel}/activities", body))[0] == 400
    assert bot.world.activities(channel) == []


async def test_faults_in_the_vendors_words(bot: Bot) -> None:
    """Injected faults look as Teams' own: 429, 500, 401, and an answer lost after the work was done."""
    bot.world.preinstall(team=True)
    channel, faults = bot.world.channel("Stories").id, bot.world.faults
    path, said = f"/conversations/{channel}/activities", {"type": "message", "text": "once"}
    await bot.sign_in()
    faults.inject(Fault.THROTTLE, retry_after=3)
    faults.inject(Fault.ERROR)
    faults.inject(Fault.REVOKED)
    answers = [await bot.call("POST", path, said) for _ in range(3)]
    assert [status for status, _ in answers] == [429, 500, 401]
    assert bot.world.activities(channel) == []
    faults.inject(Fault.LOST_ANSWER, path="/v3/")
    with pytest.raises(aiohttp.ClientError):
        await bot.call("POST", path, said)
    assert [one["text"] for one in bot.world.activities(channel)] == ["once"]
    faults.inject(Fault.REVOKED, path="/oauth2/")
    status, body = await bot.sign_in()
    assert (status, body["error_codes"]) == (401, [7000222])


async def test_snapshot_is_json_and_reset_empties(bot: Bot) -> None:
    """The page's picture names channels, chats and messages; a reset leaves people and channels only."""
    bot.world.preinstall(team=True)
    cid, aid = await bot.post_card("Sales", share_card())
    drawn = await bot.world.snapshot()
    assert [one["name"] for one in drawn["channels"]] == ["General", "Stories", "Sales", "Comms Editors"]
    assert [one["id"] for one in drawn["activities"][bot.world.channel("Sales").id]] == [aid]
    assert set(drawn["chats"]) == set(drawn["installed"]) == {one.teams_id for one in people()}
    assert json.loads(json.dumps(drawn)) == drawn
    await bot.world.reset()
    after = await bot.world.snapshot()
    assert after["installed"] == []
    assert bot.world.activities(cid) == []
    assert after["people"] == drawn["people"]
