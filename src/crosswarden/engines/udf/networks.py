"""Addresses and networks, version 4 and 6, as Kusto reads them."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address, summarize_address_range

from crosswarden.engines.udf.body import Body
from crosswarden.engines.udf.dynamic import as_text, dumps, loads

__all__ = ["BODIES"]

_ALL = (1 << 128) - 1


@lru_cache(maxsize=8192)
def _v4(text: str) -> tuple[int, int] | None:
    """An IPv4 address and the length of its prefix (32 without one)."""
    address, _, prefix = text.strip().partition("/")
    parts = address.split(".")
    if len(parts) != 4 or not all(re.fullmatch(r"[0-9]{1,3}", part) and int(part) < 256 for part in parts):
        return None
    if (prefix and not re.fullmatch(r"[0-9]{1,2}", prefix)) or ("/" in text and not prefix):
        return None
    length = int(prefix) if prefix else 32
    value = sum(int(part) << shift for part, shift in zip(parts, (24, 16, 8, 0), strict=True))
    return (value, length) if length <= 32 else None


@lru_cache(maxsize=8192)
def _v6(text: str) -> tuple[int, int] | None:
    """An IPv6 (or IPv4) address as 128 bits and the length of its prefix in them."""
    if four := _v4(text):
        return 0xFFFF_0000_0000 | four[0], four[1] + 96
    address, _, prefix = text.strip().partition("/")
    try:
        value = int(IPv6Address(address.partition("%")[0]))
    except (AddressValueError, ValueError):
        return None
    length = int(prefix) if re.fullmatch(r"[0-9]{1,3}", prefix) else 128 if not prefix else -1
    if "." in address:
        if value >> 32 == 0:
            value |= 0xFFFF_0000_0000
        length = length + 96 if prefix and length <= 32 else length
    return (value, length) if 0 <= length <= 128 else None


def _mask4(length: int) -> int:
    return (0xFFFF_FFFF << (32 - length)) & 0xFFFF_FFFF


def _mask6(length: int) -> int:
    return (_ALL << (128 - length)) & _ALL


def parse_ipv4(text: str) -> int | None:
    """An IPv4 address as a number, its network's when it has a prefix.

    >>> parse_ipv4("127.0.0.1"), parse_ipv4("192.1.168.1/24"), parse_ipv4("1.2.3")
    (2130706433, 3221334016, None)
    """
    return parse_ipv4_mask(text, 32)


def parse_ipv4_mask(text: str, length: int | None) -> int | None:
    """An IPv4 network's number under the shorter of two prefixes."""
    found = _v4(text)
    if found is None or length is None or not 0 <= length <= 32:
        return None
    return found[0] & _mask4(min(found[1], length))


def _dotted(value: int) -> str:
    return str(IPv4Address(value))


def format_ipv4(text: str, length: int | None) -> str:
    """An IPv4 address, given as text or as a number's digits, under a prefix."""
    found = (int(text), 32) if re.fullmatch(r"[0-9]{1,10}", text) else _v4(text)
    if found is None or length is None or not 0 <= length <= 32 or found[0] > 0xFFFF_FFFF:
        return ""
    return _dotted(found[0] & _mask4(min(found[1], length)))


def format_ipv4_mask(text: str, length: int | None) -> str:
    """The same with the prefix behind it."""
    found = (int(text), 32) if re.fullmatch(r"[0-9]{1,10}", text) else _v4(text)
    if found is None or length is None or not 0 <= length <= 32 or found[0] > 0xFFFF_FFFF:
        return ""
    shorter = min(found[1], length)
    return f"{_dotted(found[0] & _mask4(shorter))}/{shorter}"


def parse_ipv6(text: str, length: int | None) -> str:
    """The full spelling of an IPv6 network under the shorter of two prefixes; "" for what is none."""
    found = _v6(text)
    if found is None or length is None or not 0 <= length <= 128:
        return ""
    digits = f"{found[0] & _mask6(min(found[1], length)):032x}"
    return ":".join(digits[i : i + 4] for i in range(0, 32, 4))


def _sign(left: int, right: int) -> int:
    return (left > right) - (left < right)


def ipv4_compare(left: str, right: str, length: int | None) -> int | None:
    """Which of two IPv4 addresses is larger, under the shortest prefix given."""
    a, b = _v4(left), _v4(right)
    if a is None or b is None or length is None or not 0 <= length <= 32:
        return None
    mask = _mask4(min(a[1], b[1], length))
    return _sign(a[0] & mask, b[0] & mask)


def ipv6_compare(left: str, right: str, length: int | None) -> int | None:
    """Which of two addresses is larger, under the shortest prefix given."""
    a, b = _v6(left), _v6(right)
    if a is None or b is None or length is None or not 0 <= length <= 128:
        return None
    mask = _mask6(min(a[1], b[1], length))
    return _sign(a[0] & mask, b[0] & mask)


def ipv4_is_match(left: str, right: str, length: int | None) -> bool | None:
    """Whether two IPv4 addresses are equal under the shortest prefix given; null when one is none."""
    found = ipv4_compare(left, right, length)
    return None if found is None else found == 0


def ipv6_is_match(left: str, right: str, length: int | None) -> bool | None:
    """Whether two addresses are equal under the shortest prefix given; null when one is none."""
    found = ipv6_compare(left, right, length)
    return None if found is None else found == 0


def ipv4_is_in_range(address: str, network: str) -> bool | None:
    """Whether an IPv4 address lies in a network; null when one is none."""
    a, b = _v4(address), _v4(network)
    if a is None or b is None:
        return None
    mask = _mask4(min(a[1], b[1]))
    return a[0] & mask == b[0] & mask


def ipv6_is_in_range(address: str, network: str) -> bool | None:
    """Whether an address lies in a network of version 6; null when one is none."""
    a, b = _v6(address), _v6(network)
    if a is None or b is None:
        return None
    mask = _mask6(min(a[1], b[1]))
    return a[0] & mask == b[0] & mask


def _in_any(address: str, networks: str | None, six: bool) -> bool | None:
    found = (_v6 if six else _v4)(address)
    if found is None or networks is None:
        return None
    value = loads(networks)
    contains = ipv6_is_in_range if six else ipv4_is_in_range
    return any(contains(address, as_text(item)) for item in (value if isinstance(value, list) else [value]))


def ipv4_is_in_any_range(address: str, networks: str | None) -> bool | None:
    """Whether an IPv4 address lies in one of an array of networks; null when it is none."""
    return _in_any(address, networks, six=False)


def ipv6_is_in_any_range(address: str, networks: str | None) -> bool | None:
    """Whether an address lies in one of an array of networks; null when it is none."""
    return _in_any(address, networks, six=True)


_PRIVATE = ((0x0A00_0000, 8), (0xAC10_0000, 12), (0xC0A8_0000, 16))


def ipv4_is_private(text: str) -> bool | None:
    """Whether an IPv4 address belongs to a private network; null when it is none.

    >>> ipv4_is_private("10.1.2.3"), ipv4_is_private("192.168.1.1/24"), ipv4_is_private("8.8.8.8")
    (True, True, False)
    """
    found = _v4(text)
    if found is None:
        return None
    return any(found[0] & _mask4(min(length, found[1])) == start for start, length in _PRIVATE)


def netmask_suffix(text: str) -> int | None:
    """The length of an IPv4 address's prefix, 32 without one."""
    found = _v4(text)
    return found[1] if found else None


def range_to_cidr(first: str, last: str) -> str | None:
    """The networks that cover a range of IPv4 addresses exactly."""
    a, b = _v4(first), _v4(last)
    if a is None or b is None:
        return None
    return dumps([str(net) for net in summarize_address_range(IPv4Address(a[0]), IPv4Address(b[0]))])


def _addresses(text: str) -> list[str]:
    return [
        match
        for match in re.findall(r"(?<![A-Za-z0-9.])[0-9]+(?:\.[0-9]+){3}(?![A-Za-z0-9])", text)
        if _v4(match)
    ]


def has_any_ipv4(text: str, wanted: str | None) -> bool:
    """Whether a text holds one of the IPv4 addresses of an array (or the one given)."""
    value = loads(wanted)
    found = {_v4(address) for address in _addresses(text)}
    return any(
        _v4(as_text(item)) in found
        for item in (value if isinstance(value, list) else [value])
        if _v4(as_text(item))
    )


def _is_prefix(prefix: str) -> bool:
    parts = prefix.split(".")
    whole = parts[:-1] if prefix.endswith(".") else parts
    if not prefix.endswith(".") and len(parts) != 4:
        return False
    return 1 <= len(whole) <= 4 and all(re.fullmatch(r"[0-9]{1,3}", p) and int(p) < 256 for p in whole)


def has_any_ipv4_prefix(text: str, wanted: str | None) -> bool:
    """Whether a text holds an IPv4 address that begins with one of the prefixes (which end in a dot, or are whole)."""
    value = loads(wanted)
    prefixes = [as_text(item) for item in (value if isinstance(value, list) else [value])]
    found = _addresses(text)
    return any(
        address == prefix or (prefix.endswith(".") and address.startswith(prefix))
        for prefix in prefixes
        if _is_prefix(prefix)
        for address in found
    )


_TWO, _MASKED = ("VARCHAR", "VARCHAR"), ("VARCHAR", "BIGINT")
_THREE = ("VARCHAR", "VARCHAR", "BIGINT")
BODIES = {
    "kql_parse_ipv4": Body(parse_ipv4, ("VARCHAR",), "BIGINT"),
    "kql_parse_ipv4_mask": Body(parse_ipv4_mask, _MASKED, "BIGINT"),
    "kql_format_ipv4": Body(format_ipv4, _MASKED, "VARCHAR", ""),
    "kql_format_ipv4_mask": Body(format_ipv4_mask, _MASKED, "VARCHAR", ""),
    "kql_parse_ipv6": Body(parse_ipv6, _MASKED, "VARCHAR", ""),
    "kql_ipv4_compare": Body(ipv4_compare, _THREE, "BIGINT"),
    "kql_ipv6_compare": Body(ipv6_compare, _THREE, "BIGINT"),
    "kql_ipv4_is_match": Body(ipv4_is_match, _THREE, "BOOLEAN"),
    "kql_ipv6_is_match": Body(ipv6_is_match, _THREE, "BOOLEAN"),
    "kql_ipv4_is_in_range": Body(ipv4_is_in_range, _TWO, "BOOLEAN"),
    "kql_ipv6_is_in_range": Body(ipv6_is_in_range, _TWO, "BOOLEAN"),
    "kql_ipv4_is_in_any_range": Body(ipv4_is_in_any_range, _TWO, "BOOLEAN"),
    "kql_ipv6_is_in_any_range": Body(ipv6_is_in_any_range, _TWO, "BOOLEAN"),
    "kql_ipv4_is_private": Body(ipv4_is_private, ("VARCHAR",), "BOOLEAN"),
    "kql_ipv4_netmask_suffix": Body(netmask_suffix, ("VARCHAR",), "BIGINT"),
    "kql_ipv4_range_to_cidr": Body(range_to_cidr, _TWO, "VARCHAR"),
    "kql_has_any_ipv4": Body(has_any_ipv4, _TWO, "BOOLEAN", False),
    "kql_has_any_ipv4_prefix": Body(has_any_ipv4_prefix, _TWO, "BOOLEAN", False),
}
