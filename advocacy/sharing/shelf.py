"""Finding shares: a person's own, their newest, the last round of one."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.config import Settings
from advocacy.db import for_update
from advocacy.sharing.models import Share, ShareState
from advocacy.sharing.network import Network


class NotYours(Exception):
    """There is no such share of this person."""


class NotOffered(Exception):
    """This network is not among those offered, or can do nothing here."""


class Shelf:
    """Where shares are found. All methods run in the caller's unit of work."""

    def __init__(self, settings: Settings, networks: Mapping[str, Network]) -> None:
        self.settings = settings
        self.networks = networks

    async def own(self, s: AsyncSession, share_id: int, person_id: int) -> Share:
        """A share, if it is this person's; locked until the unit of work ends. Raises ``NotYours``."""
        query = for_update(select(Share).where(Share.id == share_id, Share.person_id == person_id, Share.text != ""))
        share = await s.scalar(query.execution_options(populate_existing=True))
        if share is None:
            raise NotYours(share_id)
        return share

    async def newest(self, s: AsyncSession, person_id: int, story_id: int) -> Share | None:
        """The person's newest share of a story that was not undone, on whichever network."""
        query = select(Share).where(
            Share.person_id == person_id, Share.story_id == story_id, Share.state != ShareState.UNDONE, Share.text != ""
        )
        found: Share | None = await s.scalar(query.order_by(Share.id.desc()).limit(1))
        return found

    async def mine(self, s: AsyncSession, person_id: int, limit: int = 10) -> list[Share]:
        """The person's newest shares, none of those that were forgotten."""
        query = select(Share).where(Share.person_id == person_id, Share.text != "")
        query = query.order_by(Share.id.desc()).limit(limit)
        return list(await s.scalars(query))

    def port(self, network: str) -> Network:
        """A network that is offered. Raises ``NotOffered``."""
        try:
            return self.networks[network]
        except KeyError:
            raise NotOffered(network) from None

    async def latest(self, s: AsyncSession, person_id: int, story_id: int, network: str) -> Share | None:
        """The newest round of a person's share of a story on a network, locked; whatever became of it."""
        query = select(Share).where(Share.person_id == person_id, Share.story_id == story_id, Share.network == network)
        query = for_update(query.order_by(Share.round.desc()).limit(1))
        found: Share | None = await s.scalar(query.execution_options(populate_existing=True))
        return found


__all__ = ["NotOffered", "NotYours", "Shelf"]
