"""Engine, unit of work, base of all tables, and the column types everything shares."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import importlib
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import JSON, BigInteger, DateTime, Integer, LargeBinary, MetaData, Select, event, select, text, update
from sqlalchemy.engine import Connection, Dialect, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

from advocacy.db.lane import Lane, Work
from advocacy.db.near import BUSY_SECONDS, NearConnection, connector
from advocacy.db.prepared import Prepared

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
BigId = BigInteger().with_variant(Integer, "sqlite")
Id = Annotated[int, mapped_column(BigId, primary_key=True, autoincrement=True)]
Ref = Annotated[int, mapped_column(BigId)]
"""An id of another table; say which with ``mapped_column(BigId, ForeignKey("table.id"))``."""


T = TypeVar("T")
SomeSelect = TypeVar("SomeSelect", bound="Select[*tuple[Any, ...]]")


_PATIENCE, _PAUSE = 5.0, 0.05
"""Seconds for which, and after which, a file that another process is just making is tried again."""
FACTS_LOCK = 4_190_001
"""Number of the advisory lock between those who append facts and the fold that reads them."""


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment; stored and given back in UTC, refused when naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse what has no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a moment without a time zone cannot be stored"
            raise ValueError(msg)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Say that it is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def letters(text: str) -> str:
    """Only what every database takes: lone surrogates and zero bytes can be written in JSON."""
    return text.encode(errors="replace").decode().replace("\0", "?")


class Keyring:
    """AES-256-GCM keys: the first one seals, each one opens what it sealed."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {hashlib.sha256(b"advocacy key id" + key).digest()[:4]: AESGCM(key) for key in keys}
        self.current = next(iter(self._keys), b"")

    def seal(self, text: str, label: str) -> bytes:
        """Encrypt; the label (table and column) is bound to it, so that a value cannot be moved elsewhere."""
        nonce = os.urandom(12)
        return self.current + nonce + self._keys[self.current].encrypt(nonce, text.encode(), label.encode())

    def open(self, sealed: bytes, label: str) -> str:
        """Decrypt. Raises ``LookupError`` when its key is not among the keys, or it was tampered with."""
        key = self._keys.get(sealed[:4])
        if key is None:
            msg = f"the key that sealed {label} is not among ADVOCACY_KEYS; add the old key behind the new one"
            raise LookupError(msg)
        try:
            return key.decrypt(sealed[4:16], sealed[16:], label.encode()).decode()
        except InvalidTag:
            msg = f"what is stored in {label} was changed from outside and cannot be read"
            raise LookupError(msg) from None


class Secret(TypeDecorator[str]):
    """Text that is encrypted at rest. ``Database`` hands the keyring over at start."""

    impl = LargeBinary
    cache_ok = True
    keyring = Keyring(())

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Seal."""
        return None if value is None else Secret.keyring.seal(value, self.label)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Open."""
        return None if value is None else Secret.keyring.open(value, self.label)


class Base(DeclarativeBase):
    """All tables. Names of constraints are fixed, so that migrations can speak of them."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it so
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
        list[int]: JSON(),
    }
    __table_args__: Any = {"sqlite_autoincrement": True}  # noqa: RUF012 - ids are never used twice


class Database:
    """One engine. ``write()`` and ``read()`` are the units of work; neither stays open across a network call."""

    def __init__(self, url: str, keys: Sequence[bytes]) -> None:
        Secret.keyring = Keyring(keys)
        self.url = driver_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self.engine: AsyncEngine = create_async_engine(self.url, **self._engine_options())
        if self.is_sqlite:
            _prepare_sqlite(self.engine)
        self._writing = asyncio.Lock()
        self._write = async_sessionmaker(
            self.engine.execution_options(begin="IMMEDIATE"), expire_on_commit=False, autobegin=True
        )
        self._read = async_sessionmaker(self.engine, expire_on_commit=False)
        near = self.engine.execution_options(near=True)
        self._glance = async_sessionmaker(near, expire_on_commit=False)
        self._jot = async_sessionmaker(near.execution_options(begin="IMMEDIATE"), expire_on_commit=False)
        self._lane = Lane(self.engine, self._writing if self.is_sqlite else None)

    def _engine_options(self) -> dict[str, Any]:
        if self.is_sqlite:
            path = make_url(self.url).database
            return {"async_creator": connector(path)} if path and path != ":memory:" else {}
        return {"pool_size": 10, "max_overflow": 10, "pool_pre_ping": True}

    @asynccontextmanager
    async def write(self, *, near: bool = False) -> AsyncIterator[AsyncSession]:
        """One unit of work: commits at the end, rolls back on an error, then runs what ``after_commit`` asked for.

        ``near``: it only touches a handful of rows by their keys. SQLite does that without a thread in between.
        """
        maker = self._jot if near else self._write
        if self.is_sqlite:
            # SQLite has one writer; waiting here is fair and cheap, waiting in its busy handler is neither.
            async with self._writing, maker() as session, session.begin():
                yield session
        else:
            async with maker() as session, session.begin():
                yield session
        for call in session.info.pop("after_commit", ()):
            call()

    async def brief(self, work: Work[T]) -> T:
        """One unit of work of a few statements, committed together with those of others who wait at this moment.

        ``work`` gets a connection, not a session. Raises what it raises; nothing of it is kept then.
        """
        return await self._lane.run(work)

    @asynccontextmanager
    async def read(self, *, near: bool = False) -> AsyncIterator[AsyncSession]:
        """A snapshot to read from; nothing is written. ``near`` as for ``write``."""
        async with (self._glance if near else self._read)() as session:
            yield session

    @asynccontextmanager
    async def write_on(self, connection: AsyncConnection) -> AsyncIterator[None]:
        """One unit of work on a connection the caller keeps, because its temporary tables live there."""
        await connection.execution_options(begin="IMMEDIATE")
        if self.is_sqlite:
            async with self._writing, connection.begin():
                yield
        else:
            async with connection.begin():
                yield
        await connection.execution_options(begin="DEFERRED")

    async def close(self) -> None:
        """Let all connections go."""
        await self._lane.close()
        await self.engine.dispose()


def after_commit(session: AsyncSession, call: Callable[[], None]) -> None:
    """Run this once the unit of work has been committed; not at all if it is rolled back."""
    session.info.setdefault("after_commit", []).append(call)


def driver_url(url: str) -> str:
    """The URL with the asynchronous driver in it; makes the folder of an SQLite file."""
    parsed = make_url(url)
    if parsed.drivername in {"sqlite", "sqlite+aiosqlite"}:
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).expanduser().parent.mkdir(parents=True, exist_ok=True)
        return parsed.set(drivername="sqlite+aiosqlite").render_as_string(hide_password=False)
    if parsed.drivername in {"postgres", "postgresql", "postgresql+asyncpg"}:
        return parsed.set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
    msg = f"DATABASE_URL must begin with sqlite:/// or postgresql://, not {parsed.drivername}"
    raise ValueError(msg)


def _write_ahead(cursor: Any) -> None:
    """Set the journal's mode, which the file then keeps.

    Who does so while another process has just made the file is refused at once: SQLite does not wait for this lock.
    """
    ends = time.monotonic() + _PATIENCE
    while time.monotonic() < ends:
        with suppress(sqlite3.OperationalError):
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        time.sleep(_PAUSE)
    cursor.execute("PRAGMA journal_mode=WAL")


def _prepare_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        cursor = connection.cursor()
        _write_ahead(cursor)
        busy = f"busy_timeout={BUSY_SECONDS * 1000:.0f}"
        for pragma in ("synchronous=FULL", "foreign_keys=ON", busy):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        driver = connection.connection.driver_connection
        if isinstance(driver, NearConnection):
            driver.near = options.get("near", False)
        connection.exec_driver_sql(f"BEGIN {options.get('begin', 'DEFERRED')}")


async def facts_lock(session: AsyncSession) -> None:
    """Call before appending a fact (``share_event``, ``click``) in this unit of work.

    PostgreSQL gives out ids when rows are inserted, not when they are committed, so a reader that has seen id 7 may
    have missed id 6. Writers hold this lock together; ``insights.fold`` takes it alone for the moment in which it
    reads how far it may go, so that nothing at or below that id can still appear. SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text(f"SELECT pg_advisory_xact_lock_shared({FACTS_LOCK})"))


def for_update(query: SomeSelect, *, skip_locked: bool = False) -> SomeSelect:
    """Lock the rows read, where the database can (SQLite has one writer anyway)."""
    return query.with_for_update(skip_locked=skip_locked)


def insert_into(s: AsyncSession, table: type[Base]) -> Any:
    """An INSERT that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``, in this database's dialect.

    Both dialects speak the same words; only the one in use is imported.
    """
    dialect = importlib.import_module(f"sqlalchemy.dialects.{s.get_bind().dialect.name}")
    return dialect.insert(table)


async def reseal(session: AsyncSession) -> int:
    """Encrypt every secret anew with the first key. Answers how many values were sealed."""
    count = 0
    for table in Base.metadata.sorted_tables:
        secrets = [column for column in table.columns if isinstance(column.type, Secret)]
        for column in secrets:
            key = next(iter(table.primary_key.columns))
            rows = await session.execute(select(key, column).where(column.is_not(None)))
            for identity, value in rows.all():
                await session.execute(update(table).where(key == identity).values({column.name: value}))
                count += 1
    return count


def new_key() -> str:
    """A fresh key for ``ADVOCACY_KEYS``."""
    return base64.b64encode(os.urandom(32)).decode()


__all__ = [
    "FACTS_LOCK", "Base", "BigId", "Database", "Id", "Keyring", "Prepared", "Ref", "Secret", "UtcDateTime",
    "after_commit", "driver_url", "facts_lock", "for_update", "insert_into", "letters", "new_key", "now", "reseal",
]  # fmt: skip
