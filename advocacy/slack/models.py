"""Tables of the Slack door: where the app is installed, and installations under way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from advocacy.db import Base, Id, Secret, now


class Installation(Base):
    """The app in one workspace, or in a whole organization (Enterprise Grid). Installed again, it is the same row."""

    __tablename__ = "slack_installation"

    id: Mapped[Id]
    tenant: Mapped[str] = mapped_column(String(64), unique=True)
    """Id of the workspace (``T…``); of the organization (``E…``) when the app is installed for all of it."""
    name: Mapped[str] = mapped_column(String(200), default="")
    is_org: Mapped[bool] = mapped_column(default=False)
    enterprise_id: Mapped[str] = mapped_column(String(64), default="")
    """The organization it belongs to, if any."""
    app_id: Mapped[str] = mapped_column(String(64), default="")
    bot_user_id: Mapped[str] = mapped_column(String(64), default="")
    scopes: Mapped[list[str]] = mapped_column(default=list)
    """What was granted."""
    token: Mapped[str] = mapped_column(Secret("slack_installation.token"))
    refresh_token: Mapped[str | None] = mapped_column(Secret("slack_installation.refresh_token"))
    """Renews the token, once; empty where tokens do not end."""
    expires_at: Mapped[datetime | None]
    turn: Mapped[int] = mapped_column(default=0)
    """Counts up with each token, so that an old one never takes the place of a newer one."""
    renew_at: Mapped[datetime | None]
    """When to renew it. Moved ahead by who begins to, so that nobody else does meanwhile."""
    problem: Mapped[str] = mapped_column(Text, default="")
    """Why it could not be renewed last time, or what Slack said of the token."""
    lost_at: Mapped[datetime | None]
    """Since then nothing but installing the app again helps."""
    installed_by: Mapped[str] = mapped_column(String(64), default="")
    installed_at: Mapped[datetime] = mapped_column(default=now)


class OrgTeam(Base):
    """A workspace that the app reaches because its whole organization installed it."""

    __tablename__ = "slack_org_team"

    team_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    enterprise_id: Mapped[str] = mapped_column(String(64), index=True)


class InstallState(Base):
    """Somebody is at Slack's consent page. Gone once they are back, or after ten minutes."""

    __tablename__ = "slack_install_state"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of what goes along to Slack and back."""
    browser: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the cookie of the browser that must come back with it."""
    expires_at: Mapped[datetime] = mapped_column(index=True)


__all__ = ["InstallState", "Installation", "OrgTeam"]
