"""Time zones by name."""

from __future__ import annotations

from zoneinfo import ZoneInfo


def zone(name: str, otherwise: ZoneInfo) -> ZoneInfo:
    """The time zone with this name; the other one when there is none."""
    try:
        return ZoneInfo(name) if name else otherwise
    except (KeyError, ValueError, OSError):
        return otherwise


__all__ = ["zone"]
