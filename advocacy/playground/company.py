"""The fictional company that lives in the playground: Nordlicht Energie, somewhere windy."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache

COMPANY = "Nordlicht Energie"
MAIL_DOMAIN = "nordlicht.example"
SLACK_TEAM = "T0NORDLICHT"
TEAMS_TENANT = "5f0c1e9a-0000-4000-8000-6e6f7264006c"

DEPARTMENTS: dict[str, tuple[str, ...]] = {
    "Sales/DACH": ("Jana Feld", "Emre Sonntag", "Pia Lorenzen", "Till Brandt", "Mira Osterkamp", "Leon Haack",
                   "Swantje Ohm", "Rafael Dorn", "Nele Aschberg"),
    "Sales/International": ("Aoife Merrow", "Tomasz Wilk", "Ines Carvalheira", "Sven Halvorsen", "Chloe Ashdown",
                            "Milan Dragov", "Freya Lindqvistad"),
    "Engineering/Turbines": ("Hauke Jansenius", "Yara Blume", "Kofi Asantemar", "Greta Windmoor", "Ole Petersand",
                             "Priya Nairami", "Lukas Feuerbachl", "Svea Nordhaus", "Matteo Riccardini",
                             "Anouk Devriessen"),
    "Engineering/Grid": ("Bjarne Kroghsen", "Selin Yildirimer", "Caspar Huthmann", "Noor Elsayedi", "Wiebke Strandt",
                         "Davit Karamian", "Lotte Vangaard"),
    "People & Culture": ("Mareike Sommerfeldt", "Jonas Abendroth", "Fatou Diallomba", "Hanne Bruunsen",
                         "Karla Weidenfels"),
    "Operations": ("Uwe Matthiesen-Roth", "Zofia Lesniaková", "Arne Deichgraf", "Marlies Kornblum", "Idris Belmontez",
                   "Tessa Hoogland", "Gunnar Seebergen", "Rieke Moorland"),
    "Communications": ("Clara Editorius", "David Vierauge", "Emilia Textor", "Finn Bildmann", "Sophie Leitartikel"),
    "Management": ("Dr. Ada Vorstand", "Henrik Leitner", "Carmen Direktova"),
}  # fmt: skip
EDITORS = ("Clara Editorius", "David Vierauge", "Emilia Textor")
LEADERS = ("Dr. Ada Vorstand", "Henrik Leitner", "Carmen Direktova")
ENGLISH_SPEAKERS = ("Emilia Textor", "Sales/International", "Engineering/Turbines", "Management")


@dataclass(frozen=True, slots=True)
class Resident:
    """Someone who lives in the playground. Has no id where he or she does not use that product."""

    key: str
    name: str
    email: str
    department: str
    language: str
    time_zone: str
    country: str
    manager_email: str
    roles: tuple[str, ...]
    slack_id: str | None
    teams_id: str | None
    """The Entra object id; the bot-specific Teams id is ``29:`` and this."""


def _key(name: str) -> str:
    plain = name.lower().replace("dr. ", "").replace("á", "a")
    return plain.replace(" ", ".")


@cache
def residents() -> tuple[Resident, ...]:
    """Everyone, always the same. Every department uses both products; a third of the people use only one."""
    people: list[Resident] = []
    for path, names in DEPARTMENTS.items():
        manager = f"{_key(names[0])}@{MAIL_DOMAIN}"
        boss = f"{_key(LEADERS[0])}@{MAIL_DOMAIN}"
        for name in names:
            number = len(people) + 1
            email = f"{_key(name)}@{MAIL_DOMAIN}"
            staff = name in EDITORS or name in LEADERS
            roles = (("editor",) if name in EDITORS else ()) + (("leader",) if name in LEADERS else ())
            people.append(
                Resident(
                    key=_key(name),
                    name=name,
                    email=email,
                    department=path,
                    language="en" if path in ENGLISH_SPEAKERS or name in ENGLISH_SPEAKERS else "de",
                    time_zone="Europe/London" if path == "Sales/International" else "Europe/Berlin",
                    country="GB" if path == "Sales/International" else "DE",
                    manager_email="" if email == boss else (boss if email == manager else manager),
                    roles=roles,
                    slack_id=f"U{number:08d}" if staff or number % 6 != 5 else None,
                    teams_id=f"00000000-0000-4000-9000-{number:012d}" if staff or number % 6 != 2 else None,
                )
            )
    return tuple(people)


def roster_csv() -> str:
    """The company's roster as ``advocacy people import`` reads it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["email", "name", "department", "manager_email", "language", "time_zone", "country", "roles"])
    for one in residents():
        writer.writerow(
            [
                one.email,
                one.name,
                one.department,
                one.manager_email,
                one.language,
                one.time_zone,
                one.country,
                " ".join(one.roles),
            ]
        )
    return out.getvalue()
