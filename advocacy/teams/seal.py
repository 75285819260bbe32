"""What a dialog carries through a client and must come back unchanged: the message it was opened from."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from advocacy.chat import UserRef


class Seal:
    """Signs with the first key, accepts all. Bound to the person and the conversation."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def put(self, message: str, who: UserRef, conversation: str) -> str:
        """Seal a message id; '' stays ''."""
        return f"{_sign(self._keys[0], message, who, conversation)}.{message}" if message else ""

    def read(self, sealed: Any, who: UserRef, conversation: str) -> str:
        """Give the message id; '' when there is none, or the seal is not ours for this person and place."""
        if not isinstance(sealed, str):
            return ""
        signature, _, message = sealed.partition(".")
        told = signature.encode()
        good = any(hmac.compare_digest(told, _sign(key, message, who, conversation).encode()) for key in self._keys)
        return message if good else ""


def _sign(key: bytes, message: str, who: UserRef, conversation: str) -> str:
    said = json.dumps(["teams dialog", who.tenant, who.user, conversation, message])
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()[:32]
