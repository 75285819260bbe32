"""What the page is told: of each world the part that the people in front may see, and no more than fits a screen."""

from __future__ import annotations

from typing import Any

from advocacy.playground.company import Resident
from advocacy.playground.world import Change

MOST_MESSAGES = 60
"""Newest messages of one channel."""
MOST_POSTS = 60
"""Newest posts of one network."""
Json = dict[str, Any]


def person_json(one: Resident) -> Json:
    """A resident, JSON-ready; ids are null where he or she does not use that product."""
    return {
        "key": one.key,
        "name": one.name,
        "email": one.email,
        "department": one.department,
        "language": one.language,
        "roles": list(one.roles),
        "slack": one.slack_id,
        "teams": one.teams_id,
    }


def slack_for(snapshot: Change, user: str) -> Json:
    """Slack as this user id sees it: own private answers, modals and Home, channels that are open or one's own."""
    ims = {owner: im for owner, im in snapshot["ims"].items() if owner == user}
    channels = [one for one in snapshot["channels"] if user in one["members"] or not one["is_private"]]
    seen = {one["id"] for one in channels} | set(ims.values())
    messages = {
        channel: [one for one in log if one["ephemeral_for"] in {None, user}][-MOST_MESSAGES:]
        for channel, log in snapshot["messages"].items()
        if channel in seen
    }
    return {
        "user": user,
        "team": snapshot["team"],
        "users": snapshot["users"],
        "channels": [{**one, "members": len(one["members"]), "mine": user in one["members"]} for one in channels],
        "im": ims.get(user),
        "messages": messages,
        "views": snapshot["views"].get(user, []),
        "home": snapshot["homes"].get(user),
        "warnings": snapshot["warnings"].get(user, []),
        "files": snapshot["files"],
    }


def teams_for(snapshot: Change, user: str) -> Json:
    """Teams as this object id sees it: own channels and chat, own views of cards, own dialog and note."""
    channels = [one for one in snapshot["channels"] if user in one["members"]]
    chat = snapshot["chats"].get(user)
    seen = {one["id"] for one in channels} | {chat}
    activities = {where: log[-MOST_MESSAGES:] for where, log in snapshot["activities"].items() if where in seen}
    shown = {one["id"] for log in activities.values() for one in log}
    return {
        "user": user,
        "team": snapshot["team"],
        "channels": [{**one, "members": len(one["members"])} for one in channels],
        "chat": chat,
        "activities": activities,
        "views": {one: views[user] for one, views in snapshot["views"].items() if one in shown and user in views},
        "dialog": snapshot["dialogs"].get(user),
        "toast": snapshot["toasts"].get(user, ""),
        "results": snapshot["results"].get(user, []),
        "installed": user in snapshot["installed"],
        "team_installed": snapshot["team_installed"],
    }


def network_for(snapshot: Change) -> Json:
    """A network's newest posts, without those that were taken down."""
    posts = [one for one in snapshot.get("posts", []) if not one["deleted"]]
    return {
        "labels": snapshot.get("labels", {}), "posts": posts[-MOST_POSTS:], "total": len(posts),
        "connected": snapshot.get("connected", []),
    }  # fmt: skip


def world_for(name: str, snapshot: Change, viewers: dict[str, Resident | None]) -> Json:
    """One world for the people in front; a product that the person does not use answers ``{"user": null}``."""
    if name in {"slack", "teams"}:
        person = viewers.get(name)
        user = None if person is None else (person.slack_id if name == "slack" else person.teams_id)
        if user is None:
            return {"user": None}
        return slack_for(snapshot, user) if name == "slack" else teams_for(snapshot, user)
    return network_for(snapshot) if "posts" in snapshot else snapshot
