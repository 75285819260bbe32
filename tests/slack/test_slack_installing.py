"""Workspaces install the app: two of them, an organization, and those who should not get through."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from pydantic import ValidationError
from sqlalchemy import text, update

from advocacy.chat import Form, Input, Message, OpenForm, Private, Retry, UserRef, sentence
from advocacy.config import Settings
from advocacy.db import Database, now
from advocacy.playground.slack.oauth import CLIENT_ID, CLIENT_SECRET
from advocacy.slack import install_link
from advocacy.slack.manifest import OPTIONAL_SCOPES, SCOPES
from advocacy.slack.models import InstallState
from tests.conftest import playground_settings
from tests.slack.install_help import MIRA, ORG, SOUTH, Told, channel, several, texts
from tests.slack.slack_help import JANA, TEAM

HELLO = Message(summary="Hello")


async def test_two_workspaces_have_two_tokens(database_url: str, db: Database, tmp_path: Path) -> None:
    """Each message and answer takes the token of where it goes; Slack is never asked whose token it is."""
    told = Told()
    async with several(database_url, db, tmp_path, told) as scene:
        space = scene.world.workspace
        with pytest.raises(Retry, match="not installed"):
            await scene.door.platform.send(channel(space), HELLO, "m0")
        page = await scene.install()
        assert "Installed in Nordlicht" in page
        assert "/invite @Advocacy" in page
        assert "Installed in Südwind" in await scene.install(team=SOUTH)
        assert told.here == [TEAM, SOUTH]

        for number, one in enumerate((space, scene.south)):
            sent = await scene.door.platform.send(channel(one), Message(summary=one.team), f"m{number}")
            await scene.door.platform.update(sent, Message(summary=f"{one.team} again"))
        assert (texts(space), texts(scene.south)) == ([f"{TEAM} again"], [f"{SOUTH} again"])
        profile = await scene.door.platform.profile(UserRef("slack", SOUTH, MIRA.id))
        assert profile.email == MIRA.email

        scene.bot.says = {"command": Private(sentence("For you"))}
        for team, user in ((TEAM, JANA), (SOUTH, MIRA.id)):
            hands, general = scene.world.hands_of(team), scene.world.spaces.get(team).channel_by_name("general").id
            delivered = await hands.command(user, general, "/advocacy", "help")
            assert delivered.status == 200
            await hands.open_home(user)
        assert {press.who.tenant for press in scene.bot.heard} == {TEAM, SOUTH}
        assert scene.world.api.calls["auth.test"] == 0

        nord, sued = await scene.rows()
        assert (nord.tenant, sued.tenant, nord.token != sued.token) == (TEAM, SOUTH, True)
        assert set(sued.scopes) == SCOPES.keys() | OPTIONAL_SCOPES.keys()
        async with db.read() as s:
            kept = await s.execute(text("SELECT token FROM slack_installation"))
            assert not any(b"xoxb" in bytes(row[0]) for row in kept)

        await scene.install(team=SOUTH)  # once more: one row, the latest token
        again = (await scene.rows())[1]
        assert (len(await scene.rows()), again.id, again.token != sued.token) == (2, sued.id, True)
        await scene.door.platform.send(channel(scene.south), HELLO, "m3")


async def test_whoever_should_not_get_through_attaches_nothing(database_url: str, db: Database, tmp_path: Path) -> None:
    """No link of ours, a late one; a state that is forged, another browser's, late, or used; somebody says no."""
    async with several(database_url, db, tmp_path, Told()) as scene:
        base = scene.settings.public_url
        late = install_link.make(scene.settings, now() - timedelta(hours=1, seconds=5))
        whole = scene.link()
        for link, status in (
            (f"{base}/slack/install", 403), (f"{base}/slack/install?key=abc", 403), (whole[:-3] + "AAA", 403),
            (f"{base}/slack/install?key=%F0%9F%98%80", 403), (late, 410),
        ):  # fmt: skip
            assert (await scene.get(link))[0] == status, link
        assert "abgelaufen" in (await scene.get(late, "de-DE,de;q=0.9"))[1]

        page = await scene.to_consent()
        asked = {name: one[0] for name, one in parse_qs(urlsplit(page).query).items()}
        assert asked["redirect_uri"] == f"{base}/slack/oauth_redirect"
        back = await scene.consent(page)
        forged = back.replace(asked["state"], "x" * len(asked["state"]))
        bare = back.partition("?")[0] + "?code=" + parse_qs(urlsplit(back).query)["code"][0]
        for address in (forged, bare):
            assert (await scene.get(address))[0] == 400
        async with aiohttp.ClientSession() as stranger, stranger.get(back) as answer:
            assert answer.status == 400  # and it is used up by that
        assert (await scene.get(back))[0] == 400

        back = await scene.consent(await scene.to_consent())
        async with db.write() as s:
            await s.execute(update(InstallState).values(expires_at=now() - timedelta(seconds=1)))
        assert (await scene.get(back))[0] == 400

        back = await scene.consent(await scene.to_consent(), answer="cancel")
        status, said = await scene.get(back)
        assert (status, "Nothing was installed" in said) == (400, True)
        assert await scene.rows() == []

        back = await scene.consent(await scene.to_consent())
        assert (await scene.get(back))[0] == 200
        assert (await scene.get(back))[0] == 400  # replayed
        assert len(await scene.rows()) == 1


async def test_slack_says_no_to_the_app_itself(database_url: str, db: Database, tmp_path: Path) -> None:
    """A wrong secret is told as that; when Slack is away, that it is worth another try."""
    async with several(database_url, db, tmp_path, Told(), slack_client_secret="wrong") as scene:
        back = await scene.consent(await scene.to_consent())
        status, said = await scene.get(back)
        assert (status, "refused the installation" in said) == (502, True)
        from advocacy.playground.world import Fault

        back = await scene.consent(await scene.to_consent())
        scene.world.faults.inject(Fault.ERROR, path="oauth.v2.access")
        status, said = await scene.get(back)
        assert (status, "in a few minutes" in said) == (503, True)
        assert "&lt;" not in said
        assert await scene.rows() == []


async def test_a_whole_organization(database_url: str, db: Database, tmp_path: Path) -> None:
    """One token for all its workspaces: found by the organization, told which one is meant, taken out of one."""
    told = Told()
    async with several(database_url, db, tmp_path, told, org=ORG) as scene:
        page = await scene.install(org=ORG)
        assert "Installed in Nordsee-Gruppe" in page
        [row] = await scene.rows()
        assert (row.tenant, row.is_org, row.enterprise_id) == (ORG, True, ORG)
        assert set(told.here) == {ORG, TEAM, SOUTH}  # Slack was asked where it is

        await scene.door.platform.send(channel(scene.south), HELLO, "m1")
        await scene.door.platform.send(UserRef("slack", SOUTH, MIRA.id), HELLO, "m2")
        assert texts(scene.south) == ["Hello"]
        listed = await scene.door.calls.read(SOUTH, "users.list")  # refused without team_id
        assert MIRA.id in {one["id"] for one in listed["members"]}

        scene.bot.says = {"command": Private(sentence("For you"))}
        hands = scene.world.hands_of(SOUTH)
        assert (await hands.command(MIRA.id, channel(scene.south).channel, "/advocacy", "help")).status == 200
        assert scene.bot.heard[-1].who == UserRef("slack", SOUTH, MIRA.id)
        line = Input("words", "Words", optional=True)
        form = Form("Edit", Message("Edit", inputs=(line,)), "save", {"s": 1}, "Save", "Cancel")
        scene.bot.says = {"compose": OpenForm(form)}
        await hands.shortcut(MIRA.id, "compose")
        view = await scene.world.until(lambda: (scene.south.views.get(MIRA.id) or [None])[-1])
        assert (await hands.submit(MIRA.id, view.id)).status == 200  # with no team in it
        assert (scene.bot.heard[-1].action, scene.bot.heard[-1].who.tenant) == ("save", SOUTH)

        await hands.event({"type": "team_access_revoked", "team_ids": [SOUTH]})
        assert told.away == [SOUTH]
        scene.south.is_org_install = False
        with pytest.raises(Retry, match="not installed"):
            await scene.door.platform.send(channel(scene.south), HELLO, "m3")
        await scene.door.platform.send(channel(scene.world.workspace), HELLO, "m4")
        await scene.world.hands.event({"type": "team_access_granted", "team_ids": [SOUTH]})
        scene.south.is_org_install = True
        await scene.door.platform.send(channel(scene.south), HELLO, "m5")

        await scene.world.uninstall()
        assert (await scene.rows(), set(told.away)) == ([], {ORG, TEAM, SOUTH})


async def test_a_workspace_of_the_organization_is_learnt_from_what_it_sends(
    database_url: str, db: Database, tmp_path: Path
) -> None:
    """Slack did not tell where the app is: a press does."""
    from advocacy.playground.world import Fault

    async with several(database_url, db, tmp_path, Told(), org=ORG) as scene:
        back = await scene.consent(await scene.to_consent(), org=ORG)
        scene.world.faults.inject(Fault.ERROR, path="auth.teams.list")
        assert (await scene.get(back))[0] == 200
        with pytest.raises(Retry, match="not installed"):
            await scene.door.platform.send(channel(scene.south), HELLO, "m1")
        general = scene.south.channel_by_name("general").id
        await scene.world.hands_of(SOUTH).command(MIRA.id, general, "/advocacy", "help")
        await scene.door.platform.send(channel(scene.south), HELLO, "m2")


async def test_over_socket_mode_as_well(database_url: str, db: Database, tmp_path: Path) -> None:
    """Payloads come over the socket, browsers over HTTP; nothing is taken over HTTP without a signing secret."""
    changes = {"slack_app_token": "xapp-playground", "slack_signing_secret": None}
    async with several(database_url, db, tmp_path, Told(), **changes) as scene:
        await scene.world.sockets.reach(1)
        await scene.install(team=SOUTH)
        scene.bot.says = {"command": Private(sentence("For you"))}
        news = channel(scene.south).channel
        delivered = await scene.world.hands_of(SOUTH).command(MIRA.id, news, "/advocacy", "help")
        assert "For you" in str(delivered.body)
        async with scene.browser.post(f"{scene.settings.public_url}/slack/events", data=b"{}") as answer:
            assert answer.status == 404


BOTH = {"slack_client_id": CLIENT_ID, "slack_client_secret": CLIENT_SECRET}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"slack_bot_token": None, "slack_client_id": CLIENT_ID},
            "CLIENT_ID and ADVOCACY_SLACK_CLIENT_SECRET together",
        ),
        ({"slack_bot_token": None, "slack_client_secret": "s"}, "CLIENT_ID and ADVOCACY_SLACK_CLIENT_SECRET together"),
        (BOTH, "set up twice"),
        ({**BOTH, "slack_bot_token": None, "slack_signing_secret": None}, "ADVOCACY_SLACK_SIGNING_SECRET"),
    ],
)
def test_half_set_up_it_does_not_start(tmp_path: Path, given: dict[str, Any], sentence: str) -> None:
    """One workspace or several, and each of them whole."""
    with pytest.raises(ValidationError, match=sentence):
        playground_settings("sqlite:///unused", tmp_path, **given)
    assert isinstance(playground_settings("sqlite:///unused", tmp_path, **{**BOTH, "slack_bot_token": None}), Settings)
