"""Judges a case of the corpus with crosswarden, as an application would."""

from __future__ import annotations

import functools
import json
from typing import Any

from bench._forgery import AUDIENCE, Case, worlds
from crosswarden.tokens import (
    Requirements,
    TokenRefused,
    Trust,
    Validator,
    ValidToken,
    read_key_set,
    read_metadata,
)

__all__ = ["judge", "trust", "verdict"]


@functools.cache
def trust(world: str) -> Trust:
    """A world's metadata and keys, read from the bytes that a file would hold."""
    one = worlds()[world]
    return Trust(
        read_metadata(json.dumps(one.metadata).encode()), read_key_set(json.dumps(one.jwks).encode())
    )


def judge(case: Case) -> ValidToken:
    """The valid token, or TokenRefused."""
    demands: dict[str, Any] = dict(case.demands)
    nonce = demands.pop("nonce", None)
    requirements = Requirements.of(demands.pop("audience", AUDIENCE), **demands)
    return Validator(trust(case.world), requirements).validate(case.token, at=case.at, nonce=nonce)


def verdict(case: Case) -> str:
    """The refusal's code, or ""."""
    try:
        judge(case)
    except TokenRefused as error:
        return error.code
    return ""
