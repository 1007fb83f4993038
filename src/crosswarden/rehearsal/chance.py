"""Seeded chance: every draw comes from a generator named by a path, so the same seed gives the same bytes.

A path such as ``(seed, "user", 17)`` names one generator. What one part of the rehearsal draws never shifts what
another part draws, and a day can be written by any process in any order.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from hashlib import blake2b
from random import Random
from typing import TypeVar

__all__ = ["Chance", "guid_text", "named_guid", "token_of"]

Item = TypeVar("Item")


def guid_text(number: int) -> str:
    """A 128-bit number as a GUID of version 4.

    >>> guid_text(0)
    '00000000-0000-4000-8000-000000000000'
    """
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{'89ab'[int(digits[16], 16) & 3]}{digits[17:20]}-{digits[20:]}"


def named_guid(*path: object) -> str:
    """The GUID that a path names: stable, and the same wherever it is asked for.

    >>> named_guid(7, "tenant") == named_guid(7, "tenant") != named_guid(8, "tenant")
    True
    """
    return guid_text(int.from_bytes(_digest(path)[:16], "big"))


def token_of(request: str) -> str:
    """The unique token identifier of a request: its GUID's bytes as .NET orders them, in base64url.

    Real sign-ins show it: request 'aab60d71-…-1e00' and identifier '…HgA' are one number.

    >>> token_of("00000000-0000-0000-0000-00000000ff00")
    'AAAAAAAAAAAAAAAAAAD_AA'
    """
    first, second, third, rest = request[:8], request[9:13], request[14:18], request[19:23] + request[24:]
    raw = bytes.fromhex(first)[::-1] + bytes.fromhex(second)[::-1] + bytes.fromhex(third)[::-1]
    return urlsafe_b64encode(raw + bytes.fromhex(rest)).rstrip(b"=").decode("ascii")


def _digest(path: tuple[object, ...]) -> bytes:
    return blake2b("\x1f".join(map(str, path)).encode("utf-8"), digest_size=32).digest()


class Chance:
    """The draws of one named generator."""

    def __init__(self, *path: object) -> None:
        self._path = path
        # Not for secrets: the point is that anyone can draw the same again.
        self.random = Random(int.from_bytes(_digest(path), "big"))  # noqa: S311

    def below(self, *path: object) -> Chance:
        """The generator of a longer path."""
        return Chance(*self._path, *path)

    def guid(self) -> str:
        return guid_text(self.random.getrandbits(128))

    def request(self) -> str:
        """A sign-in's request id; those end in a zero byte."""
        return self.guid()[:-2] + "00"

    def hexadecimal(self, digits: int) -> str:
        return f"{self.random.getrandbits(digits * 4):0{digits}X}"

    def letters(self, length: int, alphabet: str = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") -> str:
        return "".join(self.pick(alphabet) for _ in range(length))

    def pick(self, items: Sequence[Item]) -> Item:
        return items[int(self.random.random() * len(items))]

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.random.random() * (high - low + 1))

    def happens(self, probability: float) -> bool:
        return self.random.random() < probability

    def sample(self, items: Sequence[Item], count: int) -> list[Item]:
        """Distinct items, in the order drawn."""
        pool = list(items)
        return [pool.pop(int(self.random.random() * len(pool))) for _ in range(min(count, len(pool)))]
