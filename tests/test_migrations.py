"""The tables in the database are the tables of the code, on both kinds of database, forth and back."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import IntegrityError

import migrations
from advocacy.db import Base, Database
from advocacy.people.models import Department, Person

KEY = b"k" * 32


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database without any table."""
    if request.param == "sqlite":
        db = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}", [KEY])
        yield db
        await db.close()
        return
    url = request.getfixturevalue("postgres_url")
    await _postgres(url, "DROP DATABASE IF EXISTS migrating WITH (FORCE)", "CREATE DATABASE migrating")
    db = Database(make_url(url).set(database="migrating").render_as_string(hide_password=False), [KEY])
    yield db
    await db.close()
    await _postgres(url, "DROP DATABASE migrating WITH (FORCE)")


async def _postgres(url: str, *statements: str) -> None:
    server = Database(url, [KEY])
    outside = server.engine.execution_options(isolation_level="AUTOCOMMIT")
    async with outside.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await server.close()


def _difference(connection: Connection) -> list[Any]:
    options = {"compare_type": True, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


async def _tables(db: Database) -> set[str]:
    async with db.engine.connect() as connection:
        return set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))


async def test_the_migrations_lead_exactly_to_the_tables_of_the_code_and_back(empty: Database) -> None:
    """Up: nothing is left for autogenerate to do. Down: nothing is left at all."""
    assert await migrations.stored(empty) is None
    assert await migrations.upgrade(empty) is None
    assert await migrations.stored(empty) == migrations.head()
    async with empty.engine.connect() as connection:
        assert await connection.run_sync(_difference) == []
    assert await _tables(empty) == {*Base.metadata.tables, "alembic_version"}
    await migrations.downgrade(empty)
    assert await _tables(empty) == {"alembic_version"}


UPGRADE = """
import asyncio, sys, migrations
from advocacy.db import Database

async def main():
    db = Database(sys.argv[1], [b"k" * 32])
    await migrations.upgrade(db)
    await db.close()

asyncio.run(main())
"""


async def test_two_processes_that_start_at_once_both_find_the_database_ready(empty: Database) -> None:
    """One migrates, the other waits for it; what is stored afterwards stays when it is asked again."""
    both = [await asyncio.create_subprocess_exec(sys.executable, "-c", UPGRADE, empty.url) for _ in range(2)]
    assert [await one.wait() for one in both] == [0, 0]
    async with empty.write() as s:
        s.add(Person(email="a@nordlicht.example", name="A", joined_on=date(2026, 1, 1)))
    assert await migrations.upgrade(empty) == migrations.head()
    async with empty.read() as s:
        assert await s.scalar(text("SELECT count(*) FROM person")) == 1


async def test_after_migrating_foreign_keys_hold(empty: Database) -> None:
    """They are off while tables are rebuilt, and on again for everything that follows."""
    await migrations.upgrade(empty)
    with pytest.raises(IntegrityError):
        async with empty.write() as s:
            s.add(Department(name="X", path="X", parent_id=4711))


async def test_a_failing_migration_changes_nothing(empty: Database) -> None:
    """All or nothing, on both kinds of database."""

    def fail(config: Any) -> None:
        from alembic import command

        command.upgrade(config, "head")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await migrations.run(empty, fail)
    assert await _tables(empty) == set()


async def test_topics_that_differ_in_case_become_one_that_stories_mean(empty: Database) -> None:
    """The stricter one keeps the name, so that nothing closed opens; the other keeps its people under another name."""
    from alembic import command

    await migrations.run(empty, lambda config: command.upgrade(config, "0018"))
    names = (("wind", "open"), ("Wind", "restricted"), ("Wind (2)", "open"), ("Sun", "required"))
    async with empty.write() as s:
        for name, kind in names:
            await s.execute(text("INSERT INTO topic (name, kind) VALUES (:name, :kind)"), {"name": name, "kind": kind})
    await migrations.upgrade(empty)
    async with empty.read() as s:
        found = (await s.execute(text("SELECT name, folded FROM topic ORDER BY id"))).all()
    assert [tuple(one) for one in found] == [
        ("wind (3)", "wind (3)"), ("Wind", "wind"), ("Wind (2)", "wind (2)"), ("Sun", "sun")
    ]  # fmt: skip


def test_there_is_one_head_and_we_know_it_without_alembic() -> None:
    """Nothing branches, and the revision read from the files is the one alembic finds."""
    heads = ScriptDirectory.from_config(migrations.config()).get_heads()
    assert heads == [migrations.head()]


def test_two_heads_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two revisions that build on the same one are refused by name of the problem."""
    shutil.copytree(migrations.FOLDER / "versions", tmp_path / "versions")
    for name in ("a", "b"):
        (tmp_path / "versions" / f"{name}.py").write_text(
            f'revision = "{name}"\ndown_revision = "{migrations.head()}"\n'
        )
    monkeypatch.setattr(migrations, "FOLDER", tmp_path)
    with pytest.raises(LookupError, match="2 heads"):
        migrations.head()


def test_asking_whether_there_is_work_does_not_import_alembic() -> None:
    """Start-up stays light: one SELECT decides, alembic comes only with work to do."""
    script = "import sys, migrations; migrations.head(); sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False, cwd=Path(__file__).parents[1]).returncode == 0
