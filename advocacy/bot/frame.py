"""The tabs of a person's home: around whatever is shown in it, in either door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from advocacy.bot.language import Translator
from advocacy.chat import Answer, Button, Message, OpenForm, Private, Rewrite
from advocacy.people import directory
from advocacy.people.models import Person

IN_HOME = "_h"
"""In the value of each button inside the home: the tab that it is in."""
DESK = ("reviews", "plan", "ideas")
"""Editors' tabs: what is pressed there is always answered there, for Slack shows no message beside the home."""


def tab_names(t: Translator, person: Person) -> dict[str, str]:
    """The areas there are for this person, by their names in a press."""
    names = {
        "feed": t("For me"), "shares": t("Shared"), "progress": t("My progress"), "accounts": t("Accounts"),
        "settings": t("Settings"),
    }  # fmt: skip
    if directory.may(person, "editor"):
        names |= {"reviews": t("To review"), "plan": t("Planned"), "ideas": t("Ideas")}
    return names


def framed(t: Translator, person: Person, tab: str, answer: Answer) -> Answer:
    """An answer that takes the home's place, with the tabs around it; any other answer as it is."""
    names = tab_names(t, person)
    if tab not in names:
        return answer
    if isinstance(answer, OpenForm):  # what is sent with it comes back into the home
        form = answer.form
        return OpenForm(replace(form, value={**form.value, IN_HOME: tab}, body=_inside(form.body, tab)))
    if isinstance(answer, Rewrite):
        answer = Private(answer.message, replace=True)
    if not isinstance(answer, Private) or not (answer.replace or tab in DESK):
        return answer
    tabs = tuple(
        Button(label, action="home", value={"tab": one}, style="primary" if one == tab else "default")
        for one, label in names.items()
    )
    inside = _inside(replace(answer.message, tabs=tabs, refresh=None, refresh_for=()), tab)
    return replace(answer, replace=True, message=inside)


def _inside(message: Message, tab: str) -> Message:
    return replace(message, buttons=tuple(_marked(message.buttons, tab)))


def _marked(buttons: tuple[Button, ...], tab: str) -> Iterator[Button]:
    for one in buttons:
        yield replace(one, value={**one.value, IN_HOME: tab}) if one.action else one


__all__ = ["IN_HOME", "framed", "tab_names"]
