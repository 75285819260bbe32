"""Signed addresses of our connect page: for one person, one network, one connection."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta

from advocacy.config import Settings

LINK_LIFE = timedelta(minutes=15)
"""Of an address that answers a press."""
REMINDER_LIFE = timedelta(days=14)
"""Of an address in a message that nobody pressed for; it takes only the account that was connected before."""
_PIN = "~"


class ConnectProblem(Exception):
    """It could not be connected. Codes:

    ``bad_link`` (not ours, or changed), ``expired``, ``used``, ``not_offered``, ``bad_host``, ``not_a_server``,
    ``wrong_password``, ``declined`` (the person said no), ``wrong_browser``, ``refused`` (the network said no),
    ``try_later`` (the network cannot be reached), ``taken`` (it is connected to somebody else here),
    ``other_account`` (the address renews one account, this is another).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a signed address of our connect page says."""

    person_id: int
    network: str
    nonce: str

    def takes(self, host: str, remote_id: str) -> bool:
        """May this account be connected with it?"""
        pin = self.nonce.partition(_PIN)[2]
        return not pin or hmac.compare_digest(pin, _pin(host, remote_id))


class Tickets:
    """Makes and reads them. The first key signs, all are believed: a link survives a change of keys."""

    def __init__(self, settings: Settings) -> None:
        self._public_url = settings.public_url.rstrip("/")
        self._keys = [hashlib.sha256(b"advocacy connect" + key).digest() for key in settings.key_bytes]

    def connect_url(self, person_id: int, network: str) -> str:
        """Our page on which this person connects this network; good for 15 minutes and one connection."""
        return self._url(person_id, network, LINK_LIFE, secrets.token_urlsafe(12))

    def reconnect_url(self, person_id: int, network: str, host: str, remote_id: str) -> str:
        """The same for 14 days, but only this account can be connected with it: whoever finds it gains nothing."""
        return self._url(person_id, network, REMINDER_LIFE, secrets.token_urlsafe(12) + _PIN + _pin(host, remote_id))

    def read(self, token: str) -> Ticket:
        """What the address's ``t`` says. Raises ``ConnectProblem`` ``bad_link`` or ``expired``."""
        said, _, signature = token.rpartition(".")
        if not any(hmac.compare_digest(octets(signature), _sign(key, said).encode()) for key in self._keys):
            raise ConnectProblem("bad_link")
        person_id, network, until, nonce = said.split(".", 3)
        if int(until) < time.time():
            raise ConnectProblem("expired")
        return Ticket(int(person_id), network, nonce)

    def _url(self, person_id: int, network: str, life: timedelta, nonce: str) -> str:
        said = f"{person_id}.{network}.{int(time.time() + life.total_seconds())}.{nonce}"
        return f"{self._public_url}/connect/{network}?t={said}.{_sign(self._keys[0], said)}"


def octets(value: str) -> bytes:
    """As bytes, whatever it holds: addresses may hold what no text has."""
    return value.encode(errors="surrogatepass")


def hashed(value: str) -> str:
    """SHA-256, in hex."""
    return hashlib.sha256(octets(value)).hexdigest()


def used(nonce: str) -> str:
    """What is stored of an address that was used."""
    return hashed(f"used.{nonce}")


def _pin(host: str, remote_id: str) -> str:
    return hashed(f"{host} {remote_id}")[:32]


def _sign(key: bytes, said: str) -> str:
    return hmac.new(key, octets(said), hashlib.sha256).hexdigest()


__all__ = ["LINK_LIFE", "REMINDER_LIFE", "ConnectProblem", "Ticket", "Tickets", "hashed", "octets", "used"]
