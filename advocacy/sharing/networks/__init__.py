"""The list of networks. To add one: a file here, a line below, a subclass in ``tests/contract/test_networks.py``.

The subclass runs against a world of its own: one file in ``playground/networks``, which nothing has to name.
"""

from __future__ import annotations

from advocacy.config import Settings
from advocacy.http import Http
from advocacy.sharing.network import MakeNetwork, Network
from advocacy.sharing.networks.bluesky import Bluesky
from advocacy.sharing.networks.copy import Copy
from advocacy.sharing.networks.email import Email
from advocacy.sharing.networks.facebook import Facebook
from advocacy.sharing.networks.linkedin import LinkedIn
from advocacy.sharing.networks.mastodon import Mastodon
from advocacy.sharing.networks.reddit import Reddit
from advocacy.sharing.networks.telegram import Telegram
from advocacy.sharing.networks.threads import Threads
from advocacy.sharing.networks.whatsapp import WhatsApp
from advocacy.sharing.networks.x import X
from advocacy.sharing.networks.xing import Xing

ALL: dict[str, MakeNetwork] = {
    "linkedin": LinkedIn,
    "mastodon": Mastodon,
    "bluesky": Bluesky,
    "threads": Threads,
    "x": X,
    "xing": Xing,
    "facebook": Facebook,
    "whatsapp": WhatsApp,
    "telegram": Telegram,
    "reddit": Reddit,
    "email": Email,
    "copy": Copy,
}


def make_all(settings: Settings, http: Http) -> dict[str, Network]:
    """Those the settings name, in their order; all that are offered when they name none.

    Raises ``ValueError`` for a name that is no network.
    """
    for variable, names in (("ADVOCACY_NETWORKS", settings.networks), ("ADVOCACY_APPS", settings.apps)):
        for name in names:
            if name not in ALL:
                msg = f"{variable} names {name!r}, which is no network; there are {', '.join(ALL)}"
                raise ValueError(msg)
    made = {name: ALL[name](settings, http) for name in dict.fromkeys(settings.networks or ALL)}
    return {name: one for name, one in made.items() if settings.networks or one.offered}


__all__ = ["ALL", "make_all"]
