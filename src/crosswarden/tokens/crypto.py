"""The one door to PyJWT and cryptography: signatures are theirs, never ours."""

from __future__ import annotations

import cryptography
import jwt

__all__ = ["cryptography", "jwt"]
