"""One table of forgeries: each is refused, over HTTP, and changes nothing."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select

from advocacy.app import App
from advocacy.chat import UserRef
from advocacy.content import approval, schedule, stories
from advocacy.content.feed_models import Feed, FeedEntry
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import Campaign, Caption, Halt, Review, Story, Topic
from advocacy.db import now
from advocacy.people import directory
from advocacy.people.models import Person
from advocacy.playground.outside import Worlds
from advocacy.sharing import backup_cases
from advocacy.sharing.backup_models import BackupCase, BackupMessage
from advocacy.sharing.models import Share
from tests.payloads.conftest import APP_ID, hired_file, product
from tests.slack.slack_help import sign

__all__ = ["hired_file", "product"]
KEPT = (Story, Caption, Review, Share, Halt, Campaign, Feed, FeedEntry, Topic, BackupCase, BackupMessage)
OWNER, THIEF, EDITOR = "yara.blume", "kofi.asantemar", "emilia.textor"
SLACK, TEAMS = "/slack/events", "/api/messages"
FORM = "application/x-www-form-urlencoded"


@dataclass
class Desk:
    """Who forges, against what."""

    app: App
    worlds: Worlds
    http: aiohttp.ClientSession
    ids: dict[str, Any] = field(default_factory=dict)
    rows: list[tuple[str, str, int, str]] = field(default_factory=list)

    def person(self, key: str) -> Any:
        return next(one for one in self.worlds.residents if one.key == key)

    async def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        async with self.http.post(f"http://127.0.0.1:{self.app.port}{path}", data=body, headers=headers) as answer:
            return answer.status, await answer.text()

    def note(self, door: str, what: str, status: int, outcome: str) -> None:
        self.rows.append((door, what, status, outcome))

    async def kept(self) -> dict[str, list[dict[str, Any]]]:
        async with self.app.db.read() as s:
            return {
                table.__tablename__: [dict(row) for row in (await s.execute(select(table.__table__))).mappings()]
                for table in KEPT
            }

    def slack_press(self, key: str, action: str, value: Mapping[str, Any]) -> bytes:
        user = {"id": self.person(key).slack_id, "team_id": "T0NORDLICHT"}
        payload = {
            "type": "block_actions", "team": {"id": "T0NORDLICHT"}, "user": user, "trigger_id": f"1.2.{time.time_ns()}",
            "container": {"type": "message", "message_ts": "1.0", "channel_id": "C0GENERAL1", "is_ephemeral": False},
            "actions": [{"type": "button", "action_id": f"{action}#0", "block_id": "b", "value": json.dumps(value)}],
        }  # fmt: skip
        return urlencode({"payload": json.dumps(payload)}).encode()

    def activity(self, key: str, **more: Any) -> dict[str, Any]:
        teams, person = self.worlds.teams, self.person(key)
        return teams.inbound.activity("message", person, teams.chat(key), text="help") | more


@pytest.fixture
async def desk(product: tuple[App, Worlds]) -> AsyncIterator[Desk]:
    app, worlds = product
    async with aiohttp.ClientSession() as http:
        made = Desk(app, worlds, http)
        await app.jobs.stop()  # what changes from here on was changed by a forgery
        await _furnish(made)
        yield made


async def _furnish(desk: Desk) -> None:
    """A story that is out and shared by its owner, one in review, a case of the owner's, an entry of a feed."""
    async with desk.app.db.write() as s:
        people = {
            key: await directory.find(s, desk.person(key).email) for key in (OWNER, THIEF, EDITOR, "clara.editorius")
        }
        ids = {key: one.id for key, one in people.items() if one is not None}
        made = []
        for title in ("Out", "In review"):
            made.append(
                await stories.create(
                    s,
                    title=title,
                    summary="Forty turbines.",
                    url="https://www.nordlicht.example/r",
                    author_id=ids[EDITOR],
                    language="en",
                )
            )
            await approval.submit(s, made[-1].id, ids[EDITOR])
        clara = people["clara.editorius"]
        assert clara is not None
        fresh = await stories.get(s, made[0].id)
        await approval.approve(s, fresh.id, clara, fingerprint(fresh), four_eyes=True)
        await schedule.go_live(s, now())
        feed = Feed(url="https://www.nordlicht.example/feed")
        s.add(feed)
        await s.flush()
        entry = {
            "title": "E",
            "summary": "",
            "url": "https://a.example/",
            "image_url": "",
            "image_alt": "",
            "topics": [],
            "language": "en",
        }
        asked = FeedEntry(feed_id=feed.id, key="k", state="asked", title="Entry", entry=entry)
        s.add(asked)
        await s.flush()
        owner = people[OWNER]
        assert owner is not None
        at = UserRef("slack", "T0NORDLICHT", desk.person(OWNER).slack_id)
        case, _ = await backup_cases.open_case(s, owner, share_id=0, text="Liars!", link="", screenshot="", at=at)
        desk.ids["case"] = case.id
        desk.ids |= {
            "out": made[0].id,
            "review": made[1].id,
            "entry": asked.id,
            "print": fingerprint(await stories.get(s, made[1].id)),
        }
    body = desk.slack_press(OWNER, "share", {"s": desk.ids["out"], "n": "linkedin"})
    assert (await desk.post(SLACK, body, {"Content-Type": FORM, **sign(body)}))[0] == 200
    async with desk.app.db.read() as s:
        desk.ids["share"] = await s.scalar(select(Share.id).join(Person, Person.id == Share.person_id))
    desk.ids["pressed"] = body


async def test_forgeries_are_refused(desk: Desk) -> None:
    """Signatures, times, replays, tokens of others, changed ids, other people's buttons: at least thirty of them."""
    before = await desk.kept()
    await _slack_wire(desk)
    await _teams_wire(desk)
    await _presses(desk)
    print(f"\n{len(desk.rows)} forgeries")
    for door, what, status, outcome in desk.rows:
        print(f"  {door:5} {what:58} {status} {outcome}")
    assert len(desk.rows) >= 30
    assert await desk.kept() == before


async def _slack_wire(desk: Desk) -> None:
    body = desk.slack_press(OWNER, "undo", {"i": desk.ids["share"]})
    other = desk.slack_press(OWNER, "post_now", {"i": desk.ids["share"]})
    good, at = sign(body), time.time()
    name, stamp = "X-Slack-Signature", "X-Slack-Request-Timestamp"
    forged: dict[str, dict[str, str]] = {
        "no signature": {}, "signed with another secret": sign(body, secret="theirs"), "signature of another body": sign(other),
        "six minutes old": sign(body, at=at - 360), "six minutes ahead": sign(body, at=at + 360), "no time": {name: good[name]},
        "time is no number": {**good, stamp: "yesterday"}, "time moved to now": {**sign(body, at=at - 400), stamp: good[stamp]},
        "another version": {**good, name: good[name].replace("v0=", "v1=")}, "empty signature": {**good, name: ""},
        "cut signature": {**good, name: good[name][:-1]}, "signature of letters": {**good, name: "v0=ü"},
    }  # fmt: skip
    for what, headers in forged.items():
        status, _ = await desk.post(SLACK, body, {"Content-Type": FORM, **headers})
        assert status == 401, what
        desk.note("Slack", what, status, "")
    unsigned = json.dumps({"ssl_check": 1, "type": "event_callback"}).encode()
    status, _ = await desk.post(SLACK, unsigned, {"Content-Type": "application/json"})
    assert status == 401
    desk.note("Slack", "an event that says it is a check of the certificate", status, "")
    pressed = desk.ids["pressed"]
    status, said = await desk.post(SLACK, pressed, {"Content-Type": FORM, **sign(pressed)})
    assert (status, said) == (200, "")
    desk.note("Slack", "a press sent once more within five minutes", status, "taken, done once")


async def _teams_wire(desk: Desk) -> None:
    teams = desk.worlds.teams
    activity = desk.activity(OWNER)
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = jwt.decode(teams.bearer(), options={"verify_signature": False})
    kid = jwt.get_unverified_header(teams.bearer())["kid"]
    tokens: dict[str, str | None] = {
        "no token": None, "no JWT": "abc", "token for another app": teams.bearer(aud="11111111-0000-4000-8000-000000000000"),
        "token of another issuer": teams.bearer(iss="https://sts.windows.net/x/"), "expired token": teams.bearer(exp=int(time.time()) - 600),
        "token of tomorrow": teams.bearer(nbf=int(time.time()) + 86400), "signed with another key": teams.bearer(key=stranger, kid=kid),
        "an unknown key": teams.bearer(key=stranger, kid="theirs"), "token for another service": teams.bearer(serviceurl="https://evil.example/"),
        "no algorithm": jwt.encode(claims, "", algorithm="none", headers={"kid": kid}),
        "signed with the app's id as a secret": jwt.encode(claims, APP_ID, algorithm="HS256", headers={"kid": kid}),
        "without an audience": teams.bearer(aud=None),
    }  # fmt: skip
    for what, token in tokens.items():
        headers = {"Content-Type": "application/json"} | ({} if token is None else {"Authorization": f"Bearer {token}"})
        status, _ = await desk.post(TEAMS, json.dumps(activity).encode(), headers)
        assert status == 401, what
        desk.note("Teams", what, status, "")
    other = "99999999-0000-4000-8000-000000000000"
    strange: dict[str, dict[str, Any]] = {
        "another tenant": {"channelData": {"tenant": {"id": other}}, "conversation": {**activity["conversation"], "tenantId": other}},
        "another tenant in the conversation": {"conversation": {**activity["conversation"], "tenantId": other}},
        "another tenant in the channel's data": {"channelData": {"tenant": {"id": other}}},
        "another channel's activity": {"channelId": "webchat"},
    }  # fmt: skip
    for what, changes in strange.items():
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {teams.bearer()}"}
        status, _ = await desk.post(TEAMS, json.dumps({**activity, **changes}).encode(), headers)
        assert status in {401, 403}, what
        desk.note("Teams", what, status, "")


async def _presses(desk: Desk) -> None:
    """Buttons with changed values, pressed by somebody else; well signed, so that only the bot can refuse."""
    ids = desk.ids
    review, out, share = {"s": ids["review"], "f": ids["print"]}, {"s": ids["out"]}, {"i": ids["share"]}
    forged: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("an employee approves", THIEF, "approve", review), ("an employee resubmits", THIEF, "resubmit", review),
        ("an employee returns", THIEF, "return_save", review), ("an employee withdraws", THIEF, "recall", out),
        ("an employee stops everything", THIEF, "stop_now", {}), ("an employee lets it go on", THIEF, "resume_now", {}),
        ("an employee takes an entry", THIEF, "entry_take", {"e": ids["entry"]}), ("an employee declines it", THIEF, "entry_decline", {"e": ids["entry"]}),
        ("an employee features a story", THIEF, "feature", {**out, "on": 1}), ("an employee sends it again", THIEF, "resend", {**out, "sure": 1}),
        ("an employee changes a story", THIEF, "story_edit_save", {**out, "v": 1}), ("an employee removes a wording", THIEF, "wording_remove", {**out, "w": 1, "v": 1}),
        ("an author approves the own story", EDITOR, "approve", review), ("an old card is approved", "clara.editorius", "approve", {**review, "f": "0" * 64}),
        ("another's share undone", THIEF, "undo", share), ("another's share posted now", THIEF, "post_now", share),
        ("another's share deleted", THIEF, "delete", share), ("another's share reported", THIEF, "done", share),
        ("another's share edited", THIEF, "edit_save", share), ("another's share put off", THIEF, "later_save", share),
        ("another's share shown", THIEF, "share_open", share), ("a share that is not there", THIEF, "undo", {"i": 10**12}),
        ("a story that is not there", THIEF, "share", {"s": 10**12, "n": "linkedin"}), ("a story in review is shared", THIEF, "share", {"s": ids["review"], "n": "linkedin"}),
        ("a network that is not offered", THIEF, "share", {**out, "n": "orkut"}), ("another's words given away", THIEF, "consent_given", review),
        ("another's case read", THIEF, "backup_read", {"c": ids["case"]}), ("another's case ended", THIEF, "backup_close", {"c": ids["case"]}),
    )  # fmt: skip
    for what, who, action, value in forged:
        body = desk.slack_press(who, action, value)
        status, _ = await desk.post(SLACK, body, {"Content-Type": FORM, **sign(body)})
        desk.note("Slack", what, status, "refused by the bot")
        teams = desk.worlds.teams
        act = {"action": {"type": "Action.Execute", "verb": action, "data": {"value": value}}, "trigger": "manual"}
        invoke = teams.inbound.invoke(desk.person(who), teams.chat(who), "adaptiveCard/action", act, "1795435900001")
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {teams.bearer()}"}
        answered, said = await desk.post(TEAMS, json.dumps(invoke).encode(), headers)
        note = json.loads(said)
        assert (status, answered) == (200, 200), what
        desk.note("Teams", what, answered, str(note["value"] if isinstance(note["value"], str) else "says no")[:60])
