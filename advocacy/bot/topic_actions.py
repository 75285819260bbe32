"""Topics that people follow."""

from __future__ import annotations

from advocacy.bot.actions import Call
from advocacy.bot.standing_cards import by_itself
from advocacy.bot.topic_desk import manage
from advocacy.chat import OPENS_FORM, Answer, Button, Fact, Form, Input, Message, OpenForm, Option, Private
from advocacy.content import topics as facts
from advocacy.people import directory

MOST = 10
"""Slack takes ten checkboxes in one field; each further ten have a field of their own."""


async def topics(call: Call) -> Answer:
    """Which topics this person follows."""
    return await _mine(call)


async def _mine(call: Call, said: str = "") -> Answer:
    t = call.t
    async with call.parts.db.read() as s:
        mine = await facts.choices(s, call.person.id)
    heading = t("My topics")
    settle: tuple[Button, ...] = (manage(t),) if directory.may(call.person, "editor") else ()
    if call.parts.settings.auto_share:
        settle = (by_itself(t), *settle)
    if not mine:
        said = t("There is no topic to choose. You see every story that is meant for you.")
        return Private(Message(summary=said, heading=heading, paragraphs=(said,), buttons=settle), replace=True)
    names = {
        t("Always there"): [one.name for one in mine if one.kind == facts.REQUIRED],
        t("For members, you are one"): [one.name for one in mine if one.kind == facts.RESTRICTED],
        t("You follow"): [one.name for one in mine if one.kind == facts.OPEN and one.followed],
        t("Left out of your feed"): [one.name for one in mine if not one.followed],
    }
    choose = Button(t("Choose"), action="topics_form", value={OPENS_FORM: 1}, style="primary")
    return Private(
        Message(
            summary=said or heading, heading=heading, paragraphs=(said,) if said else (),
            facts=tuple(Fact(label, ", ".join(found)) for label, found in names.items() if found),
            buttons=(*((choose,) if any(one.kind == facts.OPEN for one in mine) else ()), *settle),
        ),
        replace=True,
    )  # fmt: skip


async def topics_form(call: Call) -> Answer:
    """Choose the topics to follow."""
    t = call.t
    async with call.parts.db.read() as s:
        mine = await facts.choices(s, call.person.id)
    free = [one for one in mine if one.kind == facts.OPEN]
    always = [one.name for one in mine if one.kind == facts.REQUIRED]
    said = t("Always there: {names}", names=", ".join(always)) if always else ""
    inputs = tuple(
        Input(
            f"follow_{start // MOST}", t("Topics I follow"), "choices",
            ",".join(str(one.topic_id) for one in free[start : start + MOST] if one.followed),
            options=tuple(Option(str(one.topic_id), one.name) for one in free[start : start + MOST]), optional=True,
        )
        for start in range(0, len(free), MOST)
    )  # fmt: skip
    body = Message(summary=t("My topics"), paragraphs=(said,) if said else (), inputs=inputs)
    return OpenForm(Form(t("My topics"), body, "topics_save", {}, t("Save"), t("Cancel")))


async def topics_save(call: Call) -> Answer:
    """Follow what is ticked."""
    ticked = {
        int(one)
        for name, typed in call.press.inputs.items()
        if name.startswith("follow_")
        for one in typed.split(",")
        if one.isdecimal() and len(one) < 19
    }
    async with call.parts.db.write() as s:
        await facts.follow(s, call.person.id, ticked)
    return await _mine(call, call.t("Saved."))


ACTIONS = {"topics": topics, "topics_form": topics_form, "topics_save": topics_save}
WORDS = {"topics": topics, "themen": topics}
REPEATABLE = ("topics", "topics_form", "topics_save")
