"""The product as a process of its own, that can be killed and started again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import cast

import aiohttp
from pydantic import BaseModel, SecretStr

from advocacy.config import Settings


def environment(settings: Settings) -> dict[str, str]:
    """The environment in which a process reads these settings."""
    found = {name: value for name, value in os.environ.items() if not name.startswith(("ADVOCACY_", "DATABASE_URL"))}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if value is None:
            continue
        key = "DATABASE_URL" if name == "database_url" else f"ADVOCACY_{name.upper()}"
        found[key] = _plain(value)
    return found


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(_plain(one) for one in value)
    if isinstance(value, dict):
        return json.dumps(value, default=_open)
    return str(_open(value) if isinstance(value, SecretStr) else value)


def _open(value: object) -> object:
    """What JSON does not know: a secret, or an app with one."""
    return value.get_secret_value() if isinstance(value, SecretStr) else dict(cast("BaseModel", value))


class Product:
    """``advocacy serve`` on loopback."""

    def __init__(self, settings: Settings, log: Path) -> None:
        self.settings = settings
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start, and wait until it answers."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "advocacy", "serve", env=environment(self.settings), stdout=log, stderr=log
            )
        async with aiohttp.ClientSession() as session, asyncio.timeout(30):
            while True:
                assert self._process.returncode is None, self._log.read_text()[-3000:]
                try:
                    async with session.get(f"{self.settings.public_url}/readyz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """No warning, no farewell."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()

    async def stop(self) -> None:
        """As an administrator stops it."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(self._process.wait(), 30)
