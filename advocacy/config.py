"""Settings: one frozen object, read once from the environment (``ADVOCACY_…`` and ``DATABASE_URL``)."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_AI_ADDRESS = re.compile(
    r"https://[^\s/@]+|http://(localhost|127\.\d+\.\d+\.\d+|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+"
    r"|172\.(1[6-9]|2\d|3[01])\.\d+\.\d+|[\w-]+)(:\d+)?(/|$)"
)
"""A key never crosses the internet in the clear; a machine of the company's own may do without https."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_QUIET = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d|mon|tue|wed|thu|fri|sat|sun")
UTM_PART = re.compile(r"\{([^{}]*)\}")
"""A part of the campaign tags that is filled in for each link."""
_UTM_NAMES = ("network", "campaign", "story", "number", "language")
_UTM_TAG = re.compile(r"[a-z][a-z0-9_]*=[^&=?#\s]+")
CommaList = Annotated[tuple[str, ...], NoDecode]


class NetworkApp(BaseModel):
    """The app that a company registered at a network."""

    model_config = ConfigDict(frozen=True)

    client_id: str = Field(min_length=1)
    client_secret: SecretStr = Field(min_length=1)


class Settings(BaseSettings):
    """Everything that can be set. ``docs/settings.md`` lists them; a test keeps it true."""

    model_config = SettingsConfigDict(
        env_prefix="ADVOCACY_", frozen=True, extra="ignore", env_ignore_empty=True, env_nested_delimiter="__"
    )

    database_url: str = Field(
        "sqlite:///var/advocacy.sqlite", validation_alias=AliasChoices("DATABASE_URL", "database_url")
    )
    """``sqlite:///path`` or ``postgresql://user:password@host/name``."""
    public_url: str = "http://127.0.0.1:8780"
    """Where people's browsers reach this product; https outside the playground."""
    short_url: str = ""
    """A short domain of the company's for links, ``https://go.example.com``; the public address when empty."""
    short_home: str = ""
    """Where somebody is led who looks for anything else there; when empty, there is nothing."""
    host: str = "127.0.0.1"
    port: int = 8780
    keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    """32-byte keys in base64, comma separated; the first encrypts, all decrypt."""
    spool: Path = Path("var/spool")
    """Folder for what waits for the database: clicks, and presses that were acknowledged before they were done."""

    company: str = "Our company"
    country: str = "DE"
    """ISO 3166-1 alpha-2, for people of whom the roster names none: rules of disclosure depend on it."""
    time_zone: str = "Europe/Berlin"
    """The company's time zone: periods begin and end in it."""
    quiet_hours: CommaList = ()
    """No card is put into a channel then, on the channel's own clock: ``20:00-07:00``, and days such as ``sat``."""
    digest_days: CommaList = ("tue",)
    """Days of everybody's digest of new stories, unless they choose others: ``tue,thu``; ``off`` for none."""
    digest_hour: str = Field("09:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    """When the digest comes, on each person's own clock."""
    week_ends: Literal["off", "mon", "tue", "wed", "thu", "fri", "sat", "sun"] = "fri"
    """Day of the weekly posts into channels that want them, and of the editors' summary; ``off`` for none."""
    week_hour: str = Field("10:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    """When they come, on the company's clock."""
    most_prompts: int = Field(3, ge=0, le=50)
    """Messages in seven days to somebody who did not ask for them, unless they choose another number."""
    share_hours: str = Field("09:00-17:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")
    """Usual working hours, Monday to Friday on each person's own clock: the best time for a post lies in them."""
    auto_share: bool = False
    """Colleagues may agree that stories of a topic are posted for them by themselves."""
    language: str = "en"
    """The language of channels that have none of their own."""
    minimum_group: int = Field(5, ge=2)
    """People in the smallest group that is ever shown on its own."""
    undo_seconds: int = Field(30, ge=0, le=600)
    card_refresh_seconds: float = Field(60.0, ge=0)
    """A channel card's counter is rewritten at most this often (Slack allows 50 updates a minute)."""
    fold_seconds: float = Field(3.0, gt=0)
    four_eyes: bool = True
    """Only someone who neither wrote a story nor changed it since its last approval may approve it."""
    review_hours: int = Field(24, ge=1, le=24 * 60)
    """Hours in which reviewers are asked to decide, where no rule says otherwise."""

    roster: Literal["off", "slack", "teams"] = "off"
    """The chat platform whose directory is the roster: people come and go with it. ``off``: it comes from elsewhere."""
    slack_department: str = "Department"
    """The field of Slack profiles in which departments stand, by its label; ``off`` when in none."""

    backup_minutes: int = Field(30, ge=1, le=24 * 60)
    """Minutes until the editors' channel is reminded that nobody takes care of a case; after twice as many all editors
    are told."""
    backup_keep_days: int = Field(90, ge=1, le=3650)
    """Days after which a case that is over is deleted."""

    slack_bot_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    """``xapp-…``: use Socket Mode instead of HTTP."""
    slack_client_id: str | None = None
    """With the secret: several workspaces, each of which installs the app; instead of one bot token."""
    slack_client_secret: SecretStr | None = None
    teams_app_id: str | None = None
    teams_app_password: SecretStr | None = None
    teams_tenant: str | None = None
    teams_cloud: Literal["public", "gcc", "gcc_high", "dod", "china"] = "public"
    """Microsoft's cloud the tenant is in: each has hosts of its own."""

    linkedin_version: str = "202609"
    """LinkedIn's API version, YYYYMM; each lives at least twelve months."""
    apps: dict[str, NetworkApp] = Field(default_factory=dict)
    """Our apps on networks, by network: ``ADVOCACY_APPS__LINKEDIN__CLIENT_ID`` and ``…__CLIENT_SECRET``."""
    x_cost_accepted: bool = False
    """X takes 0.20 USD for a post with a link through its API; only who accepts that posts through it."""
    mastodon_hosts: CommaList = ()
    """Mastodon servers people may connect to; any public one when empty."""
    networks: CommaList = ()
    """Networks offered on cards, in this order; when empty, all that are offered by themselves."""

    utm: str = ""
    """Tags for the company's count of visits: ``utm_source={network}&utm_campaign={campaign|story}``."""

    ai_url: str | None = None
    """Help in drafting wordings: a server that speaks OpenAI's chat API, such as ``https://api.openai.com/v1``."""
    ai_key: SecretStr | None = None
    ai_model: str | None = None

    playground: bool = False
    """Worlds on loopback stand in for all vendors; lifts the demand for https and real credentials."""
    outside: dict[str, str] = Field(default_factory=dict)
    """Origin to origin, as JSON: where a vendor is to be found instead of its own address."""
    log_level: str = "INFO"

    @field_validator("*", mode="before")
    @classmethod
    def _blank_is_nothing(cls, value: object, info: ValidationInfo) -> object:
        """Spaces are no credential: what is blank counts as not set."""
        if isinstance(value, str) and not value.strip():
            assert info.field_name is not None
            return cls.model_fields[info.field_name].get_default(call_default_factory=True)
        return value

    @field_validator("networks", "mastodon_hosts", "keys", "quiet_hours", "digest_days", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("keys")
    @classmethod
    def _keys_are_keys(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for key in value:
            _decoded(key)
        return value

    @field_validator("country")
    @classmethod
    def _country_is_a_code(cls, value: str) -> str:
        if not re.fullmatch("[A-Z]{2}", value) or value == "UK":
            msg = "ADVOCACY_COUNTRY is a code of two capitals, such as DE; the United Kingdom's is GB"
            raise ValueError(msg)
        return value

    @field_validator("digest_days")
    @classmethod
    def _digest_days_are_days(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if value == ("off",):
            return ()
        for part in value:
            if part not in DAYS:
                msg = f"{part!r} is no day of the digest; use days such as tue,thu, or off for none"
                raise ValueError(msg)
        return value

    @field_validator("quiet_hours")
    @classmethod
    def _quiet_hours_end(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            if not _QUIET.fullmatch(part):
                msg = f"{part!r} is no quiet time; use hours such as 20:00-07:00 and days such as sat"
                raise ValueError(msg)
        if len({part for part in value if "-" not in part}) == 7:
            msg = "quiet hours must leave a day of the week open"
            raise ValueError(msg)
        return value

    @field_validator("share_hours")
    @classmethod
    def _share_hours_are_some(cls, value: str) -> str:
        begins, _, ends = value.partition("-")
        if begins >= ends:
            msg = f"{value!r} are no hours; use a beginning before an end, such as 09:00-17:00"
            raise ValueError(msg)
        return value

    @field_validator("utm")
    @classmethod
    def _utm_says_nothing_of_people(cls, value: str) -> str:
        names = [name for part in UTM_PART.findall(value) for name in part.split("|")]
        odd = next((name for name in names if name not in _UTM_NAMES), None)
        if odd is not None:
            known = ", ".join(f"{{{name}}}" for name in _UTM_NAMES)
            msg = f"{{{odd}}} cannot be in ADVOCACY_UTM: nothing in a link may tell who shares it. There are {known}"
            raise ValueError(msg)
        tags = value.split("&") if value else []
        wrong = next((tag for tag in tags if not _UTM_TAG.fullmatch(UTM_PART.sub("x", tag))), None)
        if wrong is not None or "{" in UTM_PART.sub("", value) or "}" in UTM_PART.sub("", value):
            msg = f"{wrong or value!r} is no tag; write ADVOCACY_UTM such as utm_source={{network}}&utm_medium=advocacy"
            raise ValueError(msg)
        return value

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            msg = f"there is no time zone {value!r}; use a name such as Europe/Berlin"
            raise ValueError(msg) from None
        return value

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if not self.keys:
            msg = "no encryption key: set ADVOCACY_KEYS (make one with: advocacy keys new)"
            raise ValueError(msg)
        if not self.playground and urlsplit(self.public_url).scheme != "https":
            msg = "ADVOCACY_PUBLIC_URL must begin with https:// (only the playground runs without)"
            raise ValueError(msg)
        teams = (self.teams_app_id, self.teams_app_password, self.teams_tenant)
        if any(teams) and not all(teams):
            msg = (
                "Teams needs ADVOCACY_TEAMS_APP_ID, ADVOCACY_TEAMS_APP_PASSWORD and ADVOCACY_TEAMS_TENANT together:"
                " without one of them its requests could not be checked"
            )
            raise ValueError(msg)
        if self.ai_url and not self.ai_model:
            msg = "ADVOCACY_AI_URL needs ADVOCACY_AI_MODEL: which model should draft?"
            raise ValueError(msg)
        if self.ai_url and not _AI_ADDRESS.match(self.ai_url):
            msg = "ADVOCACY_AI_URL must begin with https:// (http:// only for localhost or a private address)"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _slack_is_one_or_several(self) -> Self:
        if bool(self.slack_client_id) != bool(self.slack_client_secret):
            msg = (
                "several Slack workspaces need ADVOCACY_SLACK_CLIENT_ID and ADVOCACY_SLACK_CLIENT_SECRET together"
                " (for one workspace set ADVOCACY_SLACK_BOT_TOKEN instead)"
            )
            raise ValueError(msg)
        if self.slack_client_id and self.slack_bot_token:
            msg = (
                "Slack is set up twice: keep either ADVOCACY_SLACK_BOT_TOKEN, for one workspace, or"
                " ADVOCACY_SLACK_CLIENT_ID and ADVOCACY_SLACK_CLIENT_SECRET, for several"
            )
            raise ValueError(msg)
        if self.has_slack and not (self.slack_signing_secret or self.slack_app_token):
            msg = "Slack needs ADVOCACY_SLACK_SIGNING_SECRET (or, for Socket Mode, ADVOCACY_SLACK_APP_TOKEN)"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _short_domain_is_one(self) -> Self:
        parts = urlsplit(self.short_url)
        if self.short_url and (not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment):
            msg = "ADVOCACY_SHORT_URL must be a domain without a path, such as https://go.example.com"
            raise ValueError(msg)
        for name, url in (("ADVOCACY_SHORT_URL", self.short_url), ("ADVOCACY_SHORT_HOME", self.short_home)):
            if url and not self.playground and urlsplit(url).scheme != "https":
                msg = f"{name} must begin with https://"
                raise ValueError(msg)
        return self

    @property
    def link_url(self) -> str:
        """Where links are followed; no slash at its end."""
        return (self.short_url or self.public_url).rstrip("/")

    @property
    def has_assistant(self) -> bool:
        """Can editors ask for drafts?"""
        return bool(self.ai_url and self.ai_model)

    @property
    def has_slack(self) -> bool:
        """Is the Slack door open?"""
        return self.slack_bot_token is not None or self.has_several_slacks

    @property
    def has_several_slacks(self) -> bool:
        """Do workspaces install the app by themselves?"""
        return self.slack_client_id is not None

    @property
    def has_teams(self) -> bool:
        """Is the Teams door open?"""
        return self.teams_app_id is not None

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def undo_window(self) -> timedelta:
        """How long a share waits unless its person chose otherwise."""
        return timedelta(seconds=self.undo_seconds)

    @cached_property
    def key_bytes(self) -> tuple[bytes, ...]:
        """The keys, decoded."""
        return tuple(_decoded(key) for key in self.keys)

    def origin(self, vendor: str) -> str:
        """Where this vendor's origin (``https://api.linkedin.com``) is to be found; itself unless set otherwise."""
        return self.outside.get(vendor, vendor)

    def reachable(self, url: str) -> str:
        """The address at which a browser here finds this page: the same, or its place in ``outside``."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        return self.origin(origin) + url[len(origin) :] if origin in self.outside else url


def _decoded(key: SecretStr) -> bytes:
    try:
        raw = base64.b64decode(key.get_secret_value(), validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != 32:
        msg = "each of ADVOCACY_KEYS must be 32 bytes in base64 (make one with: advocacy keys new)"
        raise ValueError(msg)
    return raw
