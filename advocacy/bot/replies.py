"""Where somebody's private answer is, as it is kept with a share until there is news of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advocacy.chat import UserRef


def packed(who: UserRef, language: str, reply_to: str = "") -> dict[str, Any]:
    """Plain JSON. Without ``reply_to`` the answer is a direct message."""
    return {
        "platform": who.platform, "tenant": who.tenant, "user": who.user, "address": who.address,
        "reply_to": reply_to, "language": language,
    }  # fmt: skip


def unpacked(reply: Mapping[str, Any]) -> tuple[UserRef, str, str]:
    """Whom to answer, the ``reply_to`` of the press, and the language."""
    rest = dict(reply)
    reply_to, language = rest.pop("reply_to", ""), rest.pop("language", "en")
    return UserRef(**rest), reply_to, language


__all__ = ["packed", "unpacked"]
