"""Where an answer to a press goes. Packed into ``Press.reply_to`` and into forms, so that it outlives the request."""

from __future__ import annotations

import json
from dataclasses import dataclass

from advocacy.slack.render import packed


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """The person, and where they were when they pressed."""

    tenant: str
    user: str
    channel: str = ""
    url: str = ""
    """Slack's ``response_url``: five answers within thirty minutes."""
    ts: str = ""
    """The pressed message when everybody sees it."""
    own: bool = False
    """The pressed message is seen by this person alone, so an answer may take its place."""
    home: bool = False
    """Pressed on the Home tab."""

    @property
    def is_direct(self) -> bool:
        """Between the person and us alone."""
        return self.channel.startswith("D")

    def pack(self) -> str:
        """As text, without what is empty."""
        return packed({name: value for name in self.__slots__ if (value := getattr(self, name))})


def unpack(text: str) -> ReplyTo | None:
    """What ``pack`` wrote; ``None`` for anything else."""
    try:
        return ReplyTo(**json.loads(text))
    except (ValueError, TypeError):
        return None
