"""Files of late presses that somebody else wrote, or broke: what is beside them is done all the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from advocacy.bot.late_presses import LatePresses
from advocacy.chat import Press, UserRef
from advocacy.config import Settings
from tests.conftest import playground_settings

PRESS = Press(UserRef("slack", "T1", "U1"), "share", {"s": 1})
BROKEN = (
    b"[" * 200_000, b'["a",' + b"9" * 400 + b',"x"]', b'["a",NaN,"x"]', b'["a",1e999,"x"]', b'{"a":1,"b":2}', b'"abc"',
    b'["\\ud800",1.0,"x"]', b"\0" * 5000, b'["a",9e9,"!!!!"]', '["a",9e9,"é"]'.encode(), b'["a",1.0]', b"[null]", b"[]",
    b'["a",9e9,"' + b"A" * 100_000 + b'"]', b"\xff\xfe\r\n[1]", b"[true,true,true]",
)  # fmt: skip


@pytest.fixture
def told(tmp_path: Path) -> Settings:
    """No database is asked."""
    return playground_settings("sqlite:///none.sqlite", tmp_path)


async def _kept(told: Settings) -> Path:
    """A process acknowledged a press and ended; the file it left."""
    late = LatePresses(told)
    await late.keep(PRESS, {})
    await late.close()
    (path,) = (told.spool / "presses").iterdir()
    return path


async def _found(told: Settings) -> int:
    late = LatePresses(told)
    try:
        return len(await late.left())
    finally:
        await late.close()


@pytest.mark.parametrize("number", range(len(BROKEN)))
async def test_broken_lines_hide_no_press(told: Settings, number: int) -> None:
    """In the same file, and in one that is read before it."""
    path = await _kept(told)
    path.write_bytes(BROKEN[number] + b"\n" + path.read_bytes())
    path.with_name("0.presses").write_bytes(BROKEN[number])
    assert await _found(told) == 1


@pytest.mark.parametrize("kind", ["folder", "pipe", "loop", "gigantic"])
async def test_what_is_no_file_of_ours_hides_no_press(told: Settings, kind: str) -> None:
    """It is passed over, and stays as it is; eight terabytes are not read."""
    foreign = (await _kept(told)).with_name("0.presses")
    if kind == "folder":
        foreign.mkdir()
    elif kind == "pipe":
        os.mkfifo(foreign)
    elif kind == "loop":
        foreign.symlink_to(foreign)
    else:
        with foreign.open("wb") as file:
            file.truncate(1 << 43)
    assert await _found(told) == 1
    assert foreign.name in os.listdir(foreign.parent)  # noqa: PTH208 - a loop has no more than its name
