"""Several Slack workspaces, organizations of them, and the tokens with which the app was let in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from advocacy.playground.slack.call import Args, SlackError
from advocacy.playground.slack.state import BOT_USER, Channel, Json, User, secret
from advocacy.playground.slack.workspace import Workspace

TOKEN_SECONDS = 43_200.0
"""How long a token lives once rotation is on (https://docs.slack.dev/authentication/using-token-rotation)."""
_WANT_TEAM = frozenset({
    "conversations.create", "conversations.list", "usergroups.list", "users.conversations", "users.list",
})  # fmt: skip
"""What an organization's token cannot be used for without ``team_id``."""


@dataclass(slots=True)
class Install:
    """One bot token. Exactly one of ``space`` and ``org`` is set."""

    token: str
    scopes: frozenset[str]
    space: Workspace | None = None
    org: str = ""
    refresh: str = ""
    ends: float = 0.0
    """Seconds of the workspace's clock; never when 0."""
    revoked: bool = False


@dataclass(slots=True)
class Spaces:
    """All workspaces there are; the first one is the playground's own."""

    first: Workspace
    rotation: bool = False
    """Tokens end after twelve hours and are renewed, as the switch in the app's settings says."""
    orgs: dict[str, str] = field(default_factory=dict)
    """Id and name of each organization."""
    others: dict[str, Workspace] = field(default_factory=dict)
    installs: dict[str, Install] = field(default_factory=dict)
    """By token."""

    def all(self) -> Iterator[Workspace]:
        """Every workspace."""
        yield self.first
        yield from self.others.values()

    def get(self, team: str) -> Workspace:
        """The workspace with this id; KeyError when there is none."""
        return next((one for one in self.all() if one.team == team), None) or self.others[team]

    def found(self, team: str, name: str, people: Iterable[User], *, org: str = "") -> Workspace:
        """A new workspace with these people, and the channels #general and #news."""
        space = Workspace(team=team, team_name=name, tell=self.first.tell, at=self.first.at, clock=self.first.clock)
        space.enterprise = org
        space.users[BOT_USER] = User(BOT_USER, "advocacy", "Advocacy", is_bot=True, locale="en-US")
        for one in people:
            space.add_user(one)
        everybody = [one for one in space.users if one != BOT_USER]
        for number, channel in enumerate(("general", "news")):
            space.channels[f"C{number}{team[1:]}"] = Channel(f"C{number}{team[1:]}", channel, members=list(everybody))
        self.others[team] = space
        return space

    def install(self, scopes: Iterable[str], *, space: Workspace | None = None, org: str = "") -> Install:
        """Let the app in, with a fresh token; what it had there before is worth nothing any more."""
        for one in list(self.installs.values()):
            if one.space is space and one.org == org:
                one.revoked = True
        for one_space in self.all():
            if org and one_space.enterprise == org:
                one_space.is_org_install = True
        return self._add(Install("", frozenset(scopes), space, org))

    def _add(self, made: Install) -> Install:
        prefix = "xoxe.xoxb-1-" if self.rotation else "xoxb-"
        made.token = prefix + secret(32)
        if self.rotation:
            made.refresh = "xoxe-1-" + secret(40)
            made.ends = self.first.clock() + TOKEN_SECONDS
        self.installs[made.token] = made
        return made

    def renew(self, refresh: str) -> Install:
        """The next token for one that renews, which is used up by that. Raises ``invalid_refresh_token``."""
        found = next((one for one in self.installs.values() if refresh and one.refresh == refresh), None)
        if found is None or found.revoked:
            raise SlackError("invalid_refresh_token")
        found.refresh = ""
        return self._add(Install("", found.scopes, found.space, found.org))

    def remove(self, *, space: Workspace | None = None, org: str = "") -> None:
        """Take the app out: its tokens die, what they were renewed from as well."""
        for one in self.installs.values():
            if one.space is space and one.org == org:
                one.revoked = True

    def reset(self) -> None:
        """Only the first workspace is left."""
        self.others.clear()
        self.orgs.clear()
        self.installs.clear()
        self.rotation = False
        self.first.enterprise, self.first.is_org_install = "", False

    def may(self, token: str) -> Install | None:
        """What a token is good for. Raises ``token_revoked`` or ``token_expired``; ``None`` for one nobody made."""
        found = self.installs.get(token)
        if found is None:
            return None
        if found.revoked:
            raise SlackError("token_revoked")
        if found.ends and found.ends <= self.first.clock():
            raise SlackError("token_expired")
        return found

    def meant(self, install: Install, method: str, args: Args) -> Workspace:
        """Where a call is done: the token's workspace, or that one of an organization that it speaks of.

        Raises ``missing_argument`` or ``team_access_not_granted``.
        """
        if install.space is not None:
            return install.space
        there = [one for one in self.all() if one.enterprise == install.org and one.is_org_install]
        team = args.text("team_id")
        if not team and method in _WANT_TEAM:
            raise SlackError("missing_argument", "a required argument is missing: team_id")
        found = [one for one in there if one.team == team] if team else [one for one in there if _is_in(one, args)]
        if team and not found:
            raise SlackError("team_access_not_granted")
        return (found or there or [self.first])[0]

    def describe(self, install: Install, user: str) -> Json:
        """``team``, ``enterprise`` and the token of ``oauth.v2.access``."""
        org = install.org or (install.space.enterprise if install.space else "")
        ends = {"refresh_token": install.refresh, "expires_in": int(TOKEN_SECONDS)} if install.refresh else {}
        return {
            "access_token": install.token,
            **ends,
            "scope": ",".join(sorted(install.scopes)),
            "team": {"id": install.space.team, "name": install.space.team_name} if install.space else None,
            "enterprise": {"id": org, "name": self.orgs.get(org, org)} if org else None,
            "is_enterprise_install": bool(install.org),
            "authed_user": {"id": user},
        }


def _is_in(space: Workspace, args: Args) -> bool:
    """Does a call speak of something in this workspace?"""
    names = [args.text(name) for name in ("channel", "user", "user_id", "users", "trigger_id", "view_id")]
    names.append(args.text("unfurl_id").partition("-")[0])
    there = (space.channels, space.users, space.triggers)
    return any(
        name and name != BOT_USER and (any(name in table for table in there) or space.find_view(name)) for name in names
    )
