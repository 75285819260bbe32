"""Tracked short links: made one per share, found again in a text, stopped with their story."""

from __future__ import annotations

import re
import secrets

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.config import Settings
from advocacy.sharing.models import Link
from advocacy.sharing.once import insert_new

ALPHABET = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without what is mistaken when read aloud (0 O, 1 l I), and nothing that a network escapes."""
LENGTH = 9
PICTURES = "/pictures/links"
"""Where QR codes are served."""


async def make(
    s: AsyncSession, *, url: str, story_id: int, person_id: int | None, network: str, share_id: int | None = None
) -> Link:
    """A new link to ``url``."""
    while True:
        code = new_code()
        values = {
            "code": code, "url": url, "story_id": story_id, "person_id": person_id, "network": network,
            "share_id": share_id, "stopped": False,
        }  # fmt: skip
        link = await insert_new(s, Link, values)
        if link is not None:
            return link


def new_code() -> str:
    """A code that is most likely nobody's yet."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def address(settings: Settings, code: str) -> str:
    """Where a link is followed."""
    return f"{settings.link_url}/r/{code}"


def picture(settings: Settings, word: str, kind: str) -> str:
    """Where a link's QR code is: ``png`` or ``svg``."""
    return f"{settings.public_url.rstrip('/')}{PICTURES}/{word}.{kind}"


def find(settings: Settings, text: str) -> str:
    """The first tracked link in a text, as it stands there; empty when there is none.

    A link that was made before there was a short domain, or while there was one, may be under the public address.
    """
    hosts = "|".join(re.escape(one) for one in dict.fromkeys((settings.link_url, settings.public_url.rstrip("/"))))
    found = re.search(rf"(?:{hosts})/r/[{ALPHABET}]{{{LENGTH}}}", text)
    return found.group() if found else ""


async def stop_story(s: AsyncSession, story_id: int) -> None:
    """From now on the story's links lead to the neutral page."""
    await s.execute(
        update(Link)
        .where(Link.story_id == story_id, Link.stopped.is_(False))
        .values(stopped=True)
        .execution_options(synchronize_session=False)
    )


__all__ = ["PICTURES", "address", "find", "make", "new_code", "picture", "stop_story"]
