"""What the doctor finds, and what it says to do about it."""

from __future__ import annotations

import base64
import shutil
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from advocacy import doctor
from advocacy.config import NetworkApp, Settings
from advocacy.db import Database, now
from advocacy.sharing.models import HostApp
from advocacy.slack.manifest import OPTIONAL_SCOPES, SCOPES

OLD, NEW = b"o" * 32, b"n" * 32
ORIGINS = ("https://slack.com", "https://login.microsoftonline.com", "https://advocacy.nordlicht.example")


class Vendors:
    """Slack, Microsoft and our own public address on loopback."""

    def __init__(self) -> None:
        self.scopes = ",".join([*SCOPES, *OPTIONAL_SCOPES])
        self.slack: Any = {"ok": True, "team_id": "T1", "team": "Nordlicht"}
        self.microsoft: tuple[int, Any] = (200, {"access_token": "t"})
        self.health = 200
        self.seen: list[tuple[str, str]] = []

    async def auth_test(self, request: web.Request) -> web.Response:
        self.seen.append((request.path, request.headers["Authorization"]))
        return web.json_response(self.slack, headers={"x-oauth-scopes": self.scopes})

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.seen.append((request.path, f"{form['client_id']} {form['client_secret']} {form['scope']}"))
        return web.json_response(self.microsoft[1], status=self.microsoft[0])

    async def healthz(self, _request: web.Request) -> web.Response:
        return web.Response(status=self.health)


@pytest.fixture
async def vendors() -> AsyncIterator[tuple[Vendors, str]]:
    one = Vendors()
    app = web.Application()
    app.router.add_post("/api/auth.test", one.auth_test)
    app.router.add_post("/{tenant}/oauth2/v2.0/token", one.token)
    app.router.add_get("/healthz", one.healthz)
    server = TestServer(app)
    await server.start_server()
    yield one, str(server.make_url("")).rstrip("/")
    await server.close()


@pytest.fixture
async def chosen(vendors: tuple[Vendors, str], tmp_path: Path, migrated: Path) -> Settings:
    """Settings of a product where all is well."""
    values: dict[str, Any] = {
        "database_url": f"sqlite:///{tmp_path / 'd.sqlite'}", "keys": base64.b64encode(NEW).decode(),
        "public_url": ORIGINS[2], "spool": tmp_path / "spool", "slack_bot_token": "xoxb-1",
        "slack_signing_secret": "s", "teams_app_id": "00000000-0000-4000-8000-00000000b07a",
        "teams_app_password": "p", "teams_tenant": "tenant-1", "apps": {"linkedin": {"client_id": "c", "client_secret": "s"}},
        "linkedin_version": f"{now():%Y%m}", "outside": dict.fromkeys(ORIGINS, vendors[1]),
    }  # fmt: skip
    shutil.copy(migrated, tmp_path / "d.sqlite")
    return Settings(_env_file=None, **values)


async def findings(chosen: Settings, **changes: Any) -> dict[str, list[str]]:
    found = await doctor.examine(chosen.model_copy(update=changes))
    assert all(one.advice for one in found if one.level != "good"), "whatever is wrong comes with what to do"
    return {level: [one.sentence for one in found if one.level == level] for level in ("good", "warning", "bad")}


async def test_all_is_well(chosen: Settings, vendors: tuple[Vendors, str]) -> None:
    """Nothing to mend, and the vendors were really asked with our credentials."""
    found = await findings(chosen)
    assert (found["warning"], found["bad"]) == ([], [])
    assert len(found["good"]) == 8
    assert vendors[0].seen == [
        ("/api/auth.test", "Bearer xoxb-1"),
        (
            "/tenant-1/oauth2/v2.0/token",
            "00000000-0000-4000-8000-00000000b07a p https://api.botframework.com/.default",
        ),
    ]


async def test_what_slack_finds_wrong(chosen: Settings, vendors: tuple[Vendors, str]) -> None:
    """A revoked token and a missing permission must be mended; an optional one is a warning."""
    vendors[0].slack = {"ok": False, "error": "token_revoked"}
    assert (await findings(chosen))["bad"] == ["Slack does not take the bot token (token_revoked)."]
    vendors[0].slack = {"ok": True, "team_id": "T1", "team": "Nordlicht"}
    vendors[0].scopes = ",".join(set(SCOPES) - {"im:write"})
    found = await findings(chosen)
    assert found["bad"] == ["Slack's app for Nordlicht lacks the permissions im:write."]
    assert found["warning"] == ["Slack's app has not all of the optional permissions."]


@pytest.mark.parametrize(
    ("status", "told", "code"),
    [
        (
            401,
            {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret."},
            "AADSTS7000215",
        ),
        (400, {"error": "unauthorized_client"}, "unauthorized_client"),
        (500, {}, "500"),
        (200, {}, "200"),
    ],
)
async def test_what_microsoft_finds_wrong(
    chosen: Settings, vendors: tuple[Vendors, str], status: int, told: Any, code: str
) -> None:
    """Its own code is passed on, with what it means."""
    vendors[0].microsoft = (status, told)
    assert (await findings(chosen))["bad"] == [f"Microsoft gives the Teams app no token ({code})."]


async def test_vendors_that_do_not_answer(chosen: Settings) -> None:
    """Both are bad; our own address may be out of reach from inside, so it is a warning."""
    found = await findings(chosen, outside=dict.fromkeys(ORIGINS, "http://127.0.0.1:9"))
    assert [one.split(" (")[0] for one in found["bad"]] == [
        "Slack does not take the bot token", "Microsoft's sign-in cannot be reached",
    ]  # fmt: skip
    assert found["warning"][0].startswith("https://advocacy.nordlicht.example cannot be reached from here")


async def test_something_else_answers_at_our_address(chosen: Settings, vendors: tuple[Vendors, str]) -> None:
    """A proxy without the product behind it."""
    vendors[0].health = 502
    found = await findings(chosen)
    assert found["warning"] == ["https://advocacy.nordlicht.example answers 502, not as this product."]


async def test_the_short_domain(chosen: Settings, vendors: tuple[Vendors, str]) -> None:
    """Links must be followed there, and nothing else be served."""
    short = {"short_url": "https://go.nordlicht.example"}
    outside = {**chosen.outside, short["short_url"]: vendors[1]}
    found = await findings(chosen, **short, outside=outside)
    assert any("Links are followed at https://go.nordlicht.example" in one for one in found["good"])
    vendors[0].health = 502
    found = await findings(chosen, **short, outside=outside)
    assert any("https://go.nordlicht.example, which answers 502" in one for one in found["bad"])
    found = await findings(chosen, **short, outside={**outside, short["short_url"]: "http://127.0.0.1:9"})
    assert any("https://go.nordlicht.example, which cannot be reached" in one for one in found["bad"])


async def test_the_database(chosen: Settings, tmp_path: Path) -> None:
    """Away, unusable, or without the newest tables."""
    for url, words in (
        ("postgresql://u:geheim@127.0.0.1:9/x", "The database postgresql://u:***@127.0.0.1:9/x cannot be reached"),
        ("mysql://x", "DATABASE_URL cannot be used"),
        (f"sqlite:///{tmp_path / 'empty.sqlite'}", "The database sqlite:///"),
    ):
        bad = (await findings(chosen, database_url=url))["bad"]
        assert len(bad) == 1
        assert bad[0].startswith(words)
        assert "geheim" not in bad[0]


async def test_keys(chosen: Settings) -> None:
    """A key that is missing must come back; one that is older is no longer needed after rotating."""

    def keys(*raw: bytes) -> Settings:
        listed = ",".join(base64.b64encode(one).decode() for one in raw)
        values = {**chosen.model_dump(exclude={"keys"}), "keys": listed}
        return Settings(_env_file=None, **values)

    db = Database(chosen.database_url, [OLD])
    async with db.write() as s:
        s.add(HostApp(network="mastodon", host="h.example", client_id="c", client_secret="secret"))
    await db.close()
    bad = (await findings(keys(NEW)))["bad"]
    assert len(bad) == 1
    assert bad[0].startswith("Something stored cannot be opened: the key that sealed host_app.client_secret is not")
    assert (await findings(keys(NEW, OLD)))["warning"] == ["1 stored secrets are encrypted with an older key."]
    assert (await findings(keys(OLD)))["bad"] == []


@pytest.mark.parametrize(
    ("version", "day", "level"),
    [
        ("202601", date(2026, 10, 31), "good"),
        ("202601", date(2026, 11, 1), "warning"),
        ("202612", date(2027, 1, 1), "good"),
        ("202613", date(2026, 11, 1), "bad"),
        ("newest", date(2026, 11, 1), "bad"),
    ],
)
def test_linkedins_version_ages(chosen: Settings, version: str, day: date, level: str) -> None:
    """More than nine months: there is time to act before the twelve are over."""
    assert [one.level for one in doctor.linkedin(chosen.model_copy(update={"linkedin_version": version}), day)] == [
        level
    ]


def test_who_pays_for_posts_on_x_is_said(chosen: Settings) -> None:
    """An app without the price accepted, or the other way round, does nothing: that is worth a word."""
    app = {"x": NetworkApp(client_id="c", client_secret=SecretStr("s"))}
    said = [
        [one.level for one in doctor.x(chosen.model_copy(update={"apps": apps, "x_cost_accepted": accepted}))]
        for apps, accepted in (({}, False), (app, False), ({}, True), (app, True))
    ]
    assert said == [[], ["warning"], ["warning"], ["good"]]


async def test_no_door_and_no_spool(chosen: Settings, tmp_path: Path) -> None:
    """Nobody can be reached; clicks could be lost."""
    (tmp_path / "file").write_text("in the way")
    found = await findings(chosen, slack_bot_token=None, teams_app_id=None, spool=tmp_path / "file" / "spool")
    assert found["warning"] == ["Neither Slack nor Teams is set up: nobody can be reached."]
    assert len(found["bad"]) == 1
    assert "cannot be written (Not a directory)" in found["bad"][0]
