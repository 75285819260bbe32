"""``advocacy rule``: what in a story calls for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from advocacy.cli import ground
from advocacy.cli.trouble import Trouble

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from advocacy.config import Settings
    from advocacy.content.models import ReviewRule

app = typer.Typer(help="What in a story calls for whom.", no_args_is_help=True)

_PROBLEMS = {
    "no_name": "A rule needs a name.",
    "long_name": "The name is longer than 120 characters.",
    "taken": "There is a rule with this name already; remove it first, or choose another name.",
    "unknown_kind": "There are the kinds numbers, words, pattern, personal, image_rights and topic.",
    "no_terms": "Say what to look for: --term, once for each word, phrase or topic.",
    "too_many": "At most 1,000 terms of at most 200 characters each.",
    "bad_language": "This is no language; write de or en.",
    "bad_hours": "Between one hour and 60 days (1440), please.",
    "bad_pattern": "This pattern cannot be used: {why}.",
}


@app.callback()
def _rule() -> None:
    """What in a story calls for whom."""


@app.command("add")
def add(
    name: str,
    kind: Annotated[str, typer.Argument(help="numbers, words, pattern, personal, image_rights or topic")],
    *,
    term: Annotated[list[str] | None, typer.Option(help="a word, phrase or topic; may be given often")] = None,
    pattern: Annotated[str, typer.Option(help="a regular expression")] = "",
    language: Annotated[str, typer.Option(help="look only at texts in this language")] = "",
    reviewer: Annotated[list[str] | None, typer.Option(help="e-mail address; one of those named decides")] = None,
    hours: Annotated[int | None, typer.Option(help="hours until the decision is due")] = None,
) -> None:
    """Add a rule. Whoever is named has to approve each story in which it finds something."""
    from advocacy.content.review import rules

    made = rules.make(name, kind, terms=term or (), pattern=pattern, language=language, due_hours=hours)
    ground.run(_add(ground.settings(), [made], reviewer or []))


@app.command("starter")
def starter(
    *,
    language: Annotated[str, typer.Option(help="de or en")] = "en",
    reviewer: Annotated[list[str] | None, typer.Option(help="e-mail address; any editor when not given")] = None,
) -> None:
    """Add rules to begin with: figures, personal data, pictures without rights, confidential and legal words."""
    from advocacy.content.review import rules

    if language not in {"de", "en"}:
        raise Trouble("There are rules to begin with for de and en.", 2)
    ground.run(_add(ground.settings(), rules.starters(language), reviewer or [], skip=True))


@app.command("list")
def list_rules() -> None:
    """Show all rules."""
    ground.run(_list(ground.settings()))


@app.command("remove")
def remove(name: str) -> None:
    """Remove a rule. Stories no longer wait for those it named."""
    ground.run(_remove(ground.settings(), name))


@app.command("test")
def attempt(text: str, *, language: Annotated[str, typer.Option(help="the text's")] = "en") -> None:
    """Show what the rules find in a text."""
    ground.run(_test(ground.settings(), text, language))


async def _add(chosen: Settings, made: list[ReviewRule], emails: list[str], *, skip: bool = False) -> None:
    from advocacy.content.review import rules

    added = []
    async with ground.database(chosen) as db, db.write() as s:
        people = [await _person(s, email) for email in emails]
        for rule in made:
            rule.reviewer_ids = people
            try:
                added.append((await rules.add(s, rule)).name)
            except rules.NotARule as wrong:
                if skip and wrong.code == "taken":
                    continue
                raise Trouble(_PROBLEMS[wrong.code].format(why=wrong.why), 2) from None
    said = f"Added: {', '.join(added)}." if added else "Nothing to add: these rules are there already."
    ground.say(said)


async def _person(s: AsyncSession, email: str) -> int:
    from advocacy.people import directory

    person = await directory.find(s, email)
    if person is None:
        raise Trouble(f"Nobody has the e-mail address {email}; see: advocacy people list")
    return person.id


async def _list(chosen: Settings) -> None:
    from advocacy.content.review import rules
    from advocacy.people import directory

    async with ground.database(chosen) as db, db.read() as s:
        found = await rules.listing(s)
        emails = await directory.emails(s, {one for rule in found for one in rule.reviewer_ids})
    for rule in found:
        what = rule.pattern or ", ".join(rule.terms)
        who = ", ".join(emails.get(one, "somebody unknown") for one in rule.reviewer_ids) or "any editor"
        parts = [rule.kind, rule.language, what, f"decided by {who}", "" if rule.active else "switched off"]
        ground.say(f"{rule.name}: {'; '.join(filter(None, parts))}")
    if not found:
        ground.say("There is no rule. Begin with: advocacy rule starter --language en")


async def _remove(chosen: Settings, name: str) -> None:
    from advocacy.content.review import rules

    async with ground.database(chosen) as db, db.write() as s:
        if not await rules.remove(s, name):
            raise Trouble(f"There is no rule {name!r}; see: advocacy rule list")
    ground.say(f"Removed: {name}.")


async def _test(chosen: Settings, text: str, language: str) -> None:
    from advocacy.content.review import rules

    async with ground.database(chosen) as db, db.read() as s:
        hits = rules.attempt(await rules.listing(s), text, language)
    for hit in hits:
        ground.say(f"{hit.rule.name}: {hit.excerpt}")
    if not hits:
        ground.say("No rule finds anything in this text.")
