"""Makes the compact content files from the public sources: permissions, first-party applications, egress ranges.

Usage: python scripts/make_content.py SHARED_FOLDER   (the folder that holds data/ and domain/). Sources and licences are in NOTICE.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from crosswarden.hunts.permissions import score

ROOT = Path(__file__).resolve().parents[1] / "src/crosswarden/content"
GRAPH = "00000003-0000-0000-c000-000000000000"
MICROSOFT = {"f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47"}
# Not in the classification files: permissions of Exchange, SharePoint and the legacy directory API seen in logs.
EXTRA = {
    "application": "full_access_as_app Exchange.ManageAsApp Mail.Read Mail.ReadWrite Mail.Send IMAP.AccessAsApp "
    "POP.AccessAsApp SMTP.SendAsApp Sites.FullControl.All Directory.ReadWrite.All Application.ReadWrite.All "
    "Credentials.ReadWrite.All ExternalItem.ReadWrite.All ExternalConnection.ReadWrite.All",
    "delegated": "EWS.AccessAsUser.All full_access_as_user IMAP.AccessAsUser.All POP.AccessAsUser.All SMTP.Send "
    "AllSites.FullControl AllSites.Write AllSites.Read MyFiles.Write Directory.AccessAsUser.All",
}


def permissions(source: Path) -> dict[str, Any]:
    """Scores by kind and permission: [control, data, Microsoft's privilege level or 0]."""
    planes: dict[tuple[str, str], str] = {}
    for row in _load(source / "Classification_AppRoles.json"):
        key = ("application", row["AppRoleDisplayName"])
        if planes.get(key) != "ControlPlane":
            planes[key] = row["EAMTierLevelName"]
    for row in _load(source / "Classification_MsGraphScopes.json"):
        planes["delegated", row["ScopeDisplayName"]] = row["EAMTierLevelName"]
    for row in _load(source / "GraphAppRoles.json"):
        planes.setdefault(("application", row["Value"]), "ManagementPlane")
    for row in _load(source / "GraphDelegateRoles.json"):
        planes.setdefault(("delegated", row["Value"]), "UserAccess")
    levels: dict[tuple[str, str], int] = {}
    for name, entry in _load(source / "graph-permissions.json")["permissions"].items():
        for scheme, kind in (("Application", "application"), ("DelegatedWork", "delegated")):
            if scheme in entry["schemes"]:
                levels[kind, name] = entry["schemes"][scheme].get("privilegeLevel") or 0
    for kind, names in EXTRA.items():
        for name in names.split():
            planes.setdefault((kind, name), "")
    for kind, name in levels:
        planes.setdefault((kind, name), "ManagementPlane")
    result: dict[str, dict[str, list[int]]] = {"application": {}, "delegated": {}}
    for (kind, name), plane in sorted(planes.items()):
        level = levels.get((kind, name), 0)
        reach = score(name, application=kind == "application", plane=plane, level=level)
        result[kind][name] = [reach.control, reach.data, level]
    return result


def _load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8-sig"))


def _write(name: str, content: object) -> None:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    (ROOT / name).write_text(text.replace('],"', '],\n"').replace('","', '",\n"') + "\n", "utf-8")


def main() -> None:
    """Writes the three files."""
    shared = Path(sys.argv[1])
    source = shared / "data/permissions"
    _write("permissions.json", {"scores": "[control, data, level]", "permissions": permissions(source)})
    applications = {
        row["AppId"].lower(): row["AppDisplayName"]
        for row in _load(source / "MicrosoftApps.json")
        if row["AppOwnerOrganizationId"] in MICROSOFT or not row["AppOwnerOrganizationId"]
    }
    _write("first_party.json", dict(sorted(applications.items())))
    ranges: dict[str, str] = {}
    for record in _load(shared / "domain/m365-endpoints-worldwide-subset.json")["records"]:
        for each in record.get("ips", ()):
            ranges.setdefault(each, f"Microsoft 365 endpoint set {record['id']} ({record['serviceArea']})")
    _write("microsoft_egress.json", ranges)


if __name__ == "__main__":
    main()
