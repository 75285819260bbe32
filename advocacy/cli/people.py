"""``advocacy people``: the roster."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from advocacy.cli import ground
from advocacy.cli.trouble import Trouble

if TYPE_CHECKING:
    from rich.console import Console

    from advocacy.config import Settings
    from advocacy.db import Database
    from advocacy.people.roster import Plan, Problem, Roster

app = typer.Typer(help="People and their departments.", no_args_is_help=True)

_REASONS = {
    "no_email": "has no e-mail address",
    "bad_email": "has an e-mail address that cannot be one: {value}",
    "duplicate_email": "has an e-mail address that was there before: {value}",
    "no_name": "has no name",
    "too_long": "has a name of more than 200 characters",
    "bad_department": "has a department that cannot be read: {value} (write it as Sales/DACH)",
    "bad_manager": "has a manager who is not given by e-mail address: {value}",
    "unknown_language": "has an unknown language: {value} (write de or en)",
    "unknown_time_zone": "has an unknown time zone: {value} (write Europe/Berlin)",
    "unknown_country": "names a country nobody knows: {value} (write DE, or its name); what is known of it stays",
    "unknown_role": "has an unknown role: {value} (there are editor, leader and admin)",
    "columns": "has {value} columns",
    "broken_quotes": "has a quotation mark that is not closed, or stands where none may be",
    "bad_characters": "has characters that cannot be shown",
    "manager_cycle": "begins a circle of managers: {value}",
    "not_utf8": "The file is not UTF-8; it was read as Windows-1252 (latin-1). Look at the umlauts.",
}
_FILES = {
    "empty": "{file} is empty.",
    "not_csv": "{file} is no CSV file; save the sheet as CSV (UTF-8) and try again.",
    "no_email_column": "{file} has no column for the e-mail address. Its columns: {found}",
    "no_name_column": "{file} has no column for the name. Its columns: {found}",
    "column_twice": "{file} has two columns of the same meaning; the second is: {found}",
}
_PHASES = {"stage": "Comparing", "write": "Writing"}
_KINDS = {"joined": "joins", "back": "comes back", "changed": "changes", "moved": "moves", "left": "leaves"}


@app.callback()
def _people() -> None:
    """People and their departments."""


@app.command("import")
def import_people(
    file: Annotated[
        Path, typer.Argument(help="CSV with e-mail, name, department, manager, language, time zone, roles")
    ],
    *,
    apply: Annotated[bool, typer.Option("--apply", help="do it, without asking")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="import nothing if any row is bad")] = False,
    allow_leavers: Annotated[
        bool, typer.Option("--allow-leavers", help="even if more than a fifth of everybody would leave")
    ] = False,
) -> None:
    """Bring people in step with a roster. Prints first what would change; leavers are whoever is not in the file."""
    from advocacy.people.roster import BadRoster, read_csv

    chosen = ground.settings()
    try:
        roster = read_csv(file)
    except BadRoster as bad:
        raise Trouble(_FILES[bad.code].format(file=file, found=bad.found)) from None
    _print_problems(roster.problems)
    if strict and roster.refused:
        raise Trouble(f"Nothing was imported: {_rows(roster.refused)} bad, and --strict was given.")
    ground.run(_import(chosen, file, roster, apply=apply, allow_leavers=allow_leavers))


async def _import(chosen: Settings, file: Path, roster: Roster, *, apply: bool, allow_leavers: bool) -> None:
    from advocacy.db import now
    from advocacy.people import roster as people

    today = now().astimezone(chosen.zone).date()
    out = ground.console()
    async with ground.database(chosen) as db:
        with ground.progress(_PHASES) as report:
            async with db.read() as s:
                plan = await people.plan(s, roster.rows, today, report)
        _print_plan(out, plan, roster.refused)
        if plan.is_truncated and not allow_leavers:
            raise Trouble(
                f"Nothing was changed: {plan.left} of {plan.employed} people are not in the file, which looks cut off."
                " If they did leave, say --allow-leavers."
            )
        if not (plan.joined or plan.changed or plan.moved or plan.left):
            out.print("Nothing to do.")
        elif apply or _confirmed():
            await _apply(db, chosen, file, roster, allow_leavers=allow_leavers)
        else:
            out.print("This was a dry run; nothing was changed. To do it, say --apply.")


async def _apply(db: Database, chosen: Settings, file: Path, roster: Roster, *, allow_leavers: bool) -> None:
    from advocacy.db import now
    from advocacy.people import roster as people

    began = perf_counter()
    with ground.progress(_PHASES) as report:
        run = await people.apply(
            db,
            roster.rows,
            now().astimezone(chosen.zone).date(),
            report,
            source=file.name,
            refused=roster.refused,
            allow_leavers=allow_leavers,
            language=chosen.language,
            time_zone=chosen.time_zone,
        )
    ground.console().print(
        f"Done in {perf_counter() - began:.1f} s: {run.joined:,} joined, {run.changed:,} changed, {run.moved:,} moved,"
        f" {run.left:,} left; {_rows(run.refused)} bad."
    )


def _print_problems(problems: Sequence[Problem]) -> None:
    err = ground.console(stderr=True)
    for one in problems:
        reason = _REASONS[one.code].format(value=one.value)
        sentence = reason if one.code == "not_utf8" else f"Line {one.line} {reason}."
        err.print(sentence, style="yellow" if one.is_warning else "red", markup=False, soft_wrap=True)


def _print_plan(out: Console, plan: Plan, refused: int) -> None:
    from rich.table import Table

    table = Table("people", "would", title="What the file changes", title_justify="left")
    for count, words in (
        (plan.joined, "join"), (plan.changed, "change (name, manager, language, time zone, roles)"),
        (plan.moved, "move to another department"), (plan.left, "leave"), (plan.unchanged, "stay as they are"),
    ):  # fmt: skip
        table.add_row(f"{count:,}", words)
    if refused:
        table.add_row(f"{refused:,}", "not be looked at: bad rows", style="red")
    table.columns[0].justify = "right"
    out.print(table)
    if plan.new_departments:
        more = f" and {len(plan.new_departments) - 10} more" if len(plan.new_departments) > 10 else ""
        out.print(f"New departments: {', '.join(plan.new_departments[:10])}{more}", markup=False)
    if plan.samples:
        people = Table("who", "what", "department", title="For example", title_justify="left")
        for one in plan.samples:
            people.add_row(one.email, _KINDS[one.kind], one.department)
        out.print(people)


def _confirmed() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and typer.confirm("Do it now?", default=False)


def _rows(count: int) -> str:
    return "1 row was" if count == 1 else f"{count:,} rows were"
