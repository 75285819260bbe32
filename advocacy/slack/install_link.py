"""Links that let somebody install the app: made by an administrator at the command line, good for an hour."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta

from advocacy.config import Settings
from advocacy.db import Keyring, now
from advocacy.slack.manifest import INSTALL_PATH

LIFE = timedelta(hours=1)
_LABEL = "slack install link"


def make(settings: Settings, at: datetime | None = None) -> str:
    """A link that works until an hour after ``at``."""
    until = int(((at or now()) + LIFE).timestamp())
    sealed = Keyring(settings.key_bytes).seal(str(until), _LABEL)
    key = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
    return f"{settings.public_url.rstrip('/')}{INSTALL_PATH}?key={key}"


def check(settings: Settings, key: str, at: datetime | None = None) -> None:
    """Raises ``ValueError``: ``bad_link`` for what we did not make, ``expired``."""
    try:
        sealed = base64.urlsafe_b64decode(key.encode() + b"=" * (-len(key) % 4))
        until = int(Keyring(settings.key_bytes).open(sealed, _LABEL))
    except (LookupError, ValueError, binascii.Error):
        raise ValueError("bad_link") from None
    if until < (at or now()).timestamp():
        raise ValueError("expired")


__all__ = ["LIFE", "check", "make"]
