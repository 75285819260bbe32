"""The form in which a person makes the text of their share their own, for all their networks at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from advocacy.bot.brands import called
from advocacy.bot.language import Translator
from advocacy.chat import MOST_LABEL, OPENS_FORM, Button, Fact, Form, Input, Message, Option
from advocacy.content.plain import shorten
from advocacy.content.versions import Spoken
from advocacy.sharing.drafts import Draft
from advocacy.sharing.models import Share

NETWORKS = "networks"
"""The input in which networks are ticked."""
_LONGEST_FACT = 600


@dataclass(frozen=True, slots=True)
class Editing:
    """A form as it stands: the texts by network, the networks ticked, and what is wrong by network."""

    drafts: Sequence[Draft]
    """The share that is edited comes first."""
    said: Spoken
    """The story in the person's language."""
    texts: Mapping[str, str]
    ticked: Sequence[str]
    own: bool = False
    """In own words: with the story's facts to write from."""
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def mine(self) -> Share:
        """The share that is edited."""
        share = self.drafts[0].share
        assert share is not None
        return share


def input_of(editing: Sequence[Draft], network: str) -> str:
    """The name of the field for a network."""
    return "text" if editing[0].port.name == network else f"text_{network}"


def edit_form(t: Translator, editing: Editing) -> Form:
    """The dialog: a text with its own counter for each network, and which of them are meant."""
    value: dict[str, object] = {"i": editing.mine.id, **({"o": 1} if editing.own else {})}
    labels = {one.port.name: called(t, one.port) for one in editing.drafts}
    names = ", ".join(labels.values())
    errors = {
        name if name == NETWORKS else input_of(editing.drafts, name): said for name, said in editing.errors.items()
    }
    body = Message(
        summary=t("Your text for {network}", network=names),
        paragraphs=tuple(_paragraphs(t, editing)),
        facts=_story_facts(t, editing.said) if editing.own else (),
        inputs=(
            *(_text(t, editing, one, labels[one.port.name]) for one in editing.drafts),
            *_ticks(t, editing, labels),
        ),
        buttons=tuple(_buttons(t, editing, labels, value)),
    )
    return Form(t("Your text"), body, "edit_save", value, t("Save"), t("Cancel"), errors)


def _paragraphs(t: Translator, editing: Editing) -> list[str]:
    said = [_stays(t, editing.mine)]
    if editing.own:
        said.append(t("These facts are cleared: say them in your own way."))
    return said


def _story_facts(t: Translator, said: Spoken) -> tuple[Fact, ...]:
    pairs = ((t("Title"), said.title), (t("Summary"), said.summary), (t("Link"), said.url))
    return tuple(Fact(label, shorten(value, _LONGEST_FACT)) for label, value in pairs if value)


def _text(t: Translator, editing: Editing, draft: Draft, label: str) -> Input:
    name = draft.port.name
    typed = editing.texts.get(name, "")
    return Input(
        input_of(editing.drafts, name), t("Text for {network}", network=label), kind="text", value=typed,
        hint=" ".join(_hints(t, draft, typed)), optional=len(editing.drafts) > 1, live="edit_count",
    )  # fmt: skip


def _hints(t: Translator, draft: Draft, typed: str) -> list[str]:
    used, limit = t.number(draft.length(typed)), t.number(draft.port.limit)
    said = [t("{used} of {limit} characters used so far.", used=used, limit=limit)]
    if draft.share is None and draft.link:
        said.append(t("The link is added and counted."))
    return [*said, likeness(t, draft, typed)] if typed.strip() and draft.theirs else said


def likeness(t: Translator, draft: Draft, typed: str) -> str:
    """How close a text is to what colleagues used for the story on this network. Never whose texts they are."""
    count = draft.close(typed)
    if not count:
        return t("Your own words: no colleague wrote like this.")
    return t.n("Close to what {n} colleague wrote.", "Close to what {n} colleagues wrote.", count)


def _ticks(t: Translator, editing: Editing, labels: Mapping[str, str]) -> tuple[Input, ...]:
    if len(editing.drafts) < 2:
        return ()
    options = tuple(Option(name, label) for name, label in labels.items())
    hint = t("Where something is planned already, it is undone when you take the tick away.")
    return (
        Input(NETWORKS, t("Share these on"), "choices", ",".join(editing.ticked), hint, options, optional=True),
    )  # fmt: skip


def _buttons(t: Translator, editing: Editing, labels: Mapping[str, str], value: Mapping[str, object]) -> list[Button]:
    form = {**value, OPENS_FORM: 1}
    others = [
        Button(
            shorten(t("Another wording: {network}", network=labels[one.port.name]), MOST_LABEL),
            action="edit_other", value={**form, "n": one.port.name},
        )
        for one in editing.drafts
        if any(one.wording(editing.texts.get(one.port.name, "")) != id_ for id_, _ in one.wordings)
    ]  # fmt: skip
    own = () if editing.own else (Button(t("In my own words"), action="edit_own", value=form),)
    return [*others, *own, Button(t("Count anew"), action="edit_count", value=form)]


def _stays(t: Translator, share: Share) -> str:
    """What stays part of the text, whatever is written."""
    level = (share.proof or {}).get("level")
    if level == "recommended":
        return t("Write as you speak. The link stays part of it; you may leave out the note about your employer.")
    if level == "none":
        return t("Write as you speak. The link stays part of it.")
    return t("Write as you speak. The link and the note about your employer stay part of it.")


def text_problem(t: Translator, code: str, over: int) -> str:
    """Why a text cannot be taken, said beside its field."""
    words = {
        "too_long": t.n("Please cut {n} character.", "Please cut {n} characters.", over),
        "empty": t("Please write a text."),
        "marker": t("Replace the part in [square brackets] with your own words."),
    }
    return words.get(code, t("Please check the text."))
