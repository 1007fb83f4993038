"""The Microsoft 365 endpoint list: what the Windows service keeps of it, the built-in hosts, the administrator's own.

Source: the Office 365 IP Address and URL web service (records of id, urls, ips, category, required) and the seed's
reading of cloudidsvc.dll: required sets of category Optimize and Allow, of every instance, plus the built-in list.
The filter leaves out ``*.cloud.microsoft`` (set 184); login.live.com (set 97) is rescued by the built-in list.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from crosswarden.errors import InputError
from crosswarden.restrictions.hosts import HostList

__all__ = ["BUILT_IN", "Endpoints", "Network", "kept", "packaged", "read_endpoints"]

BUILT_IN = (
    "login.live.com",
    "login.microsoft.com",
    "login.microsoftonline.com",
    "login.windows.net",
    "login.microsoftonline.us",
    "login.microsoftonline.de",
    "login.chinacloudapi.cn",
    "*.live.com",
    "*.microsoft.com",
    "*.office.com",
)
"""The seed's list, built into the Windows service."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Endpoints:
    """Hosts and address ranges under restriction, with where they come from and from when."""

    hosts: HostList
    networks: tuple[Network, ...]
    source: str
    as_of: dt.date | None

    def age(self, today: dt.date) -> int | None:
        """Days since the list was made, or None when the list does not say."""
        return None if self.as_of is None else (today - self.as_of).days

    def version(self, number: int) -> tuple[Network, ...]:
        """The collapsed IPv4 (4) or IPv6 (6) ranges, in order."""
        if number == 4:
            return tuple(
                ipaddress.collapse_addresses(n for n in self.networks if isinstance(n, ipaddress.IPv4Network))
            )
        return tuple(
            ipaddress.collapse_addresses(n for n in self.networks if isinstance(n, ipaddress.IPv6Network))
        )


def kept(record: Mapping[str, Any]) -> bool:
    """Whether the Windows service keeps this set: required, and of category Optimize or Allow.

    >>> kept({"required": True, "category": "Default"})
    False
    """
    return record.get("required") is True and record.get("category") in ("Optimize", "Allow")


def build(
    records: Iterable[Mapping[str, Any]],
    *,
    source: str,
    as_of: dt.date | None,
    own_hosts: Iterable[str] = (),
    own_ranges: Iterable[str] = (),
) -> Endpoints:
    """The list of RECORDS after the filter, with the built-in hosts and the administrator's OWN entries.

    Raises InputError for a record whose ranges are no networks, UsageError for a host that is no pattern.
    """
    names = [*BUILT_IN, *own_hosts]
    ranges = list(own_ranges)
    for record in records:
        if kept(record):
            names.extend(record.get("urls") or ())
            ranges.extend(record.get("ips") or ())
    return Endpoints(HostList.of(names), tuple(_networks(ranges, source)), source, as_of)


def _networks(ranges: Iterable[str], source: str) -> list[Network]:
    found: list[Network] = []
    for text in dict.fromkeys(ranges):
        try:
            found.append(ipaddress.ip_network(text, strict=False))
        except ValueError as error:
            raise InputError("endpoint-range", f"{source}: {text!r} is no address range ({error})") from None
    return found


def read_endpoints(path: Path, *, own_hosts: Iterable[str] = (), own_ranges: Iterable[str] = ()) -> Endpoints:
    """A saved answer of the web service (an array of records, or an object with ``records``).

    Raises InputError when the file is no such list.
    """
    try:
        document = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise InputError("endpoint-list", f"{path}: {error}") from None
    records = document.get("records") if isinstance(document, dict) else document
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise InputError("endpoint-list", f"{path} holds no list of endpoint sets")
    as_of = document.get("as_of") if isinstance(document, dict) else None
    return build(
        records,
        source=str(path),
        as_of=dt.date.fromisoformat(as_of) if isinstance(as_of, str) else None,
        own_hosts=own_hosts,
        own_ranges=own_ranges,
    )


def packaged(*, own_hosts: Iterable[str] = (), own_ranges: Iterable[str] = ()) -> Endpoints:
    """The list that ships with crosswarden: Worldwide, the sets that the Windows service keeps, as of its date."""
    document = orjson.loads(files("crosswarden.restrictions").joinpath("data/endpoints.json").read_bytes())
    return build(
        document["records"],
        source="packaged list",
        as_of=dt.date.fromisoformat(document["as_of"]),
        own_hosts=own_hosts,
        own_ranges=own_ranges,
    )
