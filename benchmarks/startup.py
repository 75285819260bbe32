"""How soon a Slack-only process can answer, against importing everything the product could ever use (goals G1, G4).

Rounds are interleaved; the ratio is the median of per-round ratios. Fails above 0.6, or when a Slack-only process has
loaded what only Teams or migrations need.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

GOAL = 0.6
ROUNDS = 7
NEVER = ("botbuilder", "botframework", "msal", "msrest", "alembic", "vl_convert", "feedparser")
EVERYTHING = (
    "import slack_bolt.async_app, slack_bolt.adapter.aiohttp, botbuilder.core, botbuilder.integration.aiohttp,"
    " sqlalchemy.ext.asyncio, sqlalchemy.orm, alembic.command, apscheduler.schedulers.asyncio, pydantic_settings,"
    " jinja2, aiohttp.web, aiosqlite; print([], flush=True)"
)
READY = """
import asyncio, json, sys
from advocacy.app import App
from advocacy.config import Settings

async def main():
    app = App(Settings(port=0))
    await app.start()
    print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})), flush=True)
    await app.stop()

asyncio.run(main())
"""


def main() -> int:
    """Measure, print, and answer the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ADVOCACY_")},
            "DATABASE_URL": f"sqlite:///{Path(folder) / 'start.sqlite'}", "ADVOCACY_PLAYGROUND": "true",
            "ADVOCACY_KEYS": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "ADVOCACY_SPOOL": str(Path(folder) / "spool"),
            "ADVOCACY_SLACK_BOT_TOKEN": "xoxb-1", "ADVOCACY_SLACK_SIGNING_SECRET": "secret",
        }  # fmt: skip
        subprocess.run([sys.executable, "-m", "advocacy", "migrate"], env=environment, check=True, capture_output=True)
        rounds = []
        loaded: list[str] = []
        for _ in range(ROUNDS):
            everything, _ = timed(EVERYTHING, environment)
            ready, said = timed(READY, environment)
            loaded = json.loads(said)
            rounds.append((ready, everything))
    ratio = statistics.median(ready / everything for ready, everything in rounds)
    wrong = sorted(set(NEVER) & set(loaded))
    print(f"Slack only, from nothing to answering: {statistics.median(one for one, _ in rounds) * 1000:.0f} ms")
    print(f"importing everything:                  {statistics.median(one for _, one in rounds) * 1000:.0f} ms")
    print(f"loaded without need: {', '.join(wrong) or 'nothing'}")
    print(f"startup ratio {ratio:.2f} (goal at most {GOAL})")
    return 1 if wrong or ratio > GOAL / 0.8 else 0


def timed(code: str, environment: dict[str, str]) -> tuple[float, str]:
    """Seconds until a fresh interpreter prints its line that begins with ``[``, and that line."""
    begun = perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = next(line for line in process.stdout if line.startswith("["))
    took = perf_counter() - begun
    process.communicate()
    return took, line


if __name__ == "__main__":
    sys.exit(main())
