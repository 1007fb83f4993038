"""What makes a public key untrustworthy on its face: size, exponent, ROCA, or being known as stolen.

ROCA (CVE-2017-15361): keys of Infineon's library have a modulus that, modulo each small prime, is a power of 65537;
of ordinary keys about one in 2^150 has that. Stolen: the consumer signing key of Storm-0558, known publicly by its
certificate (issued 5 April 2016, expired 4 April 2021), whose SHA-1 thumbprint is also its key id.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["STOLEN_KEYS", "has_roca_fingerprint", "rsa_weakness"]

STOLEN_KEYS: Mapping[str, str] = {
    "1LTMzakihiRla_8z2BEJVXeWMqo": (
        "the consumer signing key that Storm-0558 used, issued 2016-04-05, expired 2021-04-04"
    ),
}
"""Key id (base64url of the certificate's SHA-1 thumbprint) → what is known."""

RSA_BITS = (2048, 8192)
_LEAST_EXPONENT = 65537

_PRIMES = (
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
    113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
)  # fmt: skip


def _powers(prime: int) -> frozenset[int]:
    power, powers = 1, set()
    while power not in powers:
        powers.add(power)
        power = power * 65537 % prime
    return frozenset(powers)


_SUBGROUPS = tuple((prime, _powers(prime)) for prime in _PRIMES)


def has_roca_fingerprint(modulus: int) -> bool:
    """Whether the modulus looks like one of Infineon's weak keys.

    >>> has_roca_fingerprint(65537**5), has_roca_fingerprint(2**2048 - 1942289)
    (True, False)
    """
    return all(modulus % prime in powers for prime, powers in _SUBGROUPS)


def rsa_weakness(modulus: int, exponent: int) -> str:
    """What is wrong with an RSA key, or "" (RFC 7518 section 3.3; NIST SP 800-56B for the exponent)."""
    least, most = RSA_BITS
    bits = modulus.bit_length()
    if not least <= bits <= most:
        return f"{bits} bits, not {least} to {most}"
    if modulus % 2 == 0:
        return "an even modulus"
    if exponent < _LEAST_EXPONENT or exponent % 2 == 0 or exponent.bit_length() > 256:
        return f"public exponent {exponent if exponent < 2**64 else 'too large'}"
    return ""
