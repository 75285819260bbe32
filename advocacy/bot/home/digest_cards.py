"""The digest: a few stories for one person, in one message."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from advocacy.bot.home.pace_words import digest_times
from advocacy.bot.language import Translator
from advocacy.chat import MOST_LABEL, Button, Fact, Message
from advocacy.content.models import Story
from advocacy.content.plain import shorten
from advocacy.content.versions import spoken
from advocacy.people.rhythm import Pace

LINE = 160
"""Characters of a story's summary."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What one digest says."""

    stories: Sequence[Story]
    pace: Pace
    reminders: Collection[int] = field(default=(), kw_only=True)
    """Stories that were in a digest before."""
    held: int = field(default=0, kw_only=True)
    """Digests held back since the last one."""
    taken_out: bool = field(default=False, kw_only=True)
    """Stories were in it that are no longer to be shared."""


def digest_message(t: Translator, digest: Digest) -> Message:
    """The message; each story has a button that leads to its card."""
    count = len(digest.stories)
    heading = t.n("{n} story for you", "{n} stories for you", count) if count else t("Nothing is left of this digest")
    said = [t("Pick what you like; nothing is shared before you have seen the exact text.")] if count else []
    if digest.taken_out:
        said.append(t("What has ended or was withdrawn is no longer in it."))
    lines, buttons = [], []
    for story in digest.stories:
        text = spoken(story, t.language)
        again = t("Still there: {title}", title=text.title) if story.id in digest.reminders else text.title
        lines.append(Fact(again, shorten(text.summary, LINE) or "–"))
        buttons.append(Button(shorten(text.title, MOST_LABEL), action="story_show", value={"s": story.id}))
    less = Button(t("Less of this"), action="less")
    return Message(
        summary=heading, heading=heading, paragraphs=tuple(said), facts=tuple(lines), buttons=(*buttons, less),
        footnote=" ".join(filter(None, (digest_times(t, digest.pace), _held(t, digest)))),
    )  # fmt: skip


def _held(t: Translator, digest: Digest) -> str:
    if not digest.held:
        return ""
    return t.n(
        "{n} digest was held back: you want at most {most} messages a week.",
        "{n} digests were held back: you want at most {most} messages a week.",
        digest.held, most=t.number(digest.pace.most),
    )  # fmt: skip


__all__ = ["Digest", "digest_message"]
