"""Names for tenant ids: from sign-ins in the lake, from a local file; never from the network unless asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosswarden.errors import UsageError

__all__ = ["TenantNames", "load_names"]


@dataclass(frozen=True, slots=True)
class TenantNames:
    """Tenant id to name, with what each name rests on.

    >>> TenantNames({"ee07": ("contoso.com", "file")}).label("ee07")
    'contoso.com (ee07)'
    """

    known: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def with_seen(self, rows: Iterable[Mapping[str, Any]]) -> TenantNames:
        """These names and, for tenants without one, those that rows of the observation tenant-names give."""
        seen = {str(row["Tenant"]): (str(row["Name"]), "sign-ins in the lake") for row in rows}
        return TenantNames({**seen, **self.known})

    def filled(
        self, rows: Iterable[Mapping[str, Any]], tenants: Iterable[str]
    ) -> tuple[Mapping[str, Any], ...]:
        """Rows whose Tenant is empty, given the tenant where it is certain.

        Graph exports name no tenant. It is certain when the lake holds one only, or when the domain of the actor, or
        of the directory that holds an external user, is the name of one tenant.

        >>> names = TenantNames({"t-1": ("victim.example", "file")})
        >>> names.filled([{"Tenant": "", "Actor": "a@victim.example"}], ["t-1", "t-2"])[0]["Tenant"]
        't-1'
        """
        known = [each for each in tenants if each]
        only = known[0] if len(known) == 1 else ""
        return tuple(
            {**row, "Tenant": only or self._home(row)} if row.get("Tenant") == "" else row for row in rows
        )

    def _home(self, row: Mapping[str, Any]) -> str:
        for column in ("User", "TargetUser", "Actor"):
            address = str(row.get(column) or "")
            told = "@" in address and ("#EXT#" in address or column == "Actor")
            if told and (found := self.tenant_of(address.rsplit("@", 1)[1])):
                return found
        return ""

    def label(self, tenant: str) -> str:
        """The name with the id, or the id alone."""
        entry = self.known.get(tenant.lower())
        return f"{entry[0]} ({tenant})" if entry else tenant

    def name(self, tenant: str) -> str:
        """The name alone, or ""."""
        entry = self.known.get(tenant.lower())
        return entry[0] if entry else ""

    def tenant_of(self, domain: str) -> str:
        """The tenant whose name is that domain, or ""."""
        return next((key for key, (name, _) in self.known.items() if name.lower() == domain.lower()), "")


def load_names(path: Path) -> dict[str, tuple[str, str]]:
    """Names from a JSON object of tenant id to name."""
    try:
        content = json.loads(path.read_text("utf-8-sig"))
        return {str(key).lower(): (str(value), str(path)) for key, value in content.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise UsageError(
            "tenant-names", f"{path}: cannot be read: {error}", remedy='{"<tenant id>": "name"}'
        ) from None
