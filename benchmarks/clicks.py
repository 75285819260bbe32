"""Clicks under fire: the process is killed at full load, and the database is locked for ten seconds.

    python -m benchmarks.clicks [--kills 10] [--lock 10]

Goal A3: after each ``kill -9`` every answered click is stored, none twice. Goal A5: while the database is locked
redirects take less than 500 ms (99 of 100), and every click is there afterwards.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import sys
import tempfile
import threading
import time
from pathlib import Path

import uvloop

from benchmarks import _redirect_servers as servers
from benchmarks.redirects import CONNECTIONS, load, server

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
    path = url.removeprefix("sqlite:///")
    with server("ours", url, folder) as (port, _process):
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        seen = uvloop.run(load(port, seconds))
        holder.execute("ROLLBACK")
        holder.close()
        began = time.perf_counter()
        _until_replayed(folder)
        took = time.perf_counter() - began
    waits = sorted(seen.waits)
    return seen.answered, asyncio.run(servers.stored(url)) - before, waits[int(len(waits) * 0.99)] * 1000, took


def _until_replayed(folder: Path) -> None:
    deadline = time.perf_counter() + DEADLINE
    while any((folder / "spool").glob("*.jsonl")):
        if time.perf_counter() > deadline:
            sys.exit("the spool was not replayed")
        time.sleep(0.05)


def main() -> None:
    """Measure, report, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--lock", type=float, default=10.0, help="seconds")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'clicks.sqlite'}"
        asyncio.run(servers.prepare(url))
        answered = missing = doubled = 0
        for number in range(asked.kills):
            one, stored, beyond = killed(url, folder, 0.3 + 0.1 * (number % 5))
            answered, missing, doubled = answered + one, missing + max(0, one - stored), doubled + beyond
        print(f"{asked.kills} kills: {answered:,} clicks answered, {missing} missing, {doubled} doubled")
        count, stored, p99, took = locked(url, folder, asked.lock)
        print(
            f"locked for {asked.lock:g} s: {count:,} answered, {stored:,} stored {took:.1f} s later, p99 {p99:.0f} ms"
        )
    fine = answered > 0 and not missing and not doubled and stored == count and p99 < GOAL_MS
    print(f"no answered click lost or doubled, no redirect held: {'ok' if fine else 'FAILED'}")
    sys.exit(not fine)


if __name__ == "__main__":
    main()
