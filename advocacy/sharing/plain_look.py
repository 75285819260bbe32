"""One look at everything that decides whether a press is a plain share."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, String, Text, and_, bindparam, cast, exists, func, or_, select
from sqlalchemy.sql import ColumnElement

from advocacy.chat import UserRef
from advocacy.content.emergency import halted
from advocacy.content.models import Story, StoryState, Topic
from advocacy.content.topics import RESTRICTED
from advocacy.db import Prepared, UtcDateTime
from advocacy.people.models import Identity, Person
from advocacy.sharing.models import Account, DisclosureRule, Share

_AT = bindparam("at", type_=UtcDateTime())
_NETWORK = bindparam("network", type_=String())


def _none(column: Any) -> ColumnElement[bool]:
    """A list of JSON in which there is nothing."""
    return cast(column, Text) == "[]"


def _over(column: Any) -> ColumnElement[bool]:
    return and_(column.is_not(None), column <= _AT)


_STORY = (
    Story.id == bindparam("story"), Story.state == StoryState.LIVE, Story.internal.is_(False),
    ~_over(Story.expires_at), ~_over(Story.rights_until),
    or_(Story.embargo_until.is_(None), Story.embargo_until <= _AT),
    _none(Story.department_ids), _none(Story.locations), _none(Story.audience_languages),
    or_(_none(Story.topics), ~exists(select(Topic.id).where(Topic.kind == RESTRICTED))),
)  # fmt: skip
"""Live, and for everybody."""
_WHO = (
    Identity.platform == bindparam("platform"), Identity.tenant == bindparam("tenant"),
    Identity.user_id == bindparam("user"), Identity.address == bindparam("address"), Identity.is_guest.is_(False),
    Identity.met.is_(True),
)  # fmt: skip
_PERSON = (Person.id == Identity.person_id, or_(Person.left_on.is_(None), Person.left_on > bindparam("today")))
"""Known, employed, and where we last heard of them."""
_ACCOUNT = (
    Account.person_id == Person.id, Account.network == _NETWORK, Account.state == "active",
    or_(Account.refresh_token.is_not(None), Account.expires_at.is_(None), Account.expires_at > _AT),
)  # fmt: skip
"""Connected."""
_FIRST = ~exists(
    select(Share.id).where(Share.person_id == Person.id, Share.story_id == Story.id, Share.network == _NETWORK)
)
_LOOK = Prepared(
    select(
        Person.id, Person.language, Person.country, Person.time_zone, Person.undo_seconds,
        Story.version, Story.approved_hash, Story.updated_at, Account.token, Account.refresh_token,
        select(func.max(DisclosureRule.id)).scalar_subquery().label("rules"),
    )
    .select_from(Identity)
    .join(Person, and_(*_PERSON))
    .join(Story, and_(*_STORY))
    .join(Account, and_(*_ACCOUNT))
    .where(*_WHO, _FIRST, ~halted())
)  # fmt: skip


class Seen(NamedTuple):
    """What a plain share is made of, in the order of the query."""

    person_id: int
    language: str
    country: str
    time_zone: str
    undo_seconds: int | None
    version: int
    approved_hash: str
    updated_at: datetime
    token: str
    refresh_token: str | None
    """Both are opened to see that they can be."""
    rules: int | None
    """The newest rule of disclosure."""


def look(connection: Connection, who: UserRef, story_id: int, network: str, at: datetime) -> Seen | None:
    """Look once; ``None`` when this is no plain share. Raises ``LookupError`` for tokens nobody can read."""
    found = _LOOK.rows(
        connection, platform=who.platform, tenant=who.tenant, user=who.user, address=who.address, story=story_id,
        network=network, at=at, today=at.date(),
    )  # fmt: skip
    return Seen(*found[0]) if found else None


__all__ = ["Seen", "look"]
