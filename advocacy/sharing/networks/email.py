"""E-mail: a message to people one knows, in the person's own mail program."""

from __future__ import annotations

from advocacy.sharing.base import BaseNetwork
from advocacy.sharing.network import Abilities
from advocacy.sharing.text import address, quote, shortened

LONGEST_SUBJECT = 78
"""Characters of a subject that mail programs show in one line (RFC 5322, 2.1.1)."""


class Email(BaseNetwork):
    """A prefilled mail without an addressee."""

    name = "email"
    label = "E-mail"
    limit = 1500
    """Ours: the whole of it has to travel in an address."""

    def abilities(self) -> Abilities:
        """A prefilled mail, seen by few."""
        return Abilities(dialog=True, dialog_takes_text=True, private=True)

    def dialog(self, text: str, link: str) -> str:
        """RFC 6068: line breaks are ``%0D%0A``, spaces never ``+``. The first line is also the subject."""
        first = text.split("\n", 1)[0].strip()
        subject = quote(shortened("" if first == link else first, lambda said: len(said) <= LONGEST_SUBJECT))
        return address(
            lambda said: f"mailto:?subject={subject}&body={quote(said).replace('%0A', '%0D%0A')}", text, link
        )
