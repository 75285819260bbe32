"""People as editors type them: by their e-mail addresses, with commas, semicolons or lines between them."""

from __future__ import annotations

import re

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.language import Translator
from advocacy.people import directory

_BETWEEN = re.compile(r"[,;\n]")


def parted(text: str) -> list[str]:
    """The addresses in a text, each once."""
    return list(dict.fromkeys(one.strip() for one in _BETWEEN.split(text) if one.strip()))


async def known(s: AsyncSession, t: Translator, typed: list[str], *, also_gone: bool = False) -> tuple[list[int], str]:
    """Ids of the people with these addresses; and a sentence about those nobody has, empty when all are known.

    Who has left counts only with ``also_gone``.
    """
    found = await directory.by_email(s, typed)
    ids, unknown = [], []
    for email in typed:
        person = found.get(email.lower())
        if person is not None and (also_gone or directory.is_employed(person)):
            ids.append(person.id)
        else:
            unknown.append(email)
    said = t("I know nobody with the address {name}.", name=", ".join(unknown)[:200]) if unknown else ""
    return ids, said


__all__ = ["known", "parted"]
