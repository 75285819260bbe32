"""What editors see of a story's wordings: the list, the form, and how a network would show them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from advocacy.bot.brands import called
from advocacy.bot.cards import OPENS_FORM
from advocacy.bot.language import LANGUAGES, Translator
from advocacy.chat import Button, Fact, Form, Input, Message, Option
from advocacy.config import Settings
from advocacy.content import captions, versions
from advocacy.content.models import Caption, Story
from advocacy.content.stories import Wording
from advocacy.sharing import preview
from advocacy.sharing.network import Network
from advocacy.sharing.text import has_marker

ON_PAGE = 5
"""Wordings with buttons of their own in one message."""
SHOWN = 300
"""Characters of a wording in the list."""
FIELDS = ("network", "language", "text", "hashtags", "mentions", "quota")
EVERYWHERE = "*"
"""Choice of all networks: an empty value is no choice to a platform."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A story on an editor's desk."""

    t: Translator
    story: Story
    networks: Mapping[str, Network]
    settings: Settings
    can_draft: bool = False

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


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form."""

    network: str = ""
    language: str = ""
    text: str = ""
    hashtags: str = ""
    mentions: str = ""
    quota: str = ""

    def wording(self) -> Wording:
        """As it is stored; the quota must be a number or empty."""
        names = (one if one.startswith("@") else f"@{one}" for one in _listed(self.mentions))
        return Wording(
            self.text.strip(), self.network, self.language, tuple(one.lstrip("#") for one in _listed(self.hashtags)),
            tuple(names), int(self.quota) if self.quota.strip() else None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Editing:
    """One form: what is typed, which wording it is for, and what is wrong."""

    typed: Typed
    value: Mapping[str, object]
    errors: Mapping[str, str] = field(default_factory=dict)
    theirs: str | None = None
    """The text that somebody else wrote meanwhile."""


def typed_from(caption: Caption) -> Typed:
    """The form's fields for a wording that is there."""
    return Typed(
        caption.network, caption.language, caption.text, " ".join(f"#{one}" for one in caption.hashtags),
        " ".join(caption.mentions), "" if caption.quota is None else str(caption.quota),
    )  # fmt: skip


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
        heading=heading[:150],
        paragraphs=tuple(one for one in (said, "" if found else none, *missing) if one),
        facts=tuple(_fact(desk, number, one) for number, one in enumerate(page, start + 1)),
        buttons=(*_page_buttons(desk, page, start), *_buttons(desk, len(found), start)),
        footnote=t("Each colleague gets the wording that was dealt least, in their language."),
    )


def _fact(desk: Desk, number: int, caption: Caption) -> Fact:
    t = desk.t
    words = caption.text if len(caption.text) <= SHOWN else caption.text[:SHOWN].rstrip() + "…"
    extras = " ".join((*caption.mentions, *(f"#{one}" for one in caption.hashtags)))
    dealt = t.n("dealt {n} time", "dealt {n} times", caption.dealt)
    if caption.quota is not None:
        dealt = t("dealt {dealt} of {quota} times", dealt=t.number(caption.dealt), quota=t.number(caption.quota))
    notes = [dealt, *_rooms(desk, caption.network, caption.language, caption.text)]
    if has_marker(caption.text):
        notes.append(t("with a gap for own words"))
    if captions.is_used_up(caption):
        notes.append(t("used up"))
    label = f"{number} · {desk.label(caption.network)} · {t.language_name(caption.language)}"
    return Fact(label, "\n".join(one for one in (words, extras, " · ".join(notes)) if one))


def _rooms(desk: Desk, network: str, language: str, words: str) -> list[str]:
    """What is left per network: of its own one, or of those where it does not fit, or of the narrowest."""
    ports = [desk.networks[network]] if network in desk.networks else list(desk.networks.values())
    left = [(preview.room(desk.settings, one, words, language), one) for one in ports]
    if not left:
        return []
    over = [one for one in left if one[0] < 0]
    return [_room(desk.t, count, called(desk.t, port)) for count, port in over or [min(left, key=lambda one: one[0])]]


def _room(t: Translator, left: int, label: str) -> str:
    if left < 0:
        return t("{network}: {n} too many", network=label, n=t.number(-left))
    return t("{network}: {n} left", network=label, n=t.number(left))


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
    return found


def form(desk: Desk, editing: Editing) -> Form:
    """The form for one wording; its hint tells what is left on each network."""
    t, typed = desk.t, editing.typed
    paragraphs = [t("A gap such as [why it matters to me] is filled in by each colleague before anything leaves.")]
    if editing.theirs is not None:
        paragraphs.insert(
            0, t("Somebody else changed the story meanwhile. Their text stands below; yours is kept here.")
        )
    names = [Option(name, called(t, port)) for name, port in desk.networks.items()]
    tongues = [Option(one, t.language_name(one)) for one in desk.languages]
    left = _hint(desk, typed)
    inputs = (
        Input("text", t("Wording"), kind="text", value=typed.text, hint=left, live="wording_count"),
        Input(
            "network", t("For"), kind="choice", value=typed.network if typed.network in desk.networks else EVERYWHERE,
            options=(Option(EVERYWHERE, t("all networks")), *names), live="wording_count",
        ),
        Input("language", t("Language"), kind="choice", value=typed.language or desk.story.language,
              options=tuple(tongues), live="wording_count"),
        Input("hashtags", t("Hashtags"), value=typed.hashtags, optional=True, max_length=600,
              hint=t("They stand below the text; the last ones go first where there is no room.")),
        Input("mentions", t("Mentions"), value=typed.mentions, optional=True, max_length=600,
              hint=t("Such as @nordlicht; for one network only.")),
        Input("quota", t("Deal it at most so many times"), value=typed.quota, optional=True, max_length=6,
              hint=t("Empty: any number of times.")),
    )  # fmt: skip
    count = Button(t("Count anew"), action="wording_count", value={**editing.value, OPENS_FORM: 1})
    body = Message(
        summary=t("Wording"), paragraphs=tuple(paragraphs), quote=editing.theirs or "", inputs=inputs,
        buttons=(count,),
    )  # fmt: skip
    return Form(t("Wording"), body, "wording_save", dict(editing.value), t("Save"), t("Cancel"), editing.errors)


def _hint(desk: Desk, typed: Typed) -> str:
    ports = [desk.networks[typed.network]] if typed.network in desk.networks else list(desk.networks.values())
    language = typed.language or desk.story.language
    rooms = [(preview.room(desk.settings, one, typed.text, language), called(desk.t, one)) for one in ports]
    return " · ".join(_room(desk.t, left, label) for left, label in rooms)


def shown_on(desk: Desk, network: str, language: str, caption: Caption | None) -> Message:
    """A wording as one network would show it, with buttons for the others."""
    t = desk.t
    views = {
        name: preview.preview(
            desk.settings, port, desk.story, language,
            caption or preview.next_one(desk.story, name, language),
        )
        for name, port in desk.networks.items()
    }  # fmt: skip
    port, view = desk.networks[network], views[network]
    heading = t("On {network}: {used} of {limit} characters", network=called(t, port), used=t.number(view.used),
                limit=t.number(view.limit))  # fmt: skip
    value = {**desk.value, "l": language, **({"w": caption.id} if caption is not None else {})}
    others = [Button(called(t, one), action="network_preview", value={**value, "n": name})
              for name, one in desk.networks.items() if name != network]  # fmt: skip
    tongues = [Button(t.language_name(one), action="network_preview", value={**value, "n": network, "l": one})
               for one in desk.languages if one != language and caption is None]  # fmt: skip
    said = " ".join(_problem(t, one, view.over) for one in view.problems)
    return Message(
        summary=heading,
        heading=heading,
        paragraphs=tuple(one for one in (t.language_name(language), said) if one),
        quote=view.text,
        facts=tuple(
            Fact(desk.label(name), " · ".join((t("{n} left", n=t.number(one.left)), *_marks(t, one))))
            for name, one in views.items()
        ),
        buttons=(*others, *tongues, Button(t("All wordings"), action="wordings", value=desk.value)),
        footnote=t("With an example link. The note about the employer opens public posts."),
    )


def _marks(t: Translator, one: preview.Preview) -> list[str]:
    return [t("shortened")] if "cut" in one.problems else []


def _problem(t: Translator, code: str, over: int) -> str:
    words = {
        "cut": t.n("{n} character too many: the wording is shortened here.",
                   "{n} characters too many: the wording is shortened here.", over),
        "tags": t("Not all hashtags and mentions have room."),
        "marker": t("Each colleague is asked for own words first."),
        "only_link": t("This network's page takes the link only; the text is for copying."),
        "no_wording": t("No wording was written for it yet: title and summary speak."),
        "used_up": t("All wordings for it are used up: title and summary speak."),
        "nothing_left": t("Nothing of the wording is left here: it has no room, or says what title and summary say."),
    }  # fmt: skip
    return words.get(code, "")


def field_problems(desk: Desk, typed: Typed, others: Sequence[Wording]) -> dict[str, str]:
    """Sentences by field, for what cannot be saved so."""
    t = desk.t
    found: dict[str, str] = {}
    port = desk.networks.get(typed.network)
    over = -preview.room(desk.settings, port, typed.text, typed.language) if port is not None else 0
    if not typed.text.strip():
        found["text"] = t("Please write a text.")
    elif over > 0:
        found["text"] = t.n("Please cut {n} character.", "Please cut {n} characters.", over)
    elif any((typed.network, typed.language, typed.text.strip()) == (one.network, one.language, one.text)
             for one in others):  # fmt: skip
        found["text"] = t("This wording is there already.")
    if typed.network and port is None:
        found["network"] = t("Please choose a network.")
    if typed.mentions.strip() and not typed.network:
        found["mentions"] = t("Please choose one network for mentions: elsewhere the name is somebody else.")
    quota = typed.quota.strip()
    if quota and not (quota.isascii() and quota.isdigit() and len(quota) < 9 and 0 < int(quota) < 10**6):
        found["quota"] = t("Please write a whole number above 0, or nothing.")
    return found


def _listed(said: str) -> list[str]:
    return list(dict.fromkeys(one for one in re.split(r"[\s,;]+", said.strip()) if one.strip("#@")))
