"""A topic's name counts once, be it written large or small."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_NAME, _FOLDED = sa.String(length=60), sa.String(length=180)
_TOPIC = sa.table(
    "topic", sa.column("id", sa.Integer), sa.column("name", _NAME), sa.column("folded", _FOLDED),
    sa.column("kind", sa.String),
)  # fmt: skip
_STRICTEST_FIRST = {"restricted": 0, "required": 1}


def upgrade() -> None:
    with op.batch_alter_table("topic") as batch:
        batch.add_column(sa.Column("folded", _FOLDED, nullable=False, server_default=""))
    _fold()
    with op.batch_alter_table("topic") as batch:
        batch.alter_column("folded", existing_type=_FOLDED, existing_nullable=False, server_default=None)
        batch.drop_constraint(op.f("uq_topic_name"), type_="unique")
        batch.create_unique_constraint(op.f("uq_topic_folded"), ["folded"])


def _fold() -> None:
    """Where two differ only in case, stories mean the stricter one; the other keeps its people under another name."""
    db = op.get_bind()
    rows = db.execute(sa.select(_TOPIC.c.id, _TOPIC.c.name, _TOPIC.c.kind)).all()
    taken: set[str] = {name.casefold() for _, name, _ in rows}
    seen: set[str] = set()
    for id_, name, _ in sorted(rows, key=lambda one: (_STRICTEST_FIRST.get(one.kind, 2), one.id)):
        called, count = name, 1
        while called.casefold() in seen or (called != name and called.casefold() in taken):
            count += 1
            called = f"{name[:54]} ({count})"
        seen.add(called.casefold())
        db.execute(_TOPIC.update().where(_TOPIC.c.id == id_).values(name=called, folded=called.casefold()))


def downgrade() -> None:
    with op.batch_alter_table("topic") as batch:
        batch.drop_constraint(op.f("uq_topic_folded"), type_="unique")
        batch.create_unique_constraint(op.f("uq_topic_name"), ["name"])
        batch.drop_column("folded")
