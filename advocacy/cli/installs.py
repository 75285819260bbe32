"""``advocacy teams install``: the app for chosen people, through Microsoft Graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from advocacy.cli import ground
from advocacy.cli.rosters import teams_directory, tried
from advocacy.cli.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from advocacy.config import Settings
    from advocacy.people.models import Identity, Person

_SAID = {
    "now": "has the app now and can be written to.",
    "before": "had the app already and can be written to.",
    "unknown_user": "has no account that may use Teams.",
}


def install(
    emails: Annotated[list[str] | None, typer.Argument(help="whose")] = None,
    *,
    role: Annotated[str, typer.Option(help="everybody with this role: leader, editor or admin")] = "",
) -> None:
    """Give chosen people the Teams app, so that they can be written to before they found it by themselves.

    Needs the Graph permissions that docs/connect-teams.md names. For everybody, use a setup policy instead.
    """
    if not emails and not role:
        raise Trouble("Say whose: e-mail addresses, or --role leader.", 2)
    ground.run(_install(ground.settings(), emails or [], role))


async def _install(chosen: Settings, emails: Sequence[str], role: str) -> None:
    from advocacy.people import directory as people
    from advocacy.teams.installing import Installing

    async with ground.database(chosen) as db, teams_directory(chosen) as directory:
        async with db.read() as s:
            persons = await _people(s, emails, role)
            where = {one.id: await _identity(s, one, directory.tenant) for one in persons}
        installing = Installing(directory.graph, chosen)
        for person in persons:
            identity = where[person.id]
            if identity is None:
                ground.say(f"{person.email} is not known in Teams; first run: advocacy people sync teams")
                continue
            done = await tried(installing.install(identity.user_id), "teams")
            if done != "unknown_user":
                async with db.write() as s:
                    await people.has_app(s, identity.id)
            ground.say(f"{person.email} {_SAID[done]}")


async def _people(s: AsyncSession, emails: Sequence[str], role: str) -> list[Person]:
    from advocacy.people import directory

    if role:
        if role not in directory.ROLES:
            raise Trouble(f"There is no role {role}; there are {', '.join(directory.ROLES)}.", 2)
        found = await directory.with_role(s, role)
    else:
        found = []
    named = await directory.by_email(s, emails)
    if missing := [one for one in emails if one.strip().lower() not in named]:
        raise Trouble(f"Nobody here has the address {', '.join(missing)}.")
    return list({one.id: one for one in [*named.values(), *found]}.values())


async def _identity(s: AsyncSession, person: Person, tenant: str) -> Identity | None:
    from advocacy.people import directory

    those = await directory.identities(s, person.id)
    return next((one for one in those if (one.platform, one.tenant) == ("teams", tenant)), None)
