"""``advocacy token``: what lets programs use the REST API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from advocacy.cli import ground
from advocacy.cli.trouble import Trouble

if TYPE_CHECKING:
    from advocacy.config import Settings

app = typer.Typer(help="Tokens for the REST API.", no_args_is_help=True)


@app.callback()
def _tokens() -> None:
    """Tokens for the REST API."""


@app.command("new")
def new(
    *,
    email: Annotated[str, typer.Option("--for", help="e-mail address of the editor it acts for")],
    name: Annotated[str, typer.Option(help="what it is for, such as: website")],
) -> None:
    """Make a token. It is shown once."""
    if not name.strip():
        raise Trouble("Say what the token is for: --name website", 2)
    ground.run(_new(ground.settings(), email, name))


async def _new(chosen: Settings, email: str, name: str) -> None:
    from advocacy.people import directory, tokens

    if len(name.strip()) > tokens.LONGEST_NAME:
        raise Trouble(f"A name has at most {tokens.LONGEST_NAME} characters.", 2)
    async with ground.database(chosen) as db, db.write() as s:
        person = await directory.find(s, email)
        if person is None:
            raise Trouble(f"There is nobody with the e-mail address {email}.")
        if not directory.may(person, "editor"):
            raise Trouble(f"{person.name} is not an editor; the roster's column for roles says who is.")
        token, secret = await tokens.new(s, person.id, name)
    ground.say(f"Token {token.id} acts for {person.name}. Keep it: it is not shown again.", stderr=True)
    ground.say(secret)


@app.command("list")
def list_tokens() -> None:
    """List tokens, the newest first."""
    ground.run(_list(ground.settings()))


async def _list(chosen: Settings) -> None:
    from advocacy.people import tokens

    async with ground.database(chosen) as db, db.read() as s:
        found = await tokens.listing(s)
    rows = []
    for token, person in found:
        times = [ground.clock(chosen, at) for at in (token.created_at, token.used_at, token.revoked_at)]
        rows.append((str(token.id), person.email, token.name, *times))
    ground.show(("id", "for", "name", "made", "used", "revoked"), rows, "There are no tokens.")


@app.command("revoke")
def revoke(token_id: Annotated[int, typer.Argument(help="its id, as advocacy token list shows it")]) -> None:
    """End a token at once and for good."""
    ground.run(_revoke(ground.settings(), token_id))


async def _revoke(chosen: Settings, token_id: int) -> None:
    from advocacy.people import tokens

    async with ground.database(chosen) as db, db.write() as s:
        token = await tokens.revoke(s, token_id)
    if token is None:
        raise Trouble(f"There is no token {token_id}; see: advocacy token list")
    ground.say(f"Token {token_id} is revoked.")
