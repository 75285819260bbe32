from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, func, insert, select, text

from advocacy.content.models import Story
from advocacy.db import Database
from advocacy.sharing import link_table, links
from advocacy.sharing.clicks import Batch, ClickWriter, Hit, Kept, LinkTable, Spool, new_uid
from advocacy.sharing.models import Click, ClickBatch, Link
from tests.conftest import on_postgresql

AT = datetime(2026, 11, 3, 8, 30, 5, 123456, tzinfo=UTC)


def hit(number: int = 1) -> Hit:
    return Hit(number, AT, "0123456789abcdef01234567", "www.linkedin.com", "")


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


@pytest.fixture
async def writer(db: Database, spool: Spool) -> AsyncIterator[ClickWriter]:
    writer = ClickWriter(db, spool)
    await writer.start()
    yield writer
    await writer.close()


async def stored(db: Database) -> list[int]:
    async with db.read() as s:
        return sorted(await s.scalars(select(Click.link_id)))


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not await holds():
        assert time.monotonic() < deadline, "it did not come about"
        await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def locked(db: Database) -> AsyncIterator[None]:
    """Another program holds the table."""
    async with db.write() as s:
        await s.execute(text("SELECT 1" if db.is_sqlite else "LOCK TABLE click IN ACCESS EXCLUSIVE MODE"))
        yield


async def test_many_groups_leave_no_names_behind(db: Database, writer: ClickWriter) -> None:
    """What a group needs in case its commit stays in doubt is removed with the next group."""
    for number in range(10):
        await writer.add(hit(number))
    async with db.read() as s:
        assert await s.scalar(select(func.count(ClickBatch.id))) == (0 if db.is_sqlite else 1)


async def test_an_answered_click_is_a_stored_click(db: Database, writer: ClickWriter) -> None:
    """When the result is there, the row is; a crowd of clicks shares a few commits."""
    assert await writer.add(hit(7)) is Kept.STORED
    assert await stored(db) == [7]
    fates = await asyncio.gather(*(writer.add(hit(n)) for n in range(500)))
    assert set(fates) == {Kept.STORED}
    assert await stored(db) == sorted([7, *range(500)])
    assert writer.counts.stored == 501
    assert writer.counts.groups < 100


async def test_a_click_reads_back_as_it_was(db: Database, writer: ClickWriter) -> None:
    """The writer goes past SQLAlchemy, yet writes what SQLAlchemy reads."""
    await writer.add(hit(3))
    async with db.read() as s:
        click = (await s.scalars(select(Click))).one()
    assert (click.link_id, click.at, click.visitor, click.referrer, click.dropped) == hit(3)


async def test_a_locked_database_never_holds_a_click(db: Database, writer: ClickWriter, spool: Spool) -> None:
    """While it is locked clicks are safe on the disk within half a second; afterwards each is stored once."""
    async with locked(db):
        for number in range(5):
            began = time.monotonic()
            assert await writer.add(hit(number)) is Kept.SPOOLED
            assert time.monotonic() - began < 0.5
        assert spool.waiting()

    async def all_there() -> bool:
        return await stored(db) == [0, 1, 2, 3, 4]

    await until(all_there)
    await until(_is_empty(spool))
    assert await writer.add(hit(5)) is Kept.STORED
    assert await stored(db) == [0, 1, 2, 3, 4, 5]


async def test_the_spool_of_a_dead_process_is_replayed_at_start(db: Database, spool: Spool) -> None:
    """What an earlier process could only spool is stored by the next one."""
    for number in range(120):  # more than one replay takes in
        spool.write(Batch(new_uid(), [hit(number), hit(number)]))
    writer = ClickWriter(db, spool)
    await writer.start()
    await until(_is_empty(spool))
    assert await stored(db) == sorted([*range(120)] * 2)
    await writer.close()
    assert writer.counts.replayed == 240


async def test_a_group_that_was_stored_after_all_is_not_stored_again(db: Database, spool: Spool) -> None:
    """A process died after its replay was committed and before the file was gone: nothing is doubled."""
    uid = new_uid()
    spool.write(Batch(uid, [hit(1)]))
    async with db.write() as s:
        s.add(ClickBatch(uid=uid))
        s.add(Click(link_id=1, at=AT))
    writer = ClickWriter(db, spool)
    await writer.start()
    await until(_is_empty(spool))
    await writer.close()
    assert await stored(db) == [1]
    assert writer.counts.replayed == 0


async def test_a_broken_spool_file_is_set_aside_and_holds_nobody_up(db: Database, spool: Spool) -> None:
    """One unreadable file is kept for a human; the others are replayed."""
    spool.folder.mkdir()
    (spool.folder / "0000.jsonl").write_bytes(b'[1, "2026-')
    (spool.folder / "half.part").write_bytes(b"[")
    spool.write(Batch(new_uid(), [hit(2)]))
    writer = ClickWriter(db, spool)
    await writer.start()
    await until(_is_empty(spool))
    await writer.close()
    assert await stored(db) == [2]
    assert {file.name for file in spool.folder.iterdir()} == {"0000.broken", "half.part"}


async def test_without_database_and_disk_the_person_goes_on(db: Database, tmp_path: Path) -> None:
    """Losing a click is counted and said; it never becomes an error for the person."""
    (tmp_path / "file").write_text("no folder")
    writer = ClickWriter(db, Spool(tmp_path / "file" / "spool"))
    await writer.start()
    async with locked(db):
        assert await writer.add(hit()) is Kept.LOST
    await writer.close()
    assert writer.counts.lost == 1


async def test_closing_stores_what_is_queued(db: Database, spool: Spool) -> None:
    """A graceful stop loses nothing, and takes nothing more."""
    writer = ClickWriter(db, spool)
    await writer.start()
    waiting = [writer.add(hit(n)) for n in range(20)]
    await writer.close()
    assert await asyncio.gather(*waiting) == [Kept.STORED] * 20
    assert await stored(db) == list(range(20))
    with pytest.raises(RuntimeError):
        writer.add(hit())


async def test_a_browser_that_left_does_not_disturb_the_group(db: Database, writer: ClickWriter) -> None:
    """The others in the group still get their answer."""
    gone, here = writer.add(hit(1)), writer.add(hit(2))
    gone.cancel()
    assert await here is Kept.STORED
    assert await stored(db) == [1, 2]


@on_postgresql
async def test_postgresql_coming_back_is_noticed(db: Database, writer: ClickWriter, spool: Spool) -> None:
    """The server ends our connection: the click goes to the spool, the next ones to a new connection."""
    await writer.add(hit(1))
    async with db.write() as s:
        await s.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE 'COMMIT%'"
            )
        )
    fate = await writer.add(hit(2))

    async def both() -> bool:
        return await stored(db) == [1, 2]

    await until(both)
    await until(_is_empty(spool))
    assert fate in {Kept.SPOOLED, Kept.STORED}

    async def stores() -> bool:
        return await writer.add(hit(3)) is Kept.STORED

    await until(stores)
    async with db.read() as s:
        assert await s.scalar(select(func.count(ClickBatch.id))) <= 4  # names of groups do not pile up


def _is_empty(spool: Spool) -> Callable[[], Awaitable[bool]]:
    async def empty() -> bool:
        return not spool.waiting()

    return empty


@pytest.fixture
async def story(db: Database) -> int:
    async with db.write() as s:
        return (
            await s.scalars(insert(Story).values(title="Story", url="https://example.com/").returning(Story.id))
        ).one()


@contextlib.contextmanager
def counting(db: Database) -> AsyncIterator[list[str]]:
    said: list[str] = []

    def heard(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(db.engine.sync_engine, "before_cursor_execute", heard)
    yield said
    event.remove(db.engine.sync_engine, "before_cursor_execute", heard)


async def make(db: Database, story: int) -> Link:
    async with db.write() as s:
        return await links.make(s, url="https://example.com/a", story_id=story, person_id=None, network="x")


async def test_links_are_found_in_memory(db: Database, story: int) -> None:
    """Those there at the start, and those added since."""
    first = await make(db, story)
    table = LinkTable(db)
    await table.load()
    second = await make(db, story)
    table.add(second)
    with counting(db) as said:
        for link in (first, second):
            target = table.get(link.code)
            assert target is not None
            assert (target.link_id, target.url, target.stopped) == (link.id, "https://example.com/a", False)
    assert not said
    assert len(table) == 2


async def test_an_unknown_code_is_looked_up_once(db: Database, story: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guessing codes costs the database little; a link of another process is found all the same."""
    table = LinkTable(db)
    await table.load()
    with counting(db) as said:
        assert await asyncio.gather(*(table.find("nothere12") for _ in range(20))) == [None] * 20
        assert await table.find("nothere12") is None
        assert await table.find("no/such?code") is None
        assert await table.find("x" * 41) is None
    assert len([one for one in said if "SELECT" in one]) == 1
    elsewhere = await make(db, story)
    found = await table.find(elsewhere.code)
    assert found is not None
    assert found.link_id == elsewhere.id
    assert table.get(elsewhere.code) == found
    monkeypatch.setattr(link_table, "_REMEMBERED", 3)
    for number in range(9):
        await table.find(f"guess{number}")
    assert len(table._unknown) == 3


async def test_a_code_that_comes_to_be_is_not_unknown_for_long(
    db: Database, story: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That a code was unknown is forgotten again."""
    monkeypatch.setattr(link_table, "_FORGET_SECONDS", -1.0)
    table = LinkTable(db)
    assert await table.find("comesSoon") is None
    async with db.write() as s:
        s.add(Link(code="comesSoon", url="https://example.com/", story_id=story))
    assert await table.find("comesSoon") is not None


async def test_stopped_links_are_known_here_at_once_and_elsewhere_soon(db: Database, story: int) -> None:
    """A recall reaches the process that made it at once, others with their next refresh."""
    link = await make(db, story)
    here, elsewhere = LinkTable(db), LinkTable(db)
    await here.load()
    await elsewhere.load()
    async with db.write() as s:
        await links.stop_story(s, story)
    here.stop_story(story)
    newer = await make(db, story)
    assert here.get(link.code)[3] == story
    assert here.get(link.code).stopped
    assert not elsewhere.get(link.code).stopped
    await elsewhere.refresh()
    assert elsewhere.get(link.code).stopped
    assert elsewhere.get(newer.code) is not None


async def test_looking_for_stopped_links_reads_only_those(db: Database) -> None:
    """Every five seconds, among millions of links that lead on: an index holds just the stopped ones."""
    sql = link_table.stopped_stories().compile(db.engine.sync_engine, compile_kwargs={"literal_binds": True})
    async with db.read() as s:
        if not db.is_sqlite:  # it reads an empty table as a whole, unless told not to
            await s.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN" if db.is_sqlite else "EXPLAIN"
        plan = "\n".join(str(row) for row in await s.execute(text(f"{explain} {sql}")))
    assert "ix_link_stopped" in plan
