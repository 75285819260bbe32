"""How often each Web API method may be called, and with which scope (https://docs.slack.dev/apis/web-api/rate-limits)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

SCOPES = (
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "chat:write.public",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "links:read",
    "links:write",
    "team:read",
    "users.profile:read",
    "users:read",
    "users:read.email",
)
"""What the app was granted, unless a world is told otherwise."""

_TIERS = {"special": 0, "t2": 20, "t3": 50, "t4": 100}

METHODS: dict[str, tuple[str, str]] = {
    "api.test": ("", "t4"),
    "apps.connections.open": ("", "t3"),
    "auth.teams.list": ("", "t2"),
    "auth.test": ("", "special"),
    "chat.delete": ("chat:write", "t3"),
    "chat.postEphemeral": ("chat:write", "t4"),
    "chat.postMessage": ("chat:write", "special"),
    "chat.unfurl": ("links:write", "t3"),
    "chat.update": ("chat:write", "t3"),
    "conversations.history": ("channels:history", "t3"),
    "conversations.replies": ("channels:history", "t3"),
    "conversations.info": ("channels:read", "t3"),
    "conversations.join": ("channels:join", "t3"),
    "conversations.list": ("channels:read", "t2"),
    "conversations.members": ("channels:read", "t4"),
    "conversations.open": ("im:write", "t3"),
    "files.completeUploadExternal": ("files:write", "t4"),
    "files.getUploadURLExternal": ("files:write", "t4"),
    "oauth.v2.access": ("", "t4"),
    "team.info": ("team:read", "t3"),
    "team.profile.get": ("users.profile:read", "t3"),
    "users.info": ("users:read", "t4"),
    "users.list": ("users:read", "t2"),
    "users.lookupByEmail": ("users:read.email", "t3"),
    "users.profile.get": ("users.profile:read", "t4"),
    "views.open": ("", "t4"),
    "views.publish": ("", "t4"),
    "views.push": ("", "t4"),
    "views.update": ("", "t4"),
}
"""Method: the scope it needs ("" for none) and its tier."""


@dataclass(slots=True)
class Limits:
    """Token buckets. Posting to one channel is held to one a second after a burst; tiers only when asked."""

    clock: Callable[[], float]
    """Seconds, monotonic."""
    posts: bool = True
    tiers: bool = False
    burst: int = 3
    """Posts one channel takes at once."""
    per_minute: int = 300
    """Posts the whole workspace takes a minute ("several hundred")."""
    at_once: int = 0
    """How many of them it takes at once; a minute's when 0."""
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    def wait(self, method: str, channel: str = "", team: str = "") -> int:
        """Whole seconds to wait before this call, 0 when it may go ahead now (and is counted)."""
        before = f"{team} " if team else ""
        if method == "chat.postMessage":
            if not self.posts:
                return 0
            wait = self._take(f"{before}post {channel}", 1.0, self.burst)
            return wait or self._take(f"{before}posts", self.per_minute / 60, self.at_once or self.per_minute)
        tier = _TIERS[METHODS[method][1]]
        return self._take(before + method, tier / 60, tier) if self.tiers and tier else 0

    def reset(self) -> None:
        """All buckets are full again."""
        self._buckets.clear()

    def _take(self, name: str, rate: float, size: int) -> int:
        now = self.clock()
        level, seen = self._buckets.get(name, (float(size), now))
        level = min(float(size), level + (now - seen) * rate)
        if level < 1.0:
            self._buckets[name] = (level, now)
            return max(1, math.ceil((1.0 - level) / rate))
        self._buckets[name] = (level - 1.0, now)
        return 0
