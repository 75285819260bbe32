"""What every command stands on: settings, the database, the terminal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, TypeVar

from advocacy.cli.trouble import Trouble

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from advocacy.config import Settings
    from advocacy.db import Database
    from advocacy.http import Http
    from advocacy.people.roster import Progress

T = TypeVar("T")


def run(work: Coroutine[object, object, T]) -> T:
    """Do it, and answer what it answers."""
    return asyncio.run(work)


def fast(work: Coroutine[object, object, T]) -> T:
    """The same on uvloop where there is one, for what runs long."""
    try:
        import uvloop
    except ImportError:
        return run(work)
    return uvloop.run(work)


def settings() -> Settings:
    """The settings of the environment."""
    from advocacy.config import Settings

    return Settings()


def console(*, stderr: bool = False) -> Console:
    """The terminal. What others may read by machine goes to stdout, the rest to stderr."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=not stderr)


def say(sentence: str, *, stderr: bool = False) -> None:
    """Print a sentence as it is: titles and names of others may look like markup."""
    console(stderr=stderr).print(sentence, markup=False)


def show(headings: Sequence[str], rows: Iterable[Sequence[str]], otherwise: str) -> None:
    """Print these rows as a table, or a sentence where there are none. Titles and names are printed as they are."""
    from rich.table import Table
    from rich.text import Text

    table = Table(*headings, box=None)
    for row in rows:
        table.add_row(*map(Text, row))
    console().print(table if table.row_count else otherwise, markup=False)


@contextmanager
def progress(phases: Mapping[str, str]) -> Iterator[Progress]:
    """A bar for each phase, named so, on stderr; gone when the work is done. A total of 0 is one nobody knows."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    err = console(stderr=True)
    with Bars(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        tasks = {phase: bar.add_task(words, total=None, visible=False) for phase, words in phases.items()}

        def report(phase: str, done: int, total: int) -> None:
            bar.update(tasks[phase], completed=done, total=total or None, visible=True)

        yield report


def clock(chosen: Settings, at: datetime | None, *, seconds: bool = False) -> str:
    """A moment as the company's clocks show it, to the minute; empty when there is none."""
    return at.astimezone(chosen.zone).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M") if at else ""


@asynccontextmanager
async def database(chosen: Settings, *, migrated: bool = True) -> AsyncIterator[Database]:
    """The database, reachable, and (unless told otherwise) with the newest tables. Raises ``Trouble``."""
    import migrations
    from advocacy.db import Database

    migrations.load_tables()
    db = Database(chosen.database_url, chosen.key_bytes)
    try:
        try:
            stored = await migrations.stored(db)
        except (OSError, ValueError) as error:
            raise Trouble(f"The database {shown(chosen.database_url)} cannot be reached: {error}.") from error
        if migrated and stored != migrations.head():
            what = "has no tables yet" if stored is None else f"is at revision {stored}, not {migrations.head()}"
            raise Trouble(f"The database {shown(chosen.database_url)} {what}; run: advocacy migrate")
        yield db
    finally:
        await db.close()


@asynccontextmanager
async def http(chosen: Settings) -> AsyncIterator[Http]:
    """The way out to the internet, open for as long as it is needed."""
    from advocacy.http import Http

    client = Http(chosen)
    await client.start()
    try:
        yield client
    finally:
        await client.close()


def shown(url: str) -> str:
    """A database's address without its password."""
    from sqlalchemy.engine import make_url

    return make_url(url).render_as_string(hide_password=True)
