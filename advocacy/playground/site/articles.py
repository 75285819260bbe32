"""What the fictional company Nordlicht Energie has to tell. Places, people and figures are invented."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Article:
    """One news article."""

    slug: str
    language: str
    """``en`` or ``de``."""
    topic: str
    title: str
    summary: str
    body: tuple[str, ...]
    """Paragraphs; ``## `` begins a heading, ``> `` a quotation."""
    days_ago: int
    picture: str
    """Name of the drawing."""
    picture_says: str
    """What the drawing shows, for those who cannot see it."""


def _parts(text: str) -> tuple[str, ...]:
    """Paragraphs are separated by an empty line; line breaks inside them mean nothing."""
    return tuple(" ".join(part.split()) for part in text.strip().split("\n\n"))


ARTICLES = (
    Article(
        slug="rotor-that-listens",
        language="en",
        topic="Wind power",
        title="The rotor that listens to the wind",
        summary=(
            "Forty turbines off Lerchensand now turn their blades before a gust arrives. A quiet winter test "
            "shows 4 % more power and noticeably less strain."
        ),
        body=_parts("""
A gust takes about nine seconds to cross the Lerchensand wind park. Until last winter each turbine met it
alone, surprised every single time. Now the first row tells the second, and the second tells the third.

“We did not build a bigger rotor, we gave the one we have better ears,” says Yara Blume from the turbine
team. A small lidar on every nacelle looks 200 metres ahead and passes on what it sees; the blades have
turned before the wind is there.

## What the winter showed

From December to March the forty turbines produced 4 % more than their neighbours in the control group. The
load on the blade roots fell by 11 %, which may add years to their lives.

> The best thing about it? Nobody on the beach will ever notice.

The remaining 62 turbines of the park get the same update this spring, without a single crane.
"""),
        days_ago=3,
        picture="turbines",
        picture_says="Wind turbines above a calm sea at sunrise, drawn in flat colours",
    ),
    Article(
        slug="ausbildung-mit-weitblick",
        language="de",
        topic="Ausbildung",
        title="„Am dritten Tag stand ich auf 90 Metern“ – 24 neue Auszubildende",
        summary=(
            "Mechatronik, Elektronik, Büro und erstmals auch Seilzugang: Zum Herbst haben 24 junge Menschen bei "
            "Nordlicht Energie angefangen. Zwei von ihnen erzählen."
        ),
        body=_parts("""
Wer bei uns eine Ausbildung beginnt, bekommt am ersten Tag einen Helm, am zweiten eine Sicherheitseinweisung
– und am dritten eine Aussicht, die man so schnell nicht vergisst.

„Ich hatte weiche Knie, aber nur bis zur Leiter“, sagt eine angehende Mechatronikerin und lacht. „Oben habe
ich zum ersten Mal verstanden, wie groß das eigentlich ist, woran wir hier schrauben.“

## Sechs Berufe, ein Versprechen

24 Auszubildende in sechs Berufen sind so viele wie noch nie. Wer besteht, wird übernommen: Das steht im
Vertrag, nicht nur in der Broschüre.

> Fehler dürfen passieren. Aber nie zweimal derselbe – und nie ohne Gurt.

Neu ist die Zusatzqualifikation für Seilzugangstechnik. Hauke Jansenius, der sie leitet, hat selbst vor
vierzehn Jahren hier gelernt. Bewerbungen für das nächste Jahr sind ab sofort möglich – gern auch ohne
perfekte Noten.
"""),
        days_ago=6,
        picture="gears",
        picture_says="Drei ineinandergreifende Zahnräder in warmen Farben mit einem Helm davor",
    ),
    Article(
        slug="grid-connection-heidewarft",
        language="en",
        topic="Grid",
        title="Heidewarft is on the grid, eleven weeks early",
        summary=(
            "A new 220 kV connection carries the power of three wind parks inland. How a stubborn team, a dry "
            "summer and a flock of lapwings shaped the schedule."
        ),
        body=_parts("""
At 06:42 on a grey Tuesday a green lamp lit up in the Heidewarft control room. Somebody said “huh”, somebody
else opened the good biscuits, and 480 megawatts began to flow south.

The connection is 38 kilometres long, and half of it lies underground. “The engineering was the easy part,”
says Selin Yildirimer, who led the project. “The lapwings were the boss.” Work stopped for nine weeks so
that they could breed in peace – and was still done early, because the summer stayed dry.

## What it changes

In windy weeks the parks in the north used to be switched down, simply because the line was full. That
happened on 61 days last year. From now on it should be fewer than five.

> Every kilowatt-hour that is not thrown away is one nobody has to burn for.

The old line will be taken down by next autumn. Its pylons stay in the region: a playground, a bird hide,
and one rather tall flagpole.
"""),
        days_ago=10,
        picture="grid",
        picture_says="Power lines crossing a wide green landscape under an evening sky",
    ),
    Article(
        slug="forschungspreis-leise-fundamente",
        language="de",
        topic="Forschung",
        title="Forschungspreis für das leiseste Fundament der Nordsee",
        summary=(
            "Statt zu rammen, wird gespült und gerüttelt: Ein Team aus Technik und Meeresbiologie wird für ein "
            "Verfahren ausgezeichnet, das Schweinswale schont."
        ),
        body=_parts("""
Manchmal ist die lauteste Auszeichnung die für etwas, das man nicht hört: Für ihr „Flüsterfundament“
erhalten Priya Nairami und Ole Petersand die „Goldene Boje“, den Preis der Küstenforschung.

Bisher wurden die Pfähle von Windrädern auf See in den Grund gerammt. Das ist kilometerweit zu hören – auch
für Schweinswale, die sich mit den Ohren orientieren. Das neue Verfahren spült den Sand am Pfahl locker und
setzt ihn mit sanften Schwingungen ab. Gemessen wurden 22 Dezibel weniger.

## Aus einem Streit wurde ein Patent

„Am Anfang haben wir uns nur gestritten“, gibt Petersand zu. „Die Biologie wollte Ruhe, wir wollten Tempo.“
Am Ende ging beides: Ein Fundament steht jetzt in sieben statt in zehn Stunden.

> Dass wir schneller wurden, war ein Versehen. Aber ein schönes.

Das Preisgeld von 30.000 Euro fließt in eine öffentliche Datenbank mit Unterwassergeräuschen – zum Anhören
für alle, die wissen möchten, wie die Nordsee klingt.
"""),
        days_ago=15,
        picture="rings",
        picture_says="Sanfte Ringe breiten sich von einem Pfeiler im tiefblauen Wasser aus",
    ),
    Article(
        slug="beach-clean-up-300-buckets",
        language="en",
        topic="People",
        title="300 buckets, one message in a bottle 🌊",
        summary=(
            "Ninety colleagues, their children and two very wet dogs spent Saturday on Muschelkoog beach. Here is "
            "what the sea gave back."
        ),
        body=_parts("""
The plan was simple: walk from the lighthouse to the pier, pick up whatever does not belong there, be home
for cake. It took six hours, and nobody minded. 💚

Ninety of us filled 300 buckets. Most of it was rope, followed by bottle caps and – do not ask us why –
eleven left rubber boots. Not one right one.

## The bottle

Near the pier Lotte Vangaard found a bottle with a letter in it, written in 2009 by a school class that
wanted to know “if the wind mills are finished yet”. We have written back: nearly! 😄

> You come for the beach and stay for the people. And the cake.

The next clean-up is in April. Bring gloves, bring friends, bring the other boots.
"""),
        days_ago=20,
        picture="beach",
        picture_says="A beach with gentle waves, a low sun and a small red bucket",
    ),
    Article(
        slug="tag-der-offenen-tuer",
        language="de",
        topic="Veranstaltung",
        title="Türen auf! Der Tag der offenen Tür in fünf schönen Zahlen",
        summary=(
            "3.100 Gäste, 96 Stufen und ein Kuchenbuffet, das nicht reichte: Rückblick auf einen Samstag, an dem "
            "halb Dünenbüttel zu Besuch war."
        ),
        body=_parts("""
Um 10 Uhr sollten sich die Tore öffnen. Um 9:20 Uhr stand die Schlange bis zur Bushaltestelle – also haben
wir einfach früher aufgemacht.

## 3.100 Gäste

So viele Menschen waren noch nie an einem Tag auf unserem Gelände. Der jüngste Gast war elf Tage alt und hat
die Turbinenhalle komplett verschlafen.

## 96 Stufen

So hoch ist der Übungsturm. 412-mal wurde er bestiegen, viermal vom selben Achtjährigen. Wir haben seinen
Namen notiert: In zehn Jahren melden wir uns.

## 0 Stück Kuchen

… waren um 14 Uhr noch übrig. „Das passiert uns nicht wieder“, verspricht Mareike Sommerfeldt vom
Organisationsteam. „Nächstes Jahr backen alle mit, auch die Geschäftsführung.“

> Ich wusste gar nicht, dass Strom so nette Leute hat.

Danke an alle, die da waren, geholfen, gefragt und gestaunt haben. Bis zum nächsten Jahr!
"""),
        days_ago=27,
        picture="party",
        picture_says="Bunte Wimpel und Kreise über einem offenen Tor",
    ),
)
