"""Presses that are acknowledged before they are done: kept on the disk until they are, so that nothing loses them."""

from __future__ import annotations

import asyncio
import base64
import json
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import structlog

from advocacy.bot.late_files import Files, Line
from advocacy.chat import ChannelRef, MessageRef, Press, Quoted, UserRef
from advocacy.config import Settings
from advocacy.db import Keyring

log = structlog.get_logger()
T = TypeVar("T")
FOLDER = "presses"
"""In ``ADVOCACY_SPOOL``."""
KEEP_SECONDS = 30 * 60.0
"""An older press is not done any more: nobody expects it, and its answer could not be given."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A press that an earlier process acknowledged and may not have done."""

    name: str
    press: Press
    around: Mapping[str, Any]
    """What the door kept with it."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    line: Line
    on_disk: asyncio.Future[None]


class LatePresses:
    """All such presses of this process. Those of one that ended, however, are taken over by the next."""

    def __init__(self, settings: Settings) -> None:
        self._files = Files(settings.spool / FOLDER)
        self._keys = Keyring(settings.key_bytes)  # they tell where to answer, and what was typed
        self._queue: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None
        self._thread: ThreadPoolExecutor | None = None

    async def keep(self, press: Press, around: Mapping[str, Any]) -> str:
        """Its name, once it is on the disk, together with others that wait for it. ``around`` is JSON. ``OSError``."""
        name, at = uuid.uuid4().hex, time.time()
        text = json.dumps({"press": asdict(press), "around": around})
        sealed = base64.b64encode(self._keys.seal(text, _label(name, at))).decode()
        waiting = _Waiting(Line(name, at, sealed), asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="late presses")
        await waiting.on_disk
        return name

    async def done(self, name: str) -> None:
        """It is done, or said to have failed. Never raises: at worst it is looked at again."""
        try:
            await self._besides(self._files.mark, [name])
        except OSError as trouble:
            log.warning("late.not_marked", why=str(trouble))

    async def left(self) -> list[Kept]:
        """What processes that ended left behind, in the order in which it came."""
        try:
            lines = await self._besides(self._files.left)
        except OSError as trouble:
            log.critical("late.not_read", why=str(trouble))
            return []
        found = [self._read(line) for line in lines]
        for line, kept in zip(lines, found, strict=True):
            if kept is None:
                await self.done(line.name)
        return [kept for kept in found if kept is not None]

    async def close(self) -> None:
        """Let go of the files; what is not done stays for the next process."""
        if self._writing is not None:
            await self._writing
        if self._thread is not None:
            await self._besides(self._files.close)
            self._thread.shutdown()
            self._thread = None

    def _read(self, line: Line) -> Kept | None:
        age = time.time() - line.at
        if age > KEEP_SECONDS:
            log.warning("late.too_old", minutes=round(age / 60))
            return None
        try:
            data = json.loads(self._keys.open(base64.b64decode(line.sealed), _label(line.name, line.at)))
            return Kept(line.name, _press(data["press"]), data["around"])
        except (LookupError, ValueError, TypeError) as trouble:
            log.warning("late.unreadable", why=str(trouble))
            return None

    async def _write(self) -> None:
        """All that queued up while the last was on its way to the disk goes there together."""
        while self._queue:
            group, self._queue = self._queue, []
            try:
                await self._besides(self._files.add, [one.line for one in group])
            except OSError as trouble:
                log.critical("late.not_kept", presses=len(group), why=str(trouble))
                for one in group:
                    if not one.on_disk.done():
                        one.on_disk.set_exception(trouble)
            else:
                for one in group:
                    if not one.on_disk.done():  # whoever asked may be gone
                        one.on_disk.set_result(None)

    async def _besides(self, work: Callable[..., T], *what: object) -> T:
        """In a thread of our own: one at a time, and never behind others' long work."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "late-presses")
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *what)


def _label(name: str, at: float) -> str:
    return f"late press {name} {at!r}"


def _press(data: Mapping[str, Any]) -> Press:
    rest = dict(data)
    channel, message, quoted = rest.pop("channel"), rest.pop("message"), rest.pop("quoted")
    return Press(
        who=UserRef(**rest.pop("who")),
        channel=ChannelRef(**channel) if channel else None,
        message=MessageRef(**message) if message else None,
        quoted=_quoted(quoted) if quoted else None,
        **rest,
    )


def _quoted(data: Mapping[str, Any]) -> Quoted:
    author = data["author"]
    return Quoted(data["text"], UserRef(**author) if author else None)
