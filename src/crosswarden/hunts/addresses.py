"""What kind of address an event carries: organisational, Microsoft's own, private, any other, or none.

The audit log often records Microsoft's egress in the actor's place (a public raw event shows 40.126.32.99, Microsoft
365 endpoint set 56), so that is a class of its own, neither organisational nor foreign. Source of the ranges: the
Office 365 IP Address and URL web service (``content/microsoft_egress.json``).
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from crosswarden.errors import UsageError

__all__ = ["AddressClass", "Addresses", "bare"]

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class AddressClass:
    """The class of an address and why: ``organisational``, ``microsoft egress``, ``private``, ``other``, ``absent``."""

    name: str
    why: str = ""


def bare(text: str) -> str:
    """An address without port, brackets and blanks, or "" where there is none.

    >>> bare("[2603:10a6:10:3b::9c]:42402"), bare("20.190.160.24:443 "), bare("<null>")
    ('2603:10a6:10:3b::9c', '20.190.160.24', '')
    """
    text = text.strip()
    if (match := re.fullmatch(r"\[([0-9A-Fa-f:.]+)\](?::\d+)?", text)) or (
        match := re.fullmatch(r"(\d+\.\d+\.\d+\.\d+):\d+", text)
    ):
        text = match[1]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


@cache
def _microsoft() -> tuple[tuple[Network, str], ...]:
    text = files("crosswarden.content").joinpath("microsoft_egress.json").read_text("utf-8")
    return tuple((ipaddress.ip_network(each), why) for each, why in json.loads(text).items())


class Addresses:
    """Classifies addresses, given the organisation's own ranges.

    >>> Addresses(["203.0.113.0/24"]).classify("203.0.113.9").name
    'organisational'
    >>> Addresses().classify("40.126.32.99")
    AddressClass(name='microsoft egress', why='Microsoft 365 endpoint set 56 (Common)')
    >>> Addresses().classify("").name
    'absent'
    """

    def __init__(self, organisational: Iterable[str] = ()) -> None:
        try:
            self._own = tuple(ipaddress.ip_network(each.strip(), strict=False) for each in organisational)
        except ValueError as error:
            raise UsageError(
                "address-range",
                f"an organisational range is not valid: {error}",
                remedy="write 203.0.113.0/24",
            ) from None

    def classify(self, text: str) -> AddressClass:
        """The class of an address as a log gives it."""
        plain = bare(text)
        if not plain:
            return AddressClass("absent")
        address = ipaddress.ip_address(plain)
        for network in self._own:
            if address.version == network.version and address in network:
                return AddressClass("organisational", str(network))
        for network, why in _microsoft():
            if address.version == network.version and address in network:
                return AddressClass("microsoft egress", why)
        return AddressClass("private" if address.is_private else "other")
