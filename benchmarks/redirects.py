"""Durable redirects against a bare one and against one commit per click, in the same run.

    python -m benchmarks.redirects [--rounds 5] [--seconds 1.2] [--database-url postgresql://…]

Goal A1: ours answers at least 0.65 times as many requests as a bare aiohttp application that stores nothing. Ends
with an error below 0.8 of that goal, or when an answered click is not in the database.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE, Popen
from typing import cast
from urllib.parse import urlsplit

import psutil
import uvloop

from benchmarks import _redirect_servers as redirect_servers

GOAL = 0.65
ENOUGH = 0.8
CONNECTIONS = 64
SERVERS = ("bare", "ours", "naive")
AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
END = b"\r\n\r\n"


@dataclass(slots=True)
class Round:
    """What one server did in one round."""

    answered: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    waits: list[float] = field(default_factory=list)
    wrong: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds


class Client(asyncio.Protocol):
    """One keep-alive connection that asks again as soon as it is answered."""

    def __init__(self, requests: Sequence[bytes], first: int, seen: Round, done: asyncio.Future[None]) -> None:
        self._requests = requests
        self._next = first
        self._seen = seen
        self._done = done
        self._began = 0.0
        self._got = b""
        self.until = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the first time."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none, but does the same
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Count an answer that is complete; redirects have no body."""
        self._got += data
        if not self._got.endswith(END):
            return
        now = time.perf_counter()
        self._seen.waits.append(now - self._began)
        self._seen.answered += 1
        if not self._got.startswith(b"HTTP/1.1 302"):
            self._seen.wrong += 1
        self._got = b""
        if now < self.until:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """The round is over, or the server gave up."""
        if exc is not None or time.perf_counter() < self.until:
            self._seen.wrong += 1
        if not self._done.done():
            self._done.set_result(None)

    def _ask(self) -> None:
        self._began = time.perf_counter()
        self._transport.write(self._requests[self._next])
        self._next = (self._next + CONNECTIONS) % len(self._requests)


async def load(port: int, seconds: float) -> Round:
    """Ask a server as fast as it answers."""
    loop = asyncio.get_running_loop()
    seen = Round()
    requests = [
        f"GET /r/{code} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: {AGENT}\r\nAccept: text/html\r\n"
        f"Accept-Language: en\r\nReferer: https://www.linkedin.com/feed/\r\n\r\n".encode()
        for code in redirect_servers.codes()
    ]
    began = time.perf_counter()
    ends: list[asyncio.Future[None]] = []
    for number in range(CONNECTIONS):
        end = loop.create_future()
        client = Client(requests, number * 7 % len(requests), seen, end)
        client.until = began + seconds
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
        ends.append(end)
    await asyncio.gather(*ends)
    seen.seconds = time.perf_counter() - began
    return seen


@contextmanager
def server(kind: str, url: str, folder: Path) -> Iterator[tuple[int, psutil.Process]]:
    """A server in a process of its own: its port and process."""
    command = [sys.executable, "-m", "benchmarks._redirect_servers", kind, url, str(folder / "spool")]
    with Popen(command, stdout=PIPE, stdin=PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        line = process.stdout.readline()
        if not line:
            sys.exit(f"the server {kind} did not start")
        yield int(line), psutil.Process(process.pid)
        process.stdin.close()
        process.wait(30)


def fsync_ms(folder: Path) -> float:
    """How long this disk takes to keep a page, in the middle of 200."""
    took = []
    with (folder / "fsync").open("wb") as file:
        for _ in range(200):
            file.write(bytes(4096))
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - began)
    return statistics.median(took) * 1000


def measure(ports: dict[str, tuple[int, psutil.Process]], rounds: int, seconds: float) -> dict[str, list[Round]]:
    """All servers in turn, several times, so that a slow moment of the machine hits them alike."""
    for port, _process in ports.values():
        uvloop.run(load(port, 0.3))
    seen: dict[str, list[Round]] = {kind: [] for kind in ports}
    for number in range(rounds):
        for kind in SERVERS if number % 2 == 0 else reversed(SERVERS):
            port, process = ports[kind]
            before = sum(process.cpu_times()[:2])
            one = uvloop.run(load(port, seconds))
            one.cpu = sum(process.cpu_times()[:2]) - before
            seen[kind].append(one)
    return seen


def report(seen: dict[str, list[Round]]) -> float:
    """Print a line per server; answers the ratio of ours to the bare one, median of the rounds."""
    ratios = {
        kind: statistics.median(
            one.rate / bare.rate for one, bare in zip(seen[kind], seen["bare"], strict=True)
        )
        for kind in SERVERS
    }  # fmt: skip
    print(f"{'':8}{'requests/s':>12}{'of bare':>9}{'CPU µs':>9}{'p50 ms':>9}{'p99 ms':>9}")
    for kind in SERVERS:
        rounds = seen[kind]
        waits = sorted(wait for one in rounds for wait in one.waits)
        cpu = sum(one.cpu for one in rounds) / sum(one.answered for one in rounds)
        rate = statistics.median(one.rate for one in rounds)
        p50, p99 = (waits[int(len(waits) * part)] * 1000 for part in (0.5, 0.99))
        print(f"{kind:8}{rate:12,.0f}{ratios[kind]:9.3f}{cpu * 1e6:9.1f}{p50:9.2f}{p99:9.2f}")
    print(f"ours is {ratios['ours'] / ratios['naive']:.0f} times one commit per click")
    return ratios["ours"]


def main() -> None:
    """Measure, report, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.2)
    parser.add_argument("--database-url", default="", help="is emptied; SQLite in a temporary folder unless given")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        urls = {kind: asked.database_url or f"sqlite:///{folder / kind}.sqlite" for kind in ("ours", "naive")}
        print(f"{urlsplit(urls['ours']).scheme}, {CONNECTIONS} connections, fsync p50 {fsync_ms(folder):.2f} ms")
        for url in set(urls.values()):
            asyncio.run(redirect_servers.prepare(url))
        with (
            server("bare", "", folder) as bare,
            server("ours", urls["ours"], folder) as ours,
            server("naive", urls["naive"], folder) as naive,
        ):
            seen = measure({"bare": bare, "ours": ours, "naive": naive}, asked.rounds, asked.seconds)
        ratio = report(seen)
        answered = {kind: sum(one.answered for one in seen[kind]) for kind in ("ours", "naive")}
        missing = asyncio.run(_missing(urls, answered))
    wrong = sum(one.wrong for rounds in seen.values() for one in rounds)
    verdict = ratio >= GOAL * ENOUGH and not missing and not wrong
    print(f"wrong answers {wrong}, answered clicks missing {missing}")
    said = "ok" if verdict else "FAILED"
    print(f"durable redirect {ratio:.2f} of bare (goal {GOAL}, enough {GOAL * ENOUGH:.2f}): {said}")
    sys.exit(not verdict)


async def _missing(urls: dict[str, str], answered: dict[str, int]) -> int:
    """Answers beyond what is stored; the warm-up and what was under way at the end are stored too."""
    needed: dict[str, int] = {}
    for kind, url in urls.items():
        needed[url] = needed.get(url, 0) + answered[kind]
    return sum([max(0, count - await redirect_servers.stored(url)) for url, count in needed.items()])


if __name__ == "__main__":
    main()
