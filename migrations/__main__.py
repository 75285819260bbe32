"""For developers: ``python -m migrations "what changes"`` writes the revision that leads to the tables of the code."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command

from advocacy.db import Database
from migrations import FOLDER, run, upgrade


async def write(message: str) -> str:
    """Bring an empty SQLite file to the head, compare it with the code, write the difference as the next revision."""
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{Path(folder) / 'empty.sqlite'}", [os.urandom(32)])
        number = f"{len(list((FOLDER / 'versions').glob('[!_]*.py'))) + 1:04}"
        if number != "0001":
            await upgrade(db)
        await run(db, lambda config: command.revision(config, message, autogenerate=True, rev_id=number))
        await db.close()
    return number


def tidy(number: str) -> None:
    """Leave alembic's remarks out and format the file as all others are."""
    for path in (FOLDER / "versions").glob(f"{number}_*.py"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.lstrip().startswith("# ###")), encoding="utf-8")
        subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(path)], check=True)  # noqa: S603


if __name__ == "__main__":
    tidy(asyncio.run(write(sys.argv[1])))
