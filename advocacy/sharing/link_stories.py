"""Which stories are behind links of ours that somebody wrote."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.config import Settings
from advocacy.sharing.models import Link, LinkName

_MOST = 20
_PATH = re.compile(r"/r/([0-9A-Za-z_-]{2,40})/?", re.ASCII)


async def behind(s: AsyncSession, settings: Settings, urls: Sequence[str]) -> dict[str, int]:
    """Ids of stories by link, of those that are links of ours and were not stopped; whose share it was is not told."""
    codes = {url: code for url in urls[:_MOST] if (code := _code(settings, url))}
    wanted = set(codes.values())
    if not wanted:
        return {}
    lower = {one.lower() for one in wanted}
    rows = await s.execute(select(Link.code, Link.story_id).where(Link.code.in_(wanted), Link.stopped.is_(False)))
    named = await s.execute(
        select(LinkName.name, Link.story_id)
        .join(Link, Link.id == LinkName.link_id)
        .where(LinkName.name.in_(lower), Link.stopped.is_(False))
    )
    by_code, by_name = dict(rows.all()), dict(named.all())
    found = {url: by_code.get(code) or by_name.get(code.lower()) for url, code in codes.items()}
    return {url: story_id for url, story_id in found.items() if story_id is not None}


def _code(settings: Settings, url: str) -> str:
    """What names the link, on either of our hosts; empty for any other address."""
    try:
        parts = urlsplit(url)
        ours = {urlsplit(one).netloc.lower() for one in (settings.public_url, settings.link_url)}
    except ValueError:
        return ""
    found = _PATH.fullmatch(parts.path) if parts.scheme in {"http", "https"} and parts.netloc.lower() in ours else None
    return found[1] if found else ""


__all__ = ["behind"]
