"""Who is thanked on a story's card: who found it, who wrote the words it comes from. Only those who agreed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.language import Translator
from advocacy.content.models import Story
from advocacy.people import directory


async def names(s: AsyncSession, found: Sequence[Story]) -> dict[int, tuple[str, str]]:
    """The names of who found each story and of who wrote it, by its id; empty for whoever is not to be named."""
    finders = {one.id: one.author_id for one in found if one.is_suggestion and one.names_suggester}
    writers = {one.id: one.credit_id for one in found if one.consent == "given"}
    people = {one for one in (*finders.values(), *writers.values()) if one is not None}
    known = await directory.names(s, people)
    return {one.id: (known.get(finders.get(one.id) or 0, ""), known.get(writers.get(one.id) or 0, "")) for one in found}


def line(t: Translator, finder: str, writer: str) -> str:
    """One line for the card; empty when nobody is named."""
    said = []
    if finder:
        said.append(t("Found by {name}", name=finder))
    if writer:
        said.append(t("With words by {name}", name=writer))
    return " · ".join(said)
