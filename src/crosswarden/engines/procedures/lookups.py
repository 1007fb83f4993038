"""Which networks hold an address, for ipv4_lookup and ipv6_lookup."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from crosswarden.engines.outside import Outside
from crosswarden.engines.procedures.frame import Frame, Procedure
from crosswarden.kql.plan import Staged

__all__ = ["PROCEDURES"]

Row = tuple[Any, ...]
Network = tuple[int, int]
"""Address and prefix length, both as of IPv6; IPv4 addresses are mapped into it."""

_MAPPED = 0xFFFF << 32


def network(text: str, version: int) -> Network | None:
    """An address with or without prefix length; None when it is none.

    >>> network("10.0.0.0/8", 4) == network("::ffff:10.0.0.0/104", 6), network("10.0.0.0/40", 4)
    (True, None)
    """
    base, slash, length = text.strip().partition("/")
    try:
        if version == 4 or ":" not in base:
            address, most = _MAPPED | int(IPv4Address(base)), 32
        else:
            address, most = int(IPv6Address(base.partition("%")[0])), 128
    except ValueError:
        return None
    if slash and not (length.isdecimal() and int(length) <= most):
        return None
    return address, (int(length) if slash else most) + 128 - most


def _lookup(step: Staged, inputs: Sequence[Frame], outside: Outside) -> list[Row]:
    version, extra = step.options["version"], step.options["extra"]
    assert isinstance(version, int) and isinstance(extra, int)
    by_length: dict[int, dict[tuple[int, Row], list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in inputs[1].rows:
        held = network(row[0], version)
        if held is not None:
            by_length[held[1]][held[0] >> (128 - held[1]), row[1 : 1 + extra]].append(row)
    out: list[Row] = []
    for key in inputs[0].rows:
        asked = network(key[0], version)
        if asked is None:
            continue
        for length, networks in by_length.items():
            if length <= asked[1]:
                found = networks.get((asked[0] >> (128 - length), key[1:]), [])
            else:
                found = _wider(asked, length, networks, key[1:])
            out += [(*key, *row) for row in found]
    return out


def _wider(asked: Network, length: int, networks: dict[tuple[int, Row], list[Row]], extra: Row) -> list[Row]:
    """Networks inside the asked one: the shorter prefix of the two decides."""
    shift = length - asked[1]
    wanted = asked[0] >> (128 - asked[1])
    return [
        row
        for (prefix, keys), rows in networks.items()
        if keys == extra and prefix >> shift == wanted
        for row in rows
    ]


PROCEDURES: dict[str, Procedure] = {"ip-lookup": _lookup}
