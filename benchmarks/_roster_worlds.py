"""Slack and Microsoft Graph with a large company in them, the vendors' limits enforced and time running faster."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from advocacy.people.roster import Row
from advocacy.playground.company import TEAMS_TENANT, residents
from advocacy.playground.slack.limits import Limits
from advocacy.playground.slack.state import User
from advocacy.playground.slack.world import SlackWorld
from advocacy.playground.teams.world import TeamsWorld
from advocacy.playground.world import Outside

APP_ID, PASSWORD = "00000000-0000-4000-8000-00000000b07a", "password"
GRAPH_LATENCY, GRAPH_PAGE = 0.15, 999
"""Seconds that Graph takes for a page, and users on it: nobody publishes either. This is not made faster."""


def email(number: int) -> str:
    return f"person{number}@nordlicht.example"


def department(number: int) -> str:
    return f"{('Sales', 'People', 'Technology', 'Operations')[number % 4]}/{number % 400}"


def rows(count: int) -> list[Row]:
    """The roster of the company."""
    return [Row(0, email(number), f"Person {number}", department(number)) for number in range(count)]


class Counting(Limits):
    """Counts what it sent away, and when each list was asked for."""

    sent_away = 0

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__(clock, tiers=True)
        self.listed: list[float] = []

    def wait(self, method: str, *where: str) -> int:
        seconds = super().wait(method, *where)
        self.sent_away += seconds > 0
        if method == "users.list" and not seconds:
            self.listed.append(time.monotonic())
        return seconds


class Worlds:
    """``faster``: so many times."""

    def __init__(self, count: int, faster: float) -> None:
        few = residents()[:3]
        self.count = count
        self.slack = SlackWorld(few, bot_token="xoxb-1", signing_secret="s", app_token="xapp-1")
        self.teams = TeamsWorld(few, app_id=APP_ID, app_password=PASSWORD, tenant=TEAMS_TENANT)
        self.outside = Outside(self.slack, self.teams)
        self.limits = Counting(lambda: time.monotonic() * faster)
        self.slack.api._limits = self.slack.limits = self.limits  # noqa: SLF001
        users = self.slack.workspace.users
        listed = self.teams.users.all
        listed.clear()
        for number in range(count):
            user = User(f"U{number:08d}", f"p{number}", f"Person {number}", email(number), updated=1)
            users[user.id] = replace(user, department=department(number))
            listed[f"o-{number}"] = {
                "id": f"o-{number}", "displayName": f"Person {number}", "mail": email(number), "accountEnabled": True,
                "userPrincipalName": email(number), "userType": "Member", "department": department(number),
            }  # fmt: skip
        self.teams.graph.latency, self.teams.graph.page = GRAPH_LATENCY, GRAPH_PAGE
        self.asked: list[float] = []
        """When Graph was asked for a page."""
        delta = self.teams.users.listed
        self.teams.users.listed = lambda *where: (self.asked.append(time.monotonic()), delta(*where))[1]  # type: ignore[method-assign]

    def change(self, shift: int) -> None:
        """A month: 1 % are called otherwise and moved, 0.5 % are deactivated, 0.5 % join."""
        moved, gone = self.count // 100, self.count // 200
        first = shift * (moved + gone)
        space, users = self.slack.workspace, self.teams.users
        for number in range(first, first + moved):
            user = space.users[f"U{number:08d}"]
            user.email, user.updated = f"new-{email(number)}", user.updated + 1
            users.set(f"o-{number}", department=department(number + 1))
        for number in range(first + moved, first + moved + gone):
            space.users[f"U{number:08d}"].deleted = True
            users.set(f"o-{number}", accountEnabled=False)
