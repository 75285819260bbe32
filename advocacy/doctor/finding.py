"""What the doctor says of each thing it looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from advocacy.chat import Unknown
from advocacy.http import Blocked, TooLarge, Unreachable

LOST = (Blocked, TooLarge, Unreachable, Unknown)
"""No answer came."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    level: Literal["good", "warning", "bad"]
    sentence: str
    advice: str = ""


__all__ = ["LOST", "Finding"]
