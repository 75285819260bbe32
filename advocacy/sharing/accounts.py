"""Connecting a person's account on a network, and letting it go."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import delete, inspect, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from advocacy.chat import Refused
from advocacy.config import Settings
from advocacy.db import Database, after_commit, now
from advocacy.people.directory import is_employed
from advocacy.people.models import Person
from advocacy.sharing.clients import TROUBLE, Clients
from advocacy.sharing.connections import account_of
from advocacy.sharing.limits import HostLimits
from advocacy.sharing.models import Account, Connecting
from advocacy.sharing.network import Connection, Network
from advocacy.sharing.once import insert_new
from advocacy.sharing.renewals import Renewals
from advocacy.sharing.revocations import Revocations
from advocacy.sharing.shares import Sharing
from advocacy.sharing.text import clean
from advocacy.sharing.tickets import REMINDER_LIFE, ConnectProblem, Ticket, Tickets, hashed, used

DANCE_LIFE = timedelta(minutes=15)
LONGEST = 255
"""Characters of an id, a handle or a host that are kept."""
_HOST = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Connected:
    """It is connected; ``resumed`` are the shares that waited for it and now go out."""

    person_id: int
    network: str
    handle: str
    resumed: tuple[int, ...]


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
        self._tickets = Tickets(settings)
        self._clients = Clients(db, settings, networks)
        self.revocations = Revocations(db, self._clients)
        self.renewals = Renewals(db, networks)

    # -- the signed address ------------------------------------------------------------------------------------------

    def connect_url(self, person_id: int, network: str) -> str:
        """Our page on which this person connects this network; good for 15 minutes and one connection."""
        return self._tickets.connect_url(person_id, network)

    async def reconnect_url(self, s: AsyncSession, person_id: int, network: str) -> str:
        """For a message nobody pressed for: good for 14 days, but only for the account that was connected before.

        Without such an account it is as ``connect_url``.
        """
        query = select(Account.host, Account.remote_id).where(
            Account.person_id == person_id, Account.network == network
        )
        there = (await s.execute(query)).one_or_none()
        if there is None:
            return self.connect_url(person_id, network)
        return self._tickets.reconnect_url(person_id, network, *there)

    def callback(self, network: str) -> str:
        """Where the network sends the browser back to; has to be registered there letter by letter."""
        return self._clients.callback(network)

    def read(self, token: str) -> Ticket:
        """What the address's ``t`` says. Raises ``ConnectProblem`` ``bad_link`` or ``expired``; see ``check`` too."""
        return self._tickets.read(token)

    async def check(self, token: str) -> Ticket:
        """``read``, and that it was not used and the person is still here. For showing the page; changes nothing."""
        ticket = self.read(token)
        self._clients.port(ticket.network)
        async with self.db.read() as s:
            if await s.scalar(select(Connecting.id).where(Connecting.state_hash == used(ticket.nonce))) is not None:
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
        port = self._clients.port(ticket.network)
        if port.abilities().asks_password:
            raise ConnectProblem("not_offered")
        host = _host(port, host)
        callback = self.callback(port.name)
        client = await self._clients.of(port, host)
        state = f"{ticket.nonce}.{secrets.token_urlsafe(32)}"
        cookie = secrets.token_urlsafe(32)
        consent = port.consent(client, host, state, callback)
        async with self.db.write() as s:
            await s.execute(delete(Connecting).where(Connecting.expires_at < now()))
            s.add(
                Connecting(
                    state_hash=hashed(state), browser_hash=hashed(cookie), person_id=ticket.person_id,
                    network=port.name, host=host, verifier=consent.verifier, expires_at=now() + DANCE_LIFE,
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
        port = self._clients.port(under_way.network)
        callback = self.callback(port.name)
        client = await self._clients.of(port, under_way.host)
        try:
            connection = await port.exchange(client, under_way.host, code, callback, under_way.verifier)
        except Refused:
            raise ConnectProblem("refused") from None
        except TROUBLE:
            raise ConnectProblem("try_later") from None
        await self.limits.learn(port.name, under_way.host)
        return await self._store(Ticket(under_way.person_id, port.name, state.partition(".")[0]), connection)

    async def _take(self, state: str, cookie: str) -> Connecting:
        """The connection under way, used up; another browser leaves it as it is."""
        async with self.db.write() as s:
            query = select(Connecting).where(Connecting.state_hash == hashed(state))
            under_way = await s.scalar(query.with_for_update())
            if under_way is None or not under_way.browser_hash or under_way.expires_at < now():
                raise ConnectProblem("expired")
            if not hmac.compare_digest(under_way.browser_hash, hashed(cookie)):
                raise ConnectProblem("wrong_browser")
            await s.delete(under_way)
        return under_way

    # -- app passwords -----------------------------------------------------------------------------------------------

    async def sign_in(self, token: str, host: str, handle: str, password: str) -> Connected:
        """Connect with handle and app password. A mistake can be mended with the same address.

        Raises ``ConnectProblem``.
        """
        ticket = await self.check(token)
        port = self._clients.port(ticket.network)
        if not port.abilities().asks_password:
            raise ConnectProblem("not_offered")
        host = _host(port, host)
        try:
            connection = await port.sign_in(host, handle, password)
        except Refused:
            raise ConnectProblem("wrong_password") from None
        except TROUBLE:
            raise ConnectProblem("try_later") from None
        return await self._store(ticket, connection)

    # -- afterwards --------------------------------------------------------------------------------------------------

    async def disconnect(self, person_id: int, network: str, *, quiet: bool = False) -> str:
        """Forget the account, and give its token back.

        Answers ``revoked``; ``later`` (the network cannot be reached, a job goes on trying), ``failed`` (it would not
        take it, or the token cannot be read any more); empty when there was no account. ``quiet``: nobody is told how
        ``later`` ends.
        """
        async with self.db.write() as s:
            account = await account_of(s, person_id, network, lock=True)
            if account is None:
                return ""
            # What cannot be read cannot be given back.
            kept = (
                None if "token" in inspect(account).unloaded else await self.revocations.keep(s, account, quiet=quiet)
            )
            await s.delete(account)
        return "failed" if kept is None else await self.revocations.attempt(kept)

    async def mine(self, s: AsyncSession, person_id: int) -> list[Account]:
        """The person's accounts, broken ones too; without their tokens."""
        query = select(Account).where(Account.person_id == person_id).order_by(Account.id)
        return list(await s.scalars(query.options(defer(Account.token), defer(Account.refresh_token))))

    async def _store(self, ticket: Ticket, connection: Connection) -> Connected:
        connection = _fitting(connection)
        async with self.db.write() as s:
            if not await _is_employed(s, ticket.person_id):
                raise ConnectProblem("bad_link")
            if not ticket.takes(connection.host, connection.remote_id):
                raise ConnectProblem("other_account")
            mark = {
                "state_hash": used(ticket.nonce), "person_id": ticket.person_id, "network": ticket.network,
                "expires_at": now() + REMINDER_LIFE,
            }  # fmt: skip
            if await insert_new(s, Connecting, mark) is None:
                raise ConnectProblem("used")
            values = {
                "host": connection.host, "remote_id": connection.remote_id, "handle": connection.handle,
                "token": connection.token, "refresh_token": connection.refresh_token,
                "expires_at": connection.expires_at, "state": "active", "problem": "", "warned": "",
                "connected_at": now(),
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
            await self.revocations.spare(s, ticket.person_id, ticket.network, connection.token)
            resumed = await self._sharing.connected(s, ticket.person_id, ticket.network)
            after_commit(s, self.resumed)
        return Connected(ticket.person_id, ticket.network, connection.handle, tuple(resumed))


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
    return person is not None and is_employed(person)


__all__ = ["Accounts", "ConnectProblem", "Connected", "Ticket"]
