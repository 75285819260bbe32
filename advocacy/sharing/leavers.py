"""People who left: their tokens are given back and forgotten, so that nothing can be posted in their name."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from advocacy.db import Database, now
from advocacy.people.models import Person
from advocacy.sharing.accounts import Accounts
from advocacy.sharing.models import Account

GRACE = timedelta(days=1)
"""A roster that was wrong can be put right within this time, and nobody has to connect again."""
AT_A_TIME = 50


async def forget_accounts(db: Database, accounts: Accounts) -> int:
    """Disconnect accounts of people who left at least a day ago. Answers how many; call again while it answers some."""
    async with db.read() as s:
        query = (
            select(Account.person_id, Account.network)
            .join(Person, Person.id == Account.person_id)
            .where(Person.left_on <= (now() - GRACE).date())
            .limit(AT_A_TIME)
        )
        left = (await s.execute(query)).all()
    for person_id, network in left:
        await accounts.disconnect(person_id, network)
    return len(left)
