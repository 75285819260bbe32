"""What a dialog carries through a client and must come back unchanged: the message it was opened from."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from advocacy.teams.activity import Heard


class Seal:
    """Signs with the first key, accepts all. Bound to the person and the conversation."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def put(self, message: str, news: Heard) -> str:
        """Seal a message id; '' stays ''."""
        return f"{_sign(self._keys[0], message, news)}.{message}" if message else ""

    def read(self, sealed: Any, news: Heard) -> str:
        """Give the message id; '' when there is none, or the seal is not ours for this person and place."""
        if not isinstance(sealed, str):
            return ""
        signature, _, message = sealed.partition(".")
        told = signature.encode()
        good = any(hmac.compare_digest(told, _sign(key, message, news).encode()) for key in self._keys)
        return message if good else ""


def _sign(key: bytes, message: str, news: Heard) -> str:
    said = json.dumps(["teams dialog", news.who.tenant, news.who.user, news.conversation, message])
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()[:32]
