"""What editors see of a story's wordings: the list, with what is left on each network and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from advocacy.bot.brands import called
from advocacy.bot.cards import back_to_story
from advocacy.bot.language import LANGUAGES, Translator
from advocacy.chat import OPENS_FORM, Button, Fact, Message
from advocacy.config import Settings
from advocacy.content import captions, versions
from advocacy.content.models import Caption, Story
from advocacy.content.plain import shorten
from advocacy.sharing import preview
from advocacy.sharing.disclosure.rules import Rulebook
from advocacy.sharing.network import Network
from advocacy.sharing.text import has_marker

ON_PAGE = 5
"""Wordings with buttons of their own in one message."""
SHOWN = 300
"""Characters of a wording in the list."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A story on an editor's desk."""

    t: Translator
    story: Story
    networks: Mapping[str, Network]
    settings: Settings
    rulebook: Rulebook
    can_draft: bool = False

    @property
    def example(self) -> preview.Example:
        """For whom posts are shown."""
        return preview.Example(self.settings, self.rulebook)

    @property
    def value(self) -> dict[str, int]:
        """What the buttons carry."""
        return {"s": self.story.id}

    @property
    def languages(self) -> list[str]:
        """Those the story has, those a wording is in, and those the product speaks."""
        there = [self.story.language, *(one.language for one in self.story.versions)]
        return list(dict.fromkeys((*there, *(one.language for one in self.story.captions), *LANGUAGES)))

    def label(self, network: str) -> str:
        """What a network is called."""
        if network in self.networks:
            return called(self.t, self.networks[network])
        return network or self.t("all networks")

    def rooms(self, network: str, language: str, words: str) -> list[tuple[int, str]]:
        """Characters that are left, with the network's name: on this one, or on all where it is none of them."""
        ports = [self.networks[network]] if network in self.networks else list(self.networks.values())
        return [(preview.room(self.example, one, self.story, words, language), called(self.t, one)) for one in ports]


def listing(desk: Desk, start: int = 0, said: str = "") -> Message:
    """All wordings with their counts, and what is missing."""
    t, story = desk.t, desk.story
    found = sorted(story.captions, key=lambda one: (one.network, one.language, one.id))
    page = found[start : start + ON_PAGE]
    heading = t("Wordings of “{title}”", title=story.title)
    none = t("There are none yet. Colleagues share the title and the summary.")
    missing = _missing(desk)
    return Message(
        summary=said or heading,
        heading=heading,
        paragraphs=tuple(one for one in (said, "" if found else none, *missing) if one),
        facts=tuple(_fact(desk, number, one) for number, one in enumerate(page, start + 1)),
        buttons=(*_page_buttons(desk, page, start), *_buttons(desk, len(found), start)),
        footnote=t("Each colleague gets the wording that was dealt least, in their language."),
    )


def _fact(desk: Desk, number: int, caption: Caption) -> Fact:
    t = desk.t
    words = shorten(caption.text, SHOWN)
    extras = " ".join((*caption.mentions, *(f"#{one}" for one in caption.hashtags)))
    dealt = t.n("dealt {n} time", "dealt {n} times", caption.dealt)
    if caption.quota is not None:
        dealt = t("dealt {dealt} of {quota} times", dealt=t.number(caption.dealt), quota=t.number(caption.quota))
    notes = [dealt, *_rooms(desk, caption)]
    if has_marker(caption.text):
        notes.append(t("with a gap for own words"))
    if captions.is_used_up(caption):
        notes.append(t("used up"))
    label = f"{number} · {desk.label(caption.network)} · {t.language_name(caption.language)}"
    return Fact(label, "\n".join(one for one in (words, extras, " · ".join(notes)) if one))


def _rooms(desk: Desk, caption: Caption) -> list[str]:
    """What is left per network: of its own one, or of those where it does not fit, or of the narrowest."""
    found = desk.rooms(caption.network, caption.language, caption.text)
    over = [one for one in found if one[0] < 0]
    return [room(desk.t, left, label) for left, label in over or sorted(found)[:1]]


def room(t: Translator, left: int, label: str) -> str:
    """So many characters that are left, or too many."""
    if left < 0:
        return t("{network}: {n} too many", network=label, n=t.number(-left))
    return t("{network}: {n} left", network=label, n=t.number(left))


def usual(t: Translator, ports: Sequence[Network]) -> str:
    """That a count is by the common limit only, where each server has its own; empty where there is nothing to say."""
    found = [called(t, one) for one in ports if one.abilities().limits_differ]
    if not found:
        return ""
    return t("{network}: counted by the usual limit; a colleague's own server may take more or less.",
             network=", ".join(found))  # fmt: skip


def _missing(desk: Desk) -> list[str]:
    t, story = desk.t, desk.story
    there = {versions.base(one.language) for one in story.captions}
    spoken = [story.language, *(one.language for one in story.versions)]
    wordless = [t.language_name(one) for one in spoken if versions.base(one) not in there] if story.captions else []
    unspoken = [t.language_name(one) for one in versions.missing(story, LANGUAGES)]
    found = []
    if wordless:
        found.append(t("No wording yet in: {languages}.", languages=", ".join(wordless)))
    if unspoken:
        found.append(t("The story itself is missing in: {languages}.", languages=", ".join(unspoken)))
    return found


def _page_buttons(desk: Desk, page: Sequence[Caption], start: int) -> list[Button]:
    t = desk.t
    found = []
    for number, one in enumerate(page, start + 1):
        value = {**desk.value, "w": one.id, "v": desk.story.version}
        found += [
            Button(t("Change {number}", number=number), action="wording_edit", value={**value, OPENS_FORM: 1}),
            Button(
                t("Remove {number}", number=number), action="wording_remove", value=value, style="danger",
                confirm=t("Colleagues get this wording no more. Remove it?"),
            ),
        ]  # fmt: skip
    return found


def _buttons(desk: Desk, count: int, start: int) -> list[Button]:
    t = desk.t
    value = {**desk.value, "v": desk.story.version, OPENS_FORM: 1}
    found = [
        Button(t("Add a wording"), action="wording_edit", value=value, style="primary"),
        Button(t("As networks show it"), action="network_preview", value=desk.value),
    ]
    if count > start + ON_PAGE:
        found.append(Button(t("More wordings"), action="wordings", value={**desk.value, "o": start + ON_PAGE}))
    if desk.can_draft:
        found.append(Button(t("Draft with help"), action="wording_draft", value=desk.value))
    return [*found, back_to_story(t, desk.story.id)]


__all__ = ["Desk", "listing", "room"]
