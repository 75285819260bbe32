"""The one way out: what is reached, what is refused, and what each failure is called."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web

from advocacy.chat import Unknown
from advocacy.http import Blocked, Http, TooLarge, Unreachable, is_public
from tests.conftest import playground_settings

Serve = Callable[..., Awaitable[Http]]
HOST = "https://www.example.com"


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    """Plays ``https://www.example.com`` (and any other origin named) on loopback."""
    runners: list[web.AppRunner] = []
    clients: list[Http] = []

    async def start(*routes: web.RouteDef, more: dict[str, str] | None = None) -> Http:
        app = web.Application()
        app.add_routes(routes)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        outside = {HOST: f"http://127.0.0.1:{port}/at/www.example.com", **(more or {})}
        http = Http(playground_settings("sqlite:///unused", tmp_path, outside=outside))
        await http.start()
        clients.append(http)
        return http

    yield start
    for client in clients:
        await client.close()
    for runner in runners:
        await runner.cleanup()


async def test_a_vendors_address_is_reached_where_the_settings_say(serve: Serve) -> None:
    """Callers use real addresses; the mapping is applied here, query and escapes untouched."""
    seen: list[str] = []

    async def page(request: web.Request) -> web.Response:
        seen.append(request.raw_path)
        assert "Cookie" not in request.headers
        return web.json_response({"n": 1}, headers={"Set-Cookie": "a=b"})

    http = await serve(web.get("/at/www.example.com/a%2Fb", page))
    for _ in range(2):
        reply = await http.request("GET", f"{HOST}/a%2Fb?q=1%202&r=%C3%BC")
        assert (reply.status, reply.json()["n"], reply.ok) == (200, 1, True)
    assert reply.url == f"{HOST}/a%2Fb?q=1%202&r=%C3%BC"
    assert seen == ["/at/www.example.com/a%2Fb?q=1%202&r=%C3%BC"] * 2


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://[::1]/", "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://0.0.0.0/",
        "http://localhost/", "http://localhost./", "http://metadata.google.internal/", "http://printer.local/",
        "http://2130706433/", "http://0x7f.1/", "http://127.1/", "http://224.0.0.1/", "http://[fe80::1%25eth0]/",
        "https://www.example.org:8443/", "http://user:secret@www.example.org/", "ftp://www.example.org/",
        "file:///etc/passwd", "javascript:alert(1)", "www.example.org", "", "http://", "http://[::1", "https://a:b:c/",
    ],
)  # fmt: skip
async def test_what_leads_inside_or_is_no_web_address_is_refused(serve: Serve, url: str) -> None:
    """Private, local, odd ports and odd schemes are refused with a sentence, before anything is sent."""
    http = await serve()
    with pytest.raises(Blocked, match=r"^[A-Z0-9a-z].+\.$"):
        await http.fetch(url, max_bytes=100, accept="*/*")


async def test_a_public_name_that_leads_to_a_private_address_is_refused(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address that is connected to is the one that was checked; one private among several is enough."""
    loop = asyncio.get_running_loop()

    async def resolve(host: str, port: int, **_: object) -> list[object]:
        assert host == "rebound.example.org"
        info = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ("93.184.216.34", "192.168.1.1")]
        return list(info)

    http = await serve()
    monkeypatch.setattr(loop, "getaddrinfo", resolve)
    with pytest.raises(Blocked, match="private address"):
        await http.fetch("http://rebound.example.org/", max_bytes=100, accept="*/*")


async def test_redirects_are_followed_five_times_and_each_is_checked(serve: Serve) -> None:
    """A redirect to a private address is refused as the address itself would be; six are too many."""

    async def hop(request: web.Request) -> web.Response:
        left = int(request.match_info["n"])
        if left == 0:
            assert "Authorization" in request.headers
            return web.Response(text="there")
        raise web.HTTPFound(f"/hop/{left - 1}")

    async def inside(_: web.Request) -> web.Response:
        raise web.HTTPFound("http://169.254.169.254/latest/")

    http = await serve(web.get("/at/www.example.com/hop/{n}", hop), web.get("/at/www.example.com/inside", inside))
    reply = await http.fetch(f"{HOST}/hop/5", max_bytes=100, accept="*/*", headers={"Authorization": "x"})
    assert (reply.body, reply.url) == (b"there", f"{HOST}/hop/0")
    with pytest.raises(Blocked, match="redirects too often"):
        await http.fetch(f"{HOST}/hop/6", max_bytes=100, accept="*/*")
    with pytest.raises(Blocked, match="private"):
        await http.fetch(f"{HOST}/inside", max_bytes=100, accept="*/*")
    assert (await http.request("GET", f"{HOST}/hop/1")).status == 302


async def test_credentials_do_not_follow_to_another_origin(serve: Serve) -> None:
    """A redirect elsewhere must not carry our token along."""
    seen: list[str | None] = []

    async def away(_: web.Request) -> web.Response:
        raise web.HTTPFound("https://other.example.com/x")

    async def other(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization"))
        return web.Response(text="ok")

    target = await serve(web.get("/x", other))
    base = next(iter(target.settings.outside.values())).rsplit("/at/", 1)[0]
    http = await serve(web.get("/at/www.example.com/away", away), more={"https://other.example.com": base})
    await http.request("GET", f"{HOST}/away", headers={"authorization": "Bearer secret"}, follow=True)
    assert seen == [None]


async def test_an_answer_that_is_too_large_is_cut_off_also_when_packed(serve: Serve) -> None:
    """The cap counts unpacked bytes, so a bomb stays small."""

    async def big(request: web.Request) -> web.Response:
        response = web.Response(body=b"0" * 3_000_000)
        if "packed" in request.query:
            response.enable_compression(web.ContentCoding.gzip)
        return response

    http = await serve(web.get("/at/www.example.com/big", big))
    for query in ("", "?packed"):
        with pytest.raises(TooLarge):
            await http.fetch(f"{HOST}/big{query}", max_bytes=1_000_000, accept="*/*")
    assert len((await http.fetch(f"{HOST}/big?packed", max_bytes=3_000_000, accept="*/*")).body) == 3_000_000


async def test_failures_tell_whether_anything_was_sent(serve: Serve) -> None:
    """No connection: ``Unreachable``. Connected, then silence or a broken line: ``Unknown``."""
    done: list[str] = []

    async def lost(request: web.Request) -> web.Response:
        done.append(await request.text())
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def silent(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    http = await serve(
        web.post("/at/www.example.com/lost", lost),
        web.post("/at/www.example.com/silent", silent),
        more={"https://nobody.example.com": nobody},
    )
    with pytest.raises(Unreachable):
        await http.request("POST", "https://nobody.example.com/", json={})
    with pytest.raises(Unknown):
        await http.request("POST", f"{HOST}/lost", data=b"once")
    assert done == ["once"]
    with pytest.raises(Unknown):
        await http.request("POST", f"{HOST}/silent", json={}, timeout=0.05)


def test_public_addresses_are_told_from_the_rest() -> None:
    """Every special range is inside; ordinary addresses are not."""
    assert all(is_public(one) for one in ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8"))
    inside = ("127.0.0.1", "0.0.0.0", "100.64.0.1", "192.168.0.1", "172.16.0.1", "198.18.0.1", "240.0.0.1",
              "255.255.255.255", "::", "fc00::1", "fe80::1", "ff02::1", "::ffff:10.0.0.1", "nonsense")  # fmt: skip
    assert not any(is_public(one) for one in inside)
