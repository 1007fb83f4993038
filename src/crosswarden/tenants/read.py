"""A policy snapshot from a folder or a file, as collected, exported by hand, by EntraExporter or by Microsoft365DSC.

Folder: ``default.json``, ``partners.json``, ``identitySynchronization/<tenantId>.json`` (or inline in the partner),
``authorizationPolicy.json``; or EntraExporter's ``Policies/CrossTenantAccessPolicy/{Default,Partners}/…``. File: one
object with ``default``, ``partners``, ``identitySynchronization``, ``authorizationPolicy``. What each object is follows
from its members, its name only helps. A refused request (an ``error`` body), a missing file or an unread page leaves
the part *not observed*, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from crosswarden.errors import InputError
from crosswarden.tenants import dsc, parse
from crosswarden.tenants.model import Partner, Policy, Template
from crosswarden.tenants.observed import NotObserved, Observed, Value

__all__ = ["read"]

_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_GROUP = re.compile(
    rf"(?:groups/|\"originId\"\s*:\s*\"|\"groupId\"\s*:\s*\")({_GUID.pattern})", re.IGNORECASE
)
_PARTNER_MEMBERS = frozenset(
    {
        *("b2bCollaborationInbound", "b2bCollaborationOutbound", "b2bDirectConnectInbound"),
        *("b2bDirectConnectOutbound", "inboundTrust", "automaticUserConsentSettings", "tenantRestrictions"),
        *("isServiceProvider", "isInMultiTenantOrganization", "identitySynchronization"),
    }
)
_MAX_FILES = 20_000
_MAX_BYTES = 64 << 20


@dataclass
class _Gathered:
    default: Mapping[str, Any] | None = None
    partners: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    partners_seen: bool = False
    more_pages: bool = False
    syncs: dict[str, Any] = field(default_factory=dict)
    authorization: Mapping[str, Any] | None = None
    templates: list[Template] = field(default_factory=list)
    governed: set[str] | None = None
    tenant: str = ""
    refused: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read(path: Path) -> Policy:
    """The policy in the folder or file PATH; raises InputError when there is nothing of a policy in it."""
    gathered = _Gathered()
    if path.is_dir():
        for number, file in enumerate(sorted(p for p in path.rglob("*") if p.is_file())):
            if number >= _MAX_FILES:
                gathered.notes.append(f"{path} holds more than {_MAX_FILES:,} files; the rest was not read")
                break
            if file.suffix.lower() in (".json", ".ps1"):
                _file(gathered, file, path)
    elif path.is_file():
        _file(gathered, path, path.parent)
    else:
        raise InputError("policy-missing", f"{path} does not exist")
    parts = (gathered.default, gathered.authorization, gathered.syncs, gathered.refused)
    if not any(parts) and not gathered.partners_seen:
        said = f" ({'; '.join(gathered.notes[:3])})" if gathered.notes else ""
        raise InputError(
            "policy-empty",
            f"{path} holds no cross-tenant access policy{said}",
            remedy="give a folder with default.json and partners.json, or one file with both",
        )
    return _policy(gathered, str(path))


def _file(gathered: _Gathered, file: Path, root: Path) -> None:
    if file.stat().st_size > _MAX_BYTES:
        gathered.notes.append(f"{file} is larger than {_MAX_BYTES >> 20} MB and was not read")
        return
    data = file.read_bytes()
    if file.suffix.lower() == ".ps1":
        try:
            for kind, record in dsc.script_resources(_text(data)):
                _resource(gathered, kind, record)
        except RecursionError:
            gathered.notes.append(f"{file} is nested too deeply and was not read")
        return
    hint = "/".join(part.lower() for part in file.relative_to(root).with_suffix("").parts)
    if re.search(r"access(review|package)|governedgroups", hint):
        governed = gathered.governed if gathered.governed is not None else set()
        gathered.governed = governed | _groups(_text(data))
        return
    try:
        document = orjson.loads(_text(data))
    except orjson.JSONDecodeError as error:
        if _part(hint):
            gathered.refused[_part(hint)] = f"{file} is no JSON: {error}"
        gathered.notes.append(f"{file} is no JSON: {error}")
        return
    _document(gathered, document, hint)


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def _groups(text: str) -> set[str]:
    found = {guid.lower() for guid in _GROUP.findall(text)}
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        return found
    if isinstance(document, list):
        found |= {item.lower() for item in document if isinstance(item, str) and _GUID.fullmatch(item)}
    return found


def _part(hint: str) -> str:
    last = hint.rpartition("/")[2]
    if "synchronization" in hint and "template" not in hint:
        return "synchronization:" + (m[0].lower() if (m := _GUID.search(last)) else "")
    if last == "default" or "/default/" in f"/{hint}/" or "configurationdefault" in last:
        return "default"
    if last == "partners" or "/partners/" in f"/{hint}/":
        return "partners"
    return "authorization" if "authorizationpolicy" in last else ""


def _document(gathered: _Gathered, document: Any, hint: str) -> None:
    part = _part(hint)
    if part.startswith("synchronization:") and len(part) > 16:
        gathered.syncs[part[16:]] = document
        return
    if part == "synchronization:" and isinstance(document, Mapping) and "error" not in document:
        _synchronizations(gathered, document)
        return
    if isinstance(document, list):
        gathered.partners_seen |= part == "partners"
        for kind, record in dsc.resources(document):
            _resource(gathered, kind, record)
        for item in document:
            if isinstance(item, Mapping):
                _object(gathered, item, hint)
    elif isinstance(document, Mapping):
        _object(gathered, document, hint)


def _object(gathered: _Gathered, record: Mapping[str, Any], hint: str) -> None:
    part = _part(hint)
    error = record.get("error")
    if isinstance(error, Mapping) and "code" in error:
        gathered.refused[part or hint] = f"the request was refused: {str(error['code'])[:100]}"
        return
    if isinstance(record.get("value"), list):
        gathered.partners_seen |= part == "partners"
        gathered.more_pages |= part == "partners" and bool(record.get("@odata.nextLink"))
        _document(gathered, record["value"], hint)
        return
    _whole(gathered, record, hint)
    if record.get("ResourceName"):
        for kind, made in dsc.resources(record):
            _resource(gathered, kind, made)
    elif "allowInvitesFrom" in record or "guestUserRoleId" in record:
        gathered.authorization = record
    elif "templateApplicationLevel" in record:
        gathered.templates.append(parse.template(record, hint.rpartition("/")[2]))
    elif "tenantId" in record and (part == "partners" or _PARTNER_MEMBERS & record.keys()):
        _partner(gathered, record)
    elif "userSyncInbound" in record and "tenantId" in record:
        gathered.syncs[str(record["tenantId"]).lower()] = record
    elif "isServiceDefault" in record or (part == "default" and _PARTNER_MEMBERS & record.keys()):
        gathered.default = record
    elif "verifiedDomains" in record and _GUID.fullmatch(str(record.get("id"))):
        gathered.tenant = str(record["id"]).lower()


def _whole(gathered: _Gathered, record: Mapping[str, Any], hint: str) -> None:
    """The parts of one file with all of them."""
    for name, value in record.items():
        key = name.lower()
        if key in ("partners", "default", "authorizationpolicy", "organization", "templates") and isinstance(
            value, Mapping | list
        ):
            gathered.partners_seen |= key == "partners"
            if (
                key == "partners"
                and isinstance(value, Mapping)
                and "value" not in value
                and "error" not in value
            ):
                value = [
                    {"tenantId": tenant, **item}
                    for tenant, item in value.items()
                    if isinstance(item, Mapping)
                ]
            _document(gathered, value, key)
        elif key in ("crosstenantaccesspolicy", "policy") and isinstance(value, Mapping):
            _object(gathered, value, hint)
        elif key in ("identitysynchronization", "identitysynchronizations") and "tenantId" not in record:
            _synchronizations(gathered, value)
        elif key == "governedgroups" and isinstance(value, list):
            gathered.governed = {str(item).lower() for item in value}
        elif name in ("multiTenantOrganizationIdentitySynchronization",) and isinstance(value, Mapping):
            gathered.templates.append(parse.template(value, name))
        elif key == "tenantid" and "default" in record and isinstance(value, str):
            gathered.tenant = value.lower()


def _synchronizations(gathered: _Gathered, value: Any) -> None:
    items = value.get("value", value) if isinstance(value, Mapping) else value
    if isinstance(items, Mapping):
        gathered.syncs.update({tenant.lower(): item for tenant, item in items.items()})
    elif isinstance(items, list):
        for item in items:
            if isinstance(item, Mapping) and item.get("tenantId"):
                gathered.syncs[str(item["tenantId"]).lower()] = item


def _resource(gathered: _Gathered, kind: str, record: Mapping[str, Any]) -> None:
    if kind == "partner":
        _partner(gathered, record)
    elif kind == "default":
        gathered.default = record
        # an export of Microsoft365DSC with a default and no partner resource has read them and found none
        gathered.partners_seen = True
    else:
        gathered.authorization = record


def _partner(gathered: _Gathered, record: Mapping[str, Any]) -> None:
    tenant = str(record.get("tenantId") or "").lower()
    gathered.partners_seen = True
    if not _GUID.fullmatch(tenant):
        gathered.notes.append(f"a partner has the tenant id {tenant[:60]!r}, which is no GUID")
    gathered.partners[tenant] = record


def _policy(gathered: _Gathered, source: str) -> Policy:
    refused = gathered.refused
    partners: Value[tuple[Partner, ...]]
    if gathered.partners_seen or gathered.partners:
        partners = Observed(tuple(_with_sync(gathered, t, r) for t, r in sorted(gathered.partners.items())))
    else:
        partners = NotObserved(refused.get("partners", "no partners.json in the export"))
    notes = list(gathered.notes)
    if gathered.more_pages:
        notes.append("partners.json ends with a link to another page: later partners are not in the export")
    return Policy(
        source=source,
        tenant=gathered.tenant,
        default=Observed(parse.default(gathered.default))
        if gathered.default is not None
        else NotObserved(refused.get("default", "no default.json in the export")),
        partners=partners,
        partners_incomplete="the export ends before the last page of partners"
        if gathered.more_pages
        else refused.get("partners", ""),
        authorization=Observed(parse.authorization(gathered.authorization))
        if gathered.authorization is not None
        else NotObserved(refused.get("authorization", "no authorizationPolicy.json in the export")),
        templates=tuple(gathered.templates),
        governed_groups=NotObserved("no access reviews or access packages in the export")
        if gathered.governed is None
        else Observed(frozenset(gathered.governed)),
        notes=tuple(notes),
    )


def _with_sync(gathered: _Gathered, tenant: str, record: Mapping[str, Any]) -> Partner:
    sync: Value[bool | None]
    if tenant in gathered.syncs:
        sync = parse.synchronization(gathered.syncs[tenant])
    elif "identitySynchronization" in record:
        sync = parse.synchronization(record["identitySynchronization"])
    else:
        reason = gathered.refused.get(
            f"synchronization:{tenant}", f"no identitySynchronization of {tenant} in the export"
        )
        sync = NotObserved(reason)
    return parse.partner(record, sync)
