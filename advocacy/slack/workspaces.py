"""What the Slack door tells the rest of the product about the workspaces it is connected with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from advocacy.chat import Workspace


class Workspaces(Protocol):
    """What the door needs of the bot, besides that it hears presses."""

    async def joined(self, workspaces: Sequence[Workspace]) -> None:
        """The app is there, for the first time or again: what waits for them goes out."""
        ...

    async def left(self, workspaces: Sequence[Workspace]) -> None:
        """The app was removed there, or its token is dead: nothing is sent there until it is back."""
        ...

    async def endangered(self, workspace: Workspace, until: datetime | None) -> None:
        """Its token cannot be renewed; at that moment it ends, and only installing the app again helps."""
        ...


class Quiet:
    """Tells nobody, for the command line: the server notices the same by itself."""

    async def joined(self, workspaces: Sequence[Workspace]) -> None:
        """Nothing."""

    async def left(self, workspaces: Sequence[Workspace]) -> None:
        """Nothing."""

    async def endangered(self, workspace: Workspace, until: datetime | None) -> None:
        """Nothing."""
