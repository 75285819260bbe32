"""A share with all that has to be known to speak about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from advocacy.sharing.models import Share
from advocacy.sharing.network import Network


@dataclass(frozen=True, slots=True)
class Around:
    """A share and what has to be known to speak about it."""

    share: Share
    title: str
    """The story's."""
    network: Network
    at: datetime
    connect_url: str = ""
    dialog_url: str = ""
    is_repeat: bool = False
    """Share was pressed although there was one already."""
    halted: bool = False
    """Everything is stopped at the moment."""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    """The person's."""

    @property
    def value(self) -> dict[str, int]:
        """What the buttons carry."""
        return {"i": self.share.id}


__all__ = ["Around"]
