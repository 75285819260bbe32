"""Where a link leads: the story's address with the company's campaign tags, put on when it is made."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, quote

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.config import UTM_PART, Settings
from advocacy.content.models import Campaign, Story

LONGEST = 2000
"""Characters of an address, as ``Link.url`` has room for; with tags that do not fit it goes without them."""
LONGEST_VALUE = 60
OWN_LINK = "link"
"""What ``{network}`` is for a story's own link: on slides and posters, shared by nobody."""
_NO_WORD = re.compile(r"[^a-z0-9]+")
_SIGNS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa"})


async def target(
    s: AsyncSession, settings: Settings, story: Story, *, url: str, network: str = OWN_LINK, language: str = ""
) -> str:
    """The address that a new link to the story leads to. ``url``: the story's in the ``language`` that is shared.

    A tag that the address brings itself stays as it is. Nothing in it tells who shares.
    """
    campaign = ""
    if names_campaign(settings, story):
        campaign = await s.scalar(select(Campaign.name).where(Campaign.id == story.campaign_id)) or ""
    return led(settings, story, url=url, network=network, language=language, campaign=campaign)


def names_campaign(settings: Settings, story: Story) -> bool:
    """Does a link to the story tell which campaign it belongs to?"""
    return "campaign" in settings.utm and story.campaign_id is not None


def led(
    settings: Settings, story: Story, *, url: str, network: str = OWN_LINK, language: str = "", campaign: str = ""
) -> str:
    """The same, with the campaign's name known."""
    url = settings.reachable(url)
    if not settings.utm:
        return url
    values = {
        "network": network, "language": language or story.language, "campaign": slug(campaign),
        "story": slug(story.title) or f"story-{story.id}", "number": str(story.id),
    }  # fmt: skip
    return tagged(url, filled(settings.utm, values))


def filled(template: str, values: Mapping[str, str]) -> list[tuple[str, str]]:
    """The tags that a template makes: ``{campaign|story}`` is the first of the two that is not empty."""

    def put(part: re.Match[str]) -> str:
        return next((values[name] for name in part.group(1).split("|") if values[name]), "")

    pairs = (one.partition("=") for one in template.split("&"))
    return [(name, UTM_PART.sub(put, value)) for name, _, value in pairs]


def tagged(url: str, tags: Iterable[tuple[str, str]]) -> str:
    """The address with these tags behind its own query, before its fragment; each sign of its own stays."""
    before, mark, fragment = url.partition("#")
    there = {name.lower() for name, _ in parse_qsl(before.partition("?")[2], keep_blank_values=True)}
    fresh = "&".join(f"{name}={quote(value, safe='')}" for name, value in tags if value and name not in there)
    if not fresh:
        return url
    join = "" if before.endswith(("?", "&")) and "?" in before else "&" if "?" in before else "?"
    whole = f"{before}{join}{fresh}{mark}{fragment}"
    return whole if len(whole) <= LONGEST else url


def slug(words: str) -> str:
    """Words as reports of visits have them: small letters, digits and hyphens, at most 60 signs."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", words).lower().translate(_SIGNS))
    return _NO_WORD.sub("-", plain.encode("ascii", "ignore").decode()).strip("-")[:LONGEST_VALUE].rstrip("-")


__all__ = ["LONGEST", "OWN_LINK", "filled", "led", "names_campaign", "slug", "tagged", "target"]
