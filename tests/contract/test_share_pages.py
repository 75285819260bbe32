"""Share pages, and that every network counts as it does: what both have in common needs no account."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from network_suite import LINK, ODD, PERSON, Stage, draft

from advocacy.chat import Refused
from advocacy.http import Http
from advocacy.playground.networks.dialogs import DialogsWorld
from advocacy.playground.networks.every import every_network
from advocacy.playground.networks.network import NetworkWorld
from advocacy.sharing.network import Abilities, Connection
from advocacy.sharing.networks import ALL, make_all
from tests.conftest import playground_settings

TEXTS = st.text(max_size=80) | st.lists(
    st.sampled_from(["Wind", "kräftig", "🌬️", "👩🏽‍🔧", "🇩🇪", "風力", "@jana@nordlicht.social", "https://a.example/b?c=d", LINK + ".", "(", ")", "#tag", "e\u0301"]),
    max_size=20,
).map(" ".join)  # fmt: skip


WORLDS = every_network()


class TestLengths:
    """We count as the networks do: what we let pass is taken, what we cut had to be cut."""

    def test_every_network_is_played(self) -> None:
        """All but mail and copying, which are nobody's pages; so whatever is shared can be seen in the playground."""
        assert {name for world in WORLDS for name in world.labels()} == set(ALL) - {"email", "copy"}

    @given(TEXTS)
    @hypothesis_settings(max_examples=70, deadline=None, suppress_health_check=list(HealthCheck))
    def test_our_count_is_never_below_theirs(self, text: str) -> None:
        here = playground_settings("sqlite:///unused", Path())
        networks = make_all(here.model_copy(update={"networks": tuple(ALL)}), Http(here))
        for world in WORLDS:
            for name in world.labels():
                theirs, limit = world.length(name, text)
                assert networks[name].length(text) >= theirs
                assert networks[name].limit <= limit
                if name in {"mastodon", "x"} and "http" not in text:
                    assert networks[name].length(text) == theirs


class TestDialogs(Stage):
    """Networks that are share pages only."""

    @staticmethod
    def make_world() -> NetworkWorld:
        return DialogsWorld()

    name = "xing"

    SEEN: ClassVar = {
        "whatsapp": f"{ODD}\n\n{LINK}", "telegram": f"{LINK}\n{ODD}",
        "reddit": ODD.replace("\n\n", " "), "xing": "", "facebook": "",
    }  # fmt: skip

    @pytest.mark.parametrize("name", SEEN)
    async def test_the_page_opens_prefilled_and_posts(self, name, here, http, world):
        """What the page makes of our address is our text (where it takes one) and our link."""
        one = ALL[name](here, http)
        text = f"{ODD}\n\n{LINK}"
        assert one.abilities().dialog_takes_text == bool(self.SEEN[name])
        post = await world.share(one.dialog(text, LINK), PERSON)
        assert (post.url_of_link, post.text) == (LINK, self.SEEN[name])
        assert len(one.dialog(f"{'Wörter mit 🌬️ ' * 300}\n\n{LINK}", LINK)) <= 2000
        with pytest.raises(Refused):
            await one.post(Connection("", "", "", ""), draft())

    def test_copying_opens_nothing_and_reddit_has_to_be_named(self, here, http):
        """No page, no promise of one; and what communities forbid is the administrator's choice."""
        copied = make_all(here, http)["copy"]
        assert (copied.dialog("Text", LINK), copied.abilities()) == ("", Abilities())
        assert "reddit" not in make_all(here, http)
        assert "reddit" in make_all(here.model_copy(update={"networks": ("reddit",)}), http)

    async def test_a_mail_is_encoded_for_every_mail_program(self, here, http):
        """RFC 6068: no plus signs, line breaks as CRLF, a subject of one line."""
        url = make_all(here, http)["email"].dialog(f"Neuer Windpark + mehr\n\n{ODD}\n\n{LINK}", LINK)
        assert url.startswith("mailto:?subject=Neuer%20Windpark%20%2B%20mehr&body=")
        assert "+" not in url
        assert re.search("(?<!%0D)%0A", url) is None
        assert url.endswith(LINK.replace(":", "%3A").replace("/", "%2F"))

    def test_an_unknown_name_in_the_settings_is_said(self, here, http):
        """A typing mistake does not silently lose a network."""
        with pytest.raises(ValueError, match="linkedn"):
            make_all(here.model_copy(update={"networks": ("linkedn",)}), http)
        with pytest.raises(ValueError, match="ADVOCACY_APPS names 'thread'"):
            make_all(here.model_copy(update={"apps": {"thread": None}}), http)
