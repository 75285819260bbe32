"""Everybody in a workspace, as its directory lists them: pages at Slack's pace, departments out of a profile field."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from advocacy.bot.rosters import Member, Outdated, Pace, Page
from advocacy.chat import Retry
from advocacy.config import Settings
from advocacy.slack.calls import Calls, SlackRefused
from advocacy.slack.presses import PLATFORM

MOST, FEWER = 999, 200
"""Entries a page: below a thousand are allowed, two hundred recommended when Slack is slow
(https://docs.slack.dev/apis/web-api/pagination)."""
LIST_A_MINUTE, PROFILES_A_MINUTE = 20.0, 100.0
"""Tiers 2 and 4 (https://docs.slack.dev/apis/web-api/rate-limits)."""
OFF = "off"


class SlackDirectory:
    """``Directory`` of one workspace. ``faster`` is for those who let time run faster."""

    name = PLATFORM
    every = timedelta(days=1)
    needs_app = False

    def __init__(self, calls: Calls, settings: Settings, tenant: str, *, faster: float = 1.0,
                 clock: Callable[[], float] = time.monotonic, sleep: Any = asyncio.sleep) -> None:  # fmt: skip
        self._calls = calls
        self._wanted = settings.slack_department.strip().casefold()
        self._limit = MOST
        self._listing = Pace(LIST_A_MINUTE * faster, clock, sleep)
        self._profiles = Pace(PROFILES_A_MINUTE * faster, clock, sleep)
        self.tenant = tenant
        self._field: str | None = None
        self.lacks = ""

    async def departments_apart(self) -> bool:
        """Is there a profile field for departments that we may read?"""
        if self._field is None:
            self._field = await self._find_field()
        return bool(self._field)

    async def page(self, cursor: str) -> Page:
        """The members from there on; guests, machines and the deactivated too."""
        await self._listing.turn()
        more = {"cursor": cursor} if cursor else {}
        try:
            answer = await self._calls.read(self.tenant, "users.list", limit=self._limit, include_locale="true", **more)
        except Retry as retry:
            if not retry.is_throttled:
                self._limit = FEWER  # Slack was too slow for so many at a time
            raise
        except SlackRefused as refusal:
            if refusal.error == "invalid_cursor":
                raise Outdated(str(refusal)) from refusal
            raise
        following = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
        return Page(tuple(entry(one, self.tenant) for one in answer.get("members", ())), following)

    async def member(self, user: str) -> Member:
        """One member, with their department."""
        answer = await self._calls.read(self.tenant, "users.info", user=user, include_locale="true")
        found = answer.get("user") or {}
        department = await self.department(user) if await self.departments_apart() else None
        return entry(found, self.tenant, department)

    async def department(self, user: str) -> str:
        """What stands in the profile field, empty when nothing does."""
        await self._profiles.turn()
        answer = await self._calls.read(self.tenant, "users.profile.get", user=user)
        fields = (answer.get("profile") or {}).get("fields")
        told = fields.get(self._field) if isinstance(fields, dict) else None  # an empty list when there are none
        return str(told.get("value") or "").strip() if isinstance(told, dict) else ""

    async def _find_field(self) -> str:
        """Its id, by label, internal name or id. One call; asking for labels with each profile would be throttled."""
        if self._wanted == OFF:
            return ""
        try:
            answer = await self._calls.read(self.tenant, "team.profile.get")
        except SlackRefused as refusal:
            if refusal.error != "missing_scope":
                raise
            self.lacks = "permission"
            return ""
        for one in (answer.get("profile") or {}).get("fields") or ():
            names = {str(one.get(key) or "").casefold() for key in ("id", "label", "field_name")}
            if self._wanted in names:
                return str(one["id"])
        self.lacks = "field"
        return ""


def entry(user: Mapping[str, Any], tenant: str, department: str | None = None) -> Member:
    """A user object (https://docs.slack.dev/reference/objects/user-object) as an entry."""
    told: Mapping[str, Any] = user.get("profile") or {}
    return Member(
        user=str(user.get("id") or ""),
        name=str(told.get("real_name") or user.get("real_name") or user.get("name") or ""),
        email=email_of(user),
        is_guest=is_guest(user, tenant),
        is_gone=bool(user.get("deleted")),
        department=department or None,
        language=str(user.get("locale") or "") or None,
        time_zone=str(user.get("tz") or "") or None,
        stamp=str(user.get("updated") or 0),
    )


def email_of(user: Mapping[str, Any]) -> str:
    """The e-mail address that Slack vouches for: not confirmed, it is what somebody typed."""
    told: Mapping[str, Any] = user.get("profile") or {}
    return "" if user.get("is_email_confirmed") is False else str(told.get("email") or "").strip().lower()


def is_guest(user: Mapping[str, Any], tenant: str) -> bool:
    """A guest, a machine (Slackbot does not say that it is one), or of another company."""
    home = {str(user.get("team_id") or tenant), *((user.get("enterprise_user") or {}).get("teams") or ())}
    marks = ("is_restricted", "is_ultra_restricted", "is_stranger", "is_bot", "is_workflow_bot")
    return any(user.get(mark) for mark in marks) or user.get("id") == "USLACKBOT" or tenant not in home


__all__ = ["SlackDirectory", "email_of", "entry", "is_guest"]
