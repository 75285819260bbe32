"""Commands that run, prepare and check the product."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from advocacy.cli import ground
from advocacy.cli.trouble import Trouble

if TYPE_CHECKING:
    from advocacy.config import Settings

keys = typer.Typer(help="Keys that encrypt tokens in the database.", no_args_is_help=True)


@keys.callback()
def _keys() -> None:
    """Keys that encrypt tokens in the database."""


def serve() -> None:
    """Run the product until it is asked to stop (Ctrl-C, SIGTERM). Brings the database's tables up to date first."""
    from advocacy import logs

    chosen = ground.settings()
    logs.configure(chosen.log_level)
    ground.fast(_serve(chosen))


async def _serve(chosen: Settings) -> None:
    import migrations
    from advocacy.app import serve as forever

    async with ground.database(chosen, migrated=False) as db:
        await migrations.upgrade(db)
    await forever(chosen)


def playground(
    *,
    tour: Annotated[
        bool, typer.Option("--tour", help="play the whole loop without a screen, print it, and end")
    ] = False,
    database: Annotated[str, typer.Option(help="an empty database to use; SQLite in var/ when not given")] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="port of the page")] = 8790,
) -> None:
    """Try everything on this machine, with no account anywhere: fictional people, Slack, Teams and networks."""
    from advocacy import logs

    logs.configure("ERROR")
    if tour:
        from advocacy.tour import run as play

        sys.exit(0 if ground.fast(play(database_url=database)) else 1)
    from advocacy.demo import run as show

    ground.fast(show(database_url=database, page_port=port))


def migrate() -> None:
    """Create the database's tables, or bring them up to date."""
    ground.run(_migrate(ground.settings()))


async def _migrate(chosen: Settings) -> None:
    import migrations

    async with ground.database(chosen, migrated=False) as db:
        before = await migrations.upgrade(db)
    name, head = ground.shown(chosen.database_url), migrations.head()
    was = f"was at revision {before}" if before else "was empty"
    done = "is up to date" if before == head else f"{was} and is now at revision {head}"
    ground.console().print(f"The database {name} {done}.", markup=False)


def doctor() -> None:
    """Check settings, database, vendors and keys, and say what to do. Exits with 1 when something must be mended."""
    from advocacy import doctor as checks

    found = ground.run(checks.examine(ground.settings()))
    out = ground.console()
    marks = {"good": "[green]✓[/green]", "warning": "[yellow]![/yellow]", "bad": "[red]✗[/red]"}
    for one in found:
        out.print(marks[one.level], end=" ")
        out.print(one.sentence, markup=False)
        if one.advice:
            out.print(f"  → {one.advice}", markup=False)
    bad = sum(one.level == "bad" for one in found)
    out.print("Everything needed is in place." if not bad else f"To be mended: {bad}.")
    sys.exit(1 if bad else 0)


@keys.command("new")
def new() -> None:
    """Print a fresh key for ADVOCACY_KEYS."""
    from advocacy.db import new_key

    print(new_key())  # noqa: T201 - for a shell to take over as it is


@keys.command("rotate")
def rotate() -> None:
    """Encrypt everything stored with the first of ADVOCACY_KEYS, so that the others can be taken out."""
    ground.run(_rotate(ground.settings()))


async def _rotate(chosen: Settings) -> None:
    from advocacy.db import reseal

    async with ground.database(chosen) as db:
        try:
            async with db.write() as s:
                count = await reseal(s)
        except LookupError as error:
            raise Trouble(f"Nothing was changed: {error.args[0]}.") from None
    rest = " The other keys are no longer needed." if len(chosen.keys) > 1 else ""
    ground.console().print(f"{count:,} secrets are now encrypted with the first key.{rest}")
