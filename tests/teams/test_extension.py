"""The message extension, posted to /api/messages over HTTP: menus, dialogs, and whose words were quoted."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from door_help import APP_ID, EDIT, PAYLOADS, PENDING, Setup, opened, teams_settings

from advocacy.chat import Button, Found, Image, Message, OpenForm, Previews, Private, Quoted, Rewrite, UserRef
from advocacy.playground.company import TEAMS_TENANT
from advocacy.teams import package, said
from advocacy.teams.extension import COMMANDS


@pytest.fixture
async def teams(tmp_path: Path) -> AsyncIterator[Setup]:
    """Teams and the door, the app installed everywhere."""
    async with opened(tmp_path) as setup:
        yield setup


def sent(teams: Setup, name: str, **changed: Any) -> dict[str, Any]:
    """A documented activity, with parts of its value changed."""
    activity: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text())["activity"]
    activity["serviceUrl"] = teams.world.service_url
    activity["value"] |= changed
    return activity


def test_what_is_announced_is_what_is_heard(tmp_path: Path) -> None:
    """Each command of the package is one the door knows, asks for a dialog, and has its German texts."""
    settings = teams_settings(tmp_path, public_url="https://advocacy.nordlicht.example")
    (extension,) = package.manifest(settings)["composeExtensions"]
    assert extension["botId"] == APP_ID
    *dialogs, searching = extension["commands"]
    assert {one["id"] for one in dialogs} == COMMANDS
    assert (searching["id"], searching["type"], searching["parameters"][0]["name"]) == ("search", "query", "term")
    assert all((one["type"], one["fetchTask"]) == ("action", True) for one in dialogs)
    german = package.german()
    for place, one in enumerate(extension["commands"]):
        for name, most in (("title", 32), ("description", 128)):
            translated = german[f"composeExtensions[0].commands[{place}].{name}"]
            assert translated != one[name]
            assert max(len(one[name]), len(translated)) <= most


async def test_a_message_is_quoted_with_its_author(teams: Setup) -> None:
    """HTML undone, links as addresses, the author by object id; no message that could be rewritten."""
    teams.bot.answers = [OpenForm(EDIT)]
    status, body = await teams.post(sent(teams, "extension_fetch"))
    assert status == 200
    assert body["task"]["type"] == "continue"
    press = teams.bot.last
    assert press.quoted == Quoted(
        "Our crane lifted 400 t & nobody blinked: https://nordlicht.example/crane?a=1&b=2.\n\nThanks Mia Kern 🎉",
        UserRef("teams", TEAMS_TENANT, "00000000-0000-4000-9000-000000000042"),
    )
    assert press.message is None


async def test_what_the_dialog_sends_comes_with_the_message(teams: Setup) -> None:
    """Inputs and the quoted message; the dialog closes with a sentence, empty, or goes on."""
    teams.bot.answers = [Private(Message("Thank you.")), None, OpenForm(EDIT), Rewrite(PENDING)]
    bodies = [(await teams.post(sent(teams, "extension_submit"))) for _ in range(4)]
    assert [status for status, _ in bodies] == [200] * 4
    assert bodies[0][1] == {"task": {"type": "message", "value": "Thank you."}}
    assert bodies[1][1] is None
    assert bodies[2][1]["task"]["type"] == "continue"
    assert bodies[3][1]["task"]["type"] == "message"
    press = teams.bot.last
    assert press.inputs == {"title": "Our crane", "when": "2026-12-01"}
    assert press.quoted is not None
    assert press.quoted.author is not None


async def test_a_search_lists_cards_with_previews_and_one_goes_into_a_message(teams: Setup) -> None:
    """What was typed, and from where on; a sentence when nothing is found; the card becomes the person's message."""
    picture = Image("https://advocacy.example.com/p.png", "A crane")
    story = Message("A story", heading="Our crane", paragraphs=("It lifts. " * 40,), image=picture,
                    buttons=(Button("Share", action="share", value={"s": 1}),))  # fmt: skip
    teams.bot.answers = [Found((story, story)), Private(Message("Nothing found.")), Found(())]
    answer = await teams.world.hands.query(teams.person.key, "crane", skip=25, parameter="term")
    found = answer.body["composeExtension"]
    assert (found["type"], len(found["attachments"])) == ("result", 2)
    preview = found["attachments"][0]["preview"]["content"]
    assert (preview["title"], len(preview["text"]), preview["images"][0]["alt"]) == ("Our crane", 120, "A crane")
    press = teams.bot.last
    assert (press.action, press.text, press.value) == ("search_pick", "crane", {"at": 25})
    posted = teams.world.hands.pick(teams.person.key, teams.stories)
    assert posted.attachments[0]["content"]["body"][0]["text"] == "Our crane"
    nothing = await teams.world.hands.query(teams.person.key, "", parameter="term")
    assert nothing.body == {"composeExtension": {"type": "message", "text": "Nothing found."}}
    assert teams.bot.last.text == "", "opened, and nothing typed yet"
    assert (await teams.world.hands.query(teams.person.key, "x", parameter="term")).status == 200
    odd = await teams.world.hands.query(teams.person.key, "x", command_id="other")
    assert odd.status == 400


async def test_a_pasted_link_shows_its_story_or_nothing(teams: Setup) -> None:
    """The card with its preview; an empty answer when there is none, whoever pasted it; no link is malformed."""
    link = "https://advocacy.example.com/r/abc"
    teams.bot.answers = [Previews({link: Message("A story", heading="Our crane")}), None, Private(Message("Unknown"))]
    shown = await teams.world.hands.unfurl(teams.person.key, teams.stories, link)
    [card] = shown.body["composeExtension"]["attachments"]
    assert (card["preview"]["content"]["title"], card["content"]["body"][0]["text"]) == ("Our crane", "Our crane")
    assert (teams.bot.last.action, teams.bot.last.value) == ("unfurl", {"urls": [link]})
    for _ in range(2):
        answer = await teams.world.hands.unfurl(teams.person.key, teams.stories, link)
        assert (answer.status, answer.body["composeExtension"]["attachments"]) == (200, [])
    assert (await teams.world.hands.unfurl(teams.person.key, teams.stories, "")).status == 400


async def test_cancel_closes_without_a_press(teams: Setup) -> None:
    """The form's own cancel button carries nothing."""
    assert await teams.post(sent(teams, "extension_submit", data={})) == (200, None)
    assert teams.bot.presses == []


@pytest.mark.parametrize(
    "sender",
    [
        None,
        {"user": None, "application": {"applicationIdentityType": "bot", "id": "x"}},
        {"user": {"userIdentityType": "anonymousGuest", "id": "8:guest", "displayName": "Somebody"}},
        {"user": "Jana"},
    ],
)
async def test_nobody_is_credited_whom_the_directory_does_not_know(teams: Setup, sender: Any) -> None:
    """Apps and anonymous guests are no authors."""
    activity = sent(teams, "extension_fetch")
    activity["value"]["messagePayload"]["from"] = sender
    assert (await teams.post(activity))[0] == 200
    assert teams.bot.last.quoted is not None
    assert teams.bot.last.quoted.author is None


@pytest.mark.parametrize("command", ["recall", "", None, 5, ["suggest"]])
async def test_other_commands_are_refused(teams: Setup, command: Any) -> None:
    """A command that the package does not announce causes nothing."""
    assert (await teams.post(sent(teams, "extension_fetch", commandId=command)))[0] == 400
    assert teams.bot.presses == []


async def test_the_compose_box_quotes_nothing(teams: Setup) -> None:
    """``compose`` comes without a message."""
    activity = sent(teams, "extension_fetch", commandId="compose", commandContext="compose")
    del activity["value"]["messagePayload"]
    assert (await teams.post(activity))[0] == 200
    assert (teams.bot.last.action, teams.bot.last.quoted) == ("compose", None)


async def test_a_chat_between_two_people_is_not_taken_for_ours(teams: Setup) -> None:
    """Teams calls it personal as well; answers must never go there."""
    activity = sent(teams, "extension_submit")
    activity["conversation"] = {"id": "19:one_two@unq.gbl.spaces", "conversationType": "personal"}
    activity["from"] = {
        "id": f"29:{teams.person.teams_id}", "aadObjectId": teams.person.teams_id, "name": teams.person.name
    }  # fmt: skip
    teams.bot.answers = [Private(PENDING)]
    _, body = await teams.post(activity)
    assert body == {"task": {"type": "message", "value": PENDING.summary}}
    assert "Posting to LinkedIn" in json.dumps(teams.world.activities(teams.chat))


async def test_in_the_client(teams: Setup) -> None:
    """A colleague's message, its menu, the dialog, what is typed, and the sentence at the end."""
    await teams.world.hands.say(teams.person.key, teams.stories, "Look: https://nordlicht.example", mention=False)
    *_, message = teams.world.activities(teams.stories)
    teams.bot.answers = [OpenForm(EDIT), Private(Message("Thank you."))]
    await teams.world.hands.message_action(teams.person.key, teams.stories, message["id"])
    assert teams.bot.last.quoted == Quoted(
        "Look: https://nordlicht.example", UserRef("teams", TEAMS_TENANT, str(teams.person.teams_id))
    )
    await teams.world.hands.submit_dialog(teams.person.key, {"text": "New"}, action="Save")
    assert teams.bot.last.inputs == {"text": "New"}
    assert teams.world.errors == []


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        ("", ""),
        ("<p>a</p><p>b<br>c</p>", "a\n\nb\nc"),
        ("a&nbsp;&lt;b&gt; &amp;amp;", "a <b> &amp;"),
        ('<a href="javascript:alert(1)">run</a>', "run"),
        ('<a href="https://a.example">open <b>x</a> y', "https://a.example y"),
        ("<script>alert(1)</script>x<style>p{}</style>", "x"),
        ('<attachment id="1"></attachment>hello', "hello"),
        ("<ul><li>one</li><li>two</li></ul>", "one\n\ntwo"),
        ('<img alt="a cat" src="x">', "a cat"),
        ("<p>unclosed <b>bold", "unclosed bold"),
        ("1 < 2 && 3 > 2", "1 < 2 && 3 > 2"),
    ],
)
def test_plain_text_of_html(content: str, seen: str) -> None:
    """What a reader sees; scripts and styles are silent."""
    assert said.read(content, is_html=True) == seen
