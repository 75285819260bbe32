"""What benchmarks send and judge by. A wrong yardstick would pass everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from advocacy.app import App
from advocacy.playground.company import TEAMS_TENANT
from benchmarks import _press_company as company
from benchmarks import _press_requests as requests
from benchmarks._goals import Goal, verdict
from benchmarks._press_lanes import Lane, missing
from benchmarks._press_servers import settings
from benchmarks._press_vendors import Vendors


def test_a_goal_is_reached_near_or_missed(capsys: pytest.CaptureFixture[str]) -> None:
    """Above the goal, within a fifth of it, below; and the same from the other side. Nothing lost means nothing."""
    assert verdict([Goal("A", "", 0.7, 0.65), Goal("B", "", 0.55, 0.65), Goal("C", "", 0, 0, most=True)])
    assert not verdict([Goal("A", "", 0.5, 0.65)])
    assert verdict([Goal("A", "", 0.05, 0.05, most=True), Goal("B", "", 0.06, 0.05, most=True)])
    assert not verdict([Goal("A", "", 0.07, 0.05, most=True)])
    assert not verdict([Goal("A", "", 1, 0, most=True)])
    said = [line.split()[-1] for line in capsys.readouterr().out.splitlines()]
    assert said == ["reached", "near", "reached", "REACHED", "reached", "near", "REACHED", "REACHED"]


class Here:
    """Stands for the server's process; it is this one."""

    def cpu_times(self) -> tuple[float, float]:
        return (0.0, 0.0)


@pytest.mark.slow
async def test_the_presses_of_the_benchmark_are_answered_and_counted(tmp_path: Path) -> None:
    """A press from each platform is let in, answered in private, and stored; one that is not stored is missed."""
    url = f"sqlite:///{tmp_path / 'press.sqlite'}"
    vendors = Vendors(TEAMS_TENANT)
    await vendors.start()
    await company.found(url, people=2, stories_=requests.LAST_TEAMS_STORY + 1)
    app = App(settings(url, vendors.origins(), tmp_path))
    await app.start()
    try:
        for presses in (requests.SlackPresses(vendors.url), requests.TeamsPresses(vendors.tokens)):
            lane = Lane("", "", vendors, app.port, Here(), presses)  # type: ignore[arg-type]
            seen = await lane.flat_out(1, 0)
            assert (len(seen.sent), seen.wrong) == (1, 0)
        assert vendors.empty == 0
        assert await missing({url: 2}) == 0
        assert await missing({url: 3}, patience=0) == 1
    finally:
        await app.stop()
        await vendors.stop()
