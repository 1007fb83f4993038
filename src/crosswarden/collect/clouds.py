"""Where each Microsoft cloud answers: sign-in, Graph, Management Activity API, Log Analytics.

Source: Microsoft Graph documentation, "National cloud deployments"; Office 365 Management Activity API reference;
Azure Monitor documentation, "Azure Monitor Log Analytics API".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["CLOUDS", "Cloud"]


@dataclass(frozen=True, slots=True)
class Cloud:
    """The addresses of one cloud instance, each without a trailing slash."""

    login: str
    graph: str
    management: str
    log_analytics: str

    def scope(self, address: str) -> str:
        """The scope that asks for everything already consented at that interface.

        >>> CLOUDS["worldwide"].scope(CLOUDS["worldwide"].graph)
        'https://graph.microsoft.com/.default'
        """
        return f"{address}/.default"


CLOUDS: Mapping[str, Cloud] = {
    "worldwide": Cloud(
        "https://login.microsoftonline.com",
        "https://graph.microsoft.com",
        "https://manage.office.com",
        "https://api.loganalytics.io",
    ),
    "gcc": Cloud(
        "https://login.microsoftonline.com",
        "https://graph.microsoft.com",
        "https://manage-gcc.office.com",
        "https://api.loganalytics.io",
    ),
    "gcc-high": Cloud(
        "https://login.microsoftonline.us",
        "https://graph.microsoft.us",
        "https://manage.office365.us",
        "https://api.loganalytics.us",
    ),
    "dod": Cloud(
        "https://login.microsoftonline.us",
        "https://dod-graph.microsoft.us",
        "https://manage.protection.apps.mil",
        "https://api.loganalytics.us",
    ),
    "china": Cloud(
        "https://login.chinacloudapi.cn",
        "https://microsoftgraph.chinacloudapi.cn",
        "https://manage.office365.cn",
        "https://api.loganalytics.azure.cn",
    ),
}
