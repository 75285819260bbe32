"""What a network is unless its file says otherwise: a share page and nothing more."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import NoReturn, Self

from advocacy.chat import Refused, Unknown
from advocacy.config import Settings
from advocacy.http import Http
from advocacy.sharing.network import Abilities, Connection, Consent, Draft, HostClient, Limits, Posted, Reactions
from advocacy.sharing.text import utf16


class BaseNetwork:
    """Every verb answers that it is not offered; see ``network.Network`` for what each means."""

    name = ""
    label = ""
    limit = 0
    link_length: int | None = None
    offered = True

    def __init__(self, settings: Settings, http: Http) -> None:
        self.settings = settings
        self.http = http

    def abilities(self) -> Abilities:
        """A share page that takes the link."""
        return Abilities(dialog=True)

    async def limits(self, host: str) -> Limits | None:
        """The same for everybody."""
        del host
        return None

    def within(self, limits: Limits) -> Self:
        """A copy that has these limits."""
        fitted = copy.copy(self)
        fitted.limit, fitted.link_length = limits.characters, limits.per_url
        return fitted

    def length(self, text: str) -> int:
        """As JavaScript counts."""
        return utf16(text)

    def reshares(self, url: str) -> bool:
        """Posts there are linked to, as everything else."""
        del url
        return False

    def dialog(self, text: str, link: str) -> str:
        """No share page."""
        del text, link
        return ""

    def app(self) -> HostClient | None:
        """Our app there, if the settings name one."""
        app = self.settings.apps.get(self.name)
        return None if app is None else HostClient(app.client_id, app.client_secret.get_secret_value())

    async def register(self, host: str, callback: str) -> HostClient:
        """The app from the settings."""
        del host, callback
        return self.app() or self._not_offered()

    def consent(self, client: HostClient, host: str, state: str, callback: str) -> Consent:
        """Not offered."""
        del client, host, state, callback
        self._not_offered()

    async def exchange(
        self, client: HostClient, host: str, code: str, callback: str, verifier: str | None
    ) -> Connection:
        """Not offered."""
        del client, host, code, callback, verifier
        self._not_offered()

    async def sign_in(self, host: str, handle: str, password: str) -> Connection:
        """Not offered."""
        del host, handle, password
        self._not_offered()

    async def post(self, connection: Connection, draft: Draft) -> Posted:
        """Not offered."""
        del connection, draft
        self._not_offered()

    async def look_up(self, connection: Connection, draft: Draft) -> Posted | None:
        """No way to tell."""
        del connection, draft
        raise Unknown(f"{self.label} gives no way to tell")

    async def delete(self, connection: Connection, remote_id: str) -> None:
        """Not offered."""
        del connection, remote_id
        self._not_offered()

    async def reactions(self, connection: Connection, remote_ids: Sequence[str]) -> dict[str, Reactions]:
        """Not offered."""
        del connection, remote_ids
        self._not_offered()

    async def renew(self, connection: Connection) -> Connection | None:
        """Nothing to renew."""
        del connection
        return None

    async def revoke(self, client: HostClient, connection: Connection) -> None:
        """Nothing to give back."""
        del client, connection

    def _not_offered(self) -> NoReturn:
        raise Refused(f"{self.label} does not offer this")
