"""What leaves: into channels and chats, and what the connector's errors mean."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from door_help import PENDING, STORY, Setup, opened, teams_settings

from advocacy.chat import ChannelRef, Gone, Message, MessageRef, Profile, Refused, Retry, Unknown, UserRef
from advocacy.config import Settings
from advocacy.playground.world import Fault
from advocacy.teams.rest import Rest
from advocacy.teams.send import TeamsPlatform


@pytest.fixture
async def teams(tmp_path: Path) -> AsyncIterator[Setup]:
    """Teams and the door, the app installed everywhere."""
    async with opened(tmp_path) as setup:
        yield setup


@pytest.fixture
def platform(teams: Setup) -> TeamsPlatform:
    return teams.door.platform


@pytest.fixture
def stories(teams: Setup) -> ChannelRef:
    return ChannelRef("teams", str(teams.settings.teams_tenant), teams.stories)


@pytest.fixture
def who(teams: Setup) -> UserRef:
    return UserRef("teams", str(teams.settings.teams_tenant), str(teams.person.teams_id))


async def test_a_card_in_a_channel_is_a_thread_of_its_own(
    teams: Setup, platform: TeamsPlatform, stories: ChannelRef
) -> None:
    """The reference is what a later press names, so that the card can be found by it."""
    ref = await platform.send(stories, STORY, "m1")
    [posted] = teams.world.activities(teams.stories)
    assert ref == MessageRef("teams", stories.tenant, f"{teams.stories};messageid={posted['id']}", posted["id"])
    assert (posted["summary"], posted["text"]) == (STORY.summary, "")


async def test_a_card_is_rewritten(teams: Setup, platform: TeamsPlatform, stories: ChannelRef, who: UserRef) -> None:
    """In a channel and in a chat."""
    for to in (stories, who):
        ref = await platform.send(to, STORY, "m1")
        await platform.update(ref, replace(STORY, heading="Changed"))
        assert "Changed" in str(teams.world.card(ref.channel, ref.message))


async def test_writing_to_somebody_makes_the_chat_once(teams: Setup, platform: TeamsPlatform, who: UserRef) -> None:
    """By object id; the conversation is kept in mind."""
    await platform.send(who, STORY, "m1")
    teams.world.faults.inject(Fault.ERROR, path="nowhere")
    await platform.send(who, PENDING, "m2")
    assert [one["summary"] for one in teams.world.activities(teams.chat)] == [STORY.summary, PENDING.summary]
    assert platform._chats == {who.user: teams.chat}


async def test_a_private_answer_replaces_the_one_before_in_the_own_chat(
    teams: Setup, platform: TeamsPlatform, who: UserRef
) -> None:
    """``tell`` with the place of a press in the own chat rewrites that message."""
    await platform.send(who, STORY, "m1")
    [card] = teams.world.activities(teams.chat)
    await teams.world.hands.press(teams.person.key, teams.chat, card["id"], "share")
    await platform.tell(who, teams.bot.last.reply_to, PENDING)
    [card] = teams.world.activities(teams.chat)
    assert (card["summary"], card["edited"]) == (PENDING.summary, True)


async def test_a_private_answer_to_a_press_in_a_channel_goes_to_the_chat(
    teams: Setup, platform: TeamsPlatform, stories: ChannelRef, who: UserRef
) -> None:
    """The card that everybody sees is left alone."""
    ref = await platform.send(stories, STORY, "m1")
    await teams.world.hands.press(teams.person.key, teams.stories, ref.message, "share")
    await platform.tell(who, teams.bot.last.reply_to, PENDING)
    assert [one["summary"] for one in teams.world.activities(teams.stories)] == [STORY.summary]
    assert [one["summary"] for one in teams.world.activities(teams.chat)] == [PENDING.summary]


async def test_news_of_one_press_is_one_message_in_the_chat(
    teams: Setup, platform: TeamsPlatform, stories: ChannelRef, who: UserRef
) -> None:
    """ "Posting …" becomes "Posted": no stale Undo is left. Another press has a message of its own."""
    ref = await platform.send(stories, STORY, "m1")
    await teams.world.hands.press(teams.person.key, teams.stories, ref.message, "share")
    first = teams.bot.last.reply_to
    await teams.world.hands.press(teams.person.key, teams.stories, ref.message, "share")
    for reply_to, heading in ((first, "Posting"), (first, "Posted"), (teams.bot.last.reply_to, "Another")):
        await platform.tell(who, reply_to, Message(summary=heading, heading=heading))
    assert [one["summary"] for one in teams.world.activities(teams.chat)] == ["Posted", "Another"]


@pytest.mark.parametrize(
    "reply_to", ["", "nonsense", "[]", '{"personal": true, "conversation": "a:1gone", "activity": "5"}']
)
async def test_a_lost_place_falls_back_to_the_chat(
    teams: Setup, platform: TeamsPlatform, who: UserRef, reply_to: str
) -> None:
    """No place, or a message that was deleted: a new message."""
    await platform.tell(who, reply_to, PENDING)
    assert [one["summary"] for one in teams.world.activities(teams.chat)] == [PENDING.summary]


async def test_there_is_no_looking_up(platform: TeamsPlatform, stories: ChannelRef) -> None:
    """A bot cannot read what was posted."""
    with pytest.raises(Unknown):
        await platform.find(stories, "m1", 0.0)


async def test_a_profile_by_any_conversation_in_common(teams: Setup, platform: TeamsPlatform, who: UserRef) -> None:
    """Name and e-mail from the chat; from the channel somebody pressed in, when there is no chat."""
    person = teams.person
    assert await platform.profile(who) == Profile(person.name, person.email)
    teams.world.state.installed.discard(who.user)
    other = next(one for one in teams.world.state.people.values() if one.teams_id != who.user)
    teams.world.state.installed.discard(str(other.teams_id))
    ref = await platform.send(ChannelRef("teams", who.tenant, teams.stories), STORY, "m")
    await teams.world.hands.press(other.key, teams.stories, ref.message, "share")
    assert (await platform.profile(teams.bot.last.who)).email == other.email


@pytest.mark.parametrize(
    ("member", "profile"),
    [
        ({"name": "Ada", "email": "Ada@Nordlicht.EXAMPLE"}, Profile("Ada", "ada@nordlicht.example")),
        ({"name": "Ada", "userPrincipalName": "Ada@nordlicht.example"}, Profile("Ada", "ada@nordlicht.example")),
        ({"givenName": "Ada", "surname": "V", "email": ""}, Profile("Ada V", "")),
        (
            {"name": "G", "email": "g@other.example", "userRole": "guest"},
            Profile("G", "g@other.example", is_guest=True),
        ),
        (
            {"name": "G", "userPrincipalName": "g_other.example#EXT#@nordlicht.onmicrosoft.com"},
            Profile("G", "", is_guest=True),
        ),
        (
            {"name": "G", "email": "g@other.example", "tenantId": "another"},
            Profile("G", "g@other.example", is_guest=True),
        ),
        ({"name": "O", "email": "not an address"}, Profile("O", "")),
    ],
)
async def test_guests_and_missing_details(
    teams: Setup, who: UserRef, monkeypatch: pytest.MonkeyPatch, member: dict[str, Any], profile: Profile
) -> None:
    """E-mail lower-cased, principal name where there is none, guests known by role, name or tenant."""
    monkeypatch.setattr(teams.world.connector, "_account", lambda _: member)
    assert await teams.door.platform.profile(who) == profile


async def test_nobody_of_another_tenant_is_written_to(platform: TeamsPlatform) -> None:
    """Refused before anything leaves."""
    with pytest.raises(Refused):
        await platform.send(UserRef("teams", "another", "u"), STORY, "m")


async def test_who_has_not_installed_the_app_is_gone(teams: Setup, platform: TeamsPlatform, who: UserRef) -> None:
    """403 for the chat: stop sending there. After an installation it works again."""
    teams.world.state.installed.discard(who.user)
    with pytest.raises(Gone):
        await platform.send(who, STORY, "m")
    teams.world.state.installed.add(who.user)
    await platform.send(who, STORY, "m")
    teams.world.state.installed.discard(who.user)
    with pytest.raises(Gone):
        await platform.send(who, STORY, "m")
    assert platform._chats == {}


async def test_channels_and_messages_that_are_no_more_are_gone(
    teams: Setup, platform: TeamsPlatform, stories: ChannelRef
) -> None:
    """404 ConversationNotFound, 404 ActivityNotFoundInConversation, 403 not in the roster."""
    with pytest.raises(Gone, match="ConversationNotFound"):
        await platform.send(replace(stories, channel="19:gone@thread.tacv2"), STORY, "m")
    ref = await platform.send(stories, STORY, "m")
    with pytest.raises(Gone, match="ActivityNotFound"):
        await platform.update(replace(ref, message="1"), STORY)
    teams.world.state.team_installed = False
    with pytest.raises(Gone, match="BotNotInConversationRoster"):
        await platform.send(stories, STORY, "m")


async def test_too_many_requests_wait_as_long_as_told(
    teams: Setup, platform: TeamsPlatform, stories: ChannelRef
) -> None:
    """429 with Retry-After: nothing was done, come again then."""
    teams.world.faults.inject(Fault.THROTTLE, path="/conversations", retry_after=17)
    with pytest.raises(Retry) as caught:
        await platform.send(stories, STORY, "m")
    assert caught.value.after == timedelta(seconds=17)
    assert teams.world.activities(teams.stories) == []


async def test_a_lost_answer_is_unknown_for_a_send_and_harmless_for_the_rest(
    teams: Setup, platform: TeamsPlatform, stories: ChannelRef, who: UserRef
) -> None:
    """The work is done, the answer breaks: a post must not be repeated blindly, a rewrite may."""
    ref = await platform.send(stories, STORY, "m")
    teams.world.faults.inject(Fault.LOST_ANSWER, path="/conversations")
    with pytest.raises(Unknown):
        await platform.send(stories, STORY, "m")
    assert len(teams.world.activities(teams.stories)) == 2
    # The HTTP client itself repeats a PUT once on a connection that was kept.
    teams.world.faults.inject(Fault.LOST_ANSWER, path="/activities", times=2)
    with pytest.raises(Retry):
        await platform.update(ref, PENDING)
    teams.world.faults.inject(Fault.LOST_ANSWER, path="/conversations")
    with pytest.raises(Retry):
        await platform.send(who, STORY, "m")  # it was the making of the chat that got lost


async def test_a_server_error_is_not_repeated_for_a_send(
    teams: Setup, platform: TeamsPlatform, stories: ChannelRef
) -> None:
    """500: the vendor says not to retry, so nobody knows; a rewrite is the same when repeated."""
    ref = await platform.send(stories, STORY, "m")
    teams.world.faults.inject(Fault.ERROR, path="/conversations", times=2)
    with pytest.raises(Unknown):
        await platform.send(stories, STORY, "m")
    with pytest.raises(Retry):
        await platform.update(ref, STORY)


async def test_a_revoked_token_is_replaced_once(teams: Setup, platform: TeamsPlatform, stories: ChannelRef) -> None:
    """401: a new token and once more; a second 401 is final."""
    await platform.send(stories, STORY, "m")
    teams.world.tokens.revoke()
    await platform.send(stories, STORY, "m")
    teams.world.faults.inject(Fault.REVOKED, path="/conversations", times=2)
    with pytest.raises(Refused, match="401"):
        await platform.send(stories, STORY, "m")


async def test_many_at_once_ask_for_one_token(
    teams: Setup, platform: TeamsPlatform, stories: ChannelRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Single flight: thirty sends, one token."""
    given: list[int] = []
    give = teams.world.tokens.give
    monkeypatch.setattr(teams.world.tokens, "give", lambda service: (given.append(1), give(service))[1])
    await asyncio.gather(*(platform.send(stories, STORY, str(n)) for n in range(30)))
    assert len(given) == 1
    assert len(teams.world.activities(teams.stories)) == 30


@pytest.mark.parametrize(("lives", "early"), [(3599, 300), (60, 6)])
async def test_a_token_is_replaced_before_it_ends(
    teams: Setup, platform: TeamsPlatform, monkeypatch: pytest.MonkeyPatch, lives: int, early: int
) -> None:
    """Five minutes early, or a tenth of a short life; then a new one is asked for."""
    clock = [1000.0]
    monkeypatch.setattr("advocacy.teams.sign_in.monotonic", lambda: clock[0])
    given: list[int] = []
    monkeypatch.setattr(teams.world.tokens, "give", lambda _: (given.append(1), (f"token-{len(given)}", lives))[1])
    for clock[0], tokens in ((1000.0, 1), (1000.0 + lives - early - 1, 1), (1000.0 + lives - early + 1, 2)):
        await platform.rest._sign_in.token()
        assert len(given) == tokens


async def test_a_wrong_secret_says_what_microsoft_says(tmp_path: Path) -> None:
    """The administrator reads the reason, without trace ids."""
    async with opened(tmp_path, teams_app_password="wrong") as teams:
        with pytest.raises(Refused, match=r"AADSTS7000215: Invalid client secret .*[^Z]$"):
            await teams.door.platform.rest._sign_in.token()


async def test_a_sign_in_service_that_is_away_is_tried_later(teams: Setup, platform: TeamsPlatform) -> None:
    """500 and no connection at all: nothing was sent."""
    teams.world.faults.inject(Fault.ERROR, path="oauth2")
    with pytest.raises(Retry):
        await platform.rest._sign_in.token()
    await platform.rest._sign_in.token()


async def test_who_cannot_be_reached_was_sent_nothing(tmp_path: Path) -> None:
    """No connection: come again; surely nothing was done."""
    settings = teams_settings(tmp_path, outside={"https://login.microsoftonline.com": "http://127.0.0.1:9"})
    platform = TeamsPlatform(settings)
    with pytest.raises(Retry):
        await platform.send(ChannelRef("teams", str(settings.teams_tenant), "19:x@thread.tacv2"), STORY, "m")
    await platform.close()


@pytest.mark.parametrize(
    ("status", "body", "headers", "expected"),
    [
        (412, {"error": {"code": "PreconditionFailed"}}, {}, (False, Retry)),
        (502, {}, {}, (False, Retry)),
        (503, {}, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, (False, Retry)),
        (504, {}, {"Retry-After": "nonsense"}, (False, Retry)),
        (500, {}, {}, (False, Unknown)),
        (500, {}, {}, (True, Retry)),
        (400, {"error": {"code": "BadArgument", "message": "no"}}, {}, (False, Refused)),
        (413, {"error": {"code": "MessageSizeTooBig"}}, {}, (False, Refused)),
        (403, {"error": {"code": "ConversationBlockedByUser"}}, {}, (False, Gone)),
        (403, {"error": {"code": "ForbiddenOperationException"}}, {}, (False, Gone)),
        (403, {"error": {"code": "BotDisabledByAdmin"}}, {}, (False, Refused)),
        (403, {"error": {"code": "NotEnoughPermissions"}}, {}, (False, Refused)),
        (404, {"error": {"code": "ConversationNotFound"}}, {}, (True, Gone)),
        (403, "a text", {}, (False, Gone)),
    ],
)
async def test_the_table_of_errors(
    tmp_path: Path, status: int, body: Any, headers: dict[str, str], expected: tuple[bool, type[Exception]]
) -> None:
    """Status and code → what the delivery does next. https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit"""
    repeatable, error = expected

    async def connector(_: web.Request) -> web.Response:
        return web.json_response(body, status=status, headers=headers)

    async def ask(rest: Rest) -> None:
        with pytest.raises(error):
            await rest.call("POST", "conversations", {}, repeatable=repeatable)

    await _with_connector(tmp_path, connector, ask)


@pytest.mark.parametrize("answer", ["[]", "5", "nonsense", ""])
async def test_an_answer_that_says_nothing_is_unknown(tmp_path: Path, answer: str) -> None:
    """201 without an id: posted, but nobody knows what."""

    async def connector(_: web.Request) -> web.Response:
        return web.Response(status=201, text=answer)

    async def ask(rest: Rest) -> None:
        assert await rest.call("POST", "conversations", {}, repeatable=False) == {}

    await _with_connector(tmp_path, connector, ask)


async def _with_connector(
    folder: Path, connector: Callable[[web.Request], Awaitable[web.Response]], ask: Callable[[Rest], Awaitable[None]]
) -> None:
    async def token(_: web.Request) -> web.Response:
        return web.json_response({"access_token": "t", "expires_in": 3600})

    app = web.Application()
    app.router.add_post("/{tenant}/oauth2/v2.0/token", token)
    app.router.add_route("*", "/teams/v3/conversations", connector)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    here = f"http://127.0.0.1:{runner.addresses[0][1]}"
    vendors = ("https://login.microsoftonline.com", "https://smba.trafficmanager.net")
    rest = Rest(teams_settings(folder, outside=dict.fromkeys(vendors, here)))
    await ask(rest)
    await rest.close()
    await runner.cleanup()


async def test_the_address_of_the_newest_verified_activity_is_used(teams: Setup, platform: TeamsPlatform) -> None:
    """Until somebody writes, the connector for all regions; a refused activity changes nothing."""
    assert platform.rest.service_url == "https://smba.trafficmanager.net/teams"
    bad = teams.activity(text="help") | {"serviceUrl": "https://evil.example/"}
    assert (await teams.post(bad))[0] == 401
    assert (await teams.post(bad, bearer=teams.world.bearer(serviceurl="https://evil.example/", aud="x")))[0] == 401
    assert platform.rest.service_url == "https://smba.trafficmanager.net/teams"
    await teams.post(teams.activity(text="help"))
    assert platform.rest.service_url == teams.world.service_url


async def test_a_cloud_without_a_common_address_waits_for_the_first_activity(tmp_path: Path) -> None:
    """China tells its address with the first activity only."""
    settings: Settings = teams_settings(tmp_path, teams_cloud="china")
    platform = TeamsPlatform(settings)
    with pytest.raises(Retry, match="first activity"):
        await platform.update(MessageRef("teams", "t", "a:1", "5"), Message(summary="x"))
