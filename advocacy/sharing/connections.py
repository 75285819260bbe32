"""A person's account on a network, as sharing needs it: is it there, and can something be posted with it?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from advocacy.db import for_update
from advocacy.sharing.models import Account


def usable(account: Account | None, at: datetime) -> bool:
    """Can something be posted with it, as far as we know?"""
    if account is None or account.state != "active":
        return False
    return account.refresh_token is not None or account.expires_at is None or account.expires_at > at


async def account_of(s: AsyncSession, person_id: int, network: str, *, lock: bool = False) -> Account | None:
    """The person's account there. One whose tokens cannot be read any more (their key is gone) becomes ``broken``."""
    mine = (Account.person_id == person_id, Account.network == network)
    query = select(Account).where(*mine).execution_options(populate_existing=True)
    found: Account | None
    try:
        found = await s.scalar(for_update(query) if lock else query)
    except LookupError:
        unreadable = update(Account).where(*mine).values(state="broken", problem="unreadable")
        await s.execute(unreadable.execution_options(synchronize_session=False))
        found = await s.scalar(query.options(defer(Account.token), defer(Account.refresh_token)))
    return found


__all__ = ["account_of", "usable"]
