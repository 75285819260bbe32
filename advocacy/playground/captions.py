"""What the fictional communications team suggests to write about its articles."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Campaign:
    """One article as a story: who wrote the suggestion, and the wordings. ``(network, language, text)``."""

    slug: str
    author: str
    topics: tuple[str, ...]
    captions: tuple[tuple[str, str, str], ...]


CAMPAIGNS = (
    Campaign(
        "rotor-that-listens",
        "clara.editorius",
        ("Wind power", "Engineering"),
        (
            ("", "en", "Our turbines now hear a gust coming. 4 % more power, and the sea stays as quiet as before. 🌬️"),
            ("", "en", "Nine seconds is what a gust takes to cross our wind park. Now the turbines use them."),
            ("", "en", "No bigger rotor, just better ears. I like how simple this idea is. #WindPower"),
            ("", "de", "Unsere Windräder hören die Böe jetzt kommen: 4 % mehr Strom, und niemand merkt es. 🌬️"),
            ("", "de", "Neun Sekunden braucht eine Böe quer durch unseren Windpark. Jetzt nutzen wir sie. #Windkraft"),
        ),
    ),
    Campaign(
        "ausbildung-mit-weitblick",
        "emilia.textor",
        ("Ausbildung", "People"),
        (
            ("", "de", "24 neue Auszubildende, und am dritten Tag ging es auf 90 Meter. Herzlich willkommen!"),
            ("", "de", "Weiche Knie bis zur Leiter, danach nur noch Aussicht: So beginnt bei uns eine Ausbildung."),
            ("", "en", "24 apprentices started with us this autumn. On day three they stood 90 metres up. Welcome!"),
            ("", "en", "Helmet on day one, a view on day three. That is how an apprenticeship begins here."),
        ),
    ),
)
