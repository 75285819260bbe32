"""Presses that were acknowledged early, on the disk: who ends in between loses none of them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from advocacy.bot import late_files, late_presses
from advocacy.bot.late_files import File, Files
from advocacy.bot.late_presses import LatePresses
from advocacy.chat import ChannelRef, MessageRef, Press, Quoted, UserRef
from advocacy.config import Settings
from tests.conftest import playground_settings

WHO = UserRef("slack", "T1", "U1")
WHOLE = Press(
    WHO, "suggest", {"s": 1, "n": "linkedin", "deep": [1, {"a": None}]}, {"title": "Grüße \ud800 \0"}, "words",
    ChannelRef("slack", "T1", "C1"), MessageRef("slack", "T1", "C1", "1.2"), '{"url":"https://hooks.slack.com/secret"}',
    "e1", {"k": 1}, Quoted("said", UserRef("slack", "T2", "U9", "29:x")),
)  # fmt: skip
PLAIN = Press(WHO, "share", {"s": 1})


@pytest.fixture
def told(tmp_path: Path) -> Settings:
    """Settings with a spool of their own."""
    return playground_settings("sqlite:///unused", tmp_path)


def folder(told: Settings) -> Path:
    return told.spool / "presses"


def files(told: Settings) -> list[Path]:
    return sorted(folder(told).iterdir())


async def test_what_is_not_done_comes_back_whole(told: Settings) -> None:
    """To the next process, in the order in which it came, with all that the door kept; done ones do not; once."""
    first = LatePresses(told)
    assert await first.left() == []
    names = await asyncio.gather(
        *(first.keep(one, {"view_id": "V1", "waiting": {"a": 1}}) for one in (WHOLE, PLAIN, PLAIN))
    )
    await first.done(names[1])
    raw = files(told)[0].read_bytes()
    assert b"secret" not in raw
    assert b"linkedin" not in raw
    assert files(told)[0].stat().st_mode & 0o077 == 0
    second = LatePresses(told)
    assert await second.left() == [], "the first lives"
    await first.close()
    left = await second.left()
    assert [one.name for one in left] == [names[0], names[2]]
    assert (left[0].press, left[1].press) == (WHOLE, PLAIN)
    assert left[0].around == {"view_id": "V1", "waiting": {"a": 1}}
    assert await second.left() == [], "they are taken up once"
    for one in left:
        await second.done(one.name)
    assert files(told) == []
    await second.close()


async def test_what_cannot_be_read_is_passed_over(told: Settings) -> None:
    """A line that was cut off, a foreign one, one sealed with a key that is gone or for another name; the rest comes."""
    first = LatePresses(told)
    for _ in range(2):
        await first.keep(PLAIN, {})
    await first.close()
    (path,) = files(told)
    one, two = [line for line in path.read_bytes().splitlines() if line]
    swapped = one.replace(one[2:34], b"0" * 32)
    odd = (
        b"\xff\xfe",
        b"{}",
        b"7",
        b'["x", "y"]',
        b'[["x"], 1, "y"]',
        b'["n", NaN, "y"]',
        swapped,
        two[: len(two) // 2],
    )
    path.write_bytes(b"\n".join((one, *odd)))
    second = LatePresses(told)
    left = await second.left()
    assert [kept.press for kept in left] == [PLAIN]
    await second.keep(PLAIN, {})
    await second.close()
    third = LatePresses(told)
    assert len(await third.left()) == 2, "what was added behind the broken line can be read"
    await third.close()
    other = LatePresses(playground_settings("sqlite:///unused", told.spool.parent, keys="A" * 43 + "="))
    assert await other.left() == []
    assert files(told) == [], "nothing of it could ever be read"
    await other.close()


async def test_after_half_an_hour_nobody_expects_it(told: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older press is not done any more, and its file goes."""
    first = LatePresses(told)
    await first.keep(PLAIN, {})
    await first.close()
    monkeypatch.setattr(late_presses, "KEEP_SECONDS", -1)
    second = LatePresses(told)
    assert await second.left() == []
    assert files(told) == []
    await second.close()


async def test_what_cannot_be_written_is_said(told: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder, too much, a full disk: the caller knows; nothing half written stays behind."""
    told.spool.write_bytes(b"")
    late = LatePresses(told)
    with pytest.raises(OSError, match=r"exists|directory"):
        await late.keep(PLAIN, {})
    told.spool.unlink()
    name = await late.keep(PLAIN, {})
    size = files(told)[0].stat().st_size
    monkeypatch.setattr(os, "fsync", _full)
    for answer in await asyncio.gather(*(late.keep(PLAIN, {}) for _ in range(3)), return_exceptions=True):
        assert isinstance(answer, OSError)
    monkeypatch.undo()
    assert files(told)[0].stat().st_size == size
    monkeypatch.setattr(late_files, "MOST_BYTES", 1)
    with pytest.raises(OSError, match="not done"):
        await late.keep(PLAIN, {})
    await late.done(name)
    await late.keep(PLAIN, {})
    await late.close()


def _full(_handle: int) -> None:
    raise OSError(28, "No space left on device")


async def test_files_do_not_grow_for_ever(told: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """One in which all is done is empty; one that is large gets no more and goes."""
    late = LatePresses(told)
    for _ in range(3):
        await late.done(await late.keep(PLAIN, {}))
    assert [path.stat().st_size for path in files(told)] == [0]
    monkeypatch.setattr(late_files, "FILE_BYTES", 1)
    names = [await late.keep(PLAIN, {}) for _ in range(3)]
    assert len(files(told)) == 3
    for name in names:
        await late.done(name)
    assert len(files(told)) == 1
    await late.close()
    assert files(told) == []


def test_a_killed_process_leaves_its_file_to_the_next(told: Settings) -> None:
    """The lock ends with it. Two that look at the same moment never both take it."""
    code = (
        "import os, signal, sys; from pathlib import Path; from advocacy.bot.late_files import Files, Line\n"
        "Files(Path(sys.argv[1])).add([Line('a', 1.0, 'x')]); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(folder(told))], check=False)
    one, two = Files(folder(told)), Files(folder(told))
    assert [line.name for line in one.left()] == ["a"]
    assert two.left() == []
    (path,) = files(told)
    assert File.taken(path) is None
    one.mark(["a"])
    assert File.taken(path) is None
    one.close()
    two.close()
