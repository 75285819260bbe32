"""Payloads nobody here recorded are replayed over HTTP against the whole product; each gets the documented answer."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import aiohttp

from advocacy.app import App
from advocacy.playground.outside import Worlds
from tests.payloads import slack_documented, teams_documented
from tests.payloads.slack_documented import Sent
from tests.slack.slack_help import sign

HOOKS = "https://hooks.slack.com"
FORM = "application/x-www-form-urlencoded"


def encoded(sent: Sent, user: str, hooks: str) -> tuple[bytes, str]:
    text = json.dumps(sent.body).replace(slack_documented.USER, user).replace(HOOKS, hooks)
    body: dict[str, Any] = json.loads(text)
    if sent.way == "json":
        return json.dumps(body).encode(), "application/json"
    return urlencode(body if sent.way == "command" else {"payload": json.dumps(body)}).encode(), FORM


async def test_slack_gets_the_documented_answers(product: tuple[App, Worlds]) -> None:
    """``/slack/events``: events, interactions, commands, checks; of one workspace, on Grid, for a whole organization."""
    app, worlds = product
    user = str(next(one.slack_id for one in worlds.residents if one.slack_id))
    rows, wrong = [], []
    async with aiohttp.ClientSession() as http:
        for sent in slack_documented.PAYLOADS:
            body, kind = encoded(sent, user, app.settings.origin(HOOKS))
            headers = {"Content-Type": kind, **(sign(body) if sent.signed else {})}
            async with http.post(f"http://127.0.0.1:{app.port}/slack/events", data=body, headers=headers) as answer:
                said = await answer.text()
            rows.append((sent.name, sent.source, answer.status))
            fits = sent.says in said if sent.says else not said
            if answer.status != sent.status or not fits:
                wrong.append((sent.name, answer.status, said[:200]))
    _print("Slack", rows)
    assert wrong == []
    assert len(rows) >= 60


async def test_teams_gets_the_documented_answers(product: tuple[App, Worlds]) -> None:
    """``/api/messages``: every kind of activity and invoke; what Teams leaves out at times is left out here, too."""
    app, worlds = product
    teams = worlds.teams
    person = next(one for one in worlds.residents if one.teams_id)
    ours = {
        teams_documented.TENANT: teams.state.tenant, teams_documented.USER: str(person.teams_id),
        f'"{teams_documented.CHAT}"': f'"{teams.chat(person.key)}"',
        f'"{teams_documented.CHANNEL}': f'"{teams.channel("Stories").id}', "https://smba.trafficmanager.net/emea/": teams.service_url,
    }  # fmt: skip
    rows, wrong = [], []
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {teams.bearer()}"}) as http:
        for sent in teams_documented.PAYLOADS:
            text = json.dumps(sent.activity)
            for name, mine in ours.items():
                text = text.replace(name, mine)
            kind = {"Content-Type": "application/json; charset=utf-8"}
            async with http.post(f"http://127.0.0.1:{app.port}/api/messages", data=text, headers=kind) as answer:
                said = await answer.text()
            rows.append((sent.name, sent.source, answer.status))
            fits = sent.says in said if sent.says else not said or answer.status == 501
            if answer.status not in sent.status or not fits:
                wrong.append((sent.name, answer.status, said[:200]))
    _print("Teams", rows)
    assert wrong == []
    assert len(rows) >= 60


def _print(door: str, rows: list[tuple[str, str, int]]) -> None:
    print(f"\n{door}: {len(rows)} payloads")
    for name, source, status in rows:
        print(f"  {name:44} {source:64} {status}")
