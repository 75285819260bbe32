"""A Mastodon or Bluesky server is anybody's machine: whatever it answers, one attempt ends in a way that is foreseen."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from advocacy.chat import Gone, Refused, Retry, Unknown
from advocacy.db import now
from advocacy.http import Http, Reply
from advocacy.people.models import Person
from advocacy.sharing.accounts import Accounts, ConnectProblem
from advocacy.sharing.api import LATEST, SOON, wait_of
from advocacy.sharing.network import Connection, Draft, HostClient, Network, Reconnect
from advocacy.sharing.networks import make_all
from tests.conftest import playground_settings

HOST = "hostile.example"
FORESEEN = (Refused, Retry, Unknown, Gone, Reconnect)
DEEP = "[" * 100_000
ODD_BODIES = (
    "", "null", "[]", "[1]", '["a", null]', '"text"', "1", DEEP, '{"a":' * 50_000, "\x00", "<html>",
    '{"id": 1, "uri": "at://x", "url": 5, "content": 7}', '{"error": {}, "value": [], "blob": [], "uri": []}',
    '{"did": "d", "accessJwt": "a", "didDoc": []}', '{"did": "d", "accessJwt": "a", "didDoc": {"service": [1, null]}}',
    '{"did": "d", "accessJwt": "a", "didDoc": {"service": [{"id": "#atproto_pds", "serviceEndpoint": "https://["}]}}',
    '{"did": "d", "accessJwt": "a\\nb"}', '{"did": "d", "accessJwt": "\\ud800"}', '{"access_token": "a\\r\\nX: y", "id": 1}',
    '{"client_id": "only"}',
)  # fmt: skip
Verb = Callable[[Network, Connection], Awaitable[Any]]


def draft() -> Draft:
    return Draft(
        text="words https://adv.example/r/abcd", link="https://adv.example/r/abcd", title="t", summary="s", image=b"x",
        image_alt="", language="en", key="3kaaaaaaaaaaaaaaaaaa", first_tried_at=now() - timedelta(hours=1),
    )  # fmt: skip


VERBS: dict[str, Verb] = {
    "register": lambda one, _: one.register(HOST, "https://adv.example/callback"),
    "exchange": lambda one, _: one.exchange(HostClient("a", "b"), HOST, "code", "https://adv.example/callback", "v"),
    "sign_in": lambda one, _: one.sign_in(HOST, "me", "pass"),
    "post": lambda one, connection: one.post(connection, draft()),
    "look_up": lambda one, connection: one.look_up(connection, draft()),
    "delete": lambda one, connection: one.delete(connection, "at://did/app.bsky.feed.post/x"),
    "revoke": lambda one, connection: one.revoke(HostClient("a", "b"), connection),
}
OF = {"mastodon": set(VERBS) - {"sign_in"}, "bluesky": set(VERBS) - {"register", "exchange"}}


class Server:
    """Says one thing to everybody."""

    def __init__(self) -> None:
        self.status, self.body = 200, ""

    async def answer(self, _: web.Request) -> web.Response:
        return web.Response(
            status=self.status, body=self.body.encode(errors="replace"), content_type="application/json"
        )


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[tuple[Server, Http]]:
    said = Server()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", said.answer)
    async with TestServer(application) as here:
        origin = str(here.make_url("")).rstrip("/")
        http = Http(playground_settings(f"sqlite:///{tmp_path / 'x'}", tmp_path, outside={f"https://{HOST}": origin}))
        await http.start()
        yield said, http
        await http.close()


@pytest.mark.parametrize(("name", "verb"), [(name, verb) for name, verbs in OF.items() for verb in sorted(verbs)])
async def test_an_odd_answer_is_foreseen(server: tuple[Server, Http], name: str, verb: str) -> None:
    """No answer breaks the code of a network: it is taken, or ends as one of the port's own errors."""
    said, http = server
    network = make_all(http.settings, http)[name]
    connection = Connection("id", "@me", HOST, "token", "again")
    for said.status in (200, 400, 401):
        for said.body in ODD_BODIES:
            try:
                await VERBS[verb](network, connection)
            except FORESEEN:
                continue


@pytest.mark.parametrize(
    "told", ["nan", "-nan", "inf", "-5", "1e400", "9" * 400, "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"]
)
def test_no_waiting_time_is_too_odd(told: str) -> None:
    """``Retry-After`` may be anything; we wait between two seconds and six hours."""
    assert SOON <= wait_of(Reply(429, {"Retry-After": told}, b"", "")) <= LATEST


@pytest.mark.parametrize(
    ("name", "about", "problem"),
    [
        ("x" * 100_000, {}, ""), ("a\x00b\ud800\u202e", {}, ""), ("ok", {"did": "d" * 256}, "refused"),
        ("ok", {"did": "a\x00b"}, "refused"), ("ok", {"accessJwt": "a\nb"}, "wrong_password"),
    ],
)  # fmt: skip
async def test_what_a_server_says_about_an_account_is_made_fit(
    db: Any, server: tuple[Server, Http], name: str, about: dict[str, str], problem: str
) -> None:
    """Handles are cut and cleaned; an id that cannot be kept is refused, on either database."""
    said, http = server
    async with db.write() as s:
        person = Person(email="a@b.example", name="A", language="en", roles=[], joined_on=date(2020, 1, 1))
        s.add(person)
        await s.flush()
        person_id = person.id
    accounts = Accounts(db, http.settings, make_all(http.settings, http))
    said.body = json.dumps({"did": "did:x", "accessJwt": "jwt", "handle": name, **about})
    token = accounts.connect_url(person_id, "bluesky").partition("?t=")[2]
    if problem:
        with pytest.raises(ConnectProblem, match=problem):
            await accounts.sign_in(token, HOST, "me", "pass")
        return
    connected = await accounts.sign_in(token, HOST, "me", "pass")
    assert len(connected.handle) <= 255
    assert connected.handle.removeprefix("@").replace("\u202e", "").isprintable()
