"""Topics that nobody knows yet: a form asks about them before they become some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Call
from advocacy.bot.desk.editing import filled
from advocacy.bot.desk.topic_line import topics_of
from advocacy.bot.language import Translator
from advocacy.chat import Form
from advocacy.content import topics

_ASKED = "asked"
"""In the value of a form: the names that it has asked about already."""


async def doubt(s: AsyncSession, call: Call, form: Form, own: Sequence[str], *, only_alike: bool) -> Form | None:
    """The form once more, with all that was typed, when it names topics that are not known; else ``None``.

    ``own`` are the topics that the story bears already. ``only_alike``: a new name is fine unless a topic is called
    almost so. Whoever sends the form again means the new names.
    """
    t, before = call.t, topics_of(call.word(_ASKED))
    unknown = await topics.strangers(s, topics_of(call.press.inputs.get("topics", "")), (*own, *before))
    if only_alike:
        unknown = {name: alike for name, alike in unknown.items() if alike}
    if not unknown:
        return None
    said = [_question(t, name, alike) for name, alike in unknown.items()]
    said.append(t("Send the form again if it is meant so; it then becomes a topic that is open to everybody."))
    # Said above the fields: an error at one of them would keep the form's value as it was.
    kept = filled(form, call)
    body = replace(kept.body, paragraphs=(" ".join(said),))
    return replace(kept, body=body, value={**kept.value, _ASKED: ", ".join((*before, *unknown))})


def _question(t: Translator, name: str, alike: Sequence[str]) -> str:
    if alike:
        return t("There is no topic “{name}” yet. Did you mean {alike}?", name=name, alike=", ".join(alike))
    return t("There is no topic “{name}” yet.", name=name)


__all__ = ["doubt"]
