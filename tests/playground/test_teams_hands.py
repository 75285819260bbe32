"""What people do in Teams, and what a bot gets to hear of it, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from teams_bot import (
    APP_ID,
    SECRET,
    TENANT,
    Bot,
    attached,
    dialog_answer,
    listening,
    note_answer,
    people,
    share_card,
    text_card,
    view_answer,
)

from advocacy.playground.teams.client import WENT_WRONG
from advocacy.playground.teams.world import TeamsWorld
from advocacy.playground.world import Fault, Outside

ONE, TWO = people()[0], people()[1]


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    world = TeamsWorld(people(), app_id=APP_ID, app_password=SECRET, tenant=TENANT, enforce_limits=False)
    outside = Outside(world)
    await outside.start()
    async with aiohttp.ClientSession() as http:
        one = Bot(world, http)
        runner = await listening([one], outside)
        world.preinstall(team=True)
        yield one
        await outside.stop()
        await runner.cleanup()


def toast(bot: Bot, who: Any = ONE) -> str | None:
    return bot.world.state.toasts.get(who.teams_id)


async def test_press_shows_the_own_view(bot: Bot) -> None:
    """A press carries verb, data and inputs; the card it answers is seen by who pressed and by nobody else."""
    bot.answers["share.start"] = view_answer(text_card("Posting in 30 s"))
    cid, aid = await bot.post_card("Stories", share_card())
    done = await bot.world.hands.press(ONE.key, cid, aid, "Share", {"note": "So proud"})
    assert (done.status, toast(bot)) == (200, None)
    heard = bot.heard[0]
    assert (heard["type"], heard["name"], heard["replyToId"]) == ("invoke", "adaptiveCard/action", aid)
    assert heard["value"]["trigger"] == "manual"
    assert heard["value"]["action"]["verb"] == "share.start"
    assert heard["value"]["action"]["data"] == {"story": "7", "note": "So proud"}
    assert heard["from"] == {"id": f"29:{ONE.teams_id}", "name": ONE.name, "aadObjectId": ONE.teams_id}
    assert heard["conversation"] == {"isGroup": True, "conversationType": "channel", "tenantId": TENANT, "id": cid}
    assert heard["channelData"]["channel"]["id"] == bot.world.channel("Stories").id
    assert heard["channelData"]["tenant"]["id"] == TENANT
    assert bot.world.card(cid, aid, ONE.key)["body"][0]["text"] == "Posting in 30 s"
    assert bot.world.card(cid, aid, TWO.key) == share_card()
    assert bot.world.activities(cid, ONE.key)[0]["attachments"][0]["content"] == text_card("Posting in 30 s")


async def test_press_answered_by_words(bot: Bot) -> None:
    """A message answer is a toast for who pressed; an error answer shows its words."""
    cid, aid = await bot.post_card("Stories", share_card())
    bot.answers["share.start"] = note_answer("Already shared")
    await bot.world.hands.press(ONE.key, cid, aid, "Share")
    assert toast(bot) == "Already shared"
    error = {"code": "BadRequest", "message": "This story has ended"}
    bot.answers["share.start"] = {"statusCode": 400, "type": "application/vnd.microsoft.error", "value": error}
    await bot.world.hands.press(TWO.key, cid, aid, "share.")
    assert toast(bot, TWO) == "This story has ended"


@pytest.mark.parametrize(
    "answer", [500, 401, {}, view_answer({"type": "AdaptiveCard"}), {"statusCode": 200, "type": "x", "value": "y"}]
)
async def test_press_gone_wrong(bot: Bot, answer: Any) -> None:
    """An HTTP error, an empty answer, a card Teams would not draw: the person sees that something went wrong."""
    bot.answers["share.start"] = answer
    cid, aid = await bot.post_card("Stories", share_card())
    await bot.world.hands.press(ONE.key, cid, aid, "Share")
    assert toast(bot) == WENT_WRONG
    assert len(bot.world.errors) == 1
    assert bot.world.views == {}


async def test_product_not_there(bot: Bot) -> None:
    """A product that is down is status 0 and a visible error, not an exception."""
    cid, aid = await bot.post_card("Stories", share_card())
    assert bot.world.outside is not None
    bot.world.outside.product_url = bot.world.outside.url + "/nothing"
    assert (await bot.world.hands.press(ONE.key, cid, aid, "Share")).status == 404
    bot.world.outside.product_url = "http://127.0.0.1:1"
    assert (await bot.world.hands.press(ONE.key, cid, aid, "Share")).status == 0
    assert toast(bot) == WENT_WRONG


async def test_client_checks_inputs_first(bot: Bot) -> None:
    """A required input that is empty is complained of by the client; nothing is sent."""
    card = share_card()
    card["body"][1] |= {"isRequired": True, "errorMessage": "Say something"}
    cid, aid = await bot.post_card("Stories", card)
    done = await bot.world.hands.press(ONE.key, cid, aid, "Share")
    assert (done.status, toast(bot), bot.heard) == (0, "Say something", [])


async def test_only_what_is_there_can_be_pressed(bot: Bot) -> None:
    """No such action, message, person or membership: LookupError in words. A link answers its address."""
    hands = bot.world.hands
    cid, aid = await bot.post_card("Comms Editors", share_card())
    editor = next(one for one in people() if "editor" in one.roles)
    for wrong in (
        hands.press(editor.key, cid, aid, "Explode"),
        hands.press(editor.key, cid, "0", "Share"),
        hands.press("nobody", cid, aid, "Share"),
        hands.press(ONE.key, cid, aid, "Share"),
        hands.press(editor.key, cid, aid, "Share", {"no such input": "x"}),
        hands.submit_dialog(editor.key),
    ):
        with pytest.raises(LookupError):
            await wrong
    link = await hands.press(editor.key, cid, aid, "Read")
    assert (link.body, bot.heard) == ({"url": "https://nordlicht.example/turbines"}, [])


async def test_dialog_from_open_to_closed(bot: Bot) -> None:
    """task/fetch opens, task/submit continues with another card, a message closes with a toast, empty closes."""
    form = text_card("Your words")
    form["body"].append({"type": "Input.Text", "id": "words", "value": "As dealt"})
    form["actions"] = [{"type": "Action.Submit", "title": "Save", "data": {"verb": "save"}}]
    bot.answers["task/fetch"] = dialog_answer(form)
    cid, aid = await bot.post_card("Stories", share_card())
    await bot.world.hands.press(ONE.key, cid, aid, "Edit", {"note": "n"})
    fetched = bot.heard[0]["value"]
    assert fetched["data"] == {"msteams": {"type": "task/fetch"}, "verb": "edit", "note": "n"}
    assert fetched["context"] == {"theme": "default"}
    bot.answers["task/submit"] = dialog_answer(form, "Again")
    await bot.world.hands.submit_dialog(ONE.key, {"words": "Mine"})
    assert bot.heard[1]["value"]["data"] == {"verb": "save", "words": "Mine"}
    assert (await bot.world.snapshot())["dialogs"][ONE.teams_id]["title"] == "Again"
    bot.answers["task/submit"] = {"task": {"type": "message", "value": "Saved"}}
    await bot.world.hands.submit_dialog(ONE.key)
    assert bot.heard[2]["value"]["data"]["words"] == "As dealt"
    assert (toast(bot), bot.world.state.dialogs) == ("Saved", {})
    await bot.world.hands.press(ONE.key, cid, aid, "Edit")
    bot.answers["task/submit"] = {}
    await bot.world.hands.submit_dialog(ONE.key, action="Save")
    assert bot.world.state.dialogs == {}
    assert bot.world.errors == []


async def test_submit_without_dialog_is_a_message(bot: Bot) -> None:
    """A plain Action.Submit sends a message activity that carries the value and no text."""
    card = share_card(actions=[{"type": "Action.Submit", "title": "Done", "data": {"verb": "done"}}])
    cid, aid = await bot.post_card("Stories", card)
    await bot.world.hands.press(ONE.key, cid, aid, "Done")
    heard = bot.heard[0]
    assert (heard["type"], heard["value"], heard["replyToId"]) == ("message", {"verb": "done", "note": ""}, aid)
    assert "text" not in heard


async def test_saying_something(bot: Bot) -> None:
    """In the own chat the text is plain; in a channel the mention comes first, with its entity and a thread."""
    hands, channel = bot.world.hands, bot.world.channel("Sales").id
    await hands.say(ONE.key, bot.world.chat(ONE.key), "leaderboard")
    await hands.say(ONE.key, channel, "help")
    assert (await hands.say(ONE.key, channel, "just talk", mention=False)).status == 0
    personal, public = bot.heard
    assert (personal["text"], personal["conversation"]["conversationType"]) == ("leaderboard", "personal")
    assert public["text"] == "<at>Advocacy</at> help"
    mention = public["entities"][0]
    assert (mention["type"], mention["mentioned"]["id"], mention["text"]) == (
        "mention",
        f"28:{APP_ID}",
        "<at>Advocacy</at>",
    )
    assert public["conversation"]["id"] == f"{channel};messageid={public['id']}"
    assert [one["text"] for one in bot.world.activities(channel)] == ["<at>Advocacy</at> help", "just talk"]
    await hands.uninstall(ONE.key)
    with pytest.raises(LookupError):
        await hands.say(ONE.key, bot.world.chat(ONE.key), "anyone?")


async def test_coming_and_going(bot: Bot) -> None:
    """Installing tells installationUpdate and conversationUpdate; both know who, where and which tenant."""
    await bot.world.reset()
    hands = bot.world.hands
    assert (await hands.install(ONE.key)).ok
    assert (await hands.install(ONE.key)).body == "already installed"
    assert (await hands.install_team()).ok
    assert (await hands.uninstall(ONE.key)).ok
    kinds = [(one["type"], one.get("action")) for one in bot.heard]
    assert kinds == [
        ("installationUpdate", "add"),
        ("conversationUpdate", None),
        ("installationUpdate", "add"),
        ("conversationUpdate", None),
        ("installationUpdate", "remove"),
    ]
    assert bot.heard[1]["conversation"]["id"] == bot.world.chat(ONE.key)
    assert [one["id"] for one in bot.heard[1]["membersAdded"]] == [f"28:{APP_ID}", f"29:{ONE.teams_id}"]
    assert bot.heard[3]["channelData"]["team"]["name"] == "Nordlicht Energie"
    assert bot.heard[3]["membersAdded"] == [{"id": f"28:{APP_ID}"}]


async def test_sparse_clients(bot: Bot) -> None:
    """Some clients leave out the tenant in the conversation and the person's name."""
    bot.world.inbound.sparse = True
    await bot.world.hands.say(ONE.key, bot.world.chat(ONE.key), "me")
    assert "tenantId" not in bot.heard[0]["conversation"]
    assert "name" not in bot.heard[0]["from"]
    assert bot.heard[0]["channelData"]["tenant"]["id"] == TENANT


def listed_card(text: str, *who: Any) -> dict[str, Any]:
    action = {"type": "Action.Execute", "verb": "card.view", "data": {"story": "7"}}
    card = share_card(refresh={"action": action, "userIds": [f"29:{one.teams_id}" for one in who]})
    card["body"][0]["text"] = text
    return card


async def test_named_people_refresh_by_themselves(bot: Bot) -> None:
    """A new or rewritten card makes the clients of the people it names ask, once a minute at most; others see it at once."""
    bot.world.hands.refresh_every = 0.1
    bot.answers["card.view"] = lambda heard: view_answer(text_card("For " + heard["from"]["name"]))
    cid, aid = await bot.post_card("Stories", listed_card("first", ONE))
    await bot.world.until(lambda: (aid, ONE.teams_id) in bot.world.views)
    assert bot.heard[0]["value"] == {
        "action": {"type": "Action.Execute", "id": "", "verb": "card.view", "data": {"story": "7"}},
        "trigger": "automatic",
    }
    bot.answers["card.view"] = view_answer(text_card("Newer"))
    for number in range(5):
        await bot.call("PUT", f"/conversations/{cid}/activities/{aid}", attached(listed_card(str(number), ONE)))
    await bot.world.until(lambda: bot.world.card(cid, aid, ONE.key) == text_card("Newer"))
    await bot.world.refresher.idle()
    assert len(bot.heard) == 2
    assert bot.world.card(cid, aid, TWO.key)["body"][0]["text"] == "4"
    assert bot.world.errors == []


async def test_an_edit_ends_the_view_of_who_is_not_named(bot: Bot) -> None:
    """Rewriting a card shows it to everybody again who has a view from a press and is not named in it."""
    bot.answers["share.start"] = view_answer(text_card("Posting"))
    cid, aid = await bot.post_card("Stories", share_card())
    await bot.world.hands.press(ONE.key, cid, aid, "Share")
    await bot.call("PUT", f"/conversations/{cid}/activities/{aid}", attached(text_card("For all")))
    assert bot.world.card(cid, aid, ONE.key) == text_card("For all")


async def test_looking_at_a_card(bot: Bot) -> None:
    """Without names a small conversation refreshes for all; a large one, or who is not named, only when asked."""
    action = {"type": "Action.Execute", "verb": "card.view"}
    bot.answers["card.view"] = view_answer(text_card("Fresh"))
    hands = bot.world.hands
    cid, aid = await bot.post_card("Stories", share_card(refresh={"action": action}))
    assert (await hands.refresh(ONE.key, cid, aid)).ok
    assert (await hands.refresh(ONE.key, cid, aid)).body == "fresh"
    assert bot.heard[-1]["value"]["trigger"] == "automatic"
    bot.world.channel("Stories").members *= 2
    assert (await hands.refresh(TWO.key, cid, aid)).ok
    assert bot.heard[-1]["value"]["trigger"] == "manual"
    cid, aid = await bot.post_card("Sales", share_card(refresh={"action": action, "userIds": [f"29:{ONE.teams_id}"]}))
    await bot.world.refresher.idle()
    await hands.refresh(TWO.key, cid, aid)
    assert bot.heard[-1]["value"]["trigger"] == "manual"


async def test_waiting_refreshes_end_with_the_world(bot: Bot) -> None:
    """Clients that wait for their minute are cancelled when the world stops."""
    cid, aid = await bot.post_card("Stories", listed_card("first", ONE))
    await bot.world.until(lambda: bot.heard)
    await bot.world.refresher.idle()
    await bot.call("PUT", f"/conversations/{cid}/activities/{aid}", attached(listed_card("second", ONE)))
    async with asyncio.timeout(5):
        await bot.world.stop()
    await bot.world.refresher.idle()
    assert len(bot.heard) == 1


async def test_message_extension(bot: Bot) -> None:
    """A search shows results with previews; one of them can be put into a conversation."""
    found = {**attached(text_card("Found"))["attachments"][0], "preview": {"contentType": "x", "content": {}}}
    bot.answers["composeExtension/query"] = {"composeExtension": {"type": "result", "attachments": [found]}}
    await bot.world.hands.query(ONE.key, "")
    await bot.world.hands.query(ONE.key, "wind")
    first, second = bot.heard
    assert first["value"]["parameters"] == [{"name": "initialRun", "value": "true"}]
    assert second["value"] == {
        "commandId": "search",
        "parameters": [{"name": "query", "value": "wind"}],
        "queryOptions": {"skip": 0, "count": 25},
    }
    channel = bot.world.channel("Sales").id
    bot.world.hands.pick(ONE.key, channel)
    posted = bot.world.activities(channel)[0]
    assert (posted["from"]["id"], posted["attachments"][0]["content"]) == (ONE.teams_id, text_card("Found"))
    del found["preview"]
    await bot.world.hands.query(ONE.key, "wind")
    assert toast(bot) == WENT_WRONG


async def test_message_action_and_link(bot: Bot) -> None:
    """Suggesting a colleague's message opens a dialog with that message at hand, also when it is sent."""
    channel = bot.world.channel("General").id
    await bot.world.hands.say(TWO.key, channel, "What a storm!", mention=False)
    message = bot.world.activities(channel)[0]
    form = text_card("Suggest this?")
    form["actions"] = [{"type": "Action.Submit", "title": "Send", "data": {"go": "1"}}]
    bot.answers["composeExtension/fetchTask"] = dialog_answer(form)
    await bot.world.hands.message_action(ONE.key, channel, message["id"])
    await bot.world.hands.submit_dialog(ONE.key)
    fetched, sent = (one["value"] for one in bot.heard)
    assert fetched["messagePayload"]["body"]["content"] == "What a storm!"
    assert fetched["messagePayload"]["from"]["user"]["displayName"] == TWO.name
    assert (fetched["commandId"], fetched["commandContext"]) == ("suggest", "message")
    assert (sent["data"], sent["messagePayload"]) == ({"go": "1"}, fetched["messagePayload"])
    assert bot.world.state.dialogs == {}
    bot.answers["composeExtension/queryLink"] = 500
    await bot.world.hands.unfurl(ONE.key, channel, "https://nordlicht.example/1")
    assert (bot.heard[-1]["value"], toast(bot)) == ({"url": "https://nordlicht.example/1"}, WENT_WRONG)


async def test_delivered_twice_and_with_a_wrong_clock(bot: Bot) -> None:
    """A duplicate is the same activity twice; under skew the token is ten minutes off and refused."""
    chat = bot.world.chat(ONE.key)
    bot.world.faults.inject(Fault.DUPLICATE)
    await bot.world.hands.say(ONE.key, chat, "twice")
    assert len(bot.heard) == 2
    assert bot.heard[0] == bot.heard[1]
    bot.world.faults.inject(Fault.SKEW)
    assert (await bot.world.hands.say(ONE.key, chat, "late")).status == 401
    assert (await bot.world.hands.say(ONE.key, chat, "in time")).status == 200
    assert [one["text"] for one in bot.heard[2:]] == ["in time"]


async def test_acts_of_the_page(bot: Bot) -> None:
    """The page's acts do as the hands do and answer JSON; what cannot be done is 404 with a sentence."""
    cid, aid = await bot.post_card("Stories", share_card())
    bot.answers["share.start"] = note_answer("Done")
    act = bot.world.act
    pressed = await act({"act": "press", "user": ONE.key, "conversation": cid, "activity": aid, "action": "Share"})
    assert (pressed["status"], pressed["toast"]) == (200, "Done")
    await act({"act": "dismiss", "user": ONE.teams_id})
    assert toast(bot) is None
    said = await act({"act": "say", "user": f"29:{ONE.teams_id}", "text": "help"})
    assert (said["status"], bot.heard[-1]["text"]) == (200, "help")
    bot.answers["task/fetch"] = dialog_answer(text_card("Edit"))
    await act({"act": "press", "user": ONE.key, "conversation": cid, "activity": aid, "action": "Edit"})
    assert ONE.teams_id in bot.world.state.dialogs
    await act({"act": "close", "user": ONE.key})
    assert bot.world.state.dialogs == {}
    missing = await act({"act": "press", "user": ONE.key, "conversation": cid, "activity": "0", "action": "Share"})
    assert missing["status"] == 404
    assert "0" in missing["error"]
    assert (await act({"act": "fly", "user": ONE.key}))["status"] == 404


async def test_until_gives_up(bot: Bot) -> None:
    """Waiting for what never comes ends with TimeoutError."""
    with pytest.raises(TimeoutError):
        await bot.world.until(lambda: False, seconds=0.01)
