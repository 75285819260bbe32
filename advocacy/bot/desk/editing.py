"""Forms about a story: drawn under the version that was looked at, kept open with what was typed where it cannot be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from advocacy.bot.actions import Call
from advocacy.bot.desk.compose import field_problem
from advocacy.bot.language import Translator
from advocacy.chat import Form, Input, Message, OpenForm
from advocacy.content.models import Story
from advocacy.content.stories import Invalid, Overtaken

MOST_THEIRS = 2500
"""Characters of somebody else's text that are shown above the form."""


def change_form(
    t: Translator, story: Story, inputs: Sequence[Input], *, title: str, action: str, note: str = ""
) -> Form:  # fmt: skip
    """A form whose ``action`` saves a change of the story. ``note`` is said above its fields."""
    body = Message(summary=title, paragraphs=(note,) if note else (), inputs=tuple(inputs))
    return Form(title, body, action, {"s": story.id, "v": story.version}, t("Save"), t("Cancel"))


def filled(form: Form, call: Call) -> Form:
    """The form with what was typed, under the version that was looked at."""
    inputs = tuple(replace(one, value=call.press.inputs.get(one.name, one.value)) for one in form.body.inputs)
    return replace(form, body=replace(form.body, inputs=inputs), value=dict(call.press.value))


def kept_open(call: Call, form: Form, wrong: Invalid | Overtaken, fields: Mapping[str, str]) -> OpenForm:
    """What could not be saved, still in the form. ``form`` shows the story as it stands now.

    ``fields`` names the input of a column that has another name. What has no input is said at the first one.
    """
    if isinstance(wrong, Overtaken):
        return OpenForm(_overtaken(call, form))
    at = fields.get(wrong.field, wrong.field)
    return OpenForm(with_error(filled(form, call), at, field_problem(call.t, wrong.code)))


def with_error(form: Form, at: str, said: str) -> Form:
    """The form with a sentence at an input, or at its first one where there is no such."""
    names = [one.name for one in form.body.inputs]
    return replace(form, errors={at if at in names else names[0]: said})


def _overtaken(call: Call, form: Form) -> Form:
    """What was typed stays in the fields; what somebody else wrote meanwhile stands above. Saving again keeps mine."""
    t, typed = call.t, call.press.inputs
    differ = [one for one in form.body.inputs if typed.get(one.name, "") != one.value]
    theirs = "\n".join(f"{one.label}: {one.value or '–'}" for one in differ)
    note = t("Somebody else has changed this story meanwhile. Below is your text; this is how theirs differs. "
             "Take over what you need, then save.")  # fmt: skip
    kept = filled(form, call)
    body = replace(kept.body, paragraphs=(note,), quote=theirs[:MOST_THEIRS])
    return replace(kept, body=body, value={**call.press.value, "v": form.value["v"]})


__all__ = ["change_form", "filled", "kept_open", "with_error"]
