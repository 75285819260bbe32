"""Which token speaks for us in which workspace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

DEAD = frozenset({"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"})
"""What Slack says to a token that is good for nothing (https://docs.slack.dev/authentication/tokens)."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A bot token."""

    token: str
    is_org: bool = False
    """It is one for all workspaces of an organization: some methods then want to be told which one is meant."""


class Tokens(Protocol):
    """Where tokens are found."""

    async def of(self, tenant: str, enterprise: str = "") -> Grant | None:
        """The token for a workspace; ``None`` where the app is not installed. ``enterprise`` when Slack said it."""
        ...

    async def instead(self, tenant: str, refused: Grant, error: str) -> Grant | None:
        """Slack took a token for dead: another one to try, ``None`` when there is none and the refusal stands.

        Raises ``Retry`` when there may be one later.
        """
        ...


class OneToken:
    """One workspace, one token out of the settings, good for all we are asked."""

    def __init__(self, token: str) -> None:
        self._grant = Grant(token)

    async def of(self, tenant: str, enterprise: str = "") -> Grant | None:
        """It."""
        del tenant, enterprise
        return self._grant

    async def instead(self, tenant: str, refused: Grant, error: str) -> Grant | None:
        """There is no other."""
        del tenant, refused, error
        return None
