"""Who is thanked on a story's card: who found it, who wrote the words it comes from. Only those who agreed."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.language import Translator
from advocacy.content.models import Story
from advocacy.people import directory


async def names(s: AsyncSession, story: Story) -> tuple[str, str]:
    """The names of who found it and of who wrote it; empty for whoever is not to be named."""
    finder = story.author_id if story.is_suggestion and story.names_suggester else None
    writer = story.credit_id if story.consent == "given" else None
    known = await directory.names(s, {one for one in (finder, writer) if one is not None})
    return known.get(finder or 0, ""), known.get(writer or 0, "")


def line(t: Translator, finder: str, writer: str) -> str:
    """One line for the card; empty when nobody is named."""
    said = []
    if finder:
        said.append(t("Found by {name}", name=finder))
    if writer:
        said.append(t("With words by {name}", name=writer))
    return " · ".join(said)
