"""The roster as a file: what HR systems and spreadsheets write, read with patience and reported line by line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from zoneinfo import available_timezones

from advocacy.people.countries import code_of
from advocacy.people.directory import ROLES

MAX_EMAIL, MAX_NAME, MAX_PATH, MAX_PART, MAX_LOCATION = 320, 200, 1000, 200, 120
"""Characters."""
_ALIASES = {
    "email": "email mail emailaddress mailaddress emailadresse mailadresse workemail userprincipalname upn",
    "name": "name fullname displayname employeename vollständigername anzeigename mitarbeiter mitarbeitername",
    "first": "firstname givenname vorname",
    "last": "lastname surname familyname nachname familienname",
    "department": "department departmentpath dept orgunit abteilung abteilungspfad bereich organisationseinheit",
    "manager": "manager manageremail managermail supervisor supervisoremail vorgesetzter vorgesetzte führungskraft"
    " emailvorgesetzter emailführungskraft vorgesetzteremail führungskraftemail manageremailaddress",
    "language": "language lang locale preferredlanguage sprache",
    "time_zone": "timezone tz zeitzone",
    "location": "location standort arbeitsort worklocation officelocation",
    "country": "country countrycode land ländercode länderkürzel arbeitsland workcountry usagelocation",
    "roles": "roles role rollen rolle",
}
COLUMNS = {alias: name for name, aliases in _ALIASES.items() for alias in aliases.split()}
_LANGUAGE_NAMES = {
    "german": "de", "deutsch": "de", "english": "en", "englisch": "en", "french": "fr", "französisch": "fr",
}  # fmt: skip
_LANGUAGES = frozenset(
    re.findall(
        r"\w+",
        "bg bs ca cs cy da de el en es et eu fi fr ga gl hr hu is it ja ko lb lt lv mk mt nb nl nn no pl pt ro ru sk"
        " sl sq sr sv tr uk zh ar he hi id ms th vi fa ur bn ta te",
    )
)
_ROLE_NAMES = {"redakteur": "editor", "redaktion": "editor", "leitung": "leader", "administrator": "admin"}
_NO_ROLE = {"employee", "mitarbeiter", "mitarbeiterin", "advocate"}
_EMAIL = re.compile(r"^[^@\s<>,;\"'()]+@[^@\s<>,;\"'().]+(\.[^@\s<>,;\"'().]+)+$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class BadRoster(ValueError):
    """The file as a whole cannot be read.

    Codes: ``empty``, ``not_csv`` (a workbook or other binary file), ``no_email_column``, ``no_name_column``,
    ``column_twice``; ``found`` has the column names there are.
    """

    def __init__(self, code: str, found: str = "") -> None:
        super().__init__(f"{code}: {found}" if found else code)
        self.code = code
        self.found = found


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the file. ``None``: the file does not say, so what is known stays."""

    line: int
    email: str
    name: str = ""
    department: str | None = None
    manager_email: str | None = None
    language: str | None = None
    time_zone: str | None = None
    roles: tuple[str, ...] | None = None
    location: str | None = None
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    only_present: bool = False
    """The row was bad but tells that this person is still there: nothing about them changes."""
    leaves: bool = False
    """Nothing but that they are no longer there."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one line.

    Codes: ``no_email``, ``bad_email``, ``duplicate_email``, ``no_name``, ``too_long``, ``bad_department``,
    ``bad_manager``, ``unknown_language``, ``unknown_time_zone``, ``unknown_role``, ``columns``, ``broken_quotes``,
    ``bad_characters``; warnings, whose row still counts: ``manager_cycle``, ``not_utf8``, ``unknown_country``.
    """

    line: int
    code: str
    value: str = ""
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class Roster:
    """A file that was read: rows to go by, and everything that was wrong, in the order of lines."""

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """How many rows do not count."""
        return sum(not one.is_warning for one in self.problems)


class _Bad(Exception):
    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(code)
        self.code, self.value = code, value


def read_csv(file: Path | bytes | IO[str] | IO[bytes]) -> Roster:
    """Read a roster: ``,`` ``;`` or tab, UTF-8, UTF-16 or Windows-1252, column names in English or German.

    Raises ``BadRoster`` when nothing can be read, ``OSError`` when the file cannot be opened.
    """
    data = file.read_bytes() if isinstance(file, Path) else file if isinstance(file, bytes) else file.read()
    text, is_guessed = (data, False) if isinstance(data, str) else _decode(data)
    roster = Roster()
    if is_guessed:
        roster.problems.append(Problem(1, "not_utf8", is_warning=True))
    lines = _records(text, roster.problems)
    header = next(lines, None)
    if header is None:
        raise BadRoster("empty")
    reader = _Reader(_columns(header[1]), len(header[1]))
    for line, cells in lines:
        reader.take(line, cells, roster)
    roster.problems.extend(_cycles(roster.rows))
    roster.problems.sort(key=lambda one: one.line)
    return roster


def _decode(data: bytes) -> tuple[str, bool]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), False
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")) or b"\x00" in data[:1000]:
        raise BadRoster("not_csv")
    try:
        return data.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), True


def _records(text: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Records that are not blank, each with the number of its first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            problems.append(Problem(line, "broken_quotes"))
            continue
        if any(cell.strip() for cell in cells):
            yield line, cells


def _columns(header: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, title in enumerate(header):
        name = COLUMNS.get(re.sub(r"[\W_]", "", title.casefold()))
        if name is None:
            continue
        if name in found:
            # "Manager" beside "Manager e-mail": the one with the address is meant.
            addresses = ["mail" in header[one].casefold() for one in (found[name], at)]
            if addresses[0] == addresses[1]:
                raise BadRoster("column_twice", title)
            at = at if addresses[1] else found[name]  # noqa: PLW2901
        found[name] = at
    names = ", ".join(title.strip() for title in header)[:300]
    if "email" not in found:
        raise BadRoster("no_email_column", names)
    if "name" not in found and not {"first", "last"} & set(found):
        raise BadRoster("no_name_column", names)
    return found


class _Reader:
    """Turns records into rows; remembers what came before."""

    def __init__(self, columns: dict[str, int], width: int) -> None:
        self.columns = columns
        self.width = width
        self.seen: dict[str, int] = {}
        self.zones = available_timezones()
        self.paths: dict[str, str] = {}
        self.shared: dict[str, str] = {}
        self.countries: dict[str, str] = {}

    def take(self, line: int, cells: Sequence[str], roster: Roster) -> None:
        """Add a row or a problem."""
        email = ""
        try:
            email = self._email(self._cell(cells, "email") or "")
            self._once(email, line)
            roster.rows.append(row := self._row(line, email, cells))
            if row.country is None and (named := self._cell(cells, "country")):
                roster.problems.append(Problem(line, "unknown_country", named[:200], is_warning=True))
        except _Bad as bad:
            roster.problems.append(Problem(line, bad.code, bad.value[:200]))
            if email and bad.code != "duplicate_email":
                roster.rows.append(Row(line, email, only_present=True))

    def _once(self, email: str, line: int) -> None:
        if email in self.seen:
            raise _Bad("duplicate_email", f"{email} (line {self.seen[email]})")
        self.seen[email] = line

    def _row(self, line: int, email: str, cells: Sequence[str]) -> Row:
        if len(cells) != self.width and any(cell.strip() for cell in cells[self.width :] or ["x"]):
            raise _Bad("columns", f"{len(cells)} instead of {self.width}")
        if any(_CONTROL.search(cell) for cell in cells):
            raise _Bad("bad_characters")
        return Row(
            line,
            email,
            self._name(cells),
            self._department(self._cell(cells, "department")),
            self._manager(self._cell(cells, "manager")),
            _language(self._cell(cells, "language")),
            self._zone(self._cell(cells, "time_zone")),
            _roles(self._cell(cells, "roles")),
            self._location(self._cell(cells, "location")),
            self._country(self._cell(cells, "country")),
        )

    def _cell(self, cells: Sequence[str], name: str) -> str | None:
        """What stands in a column; ``None`` when the file has no such column."""
        at = self.columns.get(name)
        if at is None:
            return None
        return cells[at].strip() if at < len(cells) else ""

    def _email(self, cell: str) -> str:
        if not cell:
            raise _Bad("no_email")
        if len(cell) > MAX_EMAIL or not _EMAIL.match(cell):
            raise _Bad("bad_email", cell)
        return cell.lower()

    def _name(self, cells: Sequence[str]) -> str:
        parts = (self._cell(cells, "first"), self._cell(cells, "last"))
        name = self._cell(cells, "name") or " ".join(part for part in parts if part)
        if not name:
            raise _Bad("no_name")
        if len(name) > MAX_NAME:
            raise _Bad("too_long", name)
        return name

    def _department(self, cell: str | None) -> str | None:
        if not cell:
            return cell
        path = path_of(cell)
        if path is None:
            raise _Bad("bad_department", cell)
        return self.paths.setdefault(path.casefold(), path)  # the first spelling holds for the whole file

    def _manager(self, cell: str | None) -> str | None:
        if not cell:
            return cell
        if len(cell) > MAX_EMAIL or not _EMAIL.match(cell):
            raise _Bad("bad_manager", cell)
        return self.shared.setdefault(cell.lower(), cell.lower())

    def _country(self, cell: str | None) -> str | None:
        """Its code. One that nobody knows is told, and leaves what is known."""
        if not cell:
            return cell
        if cell not in self.countries:
            self.countries[cell] = code_of(cell)
        return self.countries[cell] or None

    def _location(self, cell: str | None) -> str | None:
        if not cell:
            return cell
        if len(cell) > MAX_LOCATION:
            raise _Bad("too_long", cell)
        place = " ".join(cell.split())
        return self.shared.setdefault(place, place)

    def _zone(self, cell: str | None) -> str | None:
        if not cell:
            return None
        if cell not in self.zones:
            raise _Bad("unknown_time_zone", cell)
        return self.shared.setdefault(cell, cell)


def _language(cell: str | None) -> str | None:
    if not cell:
        return None
    code = _LANGUAGE_NAMES.get(cell.casefold(), cell.replace("_", "-"))
    base, _, region = code.partition("-")
    if base.lower() not in _LANGUAGES or len(region) > 8:
        raise _Bad("unknown_language", cell)
    return "-".join(filter(None, (base.lower(), region.upper() if len(region) == 2 else region)))


def is_email(text: str) -> bool:
    """Can this be an e-mail address of somebody here?"""
    return len(text) <= MAX_EMAIL and bool(_EMAIL.match(text))


def language_of(text: str) -> str | None:
    """The language that a code or name means (``de_DE``, ``German``); ``None`` when nobody knows it."""
    try:
        return _language(text)
    except _Bad:
        return None


def path_of(text: str) -> str | None:
    """A department's path as it is kept; ``None`` when it is none."""
    parts = [" ".join(part.split()) for part in text.split("/")]
    path = "/".join(parts)
    fits = all(parts) and len(path) <= MAX_PATH and all(len(part) <= MAX_PART for part in parts)
    return path if fits and not _CONTROL.search(path) else None


def _roles(cell: str | None) -> tuple[str, ...] | None:
    if not cell:
        return None if cell is None else ()
    found = set()
    for part in re.split(r"[,;|\s]+", cell.casefold()):
        role = _ROLE_NAMES.get(part, part)
        if part and role not in ROLES and role not in _NO_ROLE:
            raise _Bad("unknown_role", part)
        found.add(role)
    return tuple(role for role in ROLES if role in found)


def _cycles(rows: Sequence[Row]) -> Iterator[Problem]:
    """People who are, over some steps, their own managers: told once per circle, at its first line."""
    above = {row.email: row.manager_email for row in rows if row.manager_email}
    lines = {row.email: row.line for row in rows}
    done: set[str] = set()
    for start in above:
        path: dict[str, int] = {}
        at: str | None = start
        while at in above and at not in done and at not in path:
            path[at] = len(path)
            at = above[at]
        if at in path:
            circle = list(path)[path[at] :]
            yield Problem(min(lines[one] for one in circle), "manager_cycle", " → ".join([*circle, at])[:200], True)
        done.update(path)
