"""The servers that ``benchmarks.press`` compares, each in a process of its own. They stop when told by their input."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import importlib
import json
import sys
from pathlib import Path
from typing import Any

import uvloop

from advocacy import logs
from advocacy.app import App
from advocacy.bot.catalogue import ACTIONS
from advocacy.config import Settings
from advocacy.playground.company import TEAMS_TENANT
from benchmarks import _press_company as company
from benchmarks._press_requests import APP_ID, SECRET

MORE = 100


def settings(url: str, origins: dict[str, str], folder: Path, **changes: Any) -> Settings:
    """Settings of a product with both doors, whose vendors are all on loopback. Nothing is posted meanwhile."""
    values: dict[str, Any] = {
        "database_url": url, "host": "127.0.0.1", "port": 0, "playground": True, "outside": origins,
        "keys": (base64.b64encode(company.KEY).decode(),), "spool": folder / "spool", "undo_seconds": 600,
        "slack_bot_token": "xoxb-benchmark", "slack_signing_secret": SECRET,
        "teams_app_id": APP_ID, "teams_app_password": "benchmark", "teams_tenant": TEAMS_TENANT,
        "apps": {"linkedin": {"client_id": "id", "client_secret": "secret"}}, "log_level": "ERROR",
    }  # fmt: skip
    return Settings(_env_file=None, **{**values, **changes})


async def ours(url: str, origins: dict[str, str], folder: Path) -> None:
    """The whole product, with both doors and all its jobs."""
    app = App(settings(url, origins, folder))
    await app.start()
    print(app.port, flush=True)
    await told()
    await app.stop()


async def ours_and_more(url: str, origins: dict[str, str], folder: Path) -> None:
    """The product with a hundred more actions than it has."""
    for number in range(MORE):
        ACTIONS[f"benchmark_{number}"] = next(iter(ACTIONS.values()))
    await ours(url, origins, folder)


async def told() -> None:
    """Until the benchmark closes our standard input, or dies."""
    await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    """Run the server that the command names."""
    kind, url, origins, folder = sys.argv[1:]
    logs.configure("ERROR")
    if kind.startswith("ours"):
        server = {"ours": ours, "ours_and_more": ours_and_more}[kind]
    else:  # these import both SDKs, which the product does on its own terms
        room, _, platform = kind.partition("_")
        server = getattr(importlib.import_module(f"benchmarks._press_{room}"), platform)
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(server(url, json.loads(origins), Path(folder)))


if __name__ == "__main__":
    main()
