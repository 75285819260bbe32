"""What may stand in a roster file, and what is said of each bad line."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from advocacy.people.roster_file import BadRoster, Problem, Row, read_csv

HEADER = "email,name,department,manager,language,time zone,roles\n"


def read(text: str) -> tuple[list[Row], list[tuple[int, str]]]:
    roster = read_csv(text.encode())
    return roster.rows, [(one.line, one.code) for one in roster.problems]


def test_a_good_row_is_taken_whole() -> None:
    """Addresses in lower case, roles in one order, a path without spaces around its parts."""
    rows, problems = read(
        HEADER
        + "Ada@Nordlicht.example, Ada Lund ,Sales / DACH,BO@nordlicht.example,de_AT,Europe/Vienna,leader editor\n"
    )
    assert problems == []
    assert rows == [
        Row(
            2, "ada@nordlicht.example", "Ada Lund", "Sales/DACH", "bo@nordlicht.example", "de-AT", "Europe/Vienna",
            ("editor", "leader"),
        )
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_german_columns_semicolons_and_byte_order_marks(encoding: str) -> None:
    """A spreadsheet in German writes it so."""
    text = "E-Mail;Vorname;Nachname;Abteilung;Führungskraft;Sprache;Zeitzone;Rollen\r\n"
    text += "jörg@nordlicht.example;Jörg;Groß;Vertrieb/Süd;;Deutsch;;Redaktion\r\n"
    roster = read_csv(text.encode(encoding))
    assert roster.problems == []
    assert roster.rows == [
        Row(2, "jörg@nordlicht.example", "Jörg Groß", "Vertrieb/Süd", "", "de", None, ("editor",)),
    ]


def test_an_open_file_will_do() -> None:
    """Text that was decoded already, or bytes."""
    text = "email,name\na@n.example,Jörg\n"
    assert read_csv(io.StringIO(text)) == read_csv(io.BytesIO(text.encode())) == read_csv(text.encode())


def test_latin_1_is_read_and_said() -> None:
    """Umlauts in an old encoding come through, with a warning to look at them."""
    roster = read_csv("email;name\ng@nordlicht.example;Jörg Groß\n".encode("latin-1"))
    assert roster.rows[0].name == "Jörg Groß"
    assert roster.problems == [Problem(1, "not_utf8", is_warning=True)]
    assert roster.refused == 0


def test_columns_that_are_not_there_say_nothing() -> None:
    """A missing column keeps what is known; an empty cell empties it."""
    rows, _ = read("mail,name\na@nordlicht.example,A\n")
    assert (rows[0].department, rows[0].manager_email, rows[0].roles) == (None, None, None)
    rows, _ = read(HEADER + "a@nordlicht.example,A,,,,,\n")
    assert (rows[0].department, rows[0].manager_email, rows[0].roles, rows[0].language) == ("", "", (), None)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (",A,,,,,", "no_email"),
        ("ada@nordlicht,A,,,,,", "bad_email"),
        ("a b@nordlicht.example,A,,,,,", "bad_email"),
        ("first@nordlicht.example,A,,,,,", "duplicate_email"),
        ("FIRST@nordlicht.example,A,,,,,", "duplicate_email"),
        ("a@nordlicht.example,,,,,,", "no_name"),
        ("a@nordlicht.example," + "x" * 201 + ",,,,,", "too_long"),
        ("a@nordlicht.example,A,Sales//DACH,,,,", "bad_department"),
        ("a@nordlicht.example,A,,the boss,,,", "bad_manager"),
        ("a@nordlicht.example,A,,,klingon,,", "unknown_language"),
        ("a@nordlicht.example,A,,,,Mars/Base,", "unknown_time_zone"),
        ("a@nordlicht.example,A,,,,,king", "unknown_role"),
        ("a@nordlicht.example,A,Sa", "columns"),
        ("a@nordlicht.example,A,,,,,,more", "columns"),
        ('a@nordlicht.example,"A" B,,,,,', "broken_quotes"),
        ("a@nordlicht.example,A\x07,,,,,", "bad_characters"),
    ],
)
def test_a_bad_line_is_named_and_the_others_still_count(line: str, code: str) -> None:
    """Line number and reason; the good rows before and after it are taken."""
    text = f"{HEADER}first@nordlicht.example,F,,,,,\n\n{line}\nlast@nordlicht.example,L,,,,,\n"
    rows, problems = read(text)
    assert problems == [(4, code)]
    good = [row.email for row in rows if not row.only_present]
    assert good == ["first@nordlicht.example", "last@nordlicht.example"]


def test_a_bad_line_still_tells_that_its_person_is_there() -> None:
    """Somebody with a mistyped time zone has not left the company."""
    rows, _ = read(HEADER + "a@nordlicht.example,A,,,,Mars/Base,\n")
    assert rows == [Row(2, "a@nordlicht.example", only_present=True)]


def test_managers_in_a_circle_are_a_warning_told_once() -> None:
    """Their rows still count."""
    text = HEADER
    for one, above in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"), ("e", "e")):
        text += f"{one}@n.example,{one},,{above}@n.example,,,\n"
    roster = read_csv(text.encode())
    assert len(roster.rows) == 5
    assert [(one.line, one.code, one.is_warning) for one in roster.problems] == [
        (2, "manager_cycle", True),
        (6, "manager_cycle", True),
    ]
    assert roster.problems[0].value == "a@n.example → b@n.example → c@n.example → a@n.example"


def test_of_two_manager_columns_the_one_with_the_address_is_meant() -> None:
    """Exports often have the name beside it."""
    rows, problems = read("Manager,Manager e-mail,E-Mail,Name\nBo,bo@n.example,a@n.example,A\n")
    assert (rows[0].manager_email, problems) == ("bo@n.example", [])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"PK\x03\x04rest", "not_csv"),
        (b"a\x00b", "not_csv"),
        (b"name,department\nA,B\n", "no_email_column"),
        (b"email,department\na@n.example,B\n", "no_name_column"),
        (b"email,mail,name\n", "column_twice"),
    ],
)
def test_a_file_that_cannot_be_read_at_all(data: bytes, code: str, tmp_path: Path) -> None:
    """One reason for the whole file."""
    path = tmp_path / "roster.csv"
    path.write_bytes(data)
    with pytest.raises(BadRoster) as caught:
        read_csv(path)
    assert caught.value.code == code


def test_an_unclosed_quote_swallows_the_rest_and_is_named_where_it_begins() -> None:
    """What follows cannot be told apart any more; the truncation guard of the import does the rest."""
    rows, problems = read(HEADER + 'a@n.example,A,,,,,\nb@n.example,"B,,,,,\nc@n.example,C,,,,,\n')
    assert [row.email for row in rows] == ["a@n.example"]
    assert problems == [(3, "broken_quotes")]


def test_where_people_work_is_read() -> None:
    """From a column in either language; a file without one leaves what is known."""
    [row] = read_csv(b"email,name,Standort\na@nordlicht.example,A,  Kiel  Hafen \n").rows
    assert row.location == "Kiel Hafen"
    [row] = read_csv(b"email,name\na@nordlicht.example,A\n").rows
    assert row.location is None


def test_the_country_is_read_as_a_code_or_a_name() -> None:
    """In four languages; one that nobody knows is told, and the row counts all the same."""
    said = ("at", "Deutschland", "UK", "Suisse", "Vereinigtes Königreich", "Czechia", "", "Atlantis")
    lines = "".join(f"p{at}@nordlicht.example,P,{one}\n" for at, one in enumerate(said))
    found = read_csv(f"email,name,Ländercode\n{lines}".encode())
    assert [row.country for row in found.rows] == ["AT", "DE", "GB", "CH", "GB", "CZ", "", None]
    assert [(one.line, one.code, one.value) for one in found.problems] == [(9, "unknown_country", "Atlantis")]
    assert found.refused == 0
    [row] = read_csv(b"email,name\na@nordlicht.example,A\n").rows
    assert row.country is None
