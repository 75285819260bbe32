"""Which requests for a link are not a person following it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

BOT: Final = "bot"
HEAD: Final = "head"
PREFETCH: Final = "prefetch"

# Programs that fetch a link because it was pasted somewhere, as far as the public list lacks them. The public list
# is https://github.com/monperrus/crawler-user-agents
_PREVIEWS = re.compile(
    r"slackbot|slack-imgproxy|linkedinbot|twitterbot|facebookexternalhit|facebookcatalog|meta-external|skypeuripreview"
    r"|microsoftpreview|bingpreview|teamslinkpreview|mastodon|cardyb|bluesky|pleroma|akkoma|misskey|lemmy|friendica"
    r"|pixelfed|whatsapp|telegrambot|discordbot|xing|signal|viber|embedly|iframely|opengraph|unfurl|link.?preview"
    r"|google-pagerenderer|googleimageproxy|yahoomailproxy|outlook-(?:ios|android)/|safelinks|barracuda|proofpoint"
    r"|mimecast|bitlybot|flipboardproxy|nuzzel|pinterest(?:bot|/)|redditbot|vkshare|w3c_validator|rogerbot|quora link"
    r"|headlesschrome|phantomjs|lighthouse|(?<!cu)bot\b|crawler|spider",
    re.IGNORECASE,
)
# Programs that name themselves and are nobody's browser.
_LIBRARIES = re.compile(
    r"^(?:curl|wget|python|aiohttp|httpx|java|okhttp|go-http-client|node|axios|got|ruby|http\.rb|perl|libwww|php|guzzle"
    r"|apache-httpclient|postman|insomnia|dart|rust|reqwest|faraday|undici|scrapy|powershell)",
    re.IGNORECASE,
)
_LONGEST = 512


def reason(method: str, headers: Mapping[str, str]) -> str:
    """Why this request does not count: ``head``, ``prefetch`` or ``bot``; empty when it does.

    ``headers`` is case-insensitive. Prefetch: https://developer.mozilla.org/docs/Web/HTTP/Headers/Sec-Purpose
    """
    if method == "HEAD":
        return HEAD
    if "Sec-Purpose" in headers or "Purpose" in headers or "X-Purpose" in headers or "X-Moz" in headers:
        purpose = headers.get("Sec-Purpose") or headers.get("Purpose") or headers.get("X-Purpose")
        if any(word in (purpose or headers.get("X-Moz", "")).lower() for word in ("prefetch", "preview", "prerender")):
            return PREFETCH
    return BOT if is_bot(headers.get("User-Agent", "")[:_LONGEST]) else ""


@lru_cache(maxsize=16_384)
def is_bot(agent: str) -> bool:
    """Does this user agent belong to a program? Browsers always send one, so an empty one does.

    The list has 1,500 expressions and takes 0.2 ms, hence the cache.
    """
    if not agent.strip() or _LIBRARIES.search(agent) or _PREVIEWS.search(agent):
        return True
    from crawleruseragents import is_crawler  # takes 50 ms to load

    return bool(is_crawler(agent))
