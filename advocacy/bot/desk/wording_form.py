"""The form in which editors write one wording: what stands in it, what is left on each network, what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from advocacy.bot.brands import called
from advocacy.bot.desk.wordings import Desk, room, usual
from advocacy.chat import OPENS_FORM, Button, Form, Input, Message, Option
from advocacy.content.models import Caption
from advocacy.content.stories import Wording
from advocacy.sharing import preview

FIELDS = ("network", "language", "text", "hashtags", "mentions", "quota")
EVERYWHERE = "*"
"""Choice of all networks: an empty value is no choice to a platform."""


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


def form(desk: Desk, editing: Editing) -> Form:
    """The form for one wording; its hint tells what is left on each network."""
    t = desk.t
    paragraphs = [t("A gap such as [why it matters to me] is filled in by each colleague before anything leaves.")]
    if editing.theirs is not None:
        paragraphs.insert(
            0, t("Somebody else changed the story meanwhile. Their text stands below; yours is kept here.")
        )
    count = Button(t("Count anew"), action="wording_count", value={**editing.value, OPENS_FORM: 1})
    body = Message(
        summary=t("Wording"), paragraphs=tuple(paragraphs), quote=editing.theirs or "",
        inputs=_inputs(desk, editing.typed), buttons=(count,),
    )  # fmt: skip
    return Form(t("Wording"), body, "wording_save", dict(editing.value), t("Save"), t("Cancel"), editing.errors)


def _inputs(desk: Desk, typed: Typed) -> tuple[Input, ...]:
    t = desk.t
    names = [Option(name, called(t, port)) for name, port in desk.networks.items()]
    tongues = [Option(one, t.language_name(one)) for one in desk.languages]
    return (
        Input("text", t("Wording"), kind="text", value=typed.text, hint=_hint(desk, typed), live="wording_count"),
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


def _hint(desk: Desk, typed: Typed) -> str:
    rooms = desk.rooms(typed.network, typed.language or desk.story.language, typed.text)
    ports = [desk.networks[typed.network]] if typed.network in desk.networks else list(desk.networks.values())
    counted = " · ".join(room(desk.t, left, label) for left, label in rooms)
    return ". ".join(one for one in (counted, usual(desk.t, ports)) if one)


def field_problems(desk: Desk, typed: Typed, others: Sequence[Wording]) -> dict[str, str]:
    """Sentences by field, for what cannot be saved so."""
    t = desk.t
    found: dict[str, str] = {}
    port = desk.networks.get(typed.network)
    over = -preview.room(desk.example, port, desk.story, typed.text, typed.language) if port is not None else 0
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


__all__ = ["EVERYWHERE", "FIELDS", "Editing", "Typed", "field_problems", "form", "typed_from"]
