"""The app package that an administrator uploads to Teams: manifest, German texts, two icons, in one zip.

https://learn.microsoft.com/microsoftteams/platform/resources/schema/manifest-schema
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any
from urllib.parse import urlsplit

from PIL import Image, ImageDraw

from advocacy import __version__
from advocacy.config import Settings
from advocacy.teams.names import SEARCH, TERM

Json = dict[str, Any]
SCHEMA = "1.25"
"""The lowest that knows private and shared channels (``supportsChannelFeatures``)."""
ACCENT = "#1b3a4b"
COLOR, OUTLINE = 192, 32
COMMANDS = {
    "home": ("Everything of yours in one place", "start", "Alles von dir an einem Ort"),
    "help": ("What I can do", "hilfe", "Was ich kann"),
    "feed": ("Stories you have not seen yet", "beiträge", "Beiträge, die du noch nicht gesehen hast"),
    "compose": ("A story from a link", "verfassen", "Ein Beitrag aus einem Link"),
    "backup": ("You got a nasty comment", "beistand", "Fieser Kommentar? Vertraulich Hilfe holen"),
    "me": ("Your own shares and clicks", "ich", "Deine eigenen Posts und Klicks"),
    "settings": ("When and how often you hear from us", "einstellungen", "Wann und wie oft wir uns melden"),
    "leaderboard": ("Which departments take part", "rangliste", "Welche Abteilungen mitmachen"),
}
"""What is typed and what it does, in English, then both in German: hints only, the bot knows more words."""
EXTENSION = {
    "suggest": (
        ("message",),
        ("Suggest for sharing", "Zum Teilen vorschlagen"),
        (
            "Suggest what this message says as a story; its author is asked",
            "Schlag diese Nachricht als Beitrag vor; wer sie geschrieben hat, wird gefragt",
        ),
    ),
    "compose": (
        ("compose", "commandBox"),
        ("Compose a story", "Beitrag erstellen"),
        (
            "Make a story from a link, for colleagues to share",
            "Mach aus einem Link einen Beitrag, den alle teilen können",
        ),
    ),
}
"""Commands of the message extension: where they are offered; title and description in English and German."""
SEARCHING = (
    ("Stories", "Beiträge"),
    ("Find a story and put it into your message", "Finde einen Beitrag und füge ihn in deine Nachricht ein"),
    ("Words of it", "Wörter daraus"),
)
"""The search: title, description, and what is typed, in English and German."""
SHORT = (
    "Approved company stories, reshared to your own networks with one click",
    "Freigegebene Firmenbeiträge mit einem Klick in den eigenen Netzwerken teilen",
)
LONG_ENGLISH = (
    "Advocacy brings stories that your communications team has approved into Teams. If you like one, share it to your"
    " own LinkedIn, Mastodon, Bluesky, X or XING with one click, in your own words. Before anything leaves you see the"
    " exact text, and you have time to undo or to edit. Nobody is asked to share, and nobody sees who did not. Advocacy"
    " runs on your company's own servers; small groups are never shown on their own."
)
LONG_GERMAN = (
    "Advocacy bringt Beiträge, die eure Kommunikation freigegeben hat, nach Teams. Gefällt dir einer, teilst du ihn mit"
    " einem Klick auf LinkedIn, Mastodon, Bluesky, X oder XING, in deinen eigenen Worten. Bevor etwas hinausgeht,"
    " siehst du den genauen Text und kannst ihn noch ändern oder zurückziehen. Niemand muss teilen, und niemand sieht,"
    " wer es nicht tut. Advocacy läuft auf den Servern eurer Firma; kleine Gruppen werden nie einzeln gezeigt."
)
NAME, FULL_NAME = "Advocacy", "Advocacy: share your company's stories"


def build(settings: Settings) -> bytes:
    """Make the zip. Raises ValueError without an app id."""
    if not settings.teams_app_id:
        raise ValueError("set ADVOCACY_TEAMS_APP_ID first: the package names the app it belongs to")
    files = {
        "manifest.json": _json(manifest(settings)),
        "de.json": _json(german()),
        "color.png": color_icon(),
        "outline.png": outline_icon(),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            # A fixed date, so that the same settings make the same file.
            package.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def manifest(settings: Settings) -> Json:
    """What Teams is told about the app, for this deployment."""
    home = settings.public_url.rstrip("/") + "/"
    commands = [{"title": title, "description": said} for title, (said, *_) in COMMANDS.items()]
    return {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA}/MicrosoftTeams.schema.json",
        "manifestVersion": SCHEMA,
        "version": __version__,
        "id": settings.teams_app_id,
        "developer": {
            "name": settings.company[:32],
            "websiteUrl": home,
            "privacyUrl": home,
            "termsOfUseUrl": home,
        },
        "name": {"short": NAME, "full": FULL_NAME},
        "description": {"short": SHORT[0], "full": LONG_ENGLISH},
        "localizationInfo": {
            "defaultLanguageTag": "en",
            "additionalLanguages": [{"languageTag": "de", "file": "de.json"}],
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": ACCENT,
        "bots": [
            {
                "botId": settings.teams_app_id,
                "scopes": ["personal", "team"],
                "isNotificationOnly": False,
                "supportsFiles": False,
                "commandLists": [{"scopes": [scope], "commands": commands} for scope in ("personal", "team")],
            }
        ],
        "composeExtensions": [
            {
                "botId": settings.teams_app_id,
                "commands": _extension(),
                "messageHandlers": [{"type": "link", "value": {"domains": _link_hosts(settings)}}],
            }
        ],
        "permissions": ["identity", "messageTeamMembers"],
        "validDomains": [urlsplit(home).netloc],
        "supportsChannelFeatures": "tier1",
        "defaultInstallScope": "personal",
        "defaultGroupCapability": {"team": "bot"},
    }


def _link_hosts(settings: Settings) -> list[str]:
    """Where links to stories lead: a card stands below them."""
    hosts = (urlsplit(one).netloc for one in (settings.public_url, settings.short_url))
    return list(dict.fromkeys(one for one in hosts if one))


def _extension() -> list[Json]:
    """Action commands, whose dialogs the bot draws.

    https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/define-action-command
    """
    return [
        {
            "id": name,
            "type": "action",
            "context": list(places),
            "title": titles[0],
            "description": said[0],
            "fetchTask": True,
        }
        for name, (places, titles, said) in EXTENSION.items()
    ] + [
        {
            "id": SEARCH,
            "type": "query",
            "context": ["compose", "commandBox"],
            "title": SEARCHING[0][0],
            "description": SEARCHING[1][0],
            "initialRun": True,
            "parameters": [
                {"name": TERM, "title": SEARCHING[2][0], "description": SEARCHING[1][0], "inputType": "text"}
            ],
        }
    ]


def german() -> Json:
    """The texts in German, by their place in the manifest."""
    texts: Json = {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA}/MicrosoftTeams.Localization.schema.json",
        "name.short": NAME,
        "name.full": "Advocacy: Beiträge deiner Firma teilen",
        "description.short": SHORT[1],
        "description.full": LONG_GERMAN,
    }
    for scope in range(2):
        for place, (_, title, said) in enumerate(COMMANDS.values()):
            texts[f"bots[0].commandLists[{scope}].commands[{place}].title"] = title
            texts[f"bots[0].commandLists[{scope}].commands[{place}].description"] = said
    for place, (_, titles, described) in enumerate(EXTENSION.values()):
        texts[f"composeExtensions[0].commands[{place}].title"] = titles[1]
        texts[f"composeExtensions[0].commands[{place}].description"] = described[1]
    last = f"composeExtensions[0].commands[{len(EXTENSION)}]"
    texts |= {f"{last}.title": SEARCHING[0][1], f"{last}.description": SEARCHING[1][1]}
    texts |= {f"{last}.parameters[0].title": SEARCHING[2][1], f"{last}.parameters[0].description": SEARCHING[1][1]}
    return texts


def color_icon() -> bytes:
    """192 × 192, in colour; Teams rounds the corners itself."""
    icon = Image.new("RGB", (COLOR, COLOR), ACCENT)
    icon.paste(Image.new("RGB", (COLOR, COLOR), "#ffffff"), mask=_megaphone(COLOR, 0.16))
    return _png(icon)


def outline_icon() -> bytes:
    """32 × 32, white on nothing, as Teams asks."""
    icon = Image.new("RGBA", (OUTLINE, OUTLINE), (255, 255, 255, 0))
    icon.putalpha(_megaphone(OUTLINE, 0.03))
    return _png(icon)


def _megaphone(size: int, margin: float) -> Image.Image:
    """Draw how much of each pixel is covered: large first, then made smaller, so that edges are smooth."""
    large = size * 8
    mask = Image.new("L", (large, large), 0)
    draw = ImageDraw.Draw(mask)

    def at(x: float, y: float) -> tuple[float, float]:
        return tuple(large * (margin + (1 - 2 * margin) * part) for part in (x, y))  # type: ignore[return-value]

    draw.polygon([at(0.22, 0.38), at(0.62, 0.14), at(0.62, 0.82), at(0.22, 0.58)], fill=255)
    draw.rounded_rectangle([*at(0.02, 0.36), *at(0.26, 0.60)], radius=large * 0.06, fill=255)
    draw.polygon([at(0.12, 0.58), at(0.27, 0.58), at(0.36, 0.88), at(0.21, 0.88)], fill=255)
    width = int(large * 0.07 * (1 - 2 * margin))
    for reach in (0.17, 0.32):
        box = [*at(0.64 - reach, 0.48 - reach), *at(0.64 + reach, 0.48 + reach)]
        draw.arc(box, -48, 48, fill=255, width=width)
    return mask.resize((size, size), Image.Resampling.LANCZOS)


def _png(icon: Image.Image) -> bytes:
    out = io.BytesIO()
    icon.save(out, "PNG", optimize=True)
    return out.getvalue()


def _json(content: Json) -> bytes:
    return json.dumps(content, indent=2, ensure_ascii=False).encode() + b"\n"
