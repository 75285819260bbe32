"""A hostile server, a server that nobody may reach, and names that lie: all on loopback."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from advocacy import http as http_module
from advocacy.http import Http
from tests.conftest import playground_settings

EVIL = "https://evil.example"
SECRET = b"<title>secret</title>"
CHUNK = b"x" * 65_536
_ZEROS = memoryview(bytes(1_000_000))
TABLE: list[tuple[str, str]] = []
"""What each case got; printed by the last test."""
_SYSTEM = re.compile(r"[0-9a-fx.]+|localhost|ip6-localhost")
"""Names that the system resolves without asking anybody."""


class Names(AbstractResolver):
    """Answers with what a case says, one answer after the other; the last one stays."""

    def __init__(self) -> None:
        self.told: dict[str, list[list[str]]] = {
            "private.example": [["127.0.0.1"]], "ten.example": [["10.0.0.5"]], "loop6.example": [["::1"]],
            "mixed.example": [["93.184.216.34", "127.0.0.1"]], "mapped.example": [["::ffff:127.0.0.1"]],
            "nat64.example": [["64:ff9b::7f00:1"]], "zero.example": [["0.0.0.0"]], "none.example": [[]],
            "metadata.example": [["169.254.169.254"]], "azure.example": [["168.63.129.16"]],
        }  # fmt: skip
        self.asked = 0
        self._system = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        answers = self.told.get(host)
        if answers is None:
            if _SYSTEM.fullmatch(host):
                return await self._system.resolve(host, port, family)
            host.encode("idna")  # as the system does, which fails for names that cannot be
            raise OSError("no such name")
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(
                hostname=host, host=one, port=port, family=socket.AF_INET6 if ":" in one else socket.AF_INET,
                proto=0, flags=socket.AI_NUMERICHOST,
            )
            for one in found
        ]  # fmt: skip

    async def close(self) -> None:
        await self._system.close()


@dataclass
class World:
    """Everything a case needs."""

    http: Http
    names: Names
    port: int
    """Of the server that nobody may reach."""
    reached: list[str] = field(default_factory=list)
    """Connections to it. One is one too many."""
    sent: int = 0
    """Bytes that the hostile server got rid of."""
    bodies: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """What it serves by path: headers and body."""


Write = Callable[[bytes], Awaitable[None]]
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
_SAYS = {
    "loop": b"HTTP/1.1 302 x\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n",
    "header": _OK + b"X-A: " + b"a" * 200_000 + b"\r\n\r\n",
    "headers": _OK + b"X-A: b\r\n" * 100_000 + b"\r\n",
    "garbage": b"\x00\xff<title>hi</title>\r\n\r\n",
    "short": _OK + b"Content-Length: 999\r\n\r\n<title>cut</title>",
    "negative": _OK + b"Content-Length: -5\r\n\r\n<title>cut</title>",
}


async def _hostile(world: World, target: str, write: Write) -> None:
    """What each path of the hostile server does."""
    parts = urlsplit(target)
    query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    name = parts.path.strip("/")
    if name in world.bodies:
        headers, body = world.bodies[name]
        await write(f"HTTP/1.1 200 OK\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode())
        for start in range(0, len(body), len(CHUNK)):
            await write(body[start : start + len(CHUNK)])
    elif name == "to":
        left = int(query.get("hops", "0"))
        place = f"/to?hops={left - 1}&to={query['to']}" if left else unquote(query["to"])
        await write(
            f"HTTP/1.1 {query.get('status', '302')} x\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode()
        )
    elif name in _SAYS:
        await write(_SAYS[name])
    else:
        await _endless(name, query, write)


async def _endless(name: str, query: dict[str, str], write: Write) -> None:
    if name == "slow-header":
        await write(b"HTTP/1.1 200 OK\r\n")
        await _drip(write, b"X-A: b\r\n")
    elif name == "slow-body":
        await write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n")
        await _drip(write, b"<")
    elif name == "slow-redirect":
        await asyncio.sleep(0.1)
        await write(b"HTTP/1.1 302 x\r\nLocation: /slow-redirect?again\r\nContent-Length: 0\r\n\r\n")
    elif name == "silent":
        await asyncio.Event().wait()
    elif name == "interim":
        await _drip(write, b"HTTP/1.1 100 Continue\r\n\r\n")
    elif name == "endless":
        kind = query.get("type", "text/html")
        await write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        for _ in range(1600):  # 100 MB
            await write(b"10000\r\n" + CHUNK + b"\r\n")


async def _drip(write: Write, drop: bytes) -> None:
    for _ in range(2000):
        await write(drop)
        await asyncio.sleep(0.01)


@asynccontextmanager
async def hostile_world(folder: Path) -> AsyncIterator[World]:
    """Both servers. The address of the hostile one is allowed, as any public one would be."""
    world: World

    async def forbidden(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        world.reached.append(str(writer.get_extra_info("sockname")))
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: 21\r\n\r\n" + SECRET
        )
        writer.close()

    async def evil(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def write(data: bytes) -> None:
            writer.write(data)
            await writer.drain()
            world.sent += len(data)

        try:
            line = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n", 1)[0].decode()
            await _hostile(world, line.split(" ")[1], write)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    closed = await asyncio.start_server(forbidden, "127.0.0.1", 0)
    port = closed.sockets[0].getsockname()[1]
    also = [await _also(forbidden, host, port) for host in ("127.0.0.2", "::1")]
    hostile = await asyncio.start_server(evil, "127.0.0.1", 0)
    names = Names()
    origin = f"http://127.0.0.1:{hostile.sockets[0].getsockname()[1]}"
    http = Http(playground_settings(f"sqlite:///{folder / 'x'}", folder, outside={EVIL: origin}), resolver=names)
    await http.start()
    world = World(http, names, port)
    try:
        yield world
    finally:
        await http.close()
        for server in (closed, *also, hostile):
            if server is not None:
                server.close()


async def _also(handler: Callable[..., Awaitable[None]], host: str, port: int) -> asyncio.Server | None:
    """The same at another address of this machine, where it has that."""
    try:
        return await asyncio.start_server(handler, host, port)
    except OSError:
        return None


@cache
def packed(kind: str, size: int) -> bytes:
    """Zeros that unfold to so many bytes: one packed block again and again, as packing all of them takes a second."""
    block = min(size, 1_000_000)
    times, rest = divmod(size, block)
    check = zlib.crc32 if kind == "gzip" else zlib.adler32
    total = check(b"")
    for length in (*[block] * times, rest):
        total = check(_ZEROS[:length], total)
    body = _raw(block, zlib.Z_FULL_FLUSH) * times + _raw(rest, zlib.Z_FINISH)
    if kind == "gzip":
        return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + body + struct.pack("<II", total, size)
    return b"\x78\xda" + body + struct.pack(">I", total)


def _raw(size: int, end: int) -> bytes:
    """So many zeros as raw deflate, from where no earlier byte is needed."""
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(_ZEROS[:size]) + packer.flush(end)


def ports_with(port: int) -> frozenset[int]:
    """As if the forbidden server listened where web servers do: only its address can save it."""
    return frozenset({*http_module.PORTS, port})
