"""Our registrations as an app: from the settings, or made once per server and kept."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from advocacy.chat import Gone, Refused, Retry, Unknown
from advocacy.config import Settings
from advocacy.db import Database
from advocacy.sharing.models import HostApp
from advocacy.sharing.network import HostClient, Network, Reconnect
from advocacy.sharing.once import insert_new
from advocacy.sharing.tickets import ConnectProblem

TROUBLE = (Retry, Unknown, Gone, Reconnect)
"""What a network raises when it may work later."""
_NOBODY = HostClient("", "")


class Clients:
    """Finds the registration for a network and a server."""

    def __init__(self, db: Database, settings: Settings, networks: Mapping[str, Network]) -> None:
        self.db = db
        self.settings = settings
        self.networks = networks

    def callback(self, network: str) -> str:
        """Where the network sends the browser back to; has to be registered there letter by letter."""
        return f"{self.settings.public_url.rstrip('/')}/connect/{network}/callback"

    def port(self, network: str) -> Network:
        """The network, if accounts can be connected there. Raises ``ConnectProblem`` ``not_offered``."""
        port = self.networks.get(network)
        if port is None or not port.abilities().post:
            raise ConnectProblem("not_offered")
        return port

    async def of(self, port: Network, host: str) -> HostClient:
        """Our app there. Raises ``ConnectProblem``."""
        if not port.abilities().asks_host:
            return await self._registered(port, host) if not port.abilities().asks_password else _NOBODY
        query = select(HostApp).where(HostApp.network == port.name, HostApp.host == host)
        async with self.db.read() as s:
            kept = await s.scalar(query)
        if kept is None:
            made = await self._registered(port, host)
            async with self.db.write() as s:
                values = {"client_id": made.client_id, "client_secret": made.client_secret}
                await insert_new(s, HostApp, {"network": port.name, "host": host, **values})
                kept = (await s.scalars(query)).one()
        return HostClient(kept.client_id, kept.client_secret)

    async def _registered(self, port: Network, host: str) -> HostClient:
        try:
            return await port.register(host, self.callback(port.name))
        except Refused:
            raise ConnectProblem("not_a_server" if port.abilities().asks_host else "not_offered") from None
        except TROUBLE:
            raise ConnectProblem("try_later") from None


__all__ = ["TROUBLE", "Clients"]
