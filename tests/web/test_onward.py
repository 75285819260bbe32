"""The answer to a followed link, byte by byte: what is written in one piece is what HTTP asks for."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from advocacy.web.onward import HEADERS, onward

TARGET = "https://www.example.com/news?a=1"
CLOSES = b"Connection: close\r\n"


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A server that leads on, whatever is asked for."""

    async def lead(request: web.BaseRequest) -> web.StreamResponse:
        return onward(request, TARGET if request.path == "/" else f"https://a.example{request.path}")

    runner = web.ServerRunner(web.Server(lead))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def said(port: int, *requests: bytes) -> bytes:
    """Everything that is answered until the connection ends; all is sent at once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"".join(requests))
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return answer


def asked(line: str, more: bytes = b"") -> bytes:
    return f"{line}\r\nHost: a.example\r\n".encode() + more + b"\r\n"


async def test_one_piece_says_what_many_would(port: int) -> None:
    """On a connection that stays and on one that closes, for GET and HEAD, one after the other in one packet."""
    staying = await said(
        port, asked("GET / HTTP/1.1"), asked("HEAD / HTTP/1.1"), asked("GET / HTTP/1.1", CLOSES)
    )  # fmt: skip
    heads = [one.decode().split("\r\n") for one in staying.split(b"\r\n\r\n")]
    assert heads.pop() == [""], "nothing follows the headers"
    assert [lines[0] for lines in heads] == ["HTTP/1.1 302 Found"] * 3
    quick, again, slow = (dict(line.split(": ", 1) for line in lines[1:]) for lines in heads)
    assert quick.keys() == again.keys() == {"Location", "Content-Length", "Date", *HEADERS}
    assert slow.keys() - quick.keys() <= {"Server", "Connection"}
    for name, value in quick.items():
        assert name == "Date" or slow[name] == value, name
    assert re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", quick["Date"])


async def test_an_old_client_is_answered_and_let_go(port: int) -> None:
    """HTTP/1.0 knows no connection that stays, unless it says so."""
    assert (await said(port, asked("GET / HTTP/1.0"))).startswith(b"HTTP/1.0 302 Found\r\n")


async def test_an_address_cannot_end_its_line(port: int) -> None:
    """Signs that would begin another header, and those that no header may hold, are percent-encoded or gone."""
    answer = await said(port, asked("GET /gr%C3%BC%0D%0ASet-Cookie:%20a=b HTTP/1.1"), asked("GET / HTTP/1.1", CLOSES))
    assert b"\r\nSet-Cookie" not in answer
    assert answer.count(b"HTTP/1.1 302 Found\r\n") == 2
