"""Networks that only offer a prefilled share dialog: XING, Facebook, WhatsApp, Telegram, Reddit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from advocacy.playground.company import Resident
from advocacy.playground.networks.network import NetworkWorld
from advocacy.playground.networks.pages import Look
from advocacy.playground.networks.posts import Draft, Post, first_link
from advocacy.playground.world import Handler


@dataclass(frozen=True, slots=True)
class Dialog:
    """One network's share dialog and where its posts are seen."""

    network: str
    host: str
    path: str
    post_path: str
    limit: int
    crawler: str
    look: Look


DIALOGS = {
    one.network: one
    for one in (
        Dialog(
            "xing", "www.xing.com", "/spi/shares/new", "/discover/posts/{post}", 10_000, "XING-contenttabreceiver/2.0",
            Look("XING", "✕", "#00605e", "#0a7d78", home="/discover"),
        ),
        Dialog(
            "facebook", "www.facebook.com", "/sharer/sharer.php", "/posts/{post}", 63_206,
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            Look("Facebook", "f", "#1760cc", "#1b6ee0", radius="50%", home="/home.php"),
        ),
        Dialog(
            "whatsapp", "wa.me", "/", "/status/{post}", 65_536, "WhatsApp/2.23.20.0",
            Look("WhatsApp", "✆", "#0b7558", "#0f8a69", radius="50%", home="/status"),
        ),
        Dialog(
            "telegram", "t.me", "/share/url", "/s/{post}", 4096, "TelegramBot (like TwitterBot)",
            Look("Telegram", "➤", "#1a6fa8", "#2083c4", radius="50%", home="/s"),
        ),
        Dialog(
            "reddit", "www.reddit.com", "/submit", "/comments/{post}", 300,
            "Mozilla/5.0 (compatible; redditbot/1.0; +http://www.reddit.com/feedback)",
            Look("Reddit", "r", "#b8390a", "#d4450f", radius="50%", home="/hot"),
        ),
    )
}  # fmt: skip
_BY_HOST = {one.host: one for one in DIALOGS.values()}


class DialogsWorld(NetworkWorld):
    """Several networks in one; a post's ``network`` says which."""

    name = "dialogs"
    look = DIALOGS["xing"].look

    def routes(self) -> Iterable[tuple[str, str, str, Handler]]:
        """Each network's dialog, feed and posts on its own host."""
        for one in DIALOGS.values():
            yield from self.dialog_routes(one.host, one.path)
            yield (one.host, "GET", one.look.home, self.feed_page)
            yield from self.page_routes(one.host, "/people/{person}", one.post_path)

    def labels(self) -> dict[str, str]:
        """Each network that is played here, and what it is called."""
        return {one.network: one.look.name for one in DIALOGS.values()}

    def look_of(self, host: str) -> Look:
        """How this host's pages look."""
        return _BY_HOST[host].look

    def crawler_of(self, network: str) -> str:
        """The user agent that reads links for this network."""
        return DIALOGS[network].crawler

    def draft(self, host: str, path: str, query: Mapping[str, str]) -> Draft | None:
        """What each network takes from the address; XING and Facebook take no text."""
        dialog = _BY_HOST.get(host)
        if dialog is None or path.rstrip("/") != dialog.path.rstrip("/"):
            return None
        if dialog.network == "whatsapp":
            text = query.get("text", "")
            return Draft("whatsapp", text, first_link(text))
        if dialog.network == "telegram":
            text = "\n".join(filter(None, (query.get("url", ""), query.get("text", ""))))
            return Draft("telegram", text, first_link(text))
        if dialog.network == "reddit":
            return Draft("reddit", query.get("title", ""), query.get("url", ""), attached=True)
        link = query.get("u" if dialog.network == "facebook" else "url", "")
        return Draft(dialog.network, "", link, attached=True) if link.startswith(("http://", "https://")) else None

    def length(self, network: str, text: str) -> tuple[int, int]:
        """Plain characters."""
        return len(text), DIALOGS[network].limit

    def post_by_hand(self, person: Resident, draft: Draft) -> Post:
        """Publish what was typed."""
        dialog = DIALOGS[draft.network]
        number = str(1_993_000_000_000_000_000 + self.next_number())
        page = f"https://{dialog.host}{dialog.post_path.format(post=number)}"
        post = Post(
            number,
            person.key,
            draft.text,
            draft.link,
            "",
            "",
            self.clock.now(),
            "dialog",
            network=draft.network,
            url=page,
        )
        return self.publish(post, crawl=True)
