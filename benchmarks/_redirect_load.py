"""People who follow links: as fast as they are answered, paced, or all at once."""

from __future__ import annotations

import asyncio
import resource
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

from benchmarks import _redirect_servers as redirect_servers

CONNECTIONS = 64
AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
END = b"\r\n\r\n"
TICK = 0.001
PATIENCE = 30.0


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

    def wait_ms(self, part: float) -> float:
        """So much of the answers came within this, in ms (0.5 is the median)."""
        waits = sorted(self.waits)
        return waits[int(len(waits) * part)] * 1000


class Client(asyncio.Protocol):
    """One keep-alive connection. ``then`` is told of each answer and says what comes next."""

    def __init__(self, seen: Round, then: Callable[[Client], None], done: asyncio.Future[None]) -> None:
        self._seen = seen
        self._then = then
        self._done = done
        self._got = b""
        self._closing = False
        self.began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none, but does the same
        self._then(self)

    def data_received(self, data: bytes) -> None:
        """Count an answer that is complete; redirects have no body."""
        self._got += data
        if not self._got.endswith(END):
            return
        self._seen.waits.append(time.perf_counter() - self.began)
        self._seen.answered += 1
        if not self._got.startswith(b"HTTP/1.1 302"):
            self._seen.wrong += 1
        self._got = b""
        self._then(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The round is over, or the server gave up."""
        if exc is not None or not self._closing:
            self._seen.wrong += 1
        if not self._done.done():
            self._done.set_result(None)

    def ask(self, request: bytes, began: float) -> None:
        """Ask; the wait counts from ``began``."""
        self.began = began
        self._transport.write(request)

    def close(self) -> None:
        """No more questions."""
        self._closing = True
        self._transport.close()


async def load(port: int, seconds: float) -> Round:
    """Ask a server as fast as it answers."""
    seen, requests = Round(), _requests(port)
    until = time.perf_counter() + seconds
    turn = 0

    def then(client: Client) -> None:
        nonlocal turn
        now = time.perf_counter()
        if now >= until:
            client.close()
            return
        turn = (turn + 7) % len(requests)
        client.ask(requests[turn], now)

    began = time.perf_counter()
    await _over(port, CONNECTIONS, seen, then)
    seen.seconds = time.perf_counter() - began
    return seen


async def paced(port: int, rate: float, seconds: float) -> Round:
    """Ask so often a second, whatever the server does: the wait counts from when a request was due."""
    seen, requests = Round(), _requests(port)
    free: deque[Client] = deque()
    due: deque[float] = deque()
    over = False

    def then(client: Client) -> None:
        if due:
            client.ask(requests[seen.answered % len(requests)], due.popleft())
        elif over:
            client.close()
        else:
            free.append(client)

    everybody = asyncio.create_task(_over(port, CONNECTIONS, seen, then))
    await asyncio.sleep(0.1)
    began = time.perf_counter()
    asked = 0
    while (passed := time.perf_counter() - began) < seconds:
        while asked < passed * rate:
            due.append(began + asked / rate)
            asked += 1
        while due and free:
            then(free.popleft())
        await asyncio.sleep(TICK)
    over = True
    while free:
        free.popleft().close()
    await everybody
    seen.seconds = time.perf_counter() - began
    return seen


async def burst(port: int, connections: int) -> Round:
    """So many people follow a link in the same moment; the wait counts from when they began to connect."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    seen, requests = Round(), _requests(port)
    began = time.perf_counter()

    def then(client: Client) -> None:
        if client.began:
            client.close()
        else:
            client.ask(requests[seen.answered % len(requests)], began)

    try:
        await asyncio.wait_for(_over(port, connections, seen, then), PATIENCE)
    except (OSError, TimeoutError):
        seen.wrong += 1
    seen.wrong += connections - seen.answered
    seen.seconds = time.perf_counter() - began
    return seen


async def _over(port: int, connections: int, seen: Round, then: Callable[[Client], None]) -> None:
    """All connections, until each has ended."""
    loop = asyncio.get_running_loop()
    ends = [loop.create_future() for _ in range(connections)]
    await asyncio.gather(
        *(loop.create_connection(lambda end=end: Client(seen, then, end), "127.0.0.1", port) for end in ends)  # type: ignore[misc]
    )
    await asyncio.gather(*ends)


def _requests(port: int) -> Sequence[bytes]:
    return [
        f"GET /r/{code} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: {AGENT}\r\nAccept: text/html\r\n"
        f"Accept-Language: en\r\nReferer: https://www.linkedin.com/feed/\r\n\r\n".encode()
        for code in redirect_servers.codes()
    ]
