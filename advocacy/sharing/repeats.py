"""Tells the first click of a visitor on a link from those that follow within the hour."""

from __future__ import annotations

from typing import Final

REPEAT: Final = "repeat"
"""Why such a click does not count."""
HOUR: Final = 3600.0
MOST: Final = 100_000
"""Clicks remembered at least; about 15 MB. With more in an hour, some that repeat are counted."""


class Repeats:
    """In memory: one per process, which forgets with it. Nothing is stored that is not stored with the clicks."""

    def __init__(self) -> None:
        self._young: dict[int, float] = {}
        self._old: dict[int, float] = {}
        self._since = 0.0

    def is_one(self, link_id: int, visitor: str, at: float) -> bool:
        """Has this visitor's click on this link counted within the hour? ``at``: seconds. If not, this one does."""
        key = hash((link_id, visitor))  # 64 bits with a key of this process: small, and as good as the whole
        last = self._young.get(key) or self._old.get(key)
        if last is not None and at - last < HOUR:
            return True
        if at - self._since >= HOUR or len(self._young) >= MOST:
            self._old, self._young, self._since = self._young, {}, at
        self._young[key] = at
        return False


__all__ = ["HOUR", "MOST", "REPEAT", "Repeats"]
