"""X: a share page, because a post with a link costs 0.20 USD through its API; where that is accepted, its API too.

https://docs.x.com/x-api/getting-started/pricing
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from advocacy.chat import Refused, Retry, Unknown
from advocacy.db import now
from advocacy.http import Reply
from advocacy.sharing import oauth
from advocacy.sharing.api import call, count_of, fields, said, token_of
from advocacy.sharing.base import BaseNetwork
from advocacy.sharing.network import Abilities, Connection, Consent, Draft, HostClient, Posted, Reactions, Reconnect
from advocacy.sharing.text import Pattern, address, quote

WWW = "https://x.com"
API = "https://api.x.com"
TOKENS = f"{API}/2/oauth2/token"
SCOPE = "tweet.read tweet.write users.read offline.access"
POSTS_AT_ONCE = 100
LOOKED_THROUGH = 20
"""Newest posts in which an earlier attempt is looked for; each that is read is paid for."""

LINK_LENGTH = 23
"""Every link becomes one of t.co's. https://docs.x.com/fundamentals/counting-characters"""
_COUNTRIES = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc "
    "cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd "
    "ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg "
    "kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv "
    "mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa "
    "sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug "
    "uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
_OTHERS = (
    "academy aero agency app arpa art asia bayern berlin biz blog business care cat center city cloud club coach codes "
    "com community company consulting coop design dev digital earth eco edu education email energy engineering "
    "enterprises events expert finance foundation fund fyi games gmbh gov green group guide hamburg health help host "
    "immo info ink institute int international jobs koeln land law legal life link live ltd marketing media mil mobi "
    "museum name net network news nrw one online org page partners photo photos post press pro productions promo "
    "ruhr saarland school science services shop site social software solar solutions space store studio support "
    "systems team tech technology tel tips today tools top training travel university ventures video vote website wiki "
    "wien work works world wtf xyz zone"
)
"""Endings under which words without ``https://`` become links: all countries', and the usual others.

https://github.com/twitter/twitter-text/blob/master/conformance/tld_lib.yml
"""
_PATH = r"[A-Za-z0-9!*';:=+,.$/%#\[\]~@|&_\u00c0-\u024f\u0400-\u04ff-]"
_PATH_END = r"[A-Za-z0-9=_#/+\u00c0-\u024f\u0400-\u04ff-]"
_QUERY = r"[A-Za-z0-9!?*'@();:&=+$/%#\[\]_.,~|-]"
_REST = (
    rf"(?::\d+)?(?:/(?:(?:{_PATH}|\({_PATH}*\))*(?:{_PATH_END}|\({_PATH}*\)))?)?"
    rf"(?:\?{_QUERY}*[A-Za-z0-9_&=#/-])?"
)
_LINK = Pattern(
    r"(?<![A-Za-z0-9@＠$#＃])(?:"
    r"(?i:https?)://[A-Za-z0-9\u00c0-\u024f\u0400-\u04ff_-]+(?:\.[A-Za-z0-9\u00c0-\u024f\u0400-\u04ff_-]+)*"
    r"|(?<![-_./])(?:[A-Za-z0-9][A-Za-z0-9_-]*\.)+"
    rf"(?i:{'|'.join(sorted((*_COUNTRIES.split(), *_OTHERS.split()), reverse=True))})(?![A-Za-z0-9@＠_-])"
    rf"){_REST}"
)
"""A link as X finds it: a domain alone is one, an e-mail address is none, and Chinese or Japanese ends it."""
_EMOJI = Pattern(
    r"\p{Regional_Indicator}{2}|[#*0-9]\ufe0f?\u20e3|[©®]\ufe0f"
    r"|[\p{Extended_Pictographic}--[©®]](?!\ufe0e)[\ufe0f\p{Emoji_Modifier}]?(?:[\U000e0020-\U000e007e]+\U000e007f)?"
    r"(?:\u200d\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?)*"
)
"""An emoji, however many code points it takes: a flag, a keycap, a family."""
_LIGHT = Pattern(r"[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
"""Signs that count once; all others count twice. https://github.com/twitter/twitter-text/blob/master/config/v3.json"""


def weight(text: str) -> int:
    """The weighted count of composed text: a link 23, an emoji 2, Chinese, Japanese and Korean 2 a sign."""
    rest = unicodedata.normalize("NFC", text)
    links = len(_LINK.findall(rest))
    rest = _LINK.sub("", rest)
    emoji = len(_EMOJI.findall(rest))
    rest = _EMOJI.sub("", rest)
    return LINK_LENGTH * links + 2 * (emoji + len(rest)) - len(_LIGHT.findall(rest))


class X(BaseNetwork):
    """A prefilled post; or a post, whose duplicate X refuses."""

    name = "x"
    label = "X"
    limit = 280
    link_length: int | None = LINK_LENGTH

    def abilities(self) -> Abilities:
        """Posting is for whoever set up an app and accepted what it costs; so are reactions."""
        paid = self.settings.x_cost_accepted and self.app() is not None
        return Abilities(
            post=paid, delete=paid, metrics=paid, metrics_paid=paid, dialog=True, dialog_takes_text=True,
            labels_ads=paid,
        )  # fmt: skip

    def length(self, text: str) -> int:
        """Weighted; every link counts 23."""
        return weight(text)

    def dialog(self, text: str, link: str) -> str:
        """The link stays in the text, where its author put it. https://docs.x.com/x-for-websites/web-intents/overview"""
        base = self.settings.origin(WWW) + "/intent/post?text="
        return address(lambda part: base + quote(part), text, link)

    # -- connecting --------------------------------------------------------------------------------------------------

    def consent(self, client: HostClient, host: str, state: str, callback: str) -> Consent:
        """X wants PKCE. https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token"""
        del host
        verifier = oauth.new_verifier()
        endpoint = f"{self.settings.origin(WWW)}/i/oauth2/authorize"
        url = oauth.address(endpoint, client, callback=callback, state=state, scope=SCOPE, verifier=verifier)
        return Consent(url, verifier)

    async def exchange(
        self, client: HostClient, host: str, code: str, callback: str, verifier: str | None
    ) -> Connection:
        """A token for two hours, and one that renews it once."""
        del host
        told = await oauth.redeem(
            self.http, TOKENS, client, code=code, callback=callback, verifier=verifier, basic=True
        )
        bare = Connection("", "", "", str(told["access_token"]), token_of(told.get("refresh_token") or ""))
        reply = await _Session(self, bare).call("GET", "/2/users/me", repeatable=True)
        about = _data(reply)
        if not reply.ok or not isinstance(about, dict) or not about.get("id"):
            raise Refused(said(reply, "detail", "title"))
        return replace(bare, remote_id=str(about["id"]), handle=f"@{about.get('username', '')}")

    async def revoke(self, client: HostClient, connection: Connection) -> None:
        """End both tokens."""
        for token in filter(None, (connection.refresh_token, connection.token)):
            await oauth.give_back(self.http, f"{API}/2/oauth2/revoke", client, token, basic=True)

    # -- posting -----------------------------------------------------------------------------------------------------

    async def post(self, connection: Connection, draft: Draft) -> Posted:
        """Post. X refuses the same text again without naming the first post: that is then looked for."""
        session = _Session(self, connection)
        # "Paid partnership". https://docs.x.com/x-api/posts/manage-tweets/introduction
        label = {"paid_partnership": True} if draft.labelled else {}
        reply = await session.call("POST", "/2/tweets", json={"text": draft.text, **label})
        if reply.status == HTTPStatus.FORBIDDEN and "duplicate" in said(reply, "detail").lower():
            earlier = await self._find(session, draft)
            if earlier is None:
                raise Unknown("X has this post already but does not show it yet")
            return earlier
        if not reply.ok:
            raise Refused(said(reply, "detail", "title"))
        return self._posted(_data(reply))

    async def look_up(self, connection: Connection, draft: Draft) -> Posted | None:
        """Looks for our link among the newest posts; no two shares have the same."""
        return await self._find(_Session(self, connection), draft)

    async def delete(self, connection: Connection, remote_id: str) -> None:
        """Take it down; one that is gone already is fine."""
        reply = await _Session(self, connection).call("DELETE", f"/2/tweets/{quote(remote_id)}", repeatable=True)
        if not reply.ok and reply.status != HTTPStatus.NOT_FOUND:
            raise Refused(said(reply, "detail", "title"))

    async def reactions(self, connection: Connection, remote_ids: Sequence[str]) -> dict[str, Reactions]:
        """Asked with the person's token: reading one's own posts costs a fifth. Their followers would cost tenfold.

        https://docs.x.com/x-api/posts/lookup/introduction takes a hundred posts, 900 times in 15 minutes.
        """
        session = _Session(self, connection)
        told: dict[str, Reactions] = {}
        for start in range(0, len(remote_ids), POSTS_AT_ONCE):
            ids = ",".join(quote(one) for one in remote_ids[start : start + POSTS_AT_ONCE])
            reply = await session.call("GET", f"/2/tweets?ids={ids}&tweet.fields=public_metrics", repeatable=True)
            if not reply.ok:
                raise Refused(said(reply, "detail", "title"))
            posts = _data(reply)
            for post in posts if isinstance(posts, list) else ():  # those that are gone are not among them
                counts = post.get("public_metrics") if isinstance(post, dict) else None
                if isinstance(counts, dict):
                    told[str(post.get("id"))] = Reactions(
                        count_of(counts, "like_count"), count_of(counts, "retweet_count", "quote_count"),
                        count_of(counts, "reply_count"), now(),
                    )  # fmt: skip
        return told

    async def _find(self, session: _Session, draft: Draft) -> Posted | None:
        path = f"/2/users/{session.connection.remote_id}/tweets?max_results={LOOKED_THROUGH}&tweet.fields=entities"
        reply = await session.call("GET", path, repeatable=True)
        if not reply.ok:
            raise Unknown(said(reply, "detail", "title"))
        posts = _data(reply)
        for post in posts if isinstance(posts, list) else ():
            if draft.link in _links(post):
                return self._posted(post)
        return None

    def _posted(self, post: object) -> Posted:
        if not isinstance(post, dict) or not post.get("id"):
            raise Unknown("X took it but did not say where it is")
        return Posted(str(post["id"]), self.settings.reachable(f"{WWW}/i/status/{post['id']}"))


class _Session:
    """One verb's calls; when the access token has lapsed, it is renewed once."""

    def __init__(self, network: X, connection: Connection) -> None:
        self._network = network
        self.connection = connection

    async def call(self, method: str, path: str, *, json: Any = None, repeatable: bool = False) -> Reply:
        """Raises ``Reconnect`` when the permission is gone, ``Retry`` while the company's credits are used up."""
        reply = await self._once(method, path, json=json, repeatable=repeatable)
        if reply.status == HTTPStatus.UNAUTHORIZED:
            await self._renew()
            reply = await self._once(method, path, json=json, repeatable=repeatable)
        if reply.status == HTTPStatus.UNAUTHORIZED:
            raise Reconnect(said(reply, "detail", "title"))
        if reply.status == HTTPStatus.PAYMENT_REQUIRED:
            # Not the person's fault: the administrator has to buy credits. Try again later.
            raise Retry(timedelta(minutes=10), said(reply, "detail", "title"))
        return reply

    async def _once(self, method: str, path: str, *, json: Any, repeatable: bool) -> Reply:
        headers = {"Authorization": f"Bearer {self.connection.token}"}
        return await call(self._network.http, method, API + path, headers=headers, json=json, repeatable=repeatable)

    async def _renew(self) -> None:
        """Every refresh token works once, so the new pair is handed over at once."""
        client, old = self._network.app(), self.connection
        if client is None or not old.refresh_token:
            raise Reconnect("X has ended this connection")
        try:
            told = await oauth.renew(self._network.http, TOKENS, client, old.refresh_token)
        except Refused as refused:
            raise Reconnect(str(refused)) from refused
        fresh = token_of(told.get("refresh_token") or old.refresh_token)
        self.connection = replace(old, token=str(told["access_token"]), refresh_token=fresh)
        if old.renewed is not None:
            old.renewed(self.connection)


def _data(reply: Reply) -> object:
    return fields(reply).get("data")


def _links(post: object) -> set[str]:
    """Where the links of a post lead; in its text they are t.co's."""
    entities = post.get("entities") if isinstance(post, dict) else None
    urls = entities.get("urls") if isinstance(entities, dict) else None
    found = [one for one in (urls if isinstance(urls, list) else ()) if isinstance(one, dict)]
    return {str(one[name]) for one in found for name in ("expanded_url", "unwound_url") if one.get(name)}
