"""What each network would show of a wording, for an example person: nothing here reads or writes anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from advocacy.config import Settings
from advocacy.content import captions
from advocacy.content.models import Caption, Story
from advocacy.content.versions import spoken
from advocacy.db import now
from advocacy.sharing import composition, links, text
from advocacy.sharing.composition import Around
from advocacy.sharing.disclosure.rules import Note, Rulebook
from advocacy.sharing.network import Network

EXAMPLE = "a" * links.LENGTH
"""The code of a link that nobody has: as long as all others."""


@dataclass(frozen=True, slots=True)
class Example:
    """The example person: in the company's country, under these rules of disclosure."""

    settings: Settings
    rulebook: Rulebook

    def around(self, port: Network, story: Story, language: str) -> Around:
        """What surrounds this person's words on a network."""
        decision = self.rulebook.decide(self.settings.country, port, story.kind, now())
        link = "" if port.reshares(spoken(story, language).url) else links.address(self.settings, EXAMPLE)
        return Around(port, language, link, self.settings.company, decision)


@dataclass(frozen=True, slots=True)
class Preview:
    """A post as it would be, and how much of the network's room it takes."""

    text: str
    used: int
    limit: int
    over: int
    """Characters that the wording is too long by; it is cut where that is above 0."""
    problems: tuple[str, ...]
    """Codes: ``cut`` (the wording is shortened), ``tags`` (not all hashtags or mentions have room), ``marker`` (waits
    for own words), ``only_link`` (the network's page takes no text), ``no_wording`` (none was written), ``used_up``
    (all were dealt as often as they may be), ``nothing_left`` (none of it fits, or it says what the story says): then
    the story speaks for itself."""
    note: Note
    """The disclosure, with the rule that decided."""

    @property
    def left(self) -> int:
        """Characters that are still free."""
        return self.limit - self.used


def preview(example: Example, port: Network, story: Story, language: str, caption: Caption | None) -> Preview:
    """The post with this wording; without one, what the story says by itself. Versions must be loaded."""
    around = example.around(port, story, language)
    made = composition.composed(around, story, caption)
    over = 0 if caption is None else max(0, -room(example, port, story, caption.text, caption.language))
    untold = ""
    if caption is None:
        untold = "used_up" if captions.was_written(story.captions, story, port.name, language) else "no_wording"
    elif made.text == composition.untold(around, story).text:
        caption, untold = None, "nothing_left"
    problems = tuple(_problems(port, caption, made.text, over, untold))
    return Preview(made.text, port.length(made.text), port.limit, over, problems, made.note)


def room(example: Example, port: Network, story: Story, words: str, language: str) -> int:
    """Characters that are left on this network beside words, disclosure and link; below 0 when there are too many."""
    around = example.around(port, story, language)
    note = around.note(language)
    return port.limit - port.length(text.join(text.clean(words), note.text, around.link, note.place))


def next_one(story: Story, network: str, language: str) -> Caption | None:
    """The wording that would be dealt next. Captions and versions must be loaded."""
    fitting = captions.best(story.captions, story, network, language)
    return min(fitting, key=lambda one: (one.dealt, one.id), default=None)


def _problems(port: Network, caption: Caption | None, whole: str, over: int, untold: str) -> Sequence[str]:
    abilities = port.abilities()
    found = ["only_link"] if abilities.dialog and not (abilities.post or abilities.dialog_takes_text) else []
    if caption is None:
        return [*found, untold]
    if over:
        found.append("cut")
    names = caption.mentions if caption.network == port.name else []
    extras = [] if abilities.private else [*caption.hashtags, *names]
    if any(one.lstrip("#@").casefold() not in whole.casefold() for one in extras):
        found.append("tags")
    return [*found, "marker"] if text.has_marker(whole) else found


__all__ = ["Example", "Preview", "next_one", "preview", "room"]
