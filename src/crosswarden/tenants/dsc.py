"""Microsoft365DSC exports of the cross-tenant policy: the configuration script (.ps1) and the JSON report.

Both name the same resources with members in Pascal case; they are turned into Graph's shape here. The script parser
reads only what such an export contains (blocks, instances, arrays, strings, numbers, ``$True``/``$False``/``$Null``)
and never runs anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["graph_shape", "resources", "script_resources"]

_RESOURCES = {
    "AADCrossTenantAccessPolicyConfigurationDefault": "default",
    "AADCrossTenantAccessPolicyConfigurationPartner": "partner",
    "AADAuthorizationPolicy": "authorization",
}
_NAMES = {"PartnerTenantId": "tenantId", "GuestUserRole": "guestUserRole"}
_GUEST_ROLES = {
    "user": "a0b1b346-4d3e-4e8b-98f8-753987be4970",
    "guest": "10dae51f-b6af-4016-8d66-8c2a99b929b3",
    "restrictedguest": "2af84b1e-32c8-42b7-82bc-daa82404023b",
}
_TOKEN = re.compile(
    r"""\s+ | \#[^\n]* | <\#.*?\#> | (?P<string>"(?:[^"`]|`.|"")*"|'(?:[^']|'')*') | (?P<open>@\(|@\{|\{|\()
        | (?P<close>[)}]) | (?P<equals>=) | (?P<end>[;,]) | (?P<word>[^\s{}()=;,'"]+)""",
    re.VERBOSE | re.DOTALL,
)


def resources(document: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """(kind, Graph-shaped record) of every cross-tenant resource of a JSON report."""
    items = document if isinstance(document, list) else [document]
    for item in items:
        if isinstance(item, Mapping) and item.get("ResourceName") in _RESOURCES:
            yield _RESOURCES[str(item["ResourceName"])], graph_shape(item)


def graph_shape(record: Mapping[str, Any]) -> dict[str, Any]:
    """A resource with Graph's member names.

    >>> graph_shape({"PartnerTenantId": "x", "B2BCollaborationInbound": {"Applications": {"AccessType": "blocked"}}})
    {'tenantId': 'x', 'b2bCollaborationInbound': {'applications': {'accessType': 'blocked'}}}
    """
    made = {
        _name(key): _value(value)
        for key, value in record.items()
        if key not in ("ResourceName", "ResourceId", "ResourceInstanceName", "Ensure", "Credential")
        and not key.startswith(("Application", "Certificate", "Managed", "TenantId", "AccessTokens"))
    }
    role = made.pop("guestUserRole", None)
    if role is not None:
        made["guestUserRoleId"] = _GUEST_ROLES.get(str(role).lower(), str(role))
    return made


def _name(key: str) -> str:
    if key in _NAMES:
        return _NAMES[key]
    if key.startswith("B2B"):
        return "b2b" + key[3:]
    return key[:1].lower() + key[1:]


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_name(key): _value(item) for key, item in value.items() if key != "CIMInstance"}
    if isinstance(value, list):
        return [_value(item) for item in value]
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return value


def script_resources(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(kind, Graph-shaped record) of every cross-tenant resource in a configuration script."""
    tokens = [
        (match.lastgroup or "", match.group().strip())
        for match in _TOKEN.finditer(text)
        if match.lastgroup is not None
    ]
    for at, (kind, word) in enumerate(tokens):
        if kind == "word" and word in _RESOURCES and at + 2 < len(tokens) and tokens[at + 2][1] == "{":
            body, _ = _members(tokens, at + 3)
            if str(body.get("Ensure", "Present")).lower() != "absent":
                yield _RESOURCES[word], graph_shape(body)


def _members(tokens: list[tuple[str, str]], at: int) -> tuple[dict[str, Any], int]:
    members: dict[str, Any] = {}
    while at < len(tokens) and tokens[at][1] != "}":
        kind, word = tokens[at]
        if kind == "word" and at + 1 < len(tokens) and tokens[at + 1][0] == "equals":
            members[word], at = _read(tokens, at + 2)
        else:
            at += 1
    return members, at + 1


def _read(tokens: list[tuple[str, str]], at: int) -> tuple[Any, int]:
    if at >= len(tokens):
        return None, at
    kind, word = tokens[at]
    if kind == "string":
        return word[1:-1].replace(word[0] * 2, word[0]), at + 1
    if word == "@(":
        items: list[Any] = []
        at += 1
        while at < len(tokens) and tokens[at][1] != ")":
            if tokens[at][0] == "end":
                at += 1
                continue
            item, at = _read(tokens, at)
            items.append(item)
        return items, at + 1
    if word in ("{", "@{"):
        return _members(tokens, at + 1)
    if kind == "word" and at + 1 < len(tokens) and tokens[at + 1][1] == "{":
        return _members(tokens, at + 2)
    return {"$true": True, "$false": False, "$null": None}.get(word.lower(), word), at + 1
