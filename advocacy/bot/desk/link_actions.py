"""A story's own link and its QR code, for slides, posters and newsletters; editors give it a readable name."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Call
from advocacy.bot.cards import back_to_story
from advocacy.bot.desk.editing import filled, with_error
from advocacy.bot.editors import editors_only
from advocacy.chat import OPENS_FORM, Answer, Button, Fact, Form, Image, Input, Message, OpenForm, Private, sentence
from advocacy.content import stories
from advocacy.content.models import Story, StoryState
from advocacy.sharing import links, story_links
from advocacy.sharing.models import Link
from advocacy.sharing.story_links import BadName
from advocacy.sharing.targets import slug

APPROVED = (StoryState.APPROVED, StoryState.SCHEDULED, StoryState.LIVE, StoryState.EXPIRED)
MOST_OLD = 6


@editors_only
async def story_link(call: Call) -> Answer:
    """Show the link and its QR code; made when somebody asks for the first time."""
    async with call.parts.db.write() as s:
        story = await stories.get(s, call.number("s"), lock=True)
        if story.state not in APPROVED:
            return Private(_not_yet(call, story))
        link = await story_links.get(s, call.parts.settings, story)
        called = await story_links.names(s, link)
    return Private(_message(call, story, link, called))


def _not_yet(call: Call, story: Story) -> Message:
    t = call.t
    said = t("There is a link once the story is approved: until then it leads nowhere.")
    if story.state == StoryState.RECALLED:
        said = t("This story is withdrawn, so its link says that it is no longer available.")
    return sentence(said, _back(call, story))


def _message(call: Call, story: Story, link: Link, called: Sequence[str], said: str = "") -> Message:
    t, settings = call.t, call.parts.settings
    word = called[0] if called else link.code
    address = links.address(settings, word)
    heading = t("Link and QR code: {title}", title=story.title)
    older = ", ".join(called[1 : 1 + MOST_OLD])
    name = Button(t("Another name") if called else t("Give it a name"), action="link_name",
                  value={"s": story.id, OPENS_FORM: 1})  # fmt: skip
    return Message(
        summary=said or heading,
        heading=heading,
        image=Image(links.picture(settings, word, "png"), t("QR code that leads to {address}", address=address)),
        paragraphs=(
            *((said,) if said else ()),
            t("For slides, posters and newsletters. It is nobody's share: its clicks count for the story alone."),
        ),
        quote=address,
        facts=(Fact(t("Earlier names, which still work"), older),) if older else (),
        buttons=(
            name,
            Button(t("QR code for slides (PNG)"), url=links.picture(settings, word, "png")),
            Button(t("QR code for print (SVG)"), url=links.picture(settings, word, "svg")),
            _back(call, story),
        ),
    )


def _back(call: Call, story: Story) -> Button:
    return back_to_story(call.t, story.id)


@editors_only
async def link_name(call: Call) -> Answer:
    """Open the form for the name."""
    async with call.parts.db.read() as s:
        story = await stories.get(s, call.number("s"))
    return OpenForm(_form(call, story))


def _form(call: Call, story: Story) -> Form:
    t = call.t
    example = slug(story.title)[:24].rstrip("-") or "story"
    hint = t("Short enough to be typed from a poster, such as {example}.", example=example)
    field = Input("name", t("Name"), max_length=story_links.LONGEST, hint=hint)
    note = t("It stands behind {address}. Earlier names keep working.", address=links.address(call.parts.settings, ""))
    body = Message(summary=t("Name of the link"), paragraphs=(note,), inputs=(field,))
    return Form(t("Name of the link"), body, "link_name_save", {"s": story.id}, t("Save"), t("Cancel"))


@editors_only
async def link_name_save(call: Call) -> Answer:
    """Call the link so, or say in the form why it cannot be."""
    try:
        async with call.parts.db.write() as s:
            story, link = await _link(s, call)
            if link is None:
                return Private(_not_yet(call, story))
            name = await story_links.rename(s, link, call.press.inputs.get("name", ""))
            called = await story_links.names(s, link)
    except BadName as wrong:
        async with call.parts.db.read() as s:
            form = _form(call, await stories.get(s, call.number("s")))
        return OpenForm(with_error(filled(form, call), "name", _problem(call, wrong.code)))
    said = call.t("The link is called {name} now.", name=name)
    return Private(_message(call, story, link, called, said), replace=True)


async def _link(s: AsyncSession, call: Call) -> tuple[Story, Link | None]:
    story = await stories.get(s, call.number("s"), lock=True)
    return story, await story_links.get(s, call.parts.settings, story) if story.state in APPROVED else None


def _problem(call: Call, code: str) -> str:
    t = call.t
    return {
        "short": t("Use at least {n} letters or digits.", n=story_links.SHORTEST),
        "long": t("Use at most {n} characters.", n=story_links.LONGEST),
        "reserved": t("This word is kept for the product. Please choose another one."),
    }.get(code, t("Another link is called so. Please choose another name."))


ACTIONS = {"story_link": story_link, "link_name": link_name, "link_name_save": link_name_save}
