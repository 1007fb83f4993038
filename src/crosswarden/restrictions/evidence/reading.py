"""Reads the sources of evidence: EVTX, event exports in JSON or XML, sign-in rows, proxy logs.

What a file is follows from its content. Every file is accounted for; one that is not understood is named.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from evtx import PyEvtxParser

__all__ = ["Gathered", "ProxyLine", "SignIn", "WindowsEvent", "gather"]

_PROVIDERS = ("microsoft-windows-tenantrestrictions", "{4053fada-178b-5aa8-746b-7cf8538b5118}")
_LARGEST = 256 << 20
_SQUID = re.compile(r"^(\d{9,}\.\d+)\s+\d+ (\S+) (\w+)/(\d+) \d+ (\S+) (\S+)")


@dataclass(frozen=True)
class WindowsEvent:
    """One event of the TenantRestrictions provider; ``time`` as the log writes it (ISO 8601)."""

    time: str
    id: int
    computer: str


@dataclass(frozen=True)
class SignIn:
    """One sign-in, whichever log it comes from; ``restricted`` is '', 'true' or 'false'."""

    time: str
    code: str
    user: str
    user_id: str
    home: str
    resource: str
    application: str
    access_type: str
    restricted: str
    address: str


@dataclass(frozen=True)
class ProxyLine:
    """One decision of a proxy: host, action (decrypt, splice, restrict), headers replaced."""

    time: str
    host: str
    action: str
    replaced: tuple[str, ...] = ()


@dataclass
class Gathered:
    """Everything read, with the files it came from and those that were not understood."""

    events: list[WindowsEvent] = field(default_factory=list)
    sign_ins: list[SignIn] = field(default_factory=list)
    proxy: list[ProxyLine] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def gather(paths: Iterable[Path]) -> Gathered:
    """Reads PATHS (folders are searched)."""
    gathered = Gathered()
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            try:
                gathered.kinds[str(file)] = _file(gathered, file)
            except (
                OSError,
                ValueError,
                TypeError,
                AttributeError,
                RuntimeError,
                ElementTree.ParseError,
            ) as error:
                gathered.problems.append(f"{file}: {str(error)[:200]}")
    return gathered


def _file(gathered: Gathered, file: Path) -> str:
    if file.stat().st_size > _LARGEST:
        raise ValueError(f"larger than {_LARGEST >> 20} MB")
    with file.open("rb") as stream:
        magic = stream.read(8)
    if magic.startswith(b"ElfFile\x00"):
        records = (json.loads(record["data"]) for record in PyEvtxParser(str(file)).records_json() if record)
        gathered.events += [event for record in records for event in _event(record)]
        return "event log"
    text = _text(file.read_bytes())
    if text.lstrip().startswith("<"):
        gathered.events += list(_xml(text))
        return "event export"
    if _SQUID.match(text):
        gathered.proxy += list(_squid(text))
        return "Squid log"
    return _records(gathered, list(_json(text)))


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def _json(text: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a JSON array, a wrapped array (value, records), one object, or JSON Lines."""
    try:
        document = json.loads(text)
    except ValueError:
        document = [json.loads(line) for line in text.splitlines() if line.strip()]
    if isinstance(document, Mapping):
        document = document.get("value") or document.get("records") or [document]
    yield from (item for item in document if isinstance(item, Mapping))


def _records(gathered: Gathered, records: list[Mapping[str, Any]]) -> str:
    kinds: set[str] = set()
    for record in records:
        if "event" in record and "host" in record and "action" in record:
            kinds.add("proxy log")
            replaced = tuple(str(name) for name in record.get("replaced") or ())
            line = ProxyLine(
                str(record.get("time", "")), str(record["host"]), str(record["action"]), replaced
            )
            gathered.proxy.append(line)
        elif made := list(_event(record)):
            kinds.add("event export")
            gathered.events += made
        elif row := _sign_in(record):
            kinds.add("sign-ins")
            gathered.sign_ins.append(row)
    return ", ".join(sorted(kinds)) or "nothing of ours"


def _event(record: Mapping[str, Any]) -> Iterator[WindowsEvent]:
    system = record.get("Event", {}).get("System") if isinstance(record.get("Event"), Mapping) else None
    if isinstance(system, Mapping):
        attributes = system.get("Provider", {}).get("#attributes", {})
        provider, number = f"{attributes.get('Name')} {attributes.get('Guid')}", system.get("EventID")
        number = number.get("#text") if isinstance(number, Mapping) else number
        moment = system.get("TimeCreated", {}).get("#attributes", {}).get("SystemTime", "")
        computer = system.get("Computer", "")
    else:
        provider = str(record.get("ProviderName") or record.get("Provider") or record.get("SourceName") or "")
        number = record.get("Id") or record.get("EventID") or record.get("EventId")
        moment = record.get("TimeCreated") or record.get("@timestamp") or record.get("TimeGenerated") or ""
        computer = record.get("MachineName") or record.get("Computer") or record.get("Hostname") or ""
    if any(name in provider.lower() for name in _PROVIDERS) and str(number).isdigit():
        yield WindowsEvent(_moment(str(moment)), int(str(number)), str(computer))


def _moment(text: str) -> str:
    """PowerShell's /Date(ms)/ as ISO 8601; anything else as it is."""
    match = re.fullmatch(r"/Date\((\d+)\)/", text)
    if not match:
        return text
    import datetime as dt

    return dt.datetime.fromtimestamp(int(match[1]) / 1000, dt.UTC).isoformat()


def _xml(text: str) -> Iterator[WindowsEvent]:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("document type declarations are not read")
    bare = re.sub(r"<\?xml[^>]*\?>", "", text)
    root = ElementTree.fromstring(f"<all>{bare}</all>")  # noqa: S314 - entities are refused above
    for event in root.iter():
        if not event.tag.endswith("}Event") and event.tag != "Event":
            continue
        parts = {item.tag.rpartition("}")[2]: item for item in event.iter()}
        provider = parts.get("Provider")
        name = f"{provider.get('Name')} {provider.get('Guid')}".lower() if provider is not None else ""
        number, created, computer = parts.get("EventID"), parts.get("TimeCreated"), parts.get("Computer")
        if (
            number is not None
            and (number.text or "").isdigit()
            and any(known in name for known in _PROVIDERS)
        ):
            moment = created.get("SystemTime", "") if created is not None else ""
            yield WindowsEvent(
                moment, int(number.text or 0), (computer.text or "") if computer is not None else ""
            )


def _sign_in(raw: Mapping[str, Any]) -> SignIn | None:
    record = {key.lower(): value for key, value in raw.items()}
    if "resourcetenantid" not in record and "hometenantid" not in record:
        return None
    status = record.get("status")
    code = record.get("resulttype")
    if code is None and isinstance(status, Mapping):
        code = status.get("errorCode")
    restricted = record.get("istenantrestricted")
    return SignIn(
        time=str(record.get("createddatetime") or record.get("timegenerated") or ""),
        code=str(code if code is not None else ""),
        user=str(record.get("userprincipalname") or ""),
        user_id=str(record.get("userid") or "").lower(),
        home=str(record.get("hometenantid") or "").lower(),
        resource=str(record.get("resourcetenantid") or "").lower(),
        application=str(record.get("appid") or "").lower(),
        access_type=str(record.get("crosstenantaccesstype") or ""),
        restricted="" if restricted in (None, "") else str(restricted).lower(),
        address=str(record.get("ipaddress") or ""),
    )


def _squid(text: str) -> Iterator[ProxyLine]:
    for line in text.splitlines():
        match = _SQUID.match(line)
        if match:
            moment, _, result, _, method, url = match.groups()
            if method == "CONNECT":
                action = "splice" if result == "TCP_TUNNEL" else "decrypt"
                yield ProxyLine(moment, url.rpartition(":")[0], action)
