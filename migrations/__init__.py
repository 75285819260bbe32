"""Which revision the database is at, and how it comes to the newest. Imports alembic only when it has work to do."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

import advocacy
from advocacy.db import Database

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent
_REVISION = re.compile(r'^revision(?:: str)? = "([^"]+)"', re.MULTILINE)
_PARENT = re.compile(r'^down_revision(?:: str \| None)? = "([^"]+)"', re.MULTILINE)


def load_tables() -> None:
    """Import the tables of every room, so that ``Base.metadata`` knows them; nothing else of the rooms."""
    for models in sorted(Path(advocacy.__file__).parent.glob("*/models.py")):
        importlib.import_module(f"advocacy.{models.parent.name}.models")


def head() -> str:
    """The newest revision there is. Raises ``LookupError`` unless there is exactly one that nothing builds on."""
    texts = [path.read_text(encoding="utf-8") for path in (FOLDER / "versions").glob("[!_]*.py")]
    built_on = {parent for one in texts for parent in _PARENT.findall(one)}
    heads: set[str] = {revision for one in texts for revision in _REVISION.findall(one)} - built_on
    if len(heads) != 1:
        msg = f"the migrations have {len(heads)} heads, not one"
        raise LookupError(msg)
    return heads.pop()


async def stored(db: Database) -> str | None:
    """The revision the database is at, by one SELECT; ``None`` when it is empty."""
    async with db.engine.connect() as connection:
        try:
            found: str | None = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        except DBAPIError as error:
            # No such table is an answer; no database is not.
            if error.connection_invalidated or "alembic_version" not in str(error.orig):
                raise
            return None
    return found


async def upgrade(db: Database, revision: str = "head") -> str | None:
    """Bring the database to a revision (``head``), if it is not there. Answers the revision it was at before."""
    before = await stored(db)
    if before != (head() if revision == "head" else revision):
        from alembic import command

        await run(db, lambda settings: command.upgrade(settings, revision))
    return before


async def downgrade(db: Database, revision: str = "base") -> None:
    """Take revisions back, down to one (``base``: an empty database). What their tables held is lost."""
    from alembic import command

    await run(db, lambda settings: command.downgrade(settings, revision))


async def run(db: Database, call: Any) -> None:
    """Let alembic work on this database, alone and in one transaction."""
    async with db.engine.execution_options(begin="IMMEDIATE").connect() as connection:
        if db.is_sqlite:
            await _let_tables_be_rebuilt(connection)
        async with connection.begin():
            await connection.run_sync(lambda sync: call(config(connection=sync)))
    if db.is_sqlite:
        await db.engine.dispose()


def config(**attributes: Any) -> Config:
    """What alembic wants to know; there is no alembic.ini."""
    from alembic.config import Config

    settings = Config(attributes=attributes)
    settings.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return settings


async def _let_tables_be_rebuilt(connection: AsyncConnection) -> None:
    """Switch foreign keys off, which SQLite allows only outside a transaction: else a rebuilt table's rows cascade."""

    def switch(sync: Any) -> None:
        cursor = sync.connection.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.close()

    await connection.run_sync(switch)
