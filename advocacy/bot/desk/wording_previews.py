"""A wording as each network would show it."""

from __future__ import annotations

from advocacy.bot.brands import called
from advocacy.bot.desk.wordings import Desk, usual
from advocacy.bot.language import Translator
from advocacy.chat import Button, Fact, Message
from advocacy.content.models import Caption
from advocacy.sharing import preview
from advocacy.sharing.disclosure.rules import Note


def shown_on(desk: Desk, network: str, language: str, caption: Caption | None) -> Message:
    """A wording as one network would show it, with buttons for the others."""
    t = desk.t
    views = {
        name: preview.preview(
            desk.example, port, desk.story, language,
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
        paragraphs=tuple(one for one in (t.language_name(language), said, usual(t, [port])) if one),
        quote=view.text,
        facts=tuple(
            Fact(desk.label(name), " · ".join((t("{n} left", n=t.number(one.left)), *_marks(t, one))))
            for name, one in views.items()
        ),
        buttons=(*others, *tongues, Button(t("All wordings"), action="wordings", value=desk.value)),
        footnote=_footnote(t, view.note),
    )


def _footnote(t: Translator, note: Note) -> str:
    """Whose post this would be, and what the rule of disclosure says."""
    proof = note.proof or {}
    levels = {
        "required": t("The note about the employer is required there ({country}, rule {rule}).",
                      country=proof.get("country", ""), rule=proof.get("rule", "")),
        "recommended": t("The note about the employer is recommended there ({country}, rule {rule}).",
                         country=proof.get("country", ""), rule=proof.get("rule", "")),
    }  # fmt: skip
    none = t("No note about the employer is needed there ({country}, rule {rule}).",
             country=proof.get("country", ""), rule=proof.get("rule", ""))  # fmt: skip
    return " ".join((t("With an example link."), levels.get(proof.get("level", ""), none)))


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
