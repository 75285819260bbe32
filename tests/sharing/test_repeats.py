"""What counts as a repeated click, whoever judges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from advocacy.db import Database
from advocacy.sharing import repeats
from advocacy.sharing.models import Click
from advocacy.sharing.repeats import Repeats

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
JANA, EMRE = "a" * 24, "b" * 24


async def clicked(db: Database, *clicks: tuple[int, str, timedelta]) -> None:
    async with db.write() as s:
        for link_id, visitor, after in clicks:
            s.add(Click(link_id=link_id, visitor=visitor, at=START + after))
            await s.flush()


async def judge(db: Database, judges: Repeats, after: int) -> int:
    """Judge and mark what came since; answers how far that is."""
    async with db.write() as s:
        upto = max([after, *await s.scalars(select(Click.id).where(Click.id > after))])
        await repeats.mark(s, await judges.find(s, after, upto))
    return upto


async def told(db: Database) -> list[bool]:
    async with db.read() as s:
        return [one == "repeat" for one in await s.scalars(select(Click.dropped).order_by(Click.id))]


async def test_an_hour_from_the_click_that_counted(db: Database) -> None:
    """Repeating does not prolong it; another link or visitor is not a repeat, and one without a name never is."""
    hours = (0 * HOUR, SECOND, HOUR - SECOND, HOUR, HOUR + SECOND, 2 * HOUR - SECOND, 2 * HOUR)
    await clicked(db, *((1, JANA, one) for one in hours), (2, JANA, SECOND), (1, EMRE, SECOND), *[(1, "", SECOND)] * 2)
    await judge(db, Repeats(), 0)
    assert await told(db) == [False, True, True, False, True, True, False, *[False] * 4]


@pytest.mark.parametrize("restarts", [True, False])
async def test_two_processes_agree(db: Database, restarts: bool) -> None:
    """In whatever turns they judge, and after a restart: what counted is in the database, with the day's hash only."""
    judges = [Repeats(), Repeats()]
    seconds = (0, 1700, 3599, 3600, 3700, 7199, 7201, 10_000)
    upto = 0
    for turn, second in enumerate(seconds):
        await clicked(db, (1, JANA, second * SECOND), (1, EMRE, second * SECOND / 2))
        judging = Repeats() if restarts else judges[turn % 3 > 0]
        upto = await judge(db, judging, upto)
    mine = (await told(db))[::2]
    assert mine == [False, True, True, False, True, True, False, True]
    assert (await told(db))[1::2] == [False, True, True, True, True, True, False, True]


async def test_what_comes_out_of_the_spool_is_judged_by_when_it_was(db: Database) -> None:
    """Late by hours it counts; and what came meanwhile is not forgotten for it."""
    await clicked(db, (1, JANA, 3 * HOUR), (1, JANA, 0 * HOUR), (1, JANA, 3 * HOUR + SECOND))
    await judge(db, Repeats(), 0)
    assert await told(db) == [False, False, True]


async def test_memory_stays_small(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """With more clicks than are remembered, the oldest may be counted again; the newest are known."""
    monkeypatch.setattr(repeats, "MOST", 10)
    judges = Repeats()
    await clicked(
        db, *((number, JANA, number * SECOND) for number in range(100)), (95, JANA, 99 * SECOND), (1, JANA, 99 * SECOND)
    )
    await judge(db, judges, 0)
    assert [place for place, one in enumerate(await told(db)) if one] == [100]
    assert len(judges._young) + len(judges._old) <= 20
