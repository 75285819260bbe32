"""The whole product with the company's people in it, and the vendors around it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from advocacy.app import App
from advocacy.playground.outside import Worlds
from tests.bot.conftest import hired_file
from tests.conftest import playground_settings
from tests.slack.slack_help import SECRET

APP_ID, PASSWORD = "00000000-0000-4000-8000-00000000b07a", "playground-teams-password"


@pytest.fixture
async def product(hired_file: Path, tmp_path: Path) -> AsyncIterator[tuple[App, Worlds]]:
    """All of it, with everybody in it, and the vendors around it."""
    shutil.copy(hired_file, tmp_path / "replayed.sqlite")
    worlds = Worlds(
        bot_token="xoxb-playground", signing_secret=SECRET, app_token="xapp-1", app_id=APP_ID, app_password=PASSWORD
    )
    await worlds.outside.start()
    worlds.teams.preinstall(team=True)
    worlds.slack.limits.posts = worlds.teams.connector.enforce_limits = False
    settings = playground_settings(
        f"sqlite:///{tmp_path / 'replayed.sqlite'}", tmp_path, outside=worlds.outside.origins(), port=0,
        host="127.0.0.1", log_level="ERROR",
    )  # fmt: skip
    app = App(settings)
    await app.start()
    worlds.outside.product_url = f"http://127.0.0.1:{app.port}"
    yield app, worlds
    await app.stop()
    await worlds.outside.stop()


__all__ = ["APP_ID", "hired_file", "product"]
