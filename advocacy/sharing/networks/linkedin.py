"""LinkedIn: the self-serve products "Share on LinkedIn" and "Sign In with LinkedIn using OpenID Connect".

https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api
"""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote as percent

from advocacy.chat import Refused, Retry, Unknown
from advocacy.db import now
from advocacy.http import Reply
from advocacy.sharing import oauth
from advocacy.sharing.api import call, fields, said
from advocacy.sharing.base import BaseNetwork
from advocacy.sharing.network import Abilities, Connection, Consent, Draft, HostClient, Posted, Reconnect
from advocacy.sharing.text import address, quote

WWW = "https://www.linkedin.com"
API = "https://api.linkedin.com"
SCOPE = "openid profile w_member_social"
REMEMBERED = timedelta(minutes=9, seconds=30)
"""For ten minutes LinkedIn refuses the same words again and names the post that has them; we stay below."""
LONGEST_TITLE = 400
LONGEST_DESCRIPTION = 4086
LONGEST_ALT = 4086
_DUPLICATE = re.compile(r"duplicate of (urn:li:(?:share|ugcPost):\d+)", re.IGNORECASE)
_POST = re.compile(
    r"https://(?:[a-z]+\.)?linkedin\.com/(?:feed/update/urn:li:(share|ugcPost):(\d+)|posts/[^/?#]*-(share|ugcPost)-(\d+)-)"
)
"""The address of a post by its URN. An ``activity`` is none: its number may be another than its post's."""
_PICTURE_TROUBLE = {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}
_RESERVED = re.compile(r"[\\|{}@\[\]()<>#*_~]")
_TAG = re.compile(r"#[^\W_]")


def little_text(text: str) -> str:
    """Escaped for a post's commentary, hashtags left to work; unescaped, LinkedIn cuts the text without a word.

    https://learn.microsoft.com/linkedin/marketing/community-management/shares/little-text-format
    """
    return _RESERVED.sub(lambda one: one[0] if _TAG.match(text, one.start()) else f"\\{one[0]}", text)


def parent(url: str) -> str:
    """The URN of the post at this address; empty for every other address."""
    found = _POST.match(url)
    return f"urn:li:{found[1] or found[3]}:{found[2] or found[4]}" if found else ""


class LinkedIn(BaseNetwork):
    """Posts with a preview card; without an app in the settings, the share page."""

    name = "linkedin"
    label = "LinkedIn"
    limit = 3000
    """Of the text people read: escapes are taken away before it is measured (an error says "ShareCommentary text
    length", https://github.com/n8n-io/n8n/issues/22899). That it counts as Java does, an emoji 2, is not documented."""

    def abilities(self) -> Abilities:
        """Everything when the administrator set up an app."""
        has_app = self.app() is not None
        return Abilities(
            post=has_app, delete=has_app, edit=has_app, image=has_app, picture_post=has_app, dialog=True,
            dialog_takes_text=True, looks_by_posting=True,
        )  # fmt: skip

    def reshares(self, url: str) -> bool:
        """A post of the company's own page, named by its share or ugcPost."""
        return self.abilities().post and bool(parent(url))

    def dialog(self, text: str, link: str) -> str:
        """The composer with the text in it; undocumented.

        The documented page (share-offsite) takes no wording, so it could not carry the disclosure.
        """
        base = f"{self.settings.origin(WWW)}/feed/?shareActive=true&text="
        return address(lambda part: base + quote(part), text, link)

    # -- connecting --------------------------------------------------------------------------------------------------

    def consent(self, client: HostClient, host: str, state: str, callback: str) -> Consent:
        """PKCE is for approved partners only."""
        del host
        endpoint = f"{self.settings.origin(WWW)}/oauth/v2/authorization"
        return Consent(oauth.address(endpoint, client, callback=callback, state=state, scope=SCOPE))

    async def exchange(
        self, client: HostClient, host: str, code: str, callback: str, verifier: str | None
    ) -> Connection:
        """A token for 60 days; there is no refresh token for everybody."""
        del host
        endpoint = f"{WWW}/oauth/v2/accessToken"
        told = await oauth.redeem(self.http, endpoint, client, code=code, callback=callback, verifier=verifier)
        token = str(told["access_token"])
        reply = await call(
            self.http, "GET", f"{API}/v2/userinfo", repeatable=True, headers={"Authorization": f"Bearer {token}"}
        )
        about = fields(reply)
        if not reply.ok or not about.get("sub"):
            raise Refused(said(reply, "message"))
        ends = now() + timedelta(seconds=int(told.get("expires_in") or 5_184_000))
        return Connection(f"urn:li:person:{about['sub']}", str(about.get("name", "")), "", token, expires_at=ends)

    async def revoke(self, client: HostClient, connection: Connection) -> None:
        """End the token."""
        await oauth.give_back(self.http, f"{WWW}/oauth/v2/revoke", client, connection.token)

    # -- posting -----------------------------------------------------------------------------------------------------

    async def post(self, connection: Connection, draft: Draft) -> Posted:
        """Post. LinkedIn knows no idempotency key: whoever is not sure has to ``look_up``."""
        picture = "" if parent(draft.link) else await self._upload(connection, draft)
        if not picture and _has_to_be_the_same(draft):
            raise Unknown("without its picture it would be another post")
        body = self._body(connection, draft, picture)
        reply = await self._call(connection, "POST", "/rest/posts", json=body)
        if (
            picture
            and not _has_to_be_the_same(draft)
            and reply.status in _PICTURE_TROUBLE
            and not _DUPLICATE.search(said(reply, "message"))
        ):
            # The upload's state cannot be read with our scope: if the picture is not ready yet, go without it.
            reply = await self._call(connection, "POST", "/rest/posts", json=self._body(connection, draft, ""))
        if parent(draft.link) and draft.first_tried_at is None and _DUPLICATE.search(said(reply, "message")):
            # Without our link the words may be those of a post that was taken down since: that one is not this one.
            raise Refused("the same words were used for this post a moment ago")
        return self._posted(reply)

    async def look_up(self, connection: Connection, draft: Draft) -> Posted | None:
        """Posts again, as long as LinkedIn would refuse a second one and name the first. Later nobody can tell."""
        if draft.first_tried_at is None or now() - draft.first_tried_at > REMEMBERED:
            raise Unknown("LinkedIn no longer remembers")
        return await self.post(connection, draft)

    async def delete(self, connection: Connection, remote_id: str) -> None:
        """Take it down; one that is gone already is fine."""
        path = f"/rest/posts/{percent(remote_id, safe='')}"
        reply = await self._call(connection, "DELETE", path, repeatable=True)
        if not reply.ok and reply.status not in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            raise Refused(said(reply, "message"))

    def _posted(self, reply: Reply) -> Posted:
        urn = reply.headers.get("x-restli-id", "") if reply.ok else ""
        if not reply.ok:
            message = said(reply, "message")
            twin = _DUPLICATE.search(message)
            if twin is None:
                raise Refused(message)
            urn = twin[1]
        if not urn:
            raise Unknown("LinkedIn took it but did not say where it is")
        return Posted(urn, self.settings.reachable(f"{WWW}/feed/update/{urn}"))

    def _body(self, connection: Connection, draft: Draft, picture: str) -> dict[str, Any]:
        passed_on = parent(draft.link)
        return {
            "author": connection.remote_id,
            "commentary": little_text(draft.text),
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": [],
            },
            **({"reshareContext": {"parent": passed_on}} if passed_on else {"content": _content(draft, picture)}),
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }  # fmt: skip

    async def _upload(self, connection: Connection, draft: Draft) -> str:
        """The picture's URN; empty when there is none or LinkedIn does not take it. Nothing is seen of it yet."""
        if draft.image is None:
            return ""
        asked = {"initializeUploadRequest": {"owner": connection.remote_id}}
        path = "/rest/images?action=initializeUpload"
        reply = await self._call(connection, "POST", path, json=asked, repeatable=True)
        value = fields(reply).get("value")
        if not reply.ok or not isinstance(value, dict) or not value.get("uploadUrl"):
            return ""
        headers = {"Authorization": f"Bearer {connection.token}", "Content-Type": "image/jpeg"}
        sent = await call(
            self.http, "PUT", str(value["uploadUrl"]), repeatable=True, headers=headers, data=draft.image, timeout=20.0
        )
        return str(value.get("image", "")) if sent.ok else ""

    async def _call(
        self, connection: Connection, method: str, path: str, *, json: Any = None, repeatable: bool = False
    ) -> Reply:
        headers = {
            "Authorization": f"Bearer {connection.token}",
            "LinkedIn-Version": self.settings.linkedin_version,
            "X-Restli-Protocol-Version": "2.0.0",
        }
        reply = await call(self.http, method, API + path, headers=headers, json=json, repeatable=repeatable)
        if reply.status == HTTPStatus.UNAUTHORIZED:
            raise Reconnect(said(reply, "message"))
        if reply.status == HTTPStatus.UPGRADE_REQUIRED:
            # Not the person's fault: the administrator has to raise ADVOCACY_LINKEDIN_VERSION. Try again later.
            raise Retry(timedelta(minutes=10), said(reply, "message"))
        return reply


def _content(draft: Draft, picture: str) -> dict[str, Any]:
    """The picture itself where the story prefers that, else a preview of the link: LinkedIn takes one of them.

    https://learn.microsoft.com/linkedin/marketing/community-management/shares/images-api
    """
    if picture and (draft.as_picture or not draft.link):
        alt = {"altText": draft.image_alt[:LONGEST_ALT]} if draft.image_alt else {}
        return {"media": {"id": picture, **alt}}
    article = {"source": draft.link, "title": draft.title[:LONGEST_TITLE]}
    if draft.summary:
        article["description"] = draft.summary[:LONGEST_DESCRIPTION]
    if picture:
        article["thumbnail"] = picture
    return {"article": article}


def _has_to_be_the_same(draft: Draft) -> bool:
    """Looked up by posting again: without its picture it may pass for new, and be there twice."""
    return draft.as_picture and draft.first_tried_at is not None and not parent(draft.link)
