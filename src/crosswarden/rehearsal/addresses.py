"""Addresses that the logs show, by who stands behind them.

No real customer is named, yet each kind has to be what it is to a reader: offices use the documentation ranges
(RFC 5737), which an organisation would configure as its own; homes, hotels and other access lines 44.128.0.0/10, global
space set aside for amateur radio; rented hosts 192.88.99.0/24, global space that RFC 7526 retired. Microsoft's own
egress is real: 40.126.0.0/18 and 20.190.128.0/18 are in endpoint set 56 of Microsoft 365, and the directory logs them
in place of the actor's.
"""

from __future__ import annotations

from dataclasses import dataclass

from crosswarden.rehearsal.chance import Chance
from crosswarden.rehearsal.names import CITIES

__all__ = ["Place", "access_address", "attacker_place", "home_place", "microsoft_address", "office_place"]


@dataclass(frozen=True, slots=True)
class Place:
    """An address and where geolocation puts it. A template's place has placeholders for numbers."""

    address: str
    network: int | str
    city: str
    state: str
    country: str
    latitude: float | str
    longitude: float | str

    def location(self) -> dict[str, object]:
        """The ``location`` of a sign-in."""
        return {
            "city": self.city,
            "state": self.state,
            "countryOrRegion": self.country,
            "geoCoordinates": {"latitude": self.latitude, "longitude": self.longitude},
        }


def office_place(chance: Chance, block: str) -> Place:
    """An office's egress address in the organisation's block, such as ``203.0.113``."""
    city, state, country, latitude, longitude = chance.pick(CITIES)
    return Place(f"{block}.{chance.between(4, 60)}", 64496, city, state, country, latitude, longitude)


def access_address(chance: Chance) -> str:
    """An address of an access line.

    >>> access_address(Chance("example"))[:3]
    '44.'
    """
    number = chance.between(0, (1 << 22) - 1)
    return f"44.{128 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"


def home_place(chance: Chance, office: Place) -> Place:
    """A home line in the office's country."""
    return Place(
        access_address(chance),
        64500 + chance.between(0, 6),
        office.city,
        office.state,
        office.country,
        office.latitude,
        office.longitude,
    )


def attacker_place(chance: Chance) -> Place:
    """A rented host in a country where nobody of the organisation is."""
    city, state, country, latitude, longitude = chance.pick(
        (
            ("Chisinau", "Chisinau", "MD", 47.00556, 28.8575),
            ("Panama City", "Panama", "PA", 8.9936, -79.51973),
            ("Sofia", "Sofia-Capital", "BG", 42.69751, 23.32415),
        )
    )
    return Place(f"192.88.99.{chance.between(1, 254)}", 64510, city, state, country, latitude, longitude)


def microsoft_address(chance: Chance) -> str:
    """An address of Microsoft's identity service, as it stands in directory events in place of the actor's."""
    if chance.happens(0.5):
        return f"40.126.{chance.between(0, 63)}.{chance.between(1, 254)}"
    return f"20.190.{chance.between(128, 191)}.{chance.between(1, 254)}"
