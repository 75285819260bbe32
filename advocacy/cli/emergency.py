"""``advocacy stop`` and ``advocacy resume``: the emergency stop where chat is out of reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from advocacy.cli import ground

if TYPE_CHECKING:
    from advocacy.config import Settings
    from advocacy.content.models import Halt


def stop(
    *,
    reason: Annotated[str, typer.Option(help="why; the editors read it")] = "",
    status: Annotated[bool, typer.Option("--status", help="only say whether everything is stopped")] = False,
) -> None:
    """Stop everything at once: no story is sent, nothing is shared, until somebody resumes."""
    chosen = ground.settings()
    ground.run(_status(chosen) if status else _stop(chosen, reason))


def resume() -> None:
    """Let everything go on; shares that wait get a new undo window."""
    ground.run(_resume(ground.settings()))


async def _stop(chosen: Settings, reason: str) -> None:
    from advocacy.bot import stops

    async with ground.database(chosen) as db, db.write() as s:
        halt = await stops.stop(s, chosen, account(), reason)
    ground.say(f"Everything is stopped. {_who(chosen, halt)} To let it go on: advocacy resume")


async def _resume(chosen: Settings) -> None:
    from advocacy.bot import stops
    from advocacy.sharing.shares import Sharing

    sharing = Sharing(chosen, {})  # nothing is posted from here: the running product does that
    async with ground.database(chosen) as db, db.write() as s:
        halt = await stops.resume(s, sharing, account())
    ground.say("Nothing was stopped." if halt is None else f"Everything goes on. {_who(chosen, halt)}")


async def _status(chosen: Settings) -> None:
    from advocacy.content import emergency

    async with ground.database(chosen) as db, db.read() as s:
        found = await emergency.history(s)
    is_stopped = bool(found) and found[0].lifted_at is None
    ground.say("Everything is stopped." if is_stopped else "Nothing is stopped.")
    for halt in found:
        ground.say(_who(chosen, halt))


def _who(chosen: Settings, halt: Halt) -> str:
    """Who did what and when, in one line."""
    said = f"Stopped by {halt.set_by}, {ground.clock(chosen, halt.set_at, seconds=True)}"
    if halt.reason:
        said += f" ({halt.reason})"
    if halt.lifted_at is not None:
        said += f"; lifted by {halt.lifted_by}, {ground.clock(chosen, halt.lifted_at, seconds=True)}"
    return f"{said}."


def account() -> str:
    """Who sits at this command line, as far as the machine knows."""
    import getpass
    import os

    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as containers have them
        name = f"account {os.getuid()}"
    return f"{name} (command line)"


__all__ = ["account", "resume", "stop"]
