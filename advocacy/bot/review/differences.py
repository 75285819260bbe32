"""What has changed in a story, in words people know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from advocacy.bot.brands import called_by_name
from advocacy.bot.kinds import kind_name
from advocacy.bot.language import Translator
from advocacy.chat import Change, Part
from advocacy.content.review.difference import FieldChange

MOST_SHOWN = 25
"""Changes on one card; a reviewer of more reads the whole text below them."""


@dataclass(frozen=True, slots=True)
class Names:
    """What ids in a story stand for."""

    channels: Mapping[int, str] = field(default_factory=dict)
    departments: Mapping[int, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)
    topics: Mapping[int, str] = field(default_factory=dict)


def changes(t: Translator, found: Iterable[FieldChange], names: Names) -> tuple[Change, ...]:
    """The changes with their labels, as a message shows them."""
    shown = [Change(label(t, one), _apart([_spoken(t, one, part, names) for part in one.parts])) for one in found]
    if len(shown) <= MOST_SHOWN:
        return tuple(shown)
    left = len(shown) - MOST_SHOWN
    more = Change(t("Further changes"), (Part(t.n("{n} more", "{n} more of them", left)),))
    return (*shown[:MOST_SHOWN], more)


def _apart(parts: Sequence[Part]) -> tuple[Part, ...]:
    """With a space between old and new words: read out, or without its looks, it would be one word."""
    kept: list[Part] = []
    for part in parts:
        touches = kept and part.kind == "added" and kept[-1].kind == "removed"
        if touches and not kept[-1].text[-1:].isspace() and not part.text[:1].isspace():
            kept.append(Part(" "))
        kept.append(part)
    return tuple(kept)


def label(t: Translator, change: FieldChange) -> str:
    """What the field is called, with its language or network."""
    if change.field == "captions":
        network = called_by_name(t, change.network)
        return t(
            "Suggested text for {network} ({language})", network=network, language=t.language_name(change.language)
        )
    name = field_name(t, change.field)
    return f"{name} ({t.language_name(change.language)})" if change.language else name


def field_name(t: Translator, name: str) -> str:
    """A field of a story as people call it; its own name when nobody does."""
    return {
        "title": t("Title"),
        "summary": t("Summary"),
        "url": t("Link"),
        "image_url": t("Picture"),
        "image_alt": t("Picture in words"),
        "image_rights": t("Rights in the picture"),
        "as_picture": t("Posted as a picture"),
        "language": t("Language"),
        "kind": t("Kind of story"),
        "internal": t("Inside only"),
        "captions": t("Suggested text"),
        "hashtags": t("Hashtags"),
        "topics": t("Topics"),
        "channel_ids": t("Channels"),
        "department_ids": t("Departments"),
        "locations": t("Locations"),
        "audience_languages": t("Languages of the audience"),
    }.get(name, name)


def rights(t: Translator, code: str) -> str:
    """Whose picture it is."""
    return {
        "own": t("our own"), "licensed": t("licensed"), "free": t("free to use"),
    }.get(code, t("nobody has said yet"))  # fmt: skip


def _spoken(t: Translator, change: FieldChange, part: Part, names: Names) -> Part:
    """The piece with what its code stands for, and a space that parts it from the next."""
    if not change.is_code:
        return part
    space = "" if part is change.parts[-1] else " "  # a space at the end would be struck through alone
    return replace(part, text=_value(t, change.field, part.text, names) + space)


def _value(t: Translator, name: str, code: str, names: Names) -> str:
    named = {"image_rights": rights, "kind": kind_name}.get(name)
    if named is not None:
        return named(t, code)
    if name in {"internal", "as_picture"}:
        return t("yes") if code == "True" else t("no")
    if name == "image_url":
        return t("a picture stored here") if code.startswith("picture:") else code
    if name == "topics":
        _, _, key = code.partition(":")
        return names.topics.get(int(key), key) if code.startswith("id:") else key
    known = {"channel_ids": names.channels, "department_ids": names.departments}.get(name)
    if known is None or not code.isdecimal():
        return code
    return known.get(int(code), code)
