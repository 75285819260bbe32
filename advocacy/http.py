"""The one way out to the internet: time-outs, size caps, and no way to a private address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from advocacy.config import Settings


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    """Case-insensitive."""
    body: bytes
    url: str
    """Where it came from, after redirects."""

    def json(self) -> Any:
        """The body as JSON; ``{}`` when it is none."""
        raise NotImplementedError


class Http:
    """Shared by everything that fetches."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
