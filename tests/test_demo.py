"""Starting the demo where something else is at work."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from advocacy import demo


async def test_a_taken_port_is_said_before_anything_is_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another playground keeps its database; whoever starts the second one reads what to do."""
    monkeypatch.chdir(tmp_path)
    theirs = tmp_path / "var" / "playground" / "advocacy.sqlite"
    theirs.parent.mkdir(parents=True)
    theirs.touch()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ValueError, match="Choose another one with --port"):
            await demo.run(page_port=taken.getsockname()[1])
    assert theirs.exists()
