"""A story's own link: for slides, posters and newsletters. It is nobody's share, and may have a readable name."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.config import Settings
from advocacy.content.models import Story
from advocacy.db import now
from advocacy.sharing import links
from advocacy.sharing.models import Link, LinkName
from advocacy.sharing.once import insert_new
from advocacy.sharing.targets import slug, target

SHORTEST, LONGEST = 3, 40
"""Characters of a name."""
RESERVED = frozenset({
    "about", "account", "admin", "advocacy", "api", "app", "auth", "connect", "console", "delete", "edit", "error",
    "healthz", "help", "home", "index", "insights", "link", "login", "logout", "metrics", "new", "null", "open",
    "pictures", "privacy", "readyz", "robots", "root", "settings", "share", "sign-in", "sign-out", "static", "status",
    "stop", "support", "test", "undefined",
})  # fmt: skip
"""What we may want to say there one day, and what a program writes where a name is missing."""


class BadName(ValueError):
    """A link cannot be called so. Codes: ``short``, ``long``, ``reserved``, ``taken``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_own() -> ColumnElement[bool]:
    """Links of stories themselves."""
    return and_(Link.share_id.is_(None), Link.person_id.is_(None), Link.network == "")


async def get(s: AsyncSession, settings: Settings, story: Story) -> Link:
    """The story's own link, made at the first call; it leads to where the story leads now.

    The caller holds the story's row, so that two who ask at once get the same.
    """
    url = await target(s, settings, story, url=story.url)
    link: Link | None = await s.scalar(select(Link).where(Link.story_id == story.id, is_own()))
    if link is None:
        return await links.make(s, url=url, story_id=story.id, person_id=None, network="")
    if link.url != url:  # what is printed stays right when the story moves
        link.url = url
    return link


async def names(s: AsyncSession, link: Link) -> Sequence[str]:
    """All names of a link, the one it has now first."""
    query = select(LinkName.name).where(LinkName.link_id == link.id)
    return list(await s.scalars(query.order_by(LinkName.since.desc(), LinkName.id.desc())))


async def rename(s: AsyncSession, link: Link, wish: str) -> str:
    """Call the link so from now on; earlier names keep leading there. Answers the name as it is written.

    Raises ``BadName``.
    """
    name = slug(wish)
    if len(name) < SHORTEST:
        raise BadName("short")
    if len(name) > LONGEST:
        raise BadName("long")
    if name in RESERVED:
        raise BadName("reserved")
    if await s.scalar(select(Link.id).where(Link.code == name)) is not None:
        raise BadName("taken")
    at = now()
    if await insert_new(s, LinkName, {"name": name, "link_id": link.id, "since": at}) is None:
        there = (await s.scalars(select(LinkName).where(LinkName.name == name))).one()
        if there.link_id != link.id:
            raise BadName("taken")
        there.since = at
    return name


__all__ = ["LONGEST", "RESERVED", "SHORTEST", "BadName", "get", "is_own", "names", "rename"]
