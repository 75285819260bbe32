"""What has changed between two contents of a story, word by word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

import regex
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.chat import Part
from advocacy.content.models import Review

_WORD = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]\p{M}*|[\p{L}\p{N}\p{M}]+(?:[.,:]\p{N}+)*|\s+|\X")
"""Scripts written without spaces are compared by character."""
_KEPT = 24
"""Characters of an unchanged stretch that are shown beside a change."""
_SIMPLE = 400
"""Words from which on frequent ones are no anchors any more: comparing takes the square of their number."""
_TEXTS = ("title", "summary", "url", "image_alt")
_CODES = ("image_url", "image_rights", "as_picture", "language", "kind", "internal")
_LISTS = ("channel_ids", "department_ids", "locations", "audience_languages", "topics")
_VERSION = ("title", "summary", "url", "image_alt")
_Wording = tuple[str, str]
_Kind = Literal["same", "added", "removed"]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that was changed."""

    field: str
    """A key of ``fingerprint.content``; of a version or a caption with its ``language``."""
    parts: tuple[Part, ...]
    """Pieces of text; where ``is_code``, each piece is one value of its own (an id, ``own``, ``True``)."""
    language: str = ""
    network: str = ""
    is_code: bool = False


def between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    """What is different in ``after``; both as ``fingerprint.content`` makes them, older ones with fewer keys."""
    found = [
        FieldChange(field, words(_text(before, field), _text(after, field)))
        for field in _TEXTS
        if _text(before, field) != _text(after, field)
    ]
    found += [
        FieldChange(field, _swapped(_text(before, field), _text(after, field)), is_code=True)
        for field in _CODES
        if _text(before, field) != _text(after, field)
    ]
    found += _versions(before.get("versions", ()), after.get("versions", ()))
    found += _captions(before.get("captions", ()), after.get("captions", ()))
    for field in _LISTS:
        old, new = ([str(one) for one in side.get(field, ())] for side in (before, after))
        if old != new:
            parts = [Part(one, "removed") for one in old if one not in new]
            parts += [Part(one, "added") for one in new if one not in old]
            found.append(FieldChange(field, tuple(parts), is_code=True))
    return found


def words(before: str, after: str) -> tuple[Part, ...]:
    """The pieces that lead from one text to the other; long stretches that stay are shortened with ``…``."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > _SIMPLE)
    pieces: list[tuple[_Kind, str]] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(("same", "".join(old[a:b])))
            continue
        pieces += [("removed", "".join(old[a:b])), ("added", "".join(new[c:d]))]
    return tuple(_shortened(_joined([(kind, text) for kind, text in pieces if text])))


async def last_approved(s: AsyncSession, story_id: int) -> dict[str, Any] | None:
    """The newest content of a story that everybody who was needed has approved; ``None`` when there is none."""
    query = (
        select(Review.content)
        .where(Review.story_id == story_id, Review.decision == "cleared", Review.content.is_not(None))
        .order_by(Review.id.desc())
    )
    found: dict[str, Any] | None = await s.scalar(query.limit(1))
    return found


def _text(content: Mapping[str, Any], field: str) -> str:
    value = content.get(field, "")
    return value if isinstance(value, str) else str(value)


def _swapped(old: str, new: str) -> tuple[Part, ...]:
    return (*([Part(old, "removed")] if old else []), *([Part(new, "added")] if new else []))


def _versions(before: Sequence[Sequence[str]], after: Sequence[Sequence[str]]) -> Iterator[FieldChange]:
    old, new = ({language: texts for language, *texts in side} for side in (before, after))
    nothing = [""] * len(_VERSION)
    for language in sorted({*old, *new}):
        pairs = zip(_VERSION, old.get(language, nothing), new.get(language, nothing), strict=True)
        for field, was, now in pairs:
            if was != now:
                yield FieldChange(field, words(was, now), language)


def _captions(before: Sequence[Sequence[Any]], after: Sequence[Sequence[Any]]) -> Iterator[FieldChange]:
    """Wordings of one network and language are paired by likeness; the rest were added or removed."""
    old, new = _grouped(before), _grouped(after)
    for network, language in sorted({*old, *new}):
        was, now = old.get((network, language), []), new.get((network, language), [])
        gone = [text for text in was if text not in now]
        for text in [text for text in now if text not in was]:
            nearest = max(gone, key=lambda one: _likeness(one, text), default="")
            if nearest:
                gone.remove(nearest)
            yield FieldChange("captions", words(nearest, text), language, network)
        for text in gone:
            yield FieldChange("captions", words(text, ""), language, network)


def _grouped(captions: Sequence[Sequence[Any]]) -> dict[_Wording, list[str]]:
    groups: dict[_Wording, list[str]] = {}
    for network, language, text, hashtags, mentions in captions:
        tags = " ".join([*(f"#{one}" for one in hashtags), *mentions])
        groups.setdefault((network, language), []).append(f"{text}\n{tags}" if tags else text)
    return groups


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).quick_ratio()


def _joined(pieces: list[tuple[_Kind, str]]) -> list[tuple[_Kind, str]]:
    """Words that changed side by side are one change: the space between them is part of both."""
    joined: list[tuple[_Kind, str]] = []
    run: list[tuple[_Kind, str]] = []
    for place, (kind, text) in enumerate(pieces):
        is_last = place == len(pieces) - 1
        if kind == "same" and not (run and not is_last and text.isspace()):
            joined += [*_one_change(run), (kind, text)]
            run = []
        else:
            run.append((kind, text))
    return joined + _one_change(run)


def _one_change(run: list[tuple[_Kind, str]]) -> list[tuple[_Kind, str]]:
    kinds: tuple[_Kind, _Kind] = ("removed", "added")
    texts = [(kind, "".join(text for one, text in run if one in (kind, "same"))) for kind in kinds]
    return [(kind, text) for kind, text in texts if text]


def _shortened(pieces: list[tuple[_Kind, str]]) -> Iterator[Part]:
    for place, (kind, text) in enumerate(pieces):
        if kind != "same" or len(text) <= 3 * _KEPT:
            yield Part(text, kind)
            continue
        begin = text[:_KEPT] if place > 0 else ""
        end = text[-_KEPT:] if place < len(pieces) - 1 else ""
        # At a whole word, where there are words.
        begin, whole = begin.rpartition(" ")[0] or begin, end.partition(" ")[2]
        end = whole if whole.strip() else end
        yield Part(f"{begin}…{end}", kind)


__all__ = ["FieldChange", "between", "last_approved", "words"]
