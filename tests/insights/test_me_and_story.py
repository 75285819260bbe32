from __future__ import annotations

from datetime import UTC, date, datetime

from insights_world import happen, settle

from advocacy.config import Settings
from advocacy.db import Database
from advocacy.insights import me, periods, story
from advocacy.insights.fold import Fold
from advocacy.sharing.models import Click, Link, Share, ShareEvent

AT = datetime(2026, 11, 10, 12, tzinfo=UTC)


async def test_i_see_my_own_figures(db: Database, settings: Settings) -> None:
    """My shares of the period, told apart, and the clicks on my links; nobody else's."""
    await settle(db, people=5)
    async with db.write() as s:
        link = Link(id=900, code="mine", url="https://example.com/", story_id=1, person_id=2)
        s.add(link)
        for person, kind, at in (
            (2, "measured", AT),
            (2, "reported", AT),
            (2, "measured", AT.replace(month=9)),
            (3, "measured", AT),
        ):
            s.add(ShareEvent(share_id=1, person_id=person, story_id=1, network="x", kind=kind, change=1, at=at))
        s.add_all(Click(link_id=900, at=AT, dropped=why) for why in ("", "", "bot"))
        for number, state in enumerate(("posted", "failed", "reported")):
            s.add(
                Share(
                    person_id=2, story_id=number + 1, network="x", state=state, text="Look!", key=f"k{number}",
                    created_at=AT.replace(day=number + 1), settled_at=AT.replace(day=number + 2) if number != 1 else None,
                    remote_url="https://x.example/1" if not number else "",
                )
            )  # fmt: skip
    await Fold(db, settings).run()
    async with db.read() as s:
        month = await me.mine(s, 2, periods.month(date(2026, 11, 1)))
        rolling = await me.mine(s, 2, periods.rolling(date(2026, 11, 12)), limit=1)
        quarter = await me.mine(s, 2, periods.quarter(date(2026, 9, 1)))
        nobody = await me.mine(s, 4, periods.month(date(2026, 11, 1)))
    assert (month.shares, month.measured, month.reported, month.clicks) == (2, 1, 1, 2)
    assert [(one.story_id, one.title, one.state, one.url) for one in month.recent] == [
        (3, "Story 3", "reported", ""),
        (2, "Story 2", "failed", ""),
        (1, "Story 1", "posted", "https://x.example/1"),
    ]
    assert (rolling.shares, rolling.clicks, len(rolling.recent)) == (2, 2, 1)
    assert (quarter.shares, quarter.clicks) == (1, 0)
    assert (nobody.shares, nobody.clicks, nobody.recent) == (0, 0, [])


async def test_a_story_nobody_shared_has_zeros(db: Database, settings: Settings) -> None:
    """A card can be drawn for any story."""
    world = await settle(db)
    await happen(db, world, 50, 50)
    await Fold(db, settings).run()
    async with db.read() as s:
        found = await story.totals(s, [1, 999])
        sharers = len({e[0] for e in world.events if e[1] == 1})
    assert 0 < found[1].people <= sharers
    assert found[1].departments > 0
    assert (found[999].people, found[999].departments, found[999].clicks, found[999].dropped) == (0, 0, 0, 0)
