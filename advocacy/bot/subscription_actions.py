"""Adding a feed from chat: its address, what becomes of its entries, and at once a first look at it."""

from __future__ import annotations

from collections.abc import Mapping

from advocacy.bot.actions import Call
from advocacy.bot.desk.compose import LONGEST_LINK, field_problem
from advocacy.bot.desk.topic_line import topics_input, topics_of
from advocacy.bot.editors import editors_only
from advocacy.bot.feed_actions import health
from advocacy.bot.feed_cards import problem
from advocacy.bot.language import LANGUAGES, Translator
from advocacy.chat import Answer, Form, Input, Message, OpenForm, Option
from advocacy.content.feeds import sources
from advocacy.content.feeds.pull import FINAL, pull
from advocacy.content.stories import Invalid

PATIENCE = 6.0
"""Seconds for the first look; whoever sent the form sees meanwhile that it is under way."""
OWN = "own"
"""Choice of the feed's own language: an empty value is no choice to a platform."""


@editors_only
async def feed_new(call: Call) -> Answer:
    """Open the form."""
    return OpenForm(_form(call.t, {}))


@editors_only
async def feed_save(call: Call) -> Answer:
    """Subscribe, and look at it once. With a mistake the form stays, with what was typed."""
    t, inputs = call.t, call.press.inputs
    url = inputs.get("url", "").strip()
    language = inputs.get("language", OWN)
    try:
        async with call.parts.db.write() as s:
            feed, is_new = await sources.subscribe(
                s, url, mode=inputs.get("mode", "draft"), language="" if language == OWN else language,
                topics=topics_of(inputs.get("topics", "")),
            )  # fmt: skip
    except Invalid as wrong:
        names = {"url", "mode", "language", "topics"}
        at = wrong.field if wrong.field in names else "url"
        return OpenForm(_form(t, inputs, {at: field_problem(t, wrong.code)}))
    if not is_new:
        return await health(call, t("It was subscribed before, and follows what you have chosen from now on."))
    if code := await _first_look(call, feed.url):
        async with call.parts.db.write() as s:
            await sources.unsubscribe(s, feed.url)
        return OpenForm(_form(t, inputs, {"url": _refused(t, code)}))
    call.parts.feeds_due()
    return await health(call, t("Subscribed. What is new comes to the editors' channel or lies with the drafts."))


async def _first_look(call: Call, url: str) -> str:
    """Why it cannot be subscribed; empty when it can, or does not answer at the moment."""
    looking = pull(call.parts.db, call.parts.http, url)
    found = await call.parts.background.in_time(looking, seconds=PATIENCE)
    return found.problem if found is not None and found.problem in FINAL else ""


def _refused(t: Translator, code: str) -> str:
    words = {
        "not_a_feed": t("This is no RSS, Atom or JSON feed. Is it a web page? Look there for the address of its feed."),
        "missing": t("There is nothing at this address. Look on the site for the address of its feed."),
        "gone": t("It was taken away for good. Look on the site for another feed."),
    }
    return words.get(code) or problem(t, code)


def _form(t: Translator, typed: Mapping[str, str], errors: Mapping[str, str] | None = None) -> Form:
    modes = (
        Option("draft", t("It becomes a draft")),
        Option("review", t("It goes to review by itself")),
        Option("ask", t("Editors are asked first")),
    )
    languages = (Option(OWN, t("The feed's own")), *(Option(one, t.language_name(one)) for one in LANGUAGES))
    inputs = (
        Input("url", t("Address of the feed"), value=typed.get("url", ""), hint="https://…", max_length=LONGEST_LINK),
        Input("mode", t("A new entry"), "choice", typed.get("mode", "draft"), options=modes),
        Input("language", t("Language"), "choice", typed.get("language", OWN), options=languages),
        topics_input(t, typed.get("topics", "")),
    )
    said = t("RSS, Atom or JSON Feed. It is asked every half hour; the same article becomes a story once.")
    body = Message(summary=t("Add a feed"), paragraphs=(said,), inputs=inputs)
    return Form(t("Add a feed"), body, "feed_save", {}, t("Subscribe"), t("Cancel"), errors or {})


ACTIONS = {"feed_new": feed_new, "feed_save": feed_save}
