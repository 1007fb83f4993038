"""Is this token what it claims, and was it ever issued.

The way through, each step a module: text → :mod:`rfc7515` three parts → :mod:`rfc8259` strict JSON → :mod:`rfc7517`
the key → :mod:`crypto` the signature (PyJWT over cryptography; none of it is written here) → :mod:`rfc7519` claims →
:mod:`binding` whose key → :mod:`requirements` what the application demands → :class:`ValidToken`, or
:class:`TokenRefused` with a stable code (:mod:`refusals`).
"""

from crosswarden.tokens.discovery import Metadata, Trust, read_metadata
from crosswarden.tokens.refusals import REASONS, TokenRefused
from crosswarden.tokens.requirements import Requirements
from crosswarden.tokens.rfc7517 import KeySet, SigningKey, read_key_set
from crosswarden.tokens.signatures import verify
from crosswarden.tokens.validator import Validator, ValidToken

__all__ = [
    "REASONS", "KeySet", "Metadata", "Requirements", "SigningKey", "TokenRefused", "Trust", "ValidToken", "Validator",
    "read_key_set", "read_metadata", "verify",
]  # fmt: skip
