"""A bot for benchmarks that only send."""

from __future__ import annotations


class Nobody:
    """The bot's side of the doors; nothing is pressed."""

    async def handle(self, press: object) -> None:
        """Never called."""
        raise AssertionError(press)

    async def language_of(self, who: object) -> str:
        """Never asked."""
        del who
        return "en"
