"""Composing and suggesting as people meet it in Slack: its client, the door over HTTP, and the real bot."""

from __future__ import annotations

from sqlalchemy import select

from advocacy.content.models import Story, StoryState
from advocacy.playground.slack.state import View
from advocacy.playground.slack.world import SlackWorld
from tests.bot.conftest import Chat
from tests.bot.conftest import chat as chat  # noqa: PLC0414 - a fixture of that room, with what it needs
from tests.bot.conftest import hired as hired  # noqa: PLC0414
from tests.bot.conftest import hired_file as hired_file  # noqa: PLC0414
from tests.slack.test_slack_flow import slack as slack  # noqa: PLC0414 - its door

ARTICLE = "https://www.nordlicht.example/news/rotor-that-listens"


def fields(view: View) -> dict[str, str]:
    """What stands in the text fields of a modal."""
    inputs = (one for one in view.content["blocks"] if one["type"] == "input")
    return {one["block_id"]: one["element"].get("initial_value", "") for one in inputs}


async def filled(slack: SlackWorld, user: str) -> View:
    """The modal, once the story's fields stand in it."""
    await slack.until(lambda: (view := slack.view(user)) is not None and "title" in fields(view))
    found = slack.view(user)
    assert found is not None
    return found


async def test_a_message_becomes_a_suggestion(chat: Chat, slack: SlackWorld) -> None:
    """A colleague's message with a link: its menu, the filled form, Send, and it is in review with the author asked."""
    jana, clara = chat.who("jana.feld").user, chat.who("clara.editorius").user
    channel = (await chat.channel("news")).channel
    await slack.hands.say(jana, channel, f"Have you seen this? {ARTICLE}")
    message = slack.messages(channel)[-1]
    await slack.hands.message_action(clara, channel, message.ts, "suggest")
    view = await filled(slack, clara)
    assert fields(view)["url"] == ARTICLE
    await slack.hands.submit(clara, view.id)
    await slack.until(lambda: slack.view(clara) is None)
    async with chat.db.read() as s:
        story = (await s.scalars(select(Story).order_by(Story.id.desc()).limit(1))).one()
    assert (story.state, story.url, story.consent) == (StoryState.IN_REVIEW, ARTICLE, "asked")
    assert slack.workspace.warnings == {}


async def test_a_command_with_a_link(chat: Chat, slack: SlackWorld) -> None:
    """As Slack writes links in what people type to the app; a mistake stands at its field and nothing is lost."""
    clara = chat.who("clara.editorius").user
    channel = (await chat.channel("news")).channel
    await slack.hands.command(clara, channel, "/advocacy", f"compose <{ARTICLE}>")
    view = await filled(slack, clara)
    await slack.hands.submit(clara, view.id, {"title": "Short and new", "url": "http://127.0.0.1/x"})
    assert slack.view(clara) is view
    assert list(view.errors) == ["url"]
    await slack.hands.submit(clara, view.id, {"url": ARTICLE})
    await slack.until(lambda: slack.view(clara) is None)
    async with chat.db.read() as s:
        story = (await s.scalars(select(Story).order_by(Story.id.desc()).limit(1))).one()
    assert (story.title, story.state) == ("Short and new", StoryState.IN_REVIEW)


async def test_a_link_in_a_direct_message(chat: Chat, slack: SlackWorld) -> None:
    """No modal can open there, so the form is a message; its button sends what stands in it."""
    clara = chat.who("clara.editorius").user
    direct = slack.im(clara).id
    await slack.hands.say(clara, direct, f"compose <{ARTICLE}>")
    form = await slack.until(
        lambda: next((one for one in slack.messages(direct) if slack.find_button(one, "compose_save#")), None)
    )
    assert form is not None
    send = slack.find_button(form, "compose_save#")
    assert send is not None
    await slack.hands.press(clara, direct, form.ts, send["action_id"])
    assert await slack.until(lambda: slack.ephemerals(clara))
    async with chat.db.read() as s:
        story = (await s.scalars(select(Story).order_by(Story.id.desc()).limit(1))).one()
    assert (story.url, story.state) == (ARTICLE, StoryState.IN_REVIEW)
