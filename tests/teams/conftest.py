from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from door_help import Setup, opened


@pytest.fixture
async def teams(tmp_path: Path) -> AsyncIterator[Setup]:
    """Teams and the door, the app installed everywhere."""
    async with opened(tmp_path) as setup:
        yield setup
