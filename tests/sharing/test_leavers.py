"""Who left leaves no key behind, and of what they shared only numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from advocacy.db import now
from advocacy.insights import me, models, periods
from advocacy.insights.fold import Fold
from advocacy.people.models import Department, Membership, Person
from advocacy.playground.world import Fault
from advocacy.sharing import leavers
from advocacy.sharing.models import Account, Click, Link, Revocation, Share, ShareEvent, ShareState
from advocacy.sharing.shares import NotYours
from tests.sharing.conftest import EMRE, JANA, Scene, due, settle

ROLLUPS = (
    models.PersonPeriod, models.PersonDay, models.DepartmentPerson, models.DepartmentPeriod, models.DepartmentDay,
    models.PersonLast, models.StoryTotal, models.StoryPerson,
)  # fmt: skip


async def leave(scene: Scene, *, days_ago: int) -> None:
    async with scene.db.write() as s:
        (await s.get_one(Person, scene.people[JANA].id)).left_on = (now() - timedelta(days=days_ago)).date()


async def totals(scene: Scene) -> list[Any]:
    """Every number there is, and the facts behind them."""
    async with scene.db.read() as s:
        tables = [(await s.execute(select(*table.__table__.c))).all() for table in ROLLUPS]
        facts = [
            (await s.execute(select(func.count()).select_from(table))).all() for table in (ShareEvent, Click, Link)
        ]
    return [*map(sorted, tables), facts]


async def joined(scene: Scene) -> None:
    async with scene.db.write() as s:
        department = Department(name="Technik", path="Technik")
        s.add(department)
        await s.flush()
        for person in scene.people.values():
            s.add(Membership(person_id=person.id, department_id=department.id, starts_on=person.joined_on))


async def test_accounts_of_people_who_left_are_given_back_and_forgotten(scene: Scene) -> None:
    """After a day, in which a wrong roster can be put right; at the network and here; nobody else's."""
    for person in (JANA, EMRE):
        await scene.connect("mastodon", person)
    await scene.connect("bluesky")
    await leave(scene, days_ago=0)
    assert await leavers.forget_left(scene.db, scene.accounts) == 0
    await leave(scene, days_ago=2)
    scene.worlds["bluesky"].faults.inject(Fault.ERROR, times=9)
    assert await leavers.forget_left(scene.db, scene.accounts) == 1
    assert await leavers.forget_left(scene.db, scene.accounts) == 0
    async with scene.db.read() as s:
        assert (await s.scalars(select(Account.person_id))).all() == [scene.people[EMRE].id]
        assert (await s.scalars(select(Revocation.quiet))).all() == [True]
    assert not scene.worlds["mastodon"].connected(JANA)
    assert scene.worlds["mastodon"].connected(EMRE)
    scene.worlds["bluesky"].faults.clear()
    await scene.accounts.revocations.run_due(now() + timedelta(hours=1))
    assert not scene.worlds["bluesky"].connected(JANA)


async def test_history_becomes_counts_and_all_totals_stay(scene: Scene) -> None:
    """Texts, own words, ids and addresses go; every number is the same before, after, and counted anew."""
    await joined(scene)
    for person in (JANA, EMRE):
        assert await settle(scene, await due(scene, "mastodon", person)) == "posted"
    told = await scene.start("x")
    await scene.press("report_done", told)
    waiting = await scene.start("linkedin")
    await scene.press("edit", waiting, text_="Meine eigenen Worte.")
    async with scene.db.write() as s:
        link = (await s.scalars(select(Link).where(Link.share_id == told.id))).one()
        s.add(Click(link_id=link.id, at=now()))
    fold = Fold(scene.db, scene.settings)
    await fold.run()
    before = await totals(scene)
    await leave(scene, days_ago=2)
    async with scene.db.read() as s:
        found = await leavers.traces(s, scene.people[JANA].id)
    assert (found.accounts, found.open, found.history, found.in_flight) == (("mastodon",), 1, 2, 0)
    assert await leavers.forget_left(scene.db, scene.accounts) == 1
    async with scene.db.read() as s:
        mine = list(await s.scalars(select(Share).where(Share.person_id == scene.people[JANA].id).order_by(Share.id)))
        assert (await leavers.traces(s, scene.people[JANA].id)).is_empty
        [other] = await s.scalars(select(Share).where(Share.person_id == scene.people[EMRE].id))
    assert [one.state for one in mine] == ["posted", "reported", "cancelled"]
    assert {(one.text, one.remote_id, one.remote_url, str(one.reply), one.due_at) for one in mine} == {
        ("", "", "", "{}", None)
    }
    assert all(one.told == one.state and one.key == f"forgotten-{one.id}" for one in mine)
    assert other.text
    assert other.remote_url
    await fold.run()
    assert await totals(scene) == before
    await leavers.forget(scene.db, scene.accounts, scene.people[JANA].id)
    await fold.rebuild()
    assert await totals(scene) == before


async def test_what_is_under_way_is_counted_first(scene: Scene) -> None:
    """A share that was being posted is settled, then forgotten by a later run."""
    share_id = await due(scene, "mastodon")
    share = await scene.share(share_id)
    await scene.change(share, state=ShareState.SENDING, claimed_at=now())
    await leave(scene, days_ago=2)
    assert await leavers.forget_left(scene.db, scene.accounts) == 1
    assert await leavers.forget_left(scene.db, scene.accounts) == 0
    assert (await scene.share(share_id)).text
    await scene.change(share, state=ShareState.POSTED, remote_id="1", remote_url="https://nordlicht.social/1")
    assert await leavers.forget_left(scene.db, scene.accounts) == 1
    assert (await scene.share(share_id)).remote_url == ""


async def test_who_comes_back_starts_clean(scene: Scene) -> None:
    """No account, no old share; the same story can be shared anew, and old buttons do nothing."""
    share_id = await due(scene, "mastodon")
    await settle(scene, share_id)
    await leave(scene, days_ago=2)
    await leavers.forget_left(scene.db, scene.accounts)
    async with scene.db.write() as s:
        (await s.get_one(Person, scene.people[JANA].id)).left_on = None
    old = await scene.share(share_id)
    with pytest.raises(NotYours):
        await scene.press("again", old)
    with pytest.raises(NotYours):
        await scene.poster.delete(share_id, scene.people[JANA].id)
    async with scene.db.read() as s:
        person_id = scene.people[JANA].id
        assert await scene.sharing.mine(s, person_id) == []
        assert await scene.sharing.newest(s, person_id, scene.story_id) is None
        assert (await me.mine(s, person_id, periods.current(scene.settings.zone))).recent == []
    anew = await scene.start("mastodon")
    assert (anew.round, anew.state, bool(anew.text)) == (2, "waiting", True)
    assert (await scene.start("mastodon")).id == anew.id
