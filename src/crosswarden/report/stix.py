"""Indicators and sightings as a STIX 2.1 bundle (OASIS STIX Version 2.1).

Only what can be looked for elsewhere becomes an indicator: foreign addresses, partner tenants, applications.
Identifiers are UUIDv5 of the content, so that the same run gives the same bundle.
"""

from __future__ import annotations

import ipaddress
import json
import uuid
from typing import Any

from crosswarden.report.document import Document, Object

__all__ = ["stix"]

_SPACE = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")  # the namespace that STIX 2.1 section 2.9 names


def _id(kind: str, *parts: str) -> str:
    return f"{kind}--{uuid.uuid5(_SPACE, '|'.join((kind, *parts)))}"


def _pattern(entity: Object) -> str:
    value = str(entity["id"]).replace("\\", "\\\\").replace("'", "\\'")
    if entity["type"] == "address":
        try:
            family = ipaddress.ip_address(entity["id"]).version
        except ValueError:
            return ""
        return f"[ipv{family}-addr:value = '{value}']"
    if entity["type"] == "tenant":
        return f"[x-entra-tenant:tenant_id = '{value}']"
    return f"[x-entra-application:app_id = '{value}']"


def _indicates(entity: Object) -> bool:
    if entity["type"] == "address":
        return str(entity.get("note", "")).startswith("other")
    if entity["type"] == "tenant":
        return entity.get("role") in ("partner", "issuer")
    return entity["type"] == "application" and entity.get("role") != "interface"


def stix(document: Document) -> str:
    """The bundle as JSON."""
    made = f"{document.made[:19]}.000Z"
    author = _id("identity", "crosswarden")
    objects: dict[str, dict[str, Any]] = {
        author: {"type": "identity", "spec_version": "2.1", "id": author, "created": made, "modified": made}
        | {"name": "crosswarden", "identity_class": "system"}
    }
    for case in document.cases:
        members: list[str] = []
        for entity in case["entities"]:
            pattern = _pattern(entity) if _indicates(entity) else ""
            if not pattern:
                continue
            identifier = _id("indicator", pattern)
            members.append(identifier)
            objects[identifier] = {
                "type": "indicator",
                "spec_version": "2.1",
                "id": identifier,
                "created_by_ref": author,
                "created": made,
                "modified": made,
                "name": f"{entity['type']} {entity['name']}"[:200],
                "description": case["title"][:500],
                "indicator_types": [
                    "malicious-activity" if case["verdict"] == "likely attack" else "anomalous-activity"
                ],
                "pattern": pattern,
                "pattern_type": "stix",
                "valid_from": f"{(case['first_seen'] or document.made)[:19]}.000Z",
            }
        if members:
            report = _id("report", case["id"])
            objects[report] = {
                "type": "report",
                "spec_version": "2.1",
                "id": report,
                "created_by_ref": author,
                "created": made,
                "modified": made,
                "name": case["title"][:200],
                "description": "\n".join(case["reasons"])[:4000],
                "report_types": ["indicator"],
                "published": made,
                "object_refs": sorted(set(members)),
            }
    bundle = {
        "type": "bundle",
        "id": _id("bundle", document.made, *sorted(objects)),
        "objects": list(objects.values()),
    }
    return json.dumps(bundle, ensure_ascii=False, indent=1) + "\n"
