"""``advocacy people forget``: what somebody shared is reduced to counts."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from advocacy.cli import ground
from advocacy.cli.trouble import Trouble

if TYPE_CHECKING:
    from advocacy.config import Settings
    from advocacy.people.models import Person
    from advocacy.sharing.leavers import Traces


def forget(
    email: Annotated[str, typer.Argument(help="whose accounts and shares")],
    *,
    apply: Annotated[bool, typer.Option("--apply", help="do it, without asking")] = False,
) -> None:
    """Forget what somebody shared: accounts are given back, shares reduced to counts. Totals stay as they are.

    For people who left the server does this by itself a day later. Prints first what would be forgotten.
    """
    ground.run(_forget(ground.settings(), email, apply=apply))


async def _forget(chosen: Settings, email: str, *, apply: bool) -> None:
    from advocacy.people import directory
    from advocacy.sharing import leavers
    from advocacy.sharing.accounts import Accounts
    from advocacy.sharing.networks import make_all

    async with ground.database(chosen) as db:
        async with db.read() as s:
            person = await directory.find(s, email)
            if person is None:
                raise Trouble(f"Nobody here has the address {email}.")
            found = await leavers.traces(s, person.id)
        _print(person, found)
        if found.is_empty:
            return
        if not apply and not _confirmed():
            ground.say("This was a dry run; nothing was changed. To do it, say --apply.")
            return
        async with ground.http(chosen) as http:
            accounts = Accounts(db, chosen, make_all(chosen, http))
            found, outcomes = await leavers.forget(db, accounts, person.id)
    ground.say(
        f"Done: {_counted(len(found.accounts), 'account')} disconnected, {_counted(found.open, 'share')} cancelled,"
        f" {_counted(found.history, 'share')} reduced to counts."
    )
    for network, outcome in outcomes.items():
        if outcome == "later":
            ground.say(f"{network} cannot be reached; the server goes on giving the permission back for a day.")
        elif outcome == "failed":
            ground.say(f"{network} did not take the permission back; here it was deleted.")
    if found.in_flight:
        ground.say(f"{_counted(found.in_flight, 'share')} still on the way; run this again in half an hour.")


def _print(person: Person, found: Traces) -> None:
    from advocacy.people import directory

    if directory.is_employed(person):
        ground.say(f"{person.email} is still employed here, stays in the roster, and can begin anew.")
    if found.is_empty:
        ground.say(f"Nothing is kept of what {person.email} shared.")
        return
    ground.say(
        f"Of {person.email} would be forgotten: {_counted(len(found.accounts), 'account')}"
        f"{' (' + ', '.join(found.accounts) + ')' if found.accounts else ''},"
        f" {_counted(found.open, 'share')} that has not left yet, texts and addresses of"
        f" {_counted(found.history + found.in_flight, 'share')}. What was counted stays counted."
    )


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _confirmed() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and typer.confirm("Do it now?", default=False)
