"""Durable redirects against a bare one and against one commit per click, in the same run.

    python -m benchmarks.redirects [--rounds 5] [--seconds 1.2] [--burst 2000] [--on sqlite postgresql]

A1: ours answers at least 0.65 times as many requests as a bare aiohttp application that stores nothing. A2: at least
50 times as many as an application that commits each click by itself. A4: when 2000 people come at once, 99 of 100
are answered within 0.15 of the time that the bare one takes, as aiohttp sets it up. Ends with an error below 0.8 of a
goal, or when an answered click is not in the database.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

import psutil
import uvloop

from benchmarks import _redirect_servers as redirect_servers
from benchmarks._databases import KINDS, databases, fsync_ms
from benchmarks._goals import Goal, verdict
from benchmarks._redirect_load import CONNECTIONS, Round, burst, load, paced

SERVERS = ("bare", "ours", "naive")
Rounds = dict[str, list[Round]]
Servers = dict[str, tuple[int, psutil.Process]]


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


def full_load(servers: Servers, rounds: int, seconds: float) -> Rounds:
    """All servers in turn, several times, so that a slow moment of the machine hits them alike."""
    seen: Rounds = {kind: [] for kind in servers}
    for number in range(rounds):
        for kind in SERVERS if number % 2 == 0 else reversed(SERVERS):
            port, process = servers[kind]
            before = sum(process.cpu_times()[:2])
            one = uvloop.run(load(port, seconds))
            one.cpu = sum(process.cpu_times()[:2]) - before
            seen[kind].append(one)
    return seen


def half_load(servers: Servers, full: Rounds, rounds: int, seconds: float) -> Rounds:
    """Each server at half of what it can."""
    seen: Rounds = {kind: [] for kind in servers}
    for _ in range(rounds):
        for kind, (port, _process) in servers.items():
            rate = statistics.median(one.rate for one in full[kind]) / 2
            seen[kind].append(uvloop.run(paced(port, rate, seconds)))
    return seen


def bursts(servers: Servers, rounds: int, connections: int) -> Rounds:
    """Everybody comes at once: to ours, and to the bare one."""
    seen: Rounds = {"bare": [], "ours": []}
    for number in range(rounds):
        for kind in ("bare", "ours") if number % 2 == 0 else ("ours", "bare"):
            seen[kind].append(uvloop.run(burst(servers[kind][0], connections)))
    return seen


def report(full: Rounds, half: Rounds) -> None:
    """Print a line per server."""
    print(
        f"{'':8}{'requests/s':>12}{'of bare':>9}{'CPU µs':>9}{'p50 ms':>9}{'p99 ms':>9}{'  at half load':>15}", end=""
    )
    print(f"{'p50 ms':>9}{'p99 ms':>9}")
    for kind in SERVERS:
        cpu = sum(one.cpu for one in full[kind]) / sum(one.answered for one in full[kind])
        rate = statistics.median(one.rate for one in full[kind])
        print(f"{kind:8}{rate:12,.0f}{ratio(full, kind, 'bare'):9.3f}{cpu * 1e6:9.1f}", end="")
        print(f"{_wait(full[kind], 0.5):9.2f}{_wait(full[kind], 0.99):9.2f}{'':15}", end="")
        print(f"{_wait(half[kind], 0.5):9.2f}{_wait(half[kind], 0.99):9.2f}")


def ratio(seen: Rounds, one: str, other: str) -> float:
    """Requests a second, one against the other: the median of the rounds."""
    return statistics.median(mine.rate / theirs.rate for mine, theirs in zip(seen[one], seen[other], strict=True))


def _wait(rounds: list[Round], part: float) -> float:
    return statistics.median(one.wait_ms(part) for one in rounds)


def compare(kind: str, asked: argparse.Namespace) -> bool:
    """Measure, report and judge on one kind of database."""
    with tempfile.TemporaryDirectory() as name, databases(kind, Path(name), "ours", "naive") as urls:
        folder = Path(name)
        print(f"== {kind}, {CONNECTIONS} connections, fsync p50 {fsync_ms(folder):.2f} ms")
        for url in urls.values():
            asyncio.run(redirect_servers.prepare(url))
        with ExitStack() as stack:
            servers = {one: stack.enter_context(server(one, urls.get(one, ""), folder)) for one in SERVERS}
            for port, _process in servers.values():
                uvloop.run(load(port, 0.3))
            full = full_load(servers, asked.rounds, asked.seconds)
            half = half_load(servers, full, asked.rounds, asked.seconds)
            crowd = bursts(servers, asked.rounds, asked.burst)
        report(full, half)
        answered = {one: sum(a.answered for seen in (full, half, crowd) for a in seen.get(one, ())) for one in urls}
        missing = asyncio.run(_missing(urls, answered))
    wrong = sum(one.wrong for seen in (full, half) for rounds in seen.values() for one in rounds)
    errors = sum(one.wrong for one in crowd["ours"])
    p99 = ", ".join(f"{one} {_wait(rounds, 0.99):.0f} ms" for one, rounds in crowd.items())
    print(f"{asked.burst} at once, p99: {p99}; {errors} errors")
    print(f"wrong answers {wrong}, answered clicks missing {missing}")
    waits = zip(crowd["ours"], crowd["bare"], strict=True)
    reached = verdict([
        Goal("A1", "requests/s, of a redirect that stores nothing", ratio(full, "ours", "bare"), 0.65),
        Goal("A2", "requests/s, times one commit per click", ratio(full, "ours", "naive"), 50),
        Goal("A4", f"p99 of {asked.burst} at once, of the bare one's",
             statistics.median(mine.wait_ms(0.99) / theirs.wait_ms(0.99) for mine, theirs in waits), 0.15, most=True),
    ])  # fmt: skip
    return reached and not (wrong or missing or errors)


async def _missing(urls: dict[str, str], answered: dict[str, int]) -> int:
    """Answers beyond what is stored; the warm-up and what was under way at the end are stored too."""
    return sum([max(0, answered[kind] - await redirect_servers.stored(url)) for kind, url in urls.items()])


def main() -> None:
    """Compare on each kind of database."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.2)
    parser.add_argument("--burst", type=int, default=2000)
    parser.add_argument("--on", nargs="+", choices=KINDS, default=KINDS)
    asked = parser.parse_args()
    reached = [compare(kind, asked) for kind in asked.on]
    print(f"redirects: {'ok' if all(reached) else 'FAILED'}")
    sys.exit(not all(reached))


if __name__ == "__main__":
    main()
