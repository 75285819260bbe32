"""The one way out to the internet: time-outs, size caps, and no way to a private address.

Rules of https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html:
every address a name resolves to must be public, and the connection goes to the address that was checked.
"""

from __future__ import annotations

import ipaddress
import json as jsonlib
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from advocacy.chat import Unknown
from advocacy.config import Settings

MOST_REDIRECTS = 5
CHUNK = 64 * 1024
CONNECT_SECONDS = 8.0
PORTS = frozenset({80, 443})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
IPV4_COMPATIBLE = ipaddress.IPv6Network("::/96")
"""Deprecated since RFC 4291, 2.5.5.1, but still another spelling of an IPv4 address."""
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that is given out to the internet; https://www.iana.org/assignments/ipv6-address-space."""
HOSTERS = (ipaddress.IPv4Network("168.63.129.16/32"), ipaddress.IPv4Network("192.0.0.0/24"))
"""Public in form only: machines of Azure and Oracle find their secrets there
(https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16)."""
INNER_NAMES = (".localhost", ".local", ".internal", ".intranet", ".home.arpa")


class Blocked(ValueError):
    """The address may not be visited. The message is a sentence for the person who typed it.

    ``code``: ``private_link``, ``bad_link`` (no address that can be) or ``redirects`` (too many).
    """

    def __init__(self, message: str, code: str = "private_link") -> None:
        super().__init__(message)
        self.code = code


class TooLarge(Exception):
    """The answer is larger than what was asked for."""


class Unreachable(Exception):
    """No connection could be made: nothing was sent."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    """Case-insensitive."""
    body: bytes
    url: str
    """Where it came from, after redirects; the vendor's own address even if it is played on loopback."""
    moved: bool = False
    """There were redirects, each of them for good: ``url`` is its address from now on."""
    is_cut: bool = False
    """There was more, which was not read (``cut``)."""

    @property
    def ok(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON; ``{}`` when it is none."""
        try:
            return jsonlib.loads(self.body)
        except (ValueError, RecursionError):
            return {}


def is_public(address: str) -> bool:
    """Is this IP address one of the open internet, also after unwrapping IPv4 inside IPv6?"""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _inner(ip)
        if inner is not None:
            return is_public(str(inner))
        if ip not in GLOBAL_UNICAST:
            return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in HOSTERS)


def _inner(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip in IPV4_COMPATIBLE:
        return ipaddress.IPv4Address(int(ip))
    if ip.teredo is not None:
        return ip.teredo[1]
    if any(ip in network for network in NAT64):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


class _PrivateAddress(OSError):
    """A name leads to an address that is not public."""


class _PublicResolver(AbstractResolver):
    """Resolves names, and refuses those with even one address that is not public."""

    def __init__(self, allowed: Collection[tuple[str, int]], inner: AbstractResolver | None) -> None:
        self._allowed = allowed
        self._inner = inner or aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        try:
            found = await self._inner.resolve(host, port, family)
        except UnicodeError as error:  # names with empty or overlong parts
            raise OSError(f"{host} cannot be looked up") from error
        if not found:
            raise OSError(f"{host} has no address")
        if (host, port) not in self._allowed and not all(is_public(one["host"]) for one in found):
            raise _PrivateAddress(f"{host} leads to a private address")
        return found

    async def close(self) -> None:
        await self._inner.close()


class Http:
    """Shared by everything that fetches. ``start`` before use, ``close`` at the end.

    ``own_hosts`` names hosts (``name`` or ``name:port``) that may be reached although they are private.
    ``resolver`` looks names up, the system's own unless given; what it finds is judged here all the same.
    """

    def __init__(
        self, settings: Settings, *, own_hosts: Collection[str] = (), resolver: AbstractResolver | None = None
    ) -> None:
        self.settings = settings
        self._resolver = resolver
        self._outside = {str(URL(real)).rstrip("/"): base.rstrip("/") for real, base in settings.outside.items()}
        self._own = frozenset(_host_and_port(f"//{host}") for host in own_hosts)
        self._allowed = self._own | {_host_and_port(base) for base in self._outside.values()}
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the pool of connections."""
        connector = aiohttp.TCPConnector(
            resolver=_PublicResolver(self._allowed, self._resolver), limit=64, limit_per_host=16
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            headers={"User-Agent": f"Advocacy/0.1 (+{self.settings.public_url})"},
        )

    async def close(self) -> None:
        """Let all connections go."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        data: bytes | Mapping[str, str] | None = None,
        timeout: float = 10.0,  # noqa: ASYNC109 - handed to the client, which tells connecting from answering
        max_bytes: int = 1_000_000,
        follow: bool = False,
        cut: bool = False,
    ) -> Reply:
        """One request; any status is an answer. ``timeout`` in seconds for the whole of it.

        An answer of more than ``max_bytes`` (counted after unpacking) is too large, or ends there (``cut``).

        Raises ``Blocked``, ``TooLarge``, ``Unreachable`` (nothing was sent) or ``Unknown`` (it may have arrived).
        Redirects are followed (``follow``) for GET only.
        """
        sent = dict(headers or {})
        at = _parsed(url)
        for_good = True
        for hops in range(MOST_REDIRECTS + 1):
            reply, location = await self._once(
                method, at, headers=sent, json=json, data=data, timeout=timeout, max_bytes=max_bytes, cut=cut
            )
            if not (follow and method == "GET" and location):
                return replace(reply, moved=hops > 0 and for_good)
            for_good = for_good and reply.status in PERMANENT
            target = self._real(_joined(at, location))
            if target.origin() != at.origin():
                sent = {name: value for name, value in sent.items() if name.lower() != "authorization"}
            at = target
        raise Blocked("This address redirects too often.", "redirects")

    async def fetch(
        self, url: str, *, max_bytes: int, accept: str, headers: Mapping[str, str] | None = None, cut: bool = False
    ) -> Reply:
        """GET an address that people typed or a feed named; follows up to five redirects, each checked anew.

        Raises as ``request`` does.
        """
        wanted = {"Accept": accept, **(headers or {})}
        return await self.request("GET", url, headers=wanted, max_bytes=max_bytes, timeout=15.0, follow=True, cut=cut)

    async def _once(
        self,
        method: str,
        at: URL,
        *,
        headers: Mapping[str, str],
        json: Any,
        data: Any,
        timeout: float,  # noqa: ASYNC109
        max_bytes: int,
        cut: bool,
    ) -> tuple[Reply, str]:
        assert self._session is not None, "Http.start() comes first"
        target = self._target(at)
        limits = aiohttp.ClientTimeout(total=timeout, connect=min(timeout, CONNECT_SECONDS))
        try:
            async with self._session.request(
                method, target, headers=headers, json=json, data=data, timeout=limits, allow_redirects=False
            ) as response:
                location = response.headers.get("Location", "") if response.status in REDIRECTS else ""
                body, is_cut = await _read(response, max_bytes, cut=cut)
                return Reply(response.status, response.headers, body, str(at), is_cut=is_cut), location
        except aiohttp.ClientConnectorDNSError as error:
            if isinstance(error.os_error, _PrivateAddress):
                raise Blocked(f"{at.host} leads to a private address, which is not visited.") from None
            raise Unreachable(f"there is no {at.host}") from error
        except aiohttp.InvalidURL as error:
            raise Blocked(f"{at.host} is no public address.", "bad_link") from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unreachable(f"{at.host} cannot be reached") from error
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise Unknown(f"{at.host} did not answer: {type(error).__name__}") from error

    def _target(self, at: URL) -> URL:
        """Where to really go. Raises ``Blocked``."""
        base = self._outside.get(str(at.origin()))
        if base is not None:
            return URL(base + at.raw_path_qs, encoded=True)
        if any(_is_below(str(at), one) for one in self._outside.values()):
            return at
        host = (at.host or "").rstrip(".").lower()
        if _host_and_port(str(at)) in self._own:
            return at
        if at.port not in PORTS:
            raise Blocked(f"Only the ports 80 and 443 are visited, not {at.port}.")
        if host == "localhost" or host.endswith(INNER_NAMES):
            raise Blocked(f"{host} is an internal name, which is not visited.")
        if _is_literal(host) and not is_public(host):
            raise Blocked(f"The address {host} is private and not visited.")
        return at

    def _real(self, at: URL) -> URL:
        """The vendor's own address of one that is played on loopback."""
        for real, base in self._outside.items():
            if _is_below(str(at), base):
                return URL(real + (str(at)[len(base) :] or "/"), encoded=True)
        return at


async def _read(response: aiohttp.ClientResponse, max_bytes: int, *, cut: bool) -> tuple[bytes, bool]:
    """The body, and whether there was more of it; leaving early closes the connection."""
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_chunked(CHUNK):  # counted after unpacking: a small bomb stays small
        size += len(part)
        parts.append(part)
        if size > max_bytes:
            if cut:
                return b"".join(parts)[:max_bytes], True
            raise TooLarge(f"more than {max_bytes} bytes")
    return b"".join(parts), False


def _parsed(url: str) -> URL:
    try:
        at = URL(url.strip())
        usable = at.scheme in {"http", "https"} and bool(at.host) and at.port is not None
    except ValueError:
        usable = False
    if not usable:
        raise Blocked("This is no web address; it has to begin with https:// or http://.", "bad_link")
    if at.user is not None or at.password is not None:
        raise Blocked("An address with a name or password in it is not visited.", "bad_link")
    return at


def _joined(at: URL, location: str) -> URL:
    try:
        joined = at.join(URL(location))
    except ValueError:
        raise Blocked("This address leads on to one that cannot be.", "bad_link") from None
    return _parsed(str(joined))


def _is_below(url: str, base: str) -> bool:
    return url == base or url.startswith((base + "/", base + "?"))


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _host_and_port(url: str) -> tuple[str, int]:
    at = URL(url if "://" in url else f"https:{url}")
    return (at.host or "").lower(), at.port or 443


__all__ = ["Blocked", "Http", "Reply", "TooLarge", "Unreachable", "is_public"]
