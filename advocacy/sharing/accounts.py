"""Connecting a person's account on a network, and letting it go."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import delete, inspect, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from advocacy.chat import Gone, Refused, Retry, Unknown
from advocacy.config import Settings
from advocacy.db import Database, after_commit, now
from advocacy.people.models import Person
from advocacy.sharing.limits import HostLimits
from advocacy.sharing.models import Account, Connecting, HostApp
from advocacy.sharing.network import Connection, HostClient, Network, Reconnect
from advocacy.sharing.once import insert_new
from advocacy.sharing.shares import Sharing, account_of
from advocacy.sharing.text import clean

LINK_LIFE = timedelta(minutes=15)
DANCE_LIFE = timedelta(minutes=15)
LONGEST = 255
"""Characters of an id, a handle or a host that are kept."""
_HOST = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,61}[a-z0-9]")
_TROUBLE = (Retry, Unknown, Gone, Reconnect)


class ConnectProblem(Exception):
    """It could not be connected. Codes:

    ``bad_link`` (not ours, or changed), ``expired``, ``used``, ``not_offered``, ``bad_host``, ``not_a_server``,
    ``wrong_password``, ``declined`` (the person said no), ``wrong_browser``, ``refused`` (the network said no),
    ``try_later`` (the network cannot be reached), ``taken`` (it is connected to somebody else here).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Connected:
    """It is connected; ``resumed`` are the shares that waited for it and now go out."""

    person_id: int
    network: str
    handle: str
    resumed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a signed address of our connect page says."""

    person_id: int
    network: str
    nonce: str


class Accounts:
    """People's accounts. Tokens are never logged and leave this room only towards their network."""

    def __init__(self, db: Database, settings: Settings, networks: Mapping[str, Network]) -> None:
        self.db = db
        self.settings = settings
        self.networks = networks
        self.limits = HostLimits(db, networks)
        self.resumed: Callable[[], None] = lambda: None
        """Called once a connection is stored: shares that waited for it go on."""
        self._sharing = Sharing(settings, networks)
        self._keys = [hashlib.sha256(b"advocacy connect" + key).digest() for key in settings.key_bytes]

    # -- the signed address ------------------------------------------------------------------------------------------

    def connect_url(self, person_id: int, network: str) -> str:
        """Our page on which this person connects this network; good for 15 minutes and one connection."""
        until = int(time.time() + LINK_LIFE.total_seconds())
        said = f"{person_id}.{network}.{until}.{secrets.token_urlsafe(12)}"
        return f"{self.settings.public_url.rstrip('/')}/connect/{network}?t={said}.{_sign(self._keys[0], said)}"

    def callback(self, network: str) -> str:
        """Where the network sends the browser back to; has to be registered there letter by letter."""
        return f"{self.settings.public_url.rstrip('/')}/connect/{network}/callback"

    def read(self, token: str) -> Ticket:
        """What the address's ``t`` says. Raises ``ConnectProblem`` ``bad_link`` or ``expired``; see ``check`` too."""
        said, _, signature = token.rpartition(".")
        # The first key signs, all are believed: a link survives a change of keys.
        if not any(hmac.compare_digest(_bytes(signature), _sign(key, said).encode()) for key in self._keys):
            raise ConnectProblem("bad_link")
        person_id, network, until, nonce = said.split(".", 3)
        if int(until) < time.time():
            raise ConnectProblem("expired")
        return Ticket(int(person_id), network, nonce)

    async def check(self, token: str) -> Ticket:
        """``read``, and that it was not used and the person is still here. For showing the page; changes nothing."""
        ticket = self.read(token)
        self._port(ticket.network)
        async with self.db.read() as s:
            if await s.scalar(select(Connecting.id).where(Connecting.state_hash == _used(ticket.nonce))) is not None:
                raise ConnectProblem("used")
            if not await _is_employed(s, ticket.person_id):
                raise ConnectProblem("bad_link")
        return ticket

    # -- OAuth -------------------------------------------------------------------------------------------------------

    async def begin(self, token: str, host: str = "") -> tuple[str, str]:
        """Start: where the person agrees, and a cookie for the browser that began (HttpOnly, SameSite=Lax).

        May be repeated while the address is good. Raises ``ConnectProblem``.
        """
        ticket = await self.check(token)
        port = self._port(ticket.network)
        if port.abilities().asks_password:
            raise ConnectProblem("not_offered")
        host = _host(port, host)
        callback = self.callback(port.name)
        client = await self._client(port, host, callback)
        state = f"{ticket.nonce}.{secrets.token_urlsafe(32)}"
        cookie = secrets.token_urlsafe(32)
        consent = port.consent(client, host, state, callback)
        async with self.db.write() as s:
            await s.execute(delete(Connecting).where(Connecting.expires_at < now()))
            s.add(
                Connecting(
                    state_hash=_hash(state), browser_hash=_hash(cookie), person_id=ticket.person_id, network=port.name,
                    host=host, verifier=consent.verifier, expires_at=now() + DANCE_LIFE,
                )
            )  # fmt: skip
        return consent.url, cookie

    async def finish(self, state: str, code: str, cookie: str) -> Connected:
        """The network sent the browser back. A state works once, and only in the browser that began.

        An empty ``code`` means that the person declined. Raises ``ConnectProblem``.
        """
        under_way = await self._take(state, cookie)
        if not code:
            raise ConnectProblem("declined")
        port = self._port(under_way.network)
        callback = self.callback(port.name)
        client = await self._client(port, under_way.host, callback)
        try:
            connection = await port.exchange(client, under_way.host, code, callback, under_way.verifier)
        except Refused:
            raise ConnectProblem("refused") from None
        except _TROUBLE:
            raise ConnectProblem("try_later") from None
        await self.limits.learn(port.name, under_way.host)
        return await self._store(Ticket(under_way.person_id, port.name, state.partition(".")[0]), connection)

    async def _take(self, state: str, cookie: str) -> Connecting:
        """The connection under way, used up; another browser leaves it as it is."""
        async with self.db.write() as s:
            query = select(Connecting).where(Connecting.state_hash == _hash(state))
            under_way = await s.scalar(query.with_for_update())
            if under_way is None or not under_way.browser_hash or under_way.expires_at < now():
                raise ConnectProblem("expired")
            if not hmac.compare_digest(under_way.browser_hash, _hash(cookie)):
                raise ConnectProblem("wrong_browser")
            await s.delete(under_way)
        return under_way

    # -- app passwords -----------------------------------------------------------------------------------------------

    async def sign_in(self, token: str, host: str, handle: str, password: str) -> Connected:
        """Connect with handle and app password. A mistake can be mended with the same address.

        Raises ``ConnectProblem``.
        """
        ticket = await self.check(token)
        port = self._port(ticket.network)
        if not port.abilities().asks_password:
            raise ConnectProblem("not_offered")
        host = _host(port, host)
        try:
            connection = await port.sign_in(host, handle, password)
        except Refused:
            raise ConnectProblem("wrong_password") from None
        except _TROUBLE:
            raise ConnectProblem("try_later") from None
        return await self._store(ticket, connection)

    # -- afterwards --------------------------------------------------------------------------------------------------

    async def disconnect(self, person_id: int, network: str) -> bool:
        """Forget the account and give its token back. Answers whether there was one."""
        async with self.db.write() as s:
            account = await account_of(s, person_id, network, lock=True)
            if account is None:
                return False
            readable = "token" not in inspect(account).unloaded
            await s.delete(account)
        port = self.networks.get(network)
        if port is not None and readable:
            connection = Connection(
                account.remote_id, account.handle, account.host, account.token, account.refresh_token,
                account.expires_at,
            )  # fmt: skip
            try:
                await port.revoke(await self._client(port, account.host, self.callback(network)), connection)
            except (Refused, ConnectProblem, *_TROUBLE):
                pass  # forgotten here, whatever the network says; it lapses there
        return True

    async def mine(self, s: AsyncSession, person_id: int) -> list[Account]:
        """The person's accounts, broken ones too; without their tokens."""
        query = select(Account).where(Account.person_id == person_id).order_by(Account.id)
        return list(await s.scalars(query.options(defer(Account.token), defer(Account.refresh_token))))

    async def _store(self, ticket: Ticket, connection: Connection) -> Connected:
        connection = _fitting(connection)
        async with self.db.write() as s:
            if not await _is_employed(s, ticket.person_id):
                raise ConnectProblem("bad_link")
            used = {
                "state_hash": _used(ticket.nonce), "person_id": ticket.person_id, "network": ticket.network,
                "expires_at": now() + LINK_LIFE,
            }  # fmt: skip
            if await insert_new(s, Connecting, used) is None:
                raise ConnectProblem("used")
            values = {
                "host": connection.host, "remote_id": connection.remote_id, "handle": connection.handle,
                "token": connection.token, "refresh_token": connection.refresh_token,
                "expires_at": connection.expires_at, "state": "active", "connected_at": now(),
            }  # fmt: skip
            same = select(Account.id).where(
                Account.network == ticket.network, Account.host == connection.host,
                Account.remote_id == connection.remote_id, Account.person_id != ticket.person_id,
            )  # fmt: skip
            if await s.scalar(same.limit(1)) is not None:
                # Perhaps a colleague's link was pressed: nobody may come to post in somebody else's name.
                raise ConnectProblem("taken")
            key = {"person_id": ticket.person_id, "network": ticket.network}
            if await insert_new(s, Account, {**key, **values}) is None:
                again = update(Account).filter_by(**key).values(**values)
                await s.execute(again.execution_options(synchronize_session=False))
            resumed = await self._sharing.connected(s, ticket.person_id, ticket.network)
            after_commit(s, self.resumed)
        return Connected(ticket.person_id, ticket.network, connection.handle, tuple(resumed))

    async def _client(self, port: Network, host: str, callback: str) -> HostClient:
        """Our app: from the settings, or made once per server and kept."""
        if not port.abilities().asks_host:
            return await self._registered(port, host, callback) if not port.abilities().asks_password else _NOBODY
        query = select(HostApp).where(HostApp.network == port.name, HostApp.host == host)
        async with self.db.read() as s:
            kept = await s.scalar(query)
        if kept is None:
            made = await self._registered(port, host, callback)
            async with self.db.write() as s:
                values = {"client_id": made.client_id, "client_secret": made.client_secret}
                await insert_new(s, HostApp, {"network": port.name, "host": host, **values})
                kept = (await s.scalars(query)).one()
        return HostClient(kept.client_id, kept.client_secret)

    async def _registered(self, port: Network, host: str, callback: str) -> HostClient:
        try:
            return await port.register(host, callback)
        except Refused:
            raise ConnectProblem("not_a_server" if port.abilities().asks_host else "not_offered") from None
        except _TROUBLE:
            raise ConnectProblem("try_later") from None

    def _port(self, network: str) -> Network:
        port = self.networks.get(network)
        if port is None or not port.abilities().post:
            raise ConnectProblem("not_offered")
        return port


_NOBODY = HostClient("", "")


def _sign(key: bytes, said: str) -> str:
    return hmac.new(key, _bytes(said), hashlib.sha256).hexdigest()


def _host(port: Network, given: str) -> str:
    """The server, out of what people type: ``@me@example.social``, an address, a name. Raises ``ConnectProblem``."""
    abilities = port.abilities()
    name = given.strip().lower().removeprefix("https://").removeprefix("http://").partition("/")[0]
    name = name.rpartition("@")[2]
    if not name and len(abilities.hosts) == 1:
        return abilities.hosts[0]
    if not name and not abilities.asks_host:
        return ""
    try:
        name = name.encode("idna").decode() if name else ""
    except UnicodeError:
        name = ""
    if not _HOST.fullmatch(name) or (abilities.hosts and name not in abilities.hosts):
        raise ConnectProblem("bad_host")
    return name


def _fitting(connection: Connection) -> Connection:
    """What a server says about an account, made fit to be kept. Raises ``ConnectProblem`` where that cannot be."""
    if not 0 < len(connection.remote_id) <= LONGEST or len(connection.host) > LONGEST:
        raise ConnectProblem("refused")
    if clean(connection.remote_id) != connection.remote_id:
        raise ConnectProblem("refused")
    return replace(connection, handle=" ".join(clean(connection.handle).split())[:LONGEST])


async def _is_employed(s: AsyncSession, person_id: int) -> bool:
    person = await s.get(Person, person_id)
    return person is not None and (person.left_on is None or person.left_on > now().date())


def _bytes(value: str) -> bytes:
    return value.encode(errors="surrogatepass")  # addresses may hold what no text has


def _hash(value: str) -> str:
    return hashlib.sha256(_bytes(value)).hexdigest()


def _used(nonce: str) -> str:
    return _hash(f"used.{nonce}")


__all__ = ["Accounts", "ConnectProblem", "Connected", "Ticket"]
