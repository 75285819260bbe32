"""What a process loads when it starts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.startup import NEVER, READY
from tests.conftest import playground_settings
from tests.crash.product import environment


@pytest.mark.slow
def test_a_slack_only_process_loads_nothing_of_teams_or_migrations(tmp_path: Path) -> None:
    """No botbuilder, msal or alembic in a process that speaks to Slack only."""
    settings = playground_settings(
        f"sqlite:///{tmp_path / 'start.sqlite'}",
        tmp_path,
        teams_app_id=None,
        teams_app_password=None,
        teams_tenant=None,
    )
    variables = environment(settings)
    subprocess.run([sys.executable, "-m", "advocacy", "migrate"], env=variables, check=True, capture_output=True)
    done = subprocess.run([sys.executable, "-c", READY], env=variables, check=True, capture_output=True, text=True)
    loaded = set(json.loads(next(line for line in done.stdout.splitlines() if line.startswith("["))))
    assert "slack_bolt" in loaded
    assert loaded.isdisjoint(NEVER)


def test_importing_the_product_does_not_change_the_world(tmp_path: Path) -> None:
    """Importing writes no file and needs no setting."""
    subprocess.run([sys.executable, "-c", "import advocacy.app"], cwd=tmp_path, check=True, env={"PATH": ""})
    assert list(tmp_path.iterdir()) == []
