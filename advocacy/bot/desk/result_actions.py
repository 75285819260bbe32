"""What came of a story, for the communications team: clicks with what does not count apart, and reactions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Call, Parts
from advocacy.bot.boards import reactions_said
from advocacy.bot.brands import called, called_by_name
from advocacy.bot.cards import back_to_story
from advocacy.bot.editors import editors_only
from advocacy.bot.language import Translator
from advocacy.chat import Answer, Bar, Fact, Message, Private
from advocacy.content import stories
from advocacy.content.models import Story
from advocacy.insights import results as story_results
from advocacy.insights import story as story_insights
from advocacy.insights.models import StoryTotal
from advocacy.insights.results import Clicks, Part, Reached, Results

BARS = 12


@editors_only
async def results(call: Call) -> Answer:
    """The sums of one story; none so small that it would be one person's."""
    async with call.parts.db.read() as s:
        story = await stories.get(s, call.number("s"))
        found = await came_of(s, call.parts, story)
    return Private(results_card(call.t, call.parts, found))


@dataclass(frozen=True, slots=True)
class Came:
    """A story with what came of it."""

    story: Story
    total: StoryTotal
    results: Results


async def came_of(s: AsyncSession, parts: Parts, story: Story) -> Came:
    """What came of a story until now."""
    total = (await story_insights.totals(s, [story.id]))[story.id]
    return Came(story, total, await story_results.of_story(s, story.id, parts.settings.minimum_group))


def results_card(t: Translator, parts: Parts, came: Came) -> Message:
    """The sums in words, with how they are made."""
    telling = [called(t, one) for one in parts.networks.values() if one.abilities().metrics]
    definition = _definition(t, parts.settings.minimum_group, telling)
    return _message(t, came.story, came.total, came.results, definition)


def _message(t: Translator, story: Story, total: StoryTotal, found: Results, footnote: str) -> Message:
    heading = t("What came of it: {title}", title=story.title)
    return Message(
        summary=heading,
        heading=heading,
        paragraphs=(
            *((t("Too few people's links were followed to show their clicks without showing whose they are."),)
              if found.shared is None else ()),
            *((_reach(t, found.reached),) if found.reached else ()),
        ),
        facts=(
            Fact(t("Measured shares"), t.number(total.measured)),
            Fact(t("Self-reported shares"), t.number(total.reported)),
            *(_clicks(t, found)),
            *(Fact(_network(t, one), t.number(one.clicks.people)) for one in found.networks),
            *(_reactions(t, found.reached) if found.reached else ()),
        ),
        bars=_departments(t, found.departments),
        buttons=(back_to_story(t, story.id),),
        footnote=footnote,
    )  # fmt: skip


def _clicks(t: Translator, found: Results) -> list[Fact]:
    everything = found.own_link + (found.shared or Clicks())
    facts = [] if found.shared is None else [Fact(t("Clicks on shared links"), t.number(found.shared.people))]
    facts.append(Fact(t("Clicks on the story's own link"), t.number(found.own_link.people)))
    apart = [
        t.n("{n} repeated", "{n} repeated", everything.repeated),
        t.n("{n} own", "{n} own", everything.own),
        t.n("{n} by a program", "{n} by programs", everything.programs),
        *((t.n("{n} after the end", "{n} after the end", everything.ended),) if everything.ended else ()),
    ]
    return [*facts, Fact(t("Not counted"), ", ".join(apart))]


def _network(t: Translator, part: Part) -> str:
    return t("Clicks from {network}", network=called_by_name(t, part.name) if part.name else t("other networks"))


def _departments(t: Translator, parts: list[Part]) -> tuple[Bar, ...]:
    most = max((one.clicks.people for one in parts), default=0) or 1
    return tuple(
        Bar(one.name or t("Smaller departments together"), one.clicks.people / most,
            t.n("{n} click", "{n} clicks", one.clicks.people))
        for one in parts[:BARS]
    )  # fmt: skip


def _reactions(t: Translator, reached: Reached) -> tuple[Fact, ...]:
    said = reactions_said(t, reached.likes, reached.reposts, reached.replies)
    return (Fact(t.n("Reactions to {n} post", "Reactions to {n} posts", reached.posts), said),)


def _reach(t: Translator, reached: Reached) -> str:
    return t.n(
        "Possible reach: {followers} followers, of {n} account when it shared. Who saw it, no network tells us.",
        "Possible reach: {followers} followers, of {n} accounts when they shared. Who saw it, no network tells us.",
        reached.followed_posts, followers=t.number(reached.followers),
    )  # fmt: skip


def _definition(t: Translator, least: int, telling: Sequence[str]) -> str:
    how = t("A click counts once an hour for each browser and link. Own: from a browser of whoever shared, where it "
            "can be told. Programs: previews and the like.")  # fmt: skip
    told = t("Reactions as told by {networks}.", networks=", ".join(telling)) if telling else ""
    return " ".join(filter(None, (how, told, t("Groups under {n} people are shown together.", n=least))))


ACTIONS = {"results": results}
