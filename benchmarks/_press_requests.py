"""Presses as Slack and Teams send them, each by another person or on another card."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from advocacy.playground.company import SLACK_TEAM
from advocacy.playground.teams.tokens import BotTokens
from benchmarks import _press_company as company

PAYLOADS = Path(__file__).parents[1] / "tests" / "payloads"
SECRET = "benchmark-signing-secret"
APP_ID = "00000000-0000-4000-8000-00000000b07a"
SERVICE = "https://smba.trafficmanager.net/emea/"
LAST_TEAMS_STORY = company.STORIES // 2
"""Stories up to here are pressed in Teams, the others in Slack, so that no two presses are for one share."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One press on the wire."""

    number: int
    request: bytes


class SlackPresses:
    """Signed ``block_actions``; the private answer comes back to ``vendor`` under the press's number."""

    def __init__(self, vendor: str) -> None:
        self._vendor = vendor
        self._payload: dict[str, Any] = json.loads((PAYLOADS / "slack" / "block_actions_channel.json").read_text())
        self._payload["message"]["blocks"] = [*_CARD, *self._payload["message"]["blocks"]]
        self._number = 0

    def next(self) -> Sent:
        """The next person presses."""
        number, payload = self._number, self._payload
        self._number += 1
        story = LAST_TEAMS_STORY + 1 + number // company.PEOPLE
        ts = company.message(story, "slack")
        payload["user"]["id"] = company.slack_user(number % company.PEOPLE + 1)
        payload["message"]["ts"] = payload["container"]["message_ts"] = ts
        payload["trigger_id"] = f"{5081723463 + number}.1297384.0f6a1a9d61cb4b6cbcdf4c3a9b1d2e3f"
        payload["response_url"] = f"{self._vendor}/actions/{SLACK_TEAM}/{number}"
        value = {"s": story, "p": company.placement(story, "slack"), "n": "linkedin"}
        payload["actions"][0] |= {"value": json.dumps(value), "action_ts": f"{1795689000 + number}.123456"}
        body = ("payload=" + quote_plus(json.dumps(payload, separators=(",", ":")))).encode()
        stamp = str(int(time.time()))
        digest = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest}",
        }
        return Sent(number, _post("/slack/events", headers, body))


class TeamsPresses:
    """``adaptiveCard/action`` with a signed bearer; the answer is in the HTTP answer."""

    def __init__(self, tokens: BotTokens) -> None:
        self.tokens = tokens
        self._bearer, self._signed_with = "", None
        self._activity: dict[str, Any] = json.loads((PAYLOADS / "teams" / "adaptive_card_action.json").read_text())[
            "activity"
        ]
        self._number = 0

    def next(self, bearer: str = "") -> Sent:
        """The next person presses. Teams uses one token for many requests, and so do we until the key changes."""
        if self._signed_with is not self.tokens.key:
            self._bearer, self._signed_with = self.tokens.bearer(SERVICE), self.tokens.key
        number, activity = self._number, self._activity
        self._number += 1
        story, user = 1 + number // company.PEOPLE, company.teams_user(number % company.PEOPLE + 1)
        thread = company.message(story, "teams")
        activity["id"] = f"f:{622749630322482883 + number}"
        activity["from"] |= {"id": f"29:{user}", "aadObjectId": user}
        activity["conversation"]["id"] = f"{company.TEAMS_CHANNEL};messageid={thread}"
        activity["replyToId"] = thread
        value = {"s": story, "p": company.placement(story, "teams"), "n": "linkedin"}
        activity["value"]["action"]["data"] = {"value": value}
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {bearer or self._bearer}"}
        return Sent(number, _post("/api/messages", headers, json.dumps(activity).encode()))


def _post(path: str, headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "block_id": f"b{len(text)}", "text": {"type": "mrkdwn", "text": text, "verbatim": False}}


_CARD: list[dict[str, Any]] = [
    {"type": "header", "block_id": "b1",
     "text": {"type": "plain_text", "text": "The rotor that listens", "emoji": True}},
    _section("Forty turbines, no noise: how our engineers taught a rotor to listen to the wind. " * 3),
    {"type": "image", "block_id": "b2", "image_url": "https://www.nordlicht.example/pictures/rotor.png",
     "alt_text": "A rotor over the sea", "image_width": 1200, "image_height": 630, "fallback": "1200x630px image"},
    {"type": "context", "block_id": "b3", "elements": [
        {"type": "mrkdwn", "text": "nordlicht.example · 14 colleagues from 6 departments", "verbatim": False}]},
]  # fmt: skip
"""What stands above the buttons."""
