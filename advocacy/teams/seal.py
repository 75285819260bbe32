"""What a dialog carries through a client and must come back unchanged: its message, and what its form keeps."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from advocacy.chat import Form, UserRef

KEPT = "kept"
"""Beside a form's values: what it keeps, sealed."""


class Seal:
    """Signs with the first key, accepts all. Bound to the person, and to the conversation or the form's action."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def put(self, message: str, who: UserRef, conversation: str) -> str:
        """Seal a message id; '' stays ''."""
        return self._sealed("teams dialog", message, who, conversation) if message else ""

    def read(self, sealed: Any, who: UserRef, conversation: str) -> str:
        """Give the message id; '' when there is none, or the seal is not ours for this person and place."""
        return self._opened("teams dialog", sealed, who, conversation)

    def keep(self, form: Form, who: UserRef) -> Form:
        """Put what a form keeps among its values, sealed."""
        if form.kept is None:
            return form
        sealed = self._sealed("teams form", json.dumps(dict(form.kept)), who, form.action)
        return replace(form, value={**form.value, KEPT: sealed})

    def kept(self, value: Mapping[str, Any], who: UserRef, action: str) -> dict[str, Any] | None:
        """Give what was kept; ``None`` when it is missing, changed, or was given to somebody else or another form."""
        opened = self._opened("teams form", value.get(KEPT), who, action)
        return dict(json.loads(opened)) if opened else None

    def _sealed(self, kind: str, text: str, who: UserRef, place: str) -> str:
        return f"{_sign(self._keys[0], kind, text, who, place)}.{text}"

    def _opened(self, kind: str, sealed: Any, who: UserRef, place: str) -> str:
        if not isinstance(sealed, str):
            return ""
        signature, _, text = sealed.partition(".")
        told = signature.encode(errors="replace")
        signed = (_sign(key, kind, text, who, place) for key in self._keys)
        return text if any(hmac.compare_digest(told, one.encode()) for one in signed) else ""


def _sign(key: bytes, kind: str, text: str, who: UserRef, place: str) -> str:
    said = json.dumps([kind, who.tenant, who.user, place, text])
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()[:32]
