"""Files of presses that are not done yet: one line for each, and a mark once it is done."""

from __future__ import annotations

import json
import os
import stat
import sys
import uuid
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from io import FileIO
from pathlib import Path
from typing import NamedTuple

import structlog

if sys.platform != "win32":
    import fcntl

log = structlog.get_logger()
SUFFIX = ".presses"
FILE_BYTES = 4 << 20
"""A file that has grown to this gets no more lines; it goes when all in it is done."""
MOST_BYTES = 64 << 20
"""Of all files of one process."""


class Line(NamedTuple):
    """One press on the disk."""

    name: str
    at: float
    """When it was acknowledged, Unix seconds."""
    sealed: str


class File:
    """One file, held by one process. The lock ends with the process, however that ends."""

    def __init__(self, path: Path, held: FileIO) -> None:
        self.path = path
        self._held = held
        self.size = os.fstat(held.fileno()).st_size
        self.waiting: set[str] = set()
        """Names of those in it that are not done."""

    @classmethod
    def made(cls, folder: Path) -> File:
        """A new one. It gets its name once it is locked, so that nobody takes it for a dead process's. ``OSError``."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{uuid.uuid4().hex}{SUFFIX}"
        unfinished = path.with_suffix(".part")
        with ExitStack() as until_it_is_ours:
            held = until_it_is_ours.enter_context(_opened(unfinished))
            _locked(held)
            unfinished.rename(path)
            _sync(folder)
            until_it_is_ours.pop_all()
        return cls(path, held)

    @classmethod
    def taken(cls, path: Path) -> File | None:
        """One that is there; ``None`` when the process that holds it lives, or somebody else has done with it.

        Also for what is no file of ours, or larger than one can be: it is said, and stays where it is.
        """
        try:
            kind = path.stat()
            if not stat.S_ISREG(kind.st_mode) or kind.st_size > 2 * MOST_BYTES:
                log.critical("late.not_ours", file=str(path), size=kind.st_size)
                return None
            held = FileIO(path, "r+")
        except FileNotFoundError:
            return None
        except OSError as trouble:
            log.critical("late.not_read", file=str(path), why=str(trouble))
            return None
        if not _locked(held):
            held.close()
            return None
        return cls(path, held)

    def add(self, lines: Sequence[Line]) -> None:
        """On return they are on the disk. Raises ``OSError``; nothing of them is kept then."""
        before = self.size
        try:
            self._append(b"".join(_written(list(line)) for line in lines))
            os.fsync(self._held.fileno())
        except OSError:
            with suppress(OSError):
                self._held.truncate(before)
                self.size = before
            raise
        self.waiting.update(line.name for line in lines)

    def mark(self, name: str) -> None:
        """This one is done. No wait for the disk: a mark that a power cut takes away only has it looked at again."""
        if self.waiting == {name}:
            self._held.truncate(0)
            self.size = 0
        else:
            self._append(_written([name]))
        self.waiting.discard(name)

    def lines(self) -> list[Line]:
        """All that are not done, as they came. What cannot be read is passed over: the end of a line may be missing."""
        self._held.seek(0)
        found: dict[str, Line] = {}
        for raw in filter(None, self._held.readall().splitlines()):
            try:
                name, *rest = json.loads(raw)
                if rest:
                    found[str(name)] = Line(str(name), float(rest[0]), str(rest[1]))
                else:
                    found.pop(str(name), None)
            except (ValueError, TypeError, IndexError, OverflowError, RecursionError):
                log.warning("late.unreadable", file=str(self.path), size=len(raw))
        self.waiting = set(found)
        return list(found.values())

    def close(self) -> None:
        """Let it go; it stays on the disk while something in it is not done."""
        if not self.waiting:
            self.path.unlink(missing_ok=True)
        self._held.close()

    def _append(self, written: bytes) -> None:
        """Behind whatever stands there. A line that is cut off must not swallow ours: an empty one comes between."""
        self._held.seek(0, os.SEEK_END)
        left = memoryview(b"\n" + written)
        while left:
            left = left[self._held.write(left) :]
        self.size += 1 + len(written)


class Files:
    """A folder of such files. Several processes may share it. Not for two threads at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ours: list[File] = []
        self._current: File | None = None

    def add(self, lines: Sequence[Line]) -> None:
        """On return they are on the disk. Raises ``OSError``, also when there is too much."""
        if sum(file.size for file in self._ours) > MOST_BYTES:
            msg = f"more than {MOST_BYTES >> 20} MB of presses are not done"
            raise OSError(msg)
        if self._current is None or self._current.size > FILE_BYTES:
            self._current = File.made(self._folder)
            self._ours.append(self._current)
        self._current.add(lines)

    def mark(self, names: Iterable[str]) -> None:
        """These are done. Raises ``OSError``."""
        for name in names:
            for file in self._ours:
                if name in file.waiting:
                    file.mark(name)
        self._let_go(keep=self._current)

    def left(self) -> list[Line]:
        """Take over what processes that ended left behind; all of it that is not done."""
        try:
            paths = sorted(one for one in self._folder.iterdir() if one.suffix == SUFFIX)
        except (FileNotFoundError, NotADirectoryError):
            return []
        mine = {file.path for file in self._ours}
        taken = [file for path in paths if path not in mine and (file := File.taken(path)) is not None]
        found = [line for file in taken for line in file.lines()]
        self._ours += taken
        self._let_go(keep=self._current)
        return sorted(found, key=lambda line: line.at)

    def close(self) -> None:
        """Let all go; what is not done stays for the next process."""
        for file in self._ours:
            file.close()
        self._ours, self._current = [], None

    def _let_go(self, keep: File | None) -> None:
        over = [file for file in self._ours if not file.waiting and file is not keep]
        for file in over:
            file.close()
        self._ours = [file for file in self._ours if file not in over]


def _opened(path: Path) -> FileIO:
    return FileIO(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")


def _locked(held: FileIO) -> bool:
    """Is it ours now? Where a system has no such locks there is one process."""
    if sys.platform != "win32":
        try:
            fcntl.flock(held.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _written(line: list[object]) -> bytes:
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def _sync(folder: Path) -> None:
    if os.name == "posix":  # elsewhere a folder cannot be opened
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
