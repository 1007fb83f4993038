"""Hot paths into dynamic columns that the lake keeps as columns of their own.

A promoted column holds exactly the JSON text that the path leads to (what reading the path would give), or null
where it leads nowhere, so that a reader may swap one for the other without changing any answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["PROMOTED", "Promoted"]


@dataclass(frozen=True, slots=True)
class Promoted:
    """One promoted path: ``source`` is the dynamic column, ``path`` its steps (names, or array positions)."""

    source: str
    path: tuple[str | int, ...]

    @property
    def column(self) -> str:
        """The hidden column's name.

        >>> Promoted("InitiatedBy", ("user", "ipAddress")).column
        '_p_InitiatedBy_user_ipAddress'
        """
        return "_p_" + "_".join([self.source, *map(str, self.path)])


PROMOTED: Mapping[str, tuple[Promoted, ...]] = {
    "AuditLogs": (
        Promoted("InitiatedBy", ("user", "id")),
        Promoted("InitiatedBy", ("user", "userPrincipalName")),
        Promoted("InitiatedBy", ("user", "ipAddress")),
        Promoted("InitiatedBy", ("app", "appId")),
        Promoted("InitiatedBy", ("app", "displayName")),
        Promoted("InitiatedBy", ("app", "servicePrincipalId")),
        Promoted("TargetResources", (0, "id")),
        Promoted("TargetResources", (0, "displayName")),
        Promoted("TargetResources", (0, "type")),
        Promoted("TargetResources", (0, "userPrincipalName")),
        Promoted("TargetResources", (0, "modifiedProperties")),
    ),
    "OfficeActivity": (
        Promoted("AppAccessContext", ("UniqueTokenId",)),
        Promoted("AppAccessContext", ("AADSessionId",)),
    ),
}
