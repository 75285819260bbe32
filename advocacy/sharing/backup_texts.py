"""Texts that help after a nasty comment: those that come with the product, and what editors made of them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content.stories import Invalid
from advocacy.db import insert_into, now
from advocacy.sharing.backup_models import BackupText

Kind = Literal["guidance", "answer"]
KINDS: tuple[Kind, ...] = ("guidance", "answer")
MOST_TITLE, MOST_TEXT = 80, 2000
MOST_OF_A_KIND = 12
"""Texts of one kind and language, so that they still fit on a card."""
_OWN = "own-"


@dataclass(frozen=True, slots=True)
class Text:
    """One text in one language. ``is_own``: editors wrote it; ``hidden``: it comes with the product, unused."""

    kind: str
    key: str
    language: str
    title: str
    text: str
    is_own: bool = False
    hidden: bool = False


@cache
def supplied(kind: str, language: str) -> tuple[Text, ...]:
    """The texts that come with the product, in their order; in English where there is none in the language."""
    read = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return tuple(
        Text(kind, key, language, **(words.get(language) or words["en"])) for key, words in read.get(kind, {}).items()
    )


async def all_of(s: AsyncSession, kind: str, language: str) -> list[Text]:
    """All texts of a kind in a language, also the hidden ones: those supplied, then the editors' own."""
    query = select(BackupText).where(BackupText.kind == kind, BackupText.language == language).order_by(BackupText.id)
    rows = {row.key: row for row in await s.scalars(query)}
    found = []
    for text in supplied(kind, language):
        row = rows.pop(text.key, None)
        if row is None:
            found.append(text)
        elif row.text:
            found.append(Text(kind, text.key, language, row.title, row.text, is_own=True))
        else:
            found.append(Text(kind, text.key, language, text.title, text.text, hidden=True))
    return found + [Text(kind, row.key, language, row.title, row.text, is_own=True) for row in rows.values()]


async def shown(s: AsyncSession, kind: str, language: str) -> list[Text]:
    """The texts that help people, without the hidden ones."""
    return [one for one in await all_of(s, kind, language) if not one.hidden]


async def find(s: AsyncSession, kind: str, key: str, language: str) -> Text | None:
    """One text; ``None`` when there is no such."""
    return next((one for one in await all_of(s, kind, language) if one.key == key), None)


async def save(s: AsyncSession, kind: Kind, key: str, language: str, *, title: str, text: str, by_id: int) -> None:
    """Keep a text; an empty ``key`` adds one, an empty ``text`` removes it (supplied ones are hidden).

    Raises ``Invalid``.
    """
    title, text = title.strip(), text.strip()
    there = await all_of(s, kind, language)
    if key and key not in {one.key for one in there}:
        raise Invalid("text", "unknown")
    if not title or (not text and not key):
        raise Invalid("title" if not title else "text", "missing")
    if len(title) > MOST_TITLE or len(text) > MOST_TEXT:
        raise Invalid("title" if len(title) > MOST_TITLE else "text", "too_long")
    if not key and len(there) >= MOST_OF_A_KIND:
        raise Invalid("text", "too_many")
    key = key or _free_key({one.key for one in there})
    if not text and key.startswith(_OWN):
        where = (BackupText.kind == kind, BackupText.key == key, BackupText.language == language)
        await s.execute(delete(BackupText).where(*where).execution_options(synchronize_session=False))
        return
    at = {"kind": kind, "key": key, "language": language}
    values = {"title": title, "text": text, "changed_by_id": by_id, "changed_at": now()}
    added = insert_into(s, BackupText).values(**at, **values)
    await s.execute(added.on_conflict_do_update(index_elements=list(at), set_=values))


def _free_key(taken: set[str]) -> str:
    return next(key for number in range(1, len(taken) + 2) if (key := f"{_OWN}{number}") not in taken)


__all__ = ["KINDS", "MOST_TEXT", "MOST_TITLE", "Kind", "Text", "all_of", "find", "save", "shown", "supplied"]
