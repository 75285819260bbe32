"""A story in somebody's language: its own words, or those of one of its versions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from advocacy.content.models import LanguageVersion, Story


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a story says in one language, and which one that is."""

    title: str
    summary: str
    url: str
    image_alt: str
    language: str


def base(language: str) -> str:
    """``de`` of ``de-AT``."""
    return language.partition("-")[0].lower()


def spoken(story: Story, language: str) -> Spoken:
    """The story in this language if there is a version of it, otherwise in its own. Versions must be loaded.

    ``de-AT`` is looked for first, then any German. What a version leaves open (link, image description) is the story's.
    """
    for near in (str.lower, base):
        if near(story.language) == near(language):
            break
        for version in story.versions:
            if near(version.language) == near(language):
                return _said(story, version)
    return Spoken(story.title, story.summary, story.url, story.image_alt, story.language)


def missing(story: Story, languages: Iterable[str]) -> list[str]:
    """Those of the languages that the story does not speak, in their order. Versions must be loaded."""
    there = {base(story.language), *(base(one.language) for one in story.versions)}
    return [one for one in dict.fromkeys(languages) if base(one) not in there]


def _said(story: Story, version: LanguageVersion) -> Spoken:
    return Spoken(
        version.title, version.summary, version.url or story.url, version.image_alt or story.image_alt,
        version.language,
    )  # fmt: skip


__all__ = ["Spoken", "base", "missing", "spoken"]
