"""Who is let in: every refusal, over HTTP."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from botbuilder.core import InvokeResponse
from botbuilder.integration.aiohttp import cloud_adapter
from cryptography.hazmat.primitives.asymmetric import rsa
from door_help import PASSWORD, Setup, opened, teams_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msrest.universal_http.requests import ClientRetryPolicy

from advocacy.teams.door import TeamsDoor


@pytest.fixture
async def teams(tmp_path: Path) -> AsyncIterator[Setup]:
    """Teams and the door, the app installed everywhere."""
    async with opened(tmp_path) as setup:
        yield setup


def help_me(teams: Setup) -> dict[str, Any]:
    return teams.activity("message", text="help")


async def test_what_teams_signs_is_let_in(teams: Setup) -> None:
    """A well-signed activity reaches the bot."""
    assert (await teams.post(help_me(teams)))[0] in (200, 201, 202)
    assert teams.bot.last.text == "help"


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer a b", "Bearer a.b.c", "Bearer ...", "Bearer " + "A" * 7000,
     "bearer eyJhbGciOiJub25lIn0.e30.", "Bearer eyJhbGciOiJub25lIn0.bnVsbA.", "Bearer ä.ö.ü"],
)  # fmt: skip
async def test_a_missing_or_malformed_bearer_is_401(teams: Setup, header: str | None) -> None:
    """The SDK alone answers 500 to some of these."""
    headers = {"Content-Type": "application/json"} | ({} if header is None else {"Authorization": header})
    assert (await teams.post(help_me(teams), bearer=None, headers=headers))[0] == 401
    assert teams.bot.presses == []


@pytest.mark.parametrize(
    "claims",
    [{"aud": "00000000-0000-4000-8000-000000000bad"}, {"aud": None}, {"iss": "https://sts.windows.net/x/"}, {"iss": None},
     {"exp": int(time.time()) - 3600}, {"exp": None}, {"exp": "soon"}, {"nbf": int(time.time()) + 3600}, {"serviceurl": None},
     {"serviceurl": "https://evil.example/"}],
    ids=["aud other", "aud none", "iss other", "iss none", "exp past", "exp none", "exp word", "nbf ahead", "url none", "url evil"],
)  # fmt: skip
async def test_wrong_claims_are_401(teams: Setup, claims: dict[str, Any]) -> None:
    """Audience, issuer, times and service URL all have to fit."""
    assert (await teams.post(help_me(teams), bearer=teams.world.bearer(**claims)))[0] == 401
    assert teams.bot.presses == []


async def test_a_forged_signature_is_401(teams: Setup) -> None:
    """Another key under our key's name; no key name; HMAC with a public value; no signature at all."""
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    good = teams.world.bearer()
    claims = jwt.decode(good, options={"verify_signature": False})
    kid = jwt.get_unverified_header(good)["kid"]
    forged = [
        teams.world.bearer(key=other),
        teams.world.bearer(kid="nobody"),
        jwt.encode(claims, other, algorithm="RS256"),
        jwt.encode(claims, "x" * 64, algorithm="HS256", headers={"kid": kid}),
        jwt.encode(claims, None, algorithm="none", headers={"kid": kid}),
        good[:-4] + "AAAA",
    ]
    assert [(await teams.post(help_me(teams), bearer=one))[0] for one in forged] == [401] * len(forged)
    assert teams.bot.presses == []


async def test_a_key_for_another_channel_is_401(teams: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only keys endorsed for Teams may speak for it."""
    listed = teams.world.tokens.key_list()["keys"]
    unendorsed = {"keys": [{**one, "endorsements": ["webchat"]} for one in listed]}
    monkeypatch.setattr(teams.world.tokens, "key_list", lambda: unendorsed)
    teams.door._keys.warm()
    assert (await teams.post(help_me(teams)))[0] == 401


async def test_clocks_may_differ_by_five_minutes(teams: Setup) -> None:
    """Four minutes past the end is still good; the world's ten are not."""
    late = teams.world.bearer(exp=int(time.time()) - 240)
    assert (await teams.post(help_me(teams), bearer=late))[0] < 300
    assert (await teams.post(help_me(teams), bearer=teams.world.bearer(skewed=True)))[0] == 401


@pytest.mark.parametrize(
    "changes",
    [
        {
            "conversation": {
                "tenantId": "00000000-0000-4000-8000-00000000beef",
                "id": "a:1",
                "conversationType": "personal",
            }
        },
        {"channelData": {"tenant": {"id": "00000000-0000-4000-8000-00000000beef"}}},
        {"channelData": {}, "conversation": {"id": "a:1", "conversationType": "personal"}},
        {"channelId": "webchat"},
        {"channelId": None},
    ],
    ids=["conversation", "channelData", "unsaid", "webchat", "no channel"],
)
async def test_another_tenant_or_channel_is_403(teams: Setup, changes: dict[str, Any]) -> None:
    """Well signed, but from where we do not serve. A tenant that is named differently in two places is wrong too."""
    assert (await teams.post({**help_me(teams), **changes}))[0] == 403
    assert teams.bot.presses == []


async def test_clients_may_leave_out_one_place_of_the_tenant(teams: Setup) -> None:
    """Seen in the wild: no ``conversation.tenantId``, no ``from.name``."""
    teams.world.inbound.sparse = True
    assert (await teams.post(help_me(teams)))[0] < 300
    assert teams.bot.last.who.tenant == teams.settings.teams_tenant


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"nonsense", b"[]", b"null", b"5", b"\xff\xfe", b'{"type": 5}', b"{}", b'{"text": "no type"}',
     b"[" * 100_000, b'{"type": "message", "conversation": "x"}', b'{"type": "message", "timestamp": "yesterday"}'],
    ids=lambda body: repr(body[:20]),
)  # fmt: skip
async def test_malformed_json_is_400(teams: Setup, body: bytes) -> None:
    """The SDK alone answers 500."""
    assert (await teams.post(body))[0] == 400


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
async def test_another_content_type_is_415(teams: Setup, kind: str | None) -> None:
    """A missing one as well; the SDK alone answers 500 to that."""
    headers = {"Content-Type": kind} if kind else {"Content-Type": ""}
    assert (await teams.post(help_me(teams), headers=headers))[0] == 415


async def test_only_post_is_served(teams: Setup) -> None:
    """No web sockets, no reading."""
    async with teams.session.get(teams.url + "/api/messages") as answer:
        assert answer.status == 405


async def test_a_huge_body_is_refused(teams: Setup) -> None:
    """More than the server takes: 413, not memory."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {teams.world.bearer()}"}
    body = io.BytesIO(b'{"type": "message", "text": "' + b"x" * 1_500_000 + b'"}')
    async with teams.session.post(teams.url + "/api/messages", data=body, headers=headers) as answer:
        assert answer.status == 413


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(["id", "name", "from", "conversation", "recipient", "text", "value", "entities", "channelData",
                          "membersAdded", "action", "replyToId", "locale", "attachments", "timestamp", "deliveryMode"])  # fmt: skip
KINDS = st.sampled_from(
    ["message", "invoke", "conversationUpdate", "installationUpdate", "event", "typing", "nonsense"]
)


async def test_whatever_a_signed_activity_holds_nothing_breaks(tmp_path: Path) -> None:
    """Any JSON in any field: an answer below 500 (501 for unknown invokes), never an error of ours."""
    async with opened(tmp_path) as teams:
        token = teams.world.bearer()
        tried: list[dict[str, Any]] = []

        @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(
            KINDS, st.dictionaries(FIELDS, JSON, max_size=3), st.sampled_from(["adaptiveCard/action", "task/submit"])
        )
        def collect(kind: str, changes: dict[str, Any], name: str) -> None:
            tried.append({**teams.activity(kind, name=name), **changes})

        collect()
        for activity in tried:
            status, _ = await teams.post(activity, bearer=token)
            assert status < 500 or status == 501, activity


@pytest.mark.parametrize("missing", ["teams_app_id", "teams_app_password", "teams_tenant"])
def test_the_door_does_not_open_without_credentials(tmp_path: Path, missing: str) -> None:
    """An empty app id would switch the SDK's check off; here it is refused before."""
    with pytest.raises(ValueError, match="Teams needs"):
        teams_settings(tmp_path, **{missing: None})
    nothing = teams_settings(tmp_path, teams_app_id=None, teams_app_password=None, teams_tenant=None)
    with pytest.raises(ValueError, match="Teams needs"):
        TeamsDoor(nothing, bot=None)  # type: ignore[arg-type]


async def test_the_secret_stays_out_of_the_answers(teams: Setup) -> None:
    """No refusal carries the token, the password or a stack."""
    async with teams.session.post(
        teams.url + "/api/messages", data=b"{", headers={"Authorization": "Bearer a.b.c"}
    ) as one:
        said = await one.text()
    assert PASSWORD not in said
    assert "Traceback" not in said
    assert "a.b.c" not in said


async def test_the_sdk_is_put_right(teams: Setup) -> None:
    """Looked up in a set instead of a list of 500, twice a turn; and bodies that are JSON already stay as they are."""
    assert isinstance(ClientRetryPolicy.safe_codes, frozenset)
    assert {200, 404, 501} <= ClientRetryPolicy.safe_codes
    assert 408 not in ClientRetryPolicy.safe_codes
    body = {"task": [1]}
    assert cloud_adapter.serializer_helper(body) is body
    assert cloud_adapter.serializer_helper(InvokeResponse(status=200)) is not None


def test_the_sdk_is_imported_by_the_open_door_only() -> None:
    """Sending, drawing and packing need none of it."""
    code = (
        "import sys, advocacy.teams.send, advocacy.teams.render, advocacy.teams.package;"
        "print([name for name in sys.modules if name.split('.')[0] in ('botbuilder', 'botframework', 'msrest', 'msal')])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
