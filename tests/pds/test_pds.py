"""Our Bluesky client against the server that Bluesky itself publishes. ``make test-pds`` runs it."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from advocacy.chat import Refused
from advocacy.http import Http
from advocacy.sharing.network import Connection, HostClient, Network, Reconnect
from advocacy.sharing.networks import make_all
from advocacy.sharing.networks.bluesky import HOME, POST, record_key
from tests.conftest import playground_settings
from tests.contract.network_suite import ODD, draft
from tests.pds.server import NotHere, Running, started

pytestmark = pytest.mark.pds
HANDLE = "jana-feld.test"
MAIN_PASSWORD = "the password of the whole account"


@dataclass
class Server:
    """The real one, and what its person can do there without us."""

    url: str
    secret: bytes
    token: str = ""
    did: str = ""

    async def call(self, verb: str, name: str, body: dict[str, Any] | None = None, **asked: str) -> dict[str, Any]:
        """As the person's own app calls it."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        url = f"{self.url}/xrpc/com.atproto.{name}?{urlencode(asked)}"
        async with (
            aiohttp.ClientSession() as session,
            session.request(verb, url, json=body, headers=headers) as answer,
        ):
            told: dict[str, Any] = await answer.json(content_type=None) if answer.content_length != 0 else {}
            assert answer.ok, (name, answer.status, told)
        return told

    def lapsed(self, token: str) -> str:
        """The same token, as if its two hours had passed."""
        header, claims, _ = token.split(".")
        told = json.loads(base64.urlsafe_b64decode(claims + "=="))
        told |= {"iat": told["iat"] - 9000, "exp": told["exp"] - 9000}
        signed = f"{header}.{_base64(json.dumps(told).encode())}"
        return f"{signed}.{_base64(hmac.digest(self.secret, signed.encode(), 'sha256'))}"

    async def records(self) -> list[dict[str, Any]]:
        """All posts there, the newest first."""
        told = await self.call("GET", "repo.listRecords", repo=self.did, collection=POST)
        found: list[dict[str, Any]] = told["records"]
        return found


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """The server; skips with the reason where it cannot run."""
    try:
        with started() as here:
            print(f"@atproto/pds {here.version} at {here.url}")
            yield here
    except NotHere as why:
        pytest.skip(f"no real Bluesky server on this machine: {why}")


@pytest.fixture
async def server(running: Running) -> Server:
    """With Jana's account."""
    one = Server(running.url, running.secret)
    body = {"handle": HANDLE, "email": "jana@nordlicht.example", "password": MAIN_PASSWORD}
    account = await one.call("POST", "server.createAccount", body)
    one.token, one.did = account["accessJwt"], account["did"]
    return one


@pytest.fixture
async def network(server: Server, tmp_path: Path) -> AsyncIterator[Network]:
    """Our client; the server on loopback is reached as the worlds are, named in ``outside``."""
    settings = playground_settings("sqlite:///unused", tmp_path, outside={f"https://{HOME}": server.url})
    http = Http(settings)
    await http.start()
    yield make_all(settings, http)["bluesky"]
    await http.close()


async def signed_in(server: Server, network: Network, name: str = "Advocacy") -> Connection:
    made = await server.call("POST", "server.createAppPassword", {"name": name})
    with pytest.raises(Refused):
        await network.sign_in("", HANDLE, "wrong")
    connection = await network.sign_in("", f"@{HANDLE} ", made["password"])
    assert (connection.remote_id, connection.handle) == (server.did, f"@{HANDLE}")
    return connection


async def test_a_life_with_a_real_server(server: Server, network: Network) -> None:
    """Connect with an app password, post once however often, with pressable links and a card; delete, and go."""
    connection = await signed_in(server, network)

    # A post with links, hashtags, umlauts and emoji, a card and its thumbnail: accepted as it stands.
    one = draft(ODD)
    assert await network.look_up(connection, one) is None
    first = await network.post(connection, one)
    [record] = await server.records()
    value = record["value"]
    assert (record["uri"], value["text"], value["langs"]) == (first.remote_id, one.text, ["de"])
    assert first.remote_id == f"at://{server.did}/{POST}/{record_key(one.key)}"
    pressed = [one.text.encode()[it["index"]["byteStart"] : it["index"]["byteEnd"]].decode() for it in value["facets"]]
    assert pressed == ["#Windkraft", "#snake_case", one.link]
    card = value["embed"]["external"]
    assert (card["uri"], card["title"], card["thumb"]["mimeType"]) == (one.link, one.title, "image/jpeg")
    assert card["thumb"]["size"] == len(one.image or b"")

    # The same share again is the same post: its record key is ours. It is found, too, and never becomes two.
    assert await network.post(connection, one) == first
    assert await network.look_up(connection, one) == first
    assert len(await server.records()) == 1

    # The same words under another key are another share, which Bluesky takes; without a picture there is no thumbnail.
    twin = await network.post(connection, draft(text=one.text, link=one.link, image=None))
    assert len(await server.records()) == 2

    # Too long is refused, and nothing is left behind; exactly the limit is taken.
    room = network.limit - network.length(draft("").text)
    with pytest.raises(Refused):
        await network.post(connection, draft("ä" * (room + 1)))
    longest = await network.post(connection, draft("ä" * room))

    # A lapsed session is renewed by the way, and the new pair handed over.
    fresh: list[Connection] = []
    aged = replace(connection, token=server.lapsed(connection.token), renewed=fresh.append)
    assert await network.post(aged, one) == first
    [renewed] = fresh
    # Access tokens that are made in the same second are the same.
    assert (renewed.token != aged.token, renewed.refresh_token != aged.refresh_token) == (True, True)
    connection = renewed

    # Deleted, deleted again, deleted elsewhere: gone, and nobody complains.
    for posted in (first, twin, first):
        await network.delete(connection, posted.remote_id)
    key = longest.remote_id.rpartition("/")[2]
    await server.call("POST", "repo.deleteRecord", {"repo": server.did, "collection": POST, "rkey": key})
    await network.delete(connection, longest.remote_id)
    assert await server.records() == []
    assert await network.look_up(connection, one) is None

    # Given back, or with its app password deleted, the session cannot be renewed any more: connect again.
    other = await signed_in(server, network, "Another")
    await network.revoke(HostClient("", ""), connection)
    await server.call("POST", "server.revokeAppPassword", {"name": "Another"})
    for gone in (connection, other):
        with pytest.raises(Reconnect):
            await network.post(replace(gone, token=server.lapsed(gone.token)), one)
    assert await server.records() == []
