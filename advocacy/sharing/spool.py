"""Clicks that could not be stored at once: one file per batch, complete or not there, replayed later."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import structlog

log = structlog.get_logger(__name__)
SUFFIX = ".jsonl"


class Hit(NamedTuple):
    """One click before it is stored; the columns of ``Click`` in order."""

    link_id: int
    at: datetime
    visitor: str
    referrer: str
    dropped: str


class Batch(NamedTuple):
    """Clicks that were stored together. The ``uid`` makes sure that they are stored once."""

    uid: str
    hits: Sequence[Hit]


def new_uid() -> str:
    """A name that no other batch of any process has."""
    return uuid.uuid4().hex


class Spool:
    """A folder. Several processes may write to and replay from it: a file that has its name is never changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, batch: Batch) -> None:
        """Keep the batch; on return it is on the disk. Raises ``OSError``."""
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f"{batch.uid}.part"
        with unfinished.open("wb") as file:
            file.writelines(_line(hit) for hit in batch.hits)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self._path(batch.uid))
        self._sync_folder()

    def waiting(self) -> list[str]:
        """The uids of all batches kept here."""
        try:
            return sorted(file.stem for file in self.folder.iterdir() if file.suffix == SUFFIX)
        except (FileNotFoundError, NotADirectoryError):
            return []

    def read(self, uid: str) -> Batch | None:
        """One batch; ``None`` when someone else has replayed it, or when it is broken (it is then set aside)."""
        path = self._path(uid)
        try:
            return Batch(uid, [_hit(line) for line in path.read_bytes().splitlines()])
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            log.warning("a spooled batch cannot be read and was set aside", file=str(path))
            path.rename(path.with_suffix(".broken"))
            return None

    def forget(self, uid: str) -> None:
        """The batch is in the database now."""
        self._path(uid).unlink(missing_ok=True)

    def _path(self, uid: str) -> Path:
        return self.folder / f"{uid}{SUFFIX}"

    def _sync_folder(self) -> None:
        if os.name == "posix":  # elsewhere a folder cannot be opened
            handle = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def _line(hit: Hit) -> bytes:
    return json.dumps([hit.link_id, hit.at.isoformat(), *hit[2:]], separators=(",", ":")).encode() + b"\n"


def _hit(line: bytes) -> Hit:
    link_id, at, visitor, referrer, dropped = json.loads(line)
    return Hit(int(link_id), datetime.fromisoformat(at), str(visitor), str(referrer), str(dropped))
