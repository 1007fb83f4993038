"""What must hold of the token validator for any input: the target of the fuzzers, atheris' and hypothesis'.

Nothing but the errors made on purpose may come out, and no token may be accepted but those that were made valid: a
mutated token, header, payload or signature never is, unless the genuine key signed exactly those bytes, and then what
was accepted must be what the rule says.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import json

from bench._corpus import forged, valid
from bench._forgery import AUDIENCE, NOW, Case, encode, rsa_key, sign, worlds
from bench._judge import trust
from crosswarden.errors import InputError
from crosswarden.tokens import Requirements, TokenRefused, Validator, read_key_set, read_metadata
from crosswarden.tokens.verdicts import elided, refused_document, unverified

__all__ = ["attempt", "mutated", "seeds"]

MODES = 6


@functools.cache
def _cases() -> tuple[Case, ...]:
    """Made once: elliptic and PSS signatures are different each time."""
    return tuple(valid() + forged())


@functools.cache
def seeds() -> tuple[str, ...]:
    """Tokens to start from: the valid ones first."""
    return tuple(case.token for case in _cases() if case.world == "common" and len(case.token) < 4096)


@functools.cache
def genuine() -> frozenset[str]:
    """The tokens that may be accepted as they are: made valid, or forged only with regard to further demands."""
    return frozenset(
        case.token
        for case in _cases()
        if case.code == "" or case.demands or case.world != "common" or case.at != NOW
    )


@functools.cache
def _validator() -> Validator:
    return Validator(trust("common"), Requirements.of(AUDIENCE))


def mutated(data: bytes, edits: bytes) -> bytes:
    """``data`` with edits applied, four octets each: kind, two of place, value."""
    work = bytearray(data)
    for start in range(0, len(edits) - 3, 4):
        kind, high, low, value = edits[start : start + 4]
        place = (high << 8 | low) % (len(work) + 1)
        match kind % 6:
            case 0 if place < len(work):
                work[place] ^= value or 1
            case 1:
                work[place:place] = bytes([value])
            case 2:
                del work[place : place + value % 9 + 1]
            case 3:
                work[place:place] = work[place : place + value]
            case 4 if place < len(work):
                work[place] = b'{}[]",:0eN\\u'[value % 12]
            case _:
                work[place:place] = (b'"tid":', b'"TID":', b"NaN", b"\\ud800", b".", b"=", b"[[[[", b"1e999")[
                    value % 8
                ]
    return bytes(work)


def attempt(mode: int, seed: int, edits: bytes) -> None:
    """One try; raises AssertionError, or whatever crashed."""
    text = seeds()[seed % len(seeds())]
    match mode % MODES:
        case 0:
            _judge_text(mutated(text.encode(), edits).decode("utf-8", "surrogateescape"))
        case 1:
            _judge_text(edits.decode("utf-8", "surrogateescape"))
        case 2:
            _judge_signature(text, edits)
        case 3:
            _judge_signed(text, edits)
        case 4:
            _read_documents(edits, seed)
        case _:
            _judge_part(text, edits, seed)


def _accepted(text: str) -> bool:
    try:
        valid_token = _validator().validate(text, at=NOW)
    except TokenRefused as error:
        json.dumps(refused_document(text, error, NOW)).encode()
        elided(text)
        return False
    assert valid_token.claims["tid"] == valid_token.tenant and valid_token.tenant in valid_token.issuer
    assert valid_token.claims["aud"] == AUDIENCE and valid_token.claims["exp"] > NOW
    return True


def _judge_text(text: str) -> None:
    unverified(text)
    assert not _accepted(text) or text in genuine(), "a token that nobody made is accepted"


def _judge_signature(text: str, edits: bytes) -> None:
    """Only the signature's octets change; the spelling stays canonical."""
    message, _, signature = text.rpartition(".")
    octets = mutated(signature.encode(), edits)
    changed = f"{message}.{encode(octets)}"
    assert changed == text or not _accepted(changed), "a mutated signature is accepted"


def _judge_part(text: str, edits: bytes, which: int) -> None:
    """Header or payload change, the signature stays."""
    parts = text.split(".")
    index = which % 2
    if len(parts) != 3:
        return
    parts[index] = encode(mutated(_decoded(parts[index]), edits))
    _judge_text(".".join(parts))


def _decoded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        return part.encode("utf-8", "surrogateescape")


def _judge_signed(text: str, edits: bytes) -> None:
    """The genuine key signs a mutated payload: accepted or refused, but by the rule (:func:`_accepted` asserts it)."""
    parts = text.split(".")
    if len(parts) < 2:
        return
    message = f"{parts[0]}.{encode(mutated(_decoded(parts[1]), edits))}"
    try:
        raw = message.encode("ascii")
    except UnicodeEncodeError:
        return
    _accepted(f"{message}.{encode(sign('RS256', rsa_key('entra'), raw))}")


def _read_documents(edits: bytes, which: int) -> None:
    """Key sets and metadata, mutated: read, or refused as input."""
    world = worlds()["common"]
    document = world.jwks if which % 2 else world.metadata
    text = json.dumps(
        {"keys": world.jwks["keys"][which % 7 : which % 7 + 2]} if which % 2 else document
    ).encode()
    with contextlib.suppress(InputError):
        (read_key_set if which % 2 else read_metadata)(mutated(text, edits))
