"""The tenant's users as Microsoft Graph keeps them, with every change remembered for delta queries."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any

from advocacy.playground.company import Resident

Json = dict[str, Any]


class Users:
    """Who is in the directory. ``set`` and ``remove`` are what an administrator does."""

    def __init__(self, residents: Iterable[Resident]) -> None:
        self._residents = [one for one in residents if one.teams_id]
        self.clear()

    def clear(self) -> None:
        """Everybody is there, as at first, and no token of before is good."""
        self.all: dict[str, Json] = {one.teams_id or "": _user(one) for one in self._residents}
        self.changes: list[tuple[str, frozenset[str], str]] = []
        """Whose, which properties, and why when they were removed."""
        self.expired = 0
        """Tokens of before this many changes are no longer good; -1 for all there are."""

    def set(self, user: str, **properties: Any) -> None:
        """Somebody new, or something about somebody becomes another."""
        self.all[user] = {**self.all.get(user, {"id": user}), **properties}
        self.changes.append((user, frozenset(properties), ""))

    def remove(self, user: str, *, forever: bool = False) -> None:
        """Delete: for thirty days it can be taken back."""
        del self.all[user]
        self.changes.append((user, frozenset(), "deleted" if forever else "changed"))

    def listed(self, start: int, size: int, select: list[str]) -> list[Json]:
        """Some of them, with the chosen properties; those that were never set are left out."""
        keys = list(self.all)[start : start + size]
        return [_chosen(self.all[key], select) for key in keys]

    def changed(self, since: int, upto: int, select: list[str]) -> list[Json]:
        """Each user that changed, once: the id with what changed, or a tombstone."""
        what: dict[str, set[str]] = {}
        reasons: dict[str, str] = {}
        for user, names, reason in self.changes[since:upto]:
            what.setdefault(user, set()).update(names)
            reasons[user] = reason
        found: list[Json] = []
        for user, properties in what.items():
            if reasons[user]:
                found.append({"id": user, "@removed": {"reason": reasons[user]}})
            elif tracked := sorted(properties & set(select)):  # only what was selected is tracked
                found.append({"id": user, **{name: self.all[user].get(name) for name in tracked}})
        return found


def _chosen(user: Json, select: list[str]) -> Json:
    return {"id": user["id"], **{name: user[name] for name in select if user.get(name) is not None}}


def _user(one: Resident) -> Json:
    given, _, family = one.name.rpartition(" ")
    return {
        "id": one.teams_id,
        "displayName": one.name,
        "givenName": given or one.name,
        "surname": family,
        "mail": one.email,
        "userPrincipalName": one.email,
        "userType": "Member",
        "accountEnabled": True,
        "department": one.department,
        "jobTitle": None,
        "officeLocation": None,
        "preferredLanguage": "de-DE" if one.language == "de" else "en-GB",
        "usageLocation": one.country,
    }


def sealed(**what: Any) -> str:
    """A token of a link, opaque to the caller."""
    return base64.urlsafe_b64encode(json.dumps(what).encode()).decode().rstrip("=")


def opened(token: str) -> Json | None:
    """What ``sealed`` put into it; None when it is none of ours."""
    try:
        found = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
