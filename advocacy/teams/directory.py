"""Everybody in the tenant, as Microsoft Graph lists them once and then tells what changed."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from advocacy.bot.rosters import Directory, Member, Page
from advocacy.chat import Gone
from advocacy.config import Settings
from advocacy.teams.graph import Graph

_TOLD = (
    "displayName", "mail", "userPrincipalName", "userType", "accountEnabled", "department", "preferredLanguage",
    "officeLocation", "usageLocation",
)  # fmt: skip
_NEEDED = _TOLD[:6]
_AT_ONCE = 10
"""People who are asked for at the same time, where a change told little."""
_CHANGES = "changes "
"""Begins a cursor of a round that tells only changes, and the mark that leads to it; Graph's own link follows."""


class TeamsDirectory:
    """``Directory`` by delta query (https://learn.microsoft.com/graph/delta-query-users), and the only one there is."""

    name = "teams"
    every = timedelta(hours=1)
    """There are no events for it; a mark is good for seven days."""
    needs_app = True
    lacks = ""

    def __init__(self, settings: Settings) -> None:
        self.tenant = settings.teams_tenant or ""
        self.graph = Graph(settings)

    async def all(self) -> list[Directory]:
        """Itself: one tenant."""
        return [self]

    def of(self, tenant: str) -> Directory:
        """Itself."""
        del tenant
        return self

    async def departments_apart(self) -> bool:
        """They come with the list."""
        return False

    async def department(self, user: str) -> str:
        """They come with the list."""
        raise NotImplementedError

    async def page(self, cursor: str) -> Page:
        """The users from there on; links are followed as they were given."""
        is_changes = cursor.startswith(_CHANGES)
        link = cursor.removeprefix(_CHANGES) or f"/v1.0/users/delta?$select={','.join(_TOLD)}"
        answer = await self.graph.get(link)
        users = [one for one in answer.get("value") or () if isinstance(one, dict) and one.get("id")]
        if is_changes:
            users = await self._all_whole(users)
        following, mark = str(answer.get("@odata.nextLink") or ""), str(answer.get("@odata.deltaLink") or "")
        prefix = _CHANGES if is_changes else ""
        return Page(tuple(map(entry, users)), prefix + following if following else "", _CHANGES + mark if mark else "")

    async def member(self, user: str) -> Member:
        """One user."""
        try:
            return entry(await self.graph.get(f"/v1.0/users/{user}?$select=id,{','.join(_TOLD)}"))
        except Gone:
            return Member(user, is_gone=True)

    async def _all_whole(self, users: list[dict[str, Any]]) -> list[dict[str, Any]]:
        whole: list[dict[str, Any]] = []
        for first in range(0, len(users), _AT_ONCE):
            whole += await asyncio.gather(*map(self._whole, users[first : first + _AT_ONCE]))
        return whole

    async def _whole(self, user: dict[str, Any]) -> dict[str, Any]:
        """A change tells at least what changed, not always the rest."""
        if "@removed" in user or all(name in user for name in _NEEDED):
            return user
        try:
            return await self.graph.get(f"/v1.0/users/{user['id']}?$select=id,{','.join(_TOLD)}")
        except Gone:
            return {"id": user["id"], "@removed": {"reason": "changed"}}


def entry(user: dict[str, Any]) -> Member:
    """A user (https://learn.microsoft.com/graph/api/resources/user) as an entry. Mail and name are the tenant's own."""
    principal = str(user.get("userPrincipalName") or "").lower()
    is_external = "#ext#" in principal
    mail = str(user.get("mail") or "").strip().lower()
    name = "" if is_external or "@" not in principal else principal
    email = mail or name
    return Member(
        user=str(user["id"]),
        name=str(user.get("displayName") or ""),
        email=email,
        other_email=name if name != email else "",
        is_guest=is_external or str(user.get("userType") or "").lower() == "guest",
        is_gone="@removed" in user or user.get("accountEnabled") is False,
        department=str(user.get("department") or "").strip() or None,
        language=str(user.get("preferredLanguage") or "") or None,
        location=str(user.get("officeLocation") or "").strip() or None,
        country=str(user.get("usageLocation") or "") or None,
    )


__all__ = ["TeamsDirectory", "entry"]
