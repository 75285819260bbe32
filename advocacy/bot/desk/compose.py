"""Forms in which a story is written: the link first, then everything its page told us, all to be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from advocacy.bot.desk.topic_line import topics_input
from advocacy.bot.kinds import kind_input
from advocacy.bot.language import LANGUAGES, Translator
from advocacy.chat import Form, Image, Input, Message, Option
from advocacy.content.fields import KINDS, MAX_ALT, MAX_CAPTION, MAX_TITLE, RIGHTS
from advocacy.content.models import Story

PICTURE, CARD = "picture", "card"
"""How networks show a story with a picture."""

LONGEST_LINK = 2000
LONGEST_SUMMARY = 2800
"""Slack takes 3,000 characters in a field; a little room stays for the one who goes on writing."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """What stands in the form: from a page, from a chat message, or as somebody typed it."""

    url: str = ""
    title: str = ""
    summary: str = ""
    language: str = ""
    caption: str = ""
    image: str = ""
    """``picture:<sha256>``; empty without one."""
    image_alt: str = ""
    image_rights: str = ""
    as_picture: bool = False
    topics: str = ""
    site: str = ""
    kind: str = KINDS[0]
    named: bool = True
    """A suggester agrees to be named."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Around the form: who fills it in, and what it comes from."""

    is_editor: bool
    picture: str = ""
    """Address under which the picture of the page can be seen."""
    note: str = ""
    """Said above the fields."""
    kept: Mapping[str, Any] | None = field(default_factory=dict)
    """Kept by the form: whose message it was. ``None`` when it came back without, so that it stays so."""


def link_form(t: Translator, url: str = "", error: str = "") -> Form:
    """Ask for the link, and nothing else."""
    said = t("Paste the link of a page. Title, text and picture are fetched for you; you can change everything.")
    return Form(
        title=t("New story"),
        body=Message(
            summary=t("New story"),
            paragraphs=(said,),
            inputs=(Input("url", t("Link"), value=url, hint="https://…", max_length=LONGEST_LINK),),
        ),
        action="compose_link",
        value={},
        submit=t("Go on"),
        cancel=t("Cancel"),
        errors={"url": error} if error else {},
    )


def story_form(t: Translator, sketch: Sketch, asked: Asked) -> Form:
    """Everything that a story needs to be reviewed."""
    picture = Image(asked.picture, sketch.image_alt or sketch.title or t("Picture")) if asked.picture else None
    return Form(
        title=t("New story") if asked.is_editor else t("Suggest a story"),
        body=Message(
            summary=t("New story") if asked.is_editor else t("Suggest a story"),
            image=picture,
            paragraphs=(asked.note,) if asked.note else (),
            inputs=tuple(_inputs(t, sketch, asked)),
        ),
        action="compose_save",
        value={"picture": sketch.image, "site": sketch.site},
        submit=t("Ask for review"),
        cancel=t("Cancel"),
        kept=asked.kept,
    )


def _inputs(t: Translator, sketch: Sketch, asked: Asked) -> list[Input]:
    fields = [
        Input("url", t("Link"), value=sketch.url, max_length=LONGEST_LINK),
        Input("title", t("Title"), value=sketch.title, max_length=MAX_TITLE),
        Input("summary", t("What it is about"), kind="text", value=sketch.summary, max_length=LONGEST_SUMMARY,
              optional=True),
        language_input(t, sketch.language),
        Input("caption", t("Suggested wording for colleagues"), kind="text", value=sketch.caption, optional=True,
              max_length=MAX_CAPTION,
              hint=t("In the first person. [Square brackets] are gaps that each colleague fills in.")),
    ]  # fmt: skip
    if sketch.image:
        fields += picture_inputs(t, sketch)
    if asked.is_editor:
        fields += [
            topics_input(t, sketch.topics),
            kind_input(t, sketch.kind),
        ]
    else:
        fields.append(
            Input("named", t("When it goes out"), kind="choices", value="yes" if sketch.named else "", optional=True,
                  options=(Option("yes", t("Name me as the one who found it")),))
        )  # fmt: skip
    return fields


def language_input(t: Translator, language: str) -> Input:
    """The language of the words in the form."""
    known = [*LANGUAGES, *([language] if language and language not in LANGUAGES else [])]
    options = tuple(Option(code, t.language_name(code)) for code in known)
    return Input("language", t("Language"), kind="choice", value=language or t.language, options=options)


def picture_inputs(t: Translator, sketch: Sketch) -> list[Input]:
    """What has to be said about a picture."""
    names = {
        "": t("Not clear yet"), "own": t("It is ours"), "licensed": t("We have a licence"), "free": t("Free to use"),
    }  # fmt: skip
    # No choice has an empty value in Slack.
    options = tuple(Option(code or "open", names[code]) for code in RIGHTS)
    return [
        Input("image", t("Picture"), kind="choice", value="yes",
              options=(Option("yes", t("Show this picture")), Option("no", t("Without a picture")))),
        Input("image_alt", t("What the picture shows"), value=sketch.image_alt, optional=True, max_length=MAX_ALT,
              hint=t("Read out to people who cannot see it.")),
        Input("image_rights", t("May we use the picture?"), kind="choice", value=sketch.image_rights or "open",
              options=options),
        Input("look", t("How a post looks"), kind="choice", value=PICTURE if sketch.as_picture else CARD,
              options=(Option(CARD, t("A preview of the page, with its picture")),
                       Option(PICTURE, t("The picture itself, large; the link is in the text"))),
              hint=t("LinkedIn shows pictures large. Other networks always show the preview.")),
    ]  # fmt: skip


def typed(inputs: Mapping[str, str], value: Mapping[str, Any]) -> Sketch:
    """What was sent with the form."""
    picture = value.get("picture")
    # Only one that was stored here: another address would be loaded by everybody who sees the card.
    is_ours = isinstance(picture, str) and picture.startswith("picture:")
    kept = str(picture) if is_ours and inputs.get("image", "yes") == "yes" else ""
    rights = inputs.get("image_rights", "")
    site = value.get("site")
    return Sketch(
        url=inputs.get("url", "").strip(),
        title=" ".join(inputs.get("title", "").split()),
        summary=inputs.get("summary", "").strip(),
        language=inputs.get("language", ""),
        caption=inputs.get("caption", "").strip(),
        image=kept,
        image_alt=inputs.get("image_alt", "").strip(),
        image_rights=rights if kept and rights in RIGHTS else "",
        as_picture=bool(kept) and inputs.get("look") == PICTURE,
        topics=inputs.get("topics", ""),
        site=site if isinstance(site, str) else "",
        kind=kind_of(inputs),
        named=inputs.get("named", "") == "yes",
    )


def kind_of(inputs: Mapping[str, str], otherwise: str = KINDS[0]) -> str:
    """The kind that was chosen in a form; the other one where it asks for none."""
    return inputs["kind"] if inputs.get("kind") in KINDS else otherwise


def of_story(story: Story) -> Sketch:
    """A story as it stands, for its form."""
    return Sketch(
        url=story.url, title=story.title, summary=story.summary, language=story.language, image=story.image_url,
        image_alt=story.image_alt, image_rights=story.image_rights, topics=", ".join(story.topics), site=story.site,
        kind=story.kind, as_picture=story.as_picture,
    )  # fmt: skip


def field_problem(t: Translator, code: str) -> str:
    """What is wrong with a field, and what to do."""
    words: dict[str, str] = {
        "missing": t("Please fill this in."),
        "too_long": t("This is too long. Please shorten it."),
        "too_many": t("These are too many. Please take some out."),
        "bad_link": t("This is no web address. It has to begin with https://, such as https://www.example.com/news."),
        "private_link": t("This address exists only inside a company. Please take one that everybody can open."),
        "bad_language": t("Please choose a language."),
        "order": t("This is before it goes out. Please choose a later time."),
        "no_time_zone": t("Please give date and time."),
        "unknown": t("This does not exist here. Please choose something else."),
        "recalled": t("The story was withdrawn, so it can no longer be changed."),
        "not_kept": t("This form can no longer be sent. Copy what you wrote, and open it once more."),
    }  # fmt: skip
    return words.get(code, t("Please check this."))


def page_note(t: Translator, code: str) -> str:
    """Why a page gave us nothing, when people can go on without it."""
    words: dict[str, str] = {
        "unreachable": t("The page does not answer at the moment. Check the link, or write title and text yourself."),
        "slow": t("The page takes too long to answer. Write title and text yourself, or try again later."),
        "not_a_page": t("There is a file behind this link, not a page. Please write title and text yourself."),
        "too_large": t("The page is too large to be read. Please write title and text yourself."),
        "redirects": t("The link leads on and on without end. Check it, or write title and text yourself."),
    }
    return words.get(code, t("The page could not be read. Please write title and text yourself."))


STOPS = frozenset({"bad_link", "private_link", "too_long"})
"""Problems of a link with which no story can be made."""


__all__ = [
    "PICTURE", "STOPS", "Asked", "Sketch", "field_problem", "kind_of", "language_input", "link_form", "of_story",
    "page_note", "picture_inputs", "story_form", "typed",
]  # fmt: skip
