"""Where Teams lives: five clouds with hosts of their own, and the settings' detours to other hosts."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from advocacy.config import Settings


@dataclass(frozen=True, slots=True)
class Cloud:
    """One cloud's addresses, without a slash at the end.

    https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
    """

    service: str
    """The connector for all regions, used until somebody writes; '' where there is none."""
    login: str
    keys: str
    """Publishes the keys that sign what comes to us."""
    issuer: str
    """Of inbound tokens; with ``/.default`` the scope of outbound ones."""
    graph: str
    """Microsoft Graph (https://learn.microsoft.com/graph/deployments)."""


_PUBLIC = ("https://login.microsoftonline.com", "https://login.botframework.com", "https://api.botframework.com")
_US = ("https://login.microsoftonline.us", "https://login.botframework.azure.us", "https://api.botframework.us")
_GRAPH = "https://graph.microsoft.com"
CLOUDS = {
    "public": Cloud("https://smba.trafficmanager.net/teams", *_PUBLIC, _GRAPH),
    "gcc": Cloud("https://smba.infra.gcc.teams.microsoft.com/teams", *_PUBLIC, _GRAPH),
    "gcc_high": Cloud("https://smba.infra.gov.teams.microsoft.us/teams", *_US, "https://graph.microsoft.us"),
    "dod": Cloud("https://smba.infra.dod.teams.microsoft.us/teams", *_US, "https://dod-graph.microsoft.us"),
    "china": Cloud(
        "",
        "https://login.partner.microsoftonline.cn",
        "https://login.botframework.azure.cn",
        "https://api.botframework.azure.cn",
        "https://microsoftgraph.chinacloudapi.cn",
    ),
}


def cloud_of(settings: Settings) -> Cloud:
    """Look up the cloud that the settings name."""
    return CLOUDS[settings.teams_cloud]


def located(settings: Settings, url: str) -> str:
    """Give the address to really call: the same, unless the settings send that host elsewhere."""
    parts = urlsplit(url)
    vendor = f"{parts.scheme}://{parts.netloc}"
    return settings.origin(vendor) + url[len(vendor) :]
