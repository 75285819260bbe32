"""Names that both directions share."""

from __future__ import annotations

ADAPTIVE = "application/vnd.microsoft.card.adaptive"
OURS = frozenset({"action", "value", "origin", "back", "msteams"})
"""Names in an action's data that are not inputs."""
SEARCH, TERM = "search", "term"
"""The message extension's command that searches, and what is typed into it."""
