"""Clicks under fire: the process is killed at full load, and the database is locked for ten seconds.

    python -m benchmarks.clicks [--kills 10] [--lock 10] [--on sqlite postgresql]

Goal A3: after each ``kill -9`` every answered click is stored, none twice. Goal A5: while the database is locked
redirects take less than 500 ms (99 of 100), and every click is there afterwards.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import threading
import time
from pathlib import Path

import uvloop

from benchmarks import _redirect_servers as servers
from benchmarks._databases import KINDS, databases
from benchmarks._databases import locked as held
from benchmarks._goals import Goal, verdict
from benchmarks._redirect_load import CONNECTIONS, load
from benchmarks.redirects import server

GOAL_MS = 500.0
DEADLINE = 60.0


def killed(url: str, folder: Path, seconds: float) -> tuple[int, int, int]:
    """Kill a server under load. Answers clicks answered, stored, and stored beyond what was asked."""
    before = asyncio.run(servers.stored(url))
    with server("ours", url, folder) as (port, process):
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        answered = uvloop.run(load(port, seconds + 5)).answered
        timer.join()
    with server("ours", url, folder):  # replays what was spooled
        _until_replayed(folder)
    stored = asyncio.run(servers.stored(url)) - before
    return answered, stored, max(0, stored - answered - CONNECTIONS)


def locked(url: str, folder: Path, seconds: float) -> tuple[int, int, float, float]:
    """Lock the database under load. Answers clicks answered and stored, p99 in ms, seconds until all were stored."""
    before = asyncio.run(servers.stored(url))
    with server("ours", url, folder) as (port, _process):
        with held(url, "click"):
            seen = uvloop.run(load(port, seconds))
        began = time.perf_counter()
        _until_replayed(folder)
        took = time.perf_counter() - began
    return seen.answered, asyncio.run(servers.stored(url)) - before, seen.wait_ms(0.99), took


def _until_replayed(folder: Path) -> None:
    deadline = time.perf_counter() + DEADLINE
    while any((folder / "spool").glob("*.jsonl")):
        if time.perf_counter() > deadline:
            sys.exit("the spool was not replayed")
        time.sleep(0.05)


def judge(kind: str, kills: int, lock: float) -> bool:
    """Measure, report and judge on one kind of database."""
    with tempfile.TemporaryDirectory() as name, databases(kind, Path(name), "clicks") as urls:
        folder, url = Path(name), urls["clicks"]
        asyncio.run(servers.prepare(url))
        answered = missing = doubled = 0
        for number in range(kills):
            one, stored, beyond = killed(url, folder, 0.3 + 0.1 * (number % 5))
            answered, missing, doubled = answered + one, missing + max(0, one - stored), doubled + beyond
        print(f"== {kind}\n{kills} kills: {answered:,} clicks answered, {missing} missing, {doubled} doubled")
        count, stored, p99, took = locked(url, folder, lock)
        print(f"locked for {lock:g} s: {count:,} answered, {stored:,} stored {took:.1f} s later")
    reached = verdict([
        Goal("A3", f"clicks lost or doubled by {kills} kills under load", missing + doubled, 0, most=True),
        Goal("A5", "p99 in ms while the database is locked", p99, GOAL_MS, most=True),
        Goal("A5", "clicks lost or doubled by the lock", abs(stored - count), 0, most=True),
    ])  # fmt: skip
    return reached and answered > 0 and count > 0


def main() -> None:
    """Judge on each kind of database."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--lock", type=float, default=10.0, help="seconds")
    parser.add_argument("--on", nargs="+", choices=KINDS, default=KINDS)
    asked = parser.parse_args()
    reached = [judge(kind, asked.kills, asked.lock) for kind in asked.on]
    print(f"clicks: {'ok' if all(reached) else 'FAILED'}")
    sys.exit(not all(reached))


if __name__ == "__main__":
    main()
