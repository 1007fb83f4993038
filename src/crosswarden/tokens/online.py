"""Validators that have their keys fetched: the same judgement as :class:`Validator`, with a key store behind it."""

from __future__ import annotations

from crosswarden.tokens.discovery import Trust
from crosswarden.tokens.key_store import AsyncKeyStore, KeyStore
from crosswarden.tokens.refusals import TokenRefused
from crosswarden.tokens.requirements import Requirements
from crosswarden.tokens.rfc7515 import check_header, read_compact, read_header
from crosswarden.tokens.validator import Validator, ValidToken, is_plain, key_id

__all__ = ["AsyncOnlineValidator", "OnlineValidator", "stated_key_id"]


def stated_key_id(token: object) -> str | None:
    """The key id that a token states, if its header is one that could be accepted; only then is it worth a look-up."""
    try:
        header = read_header(read_compact(token).header)
        check_header(header)
        kid = key_id(header)
        return kid if is_plain(kid) else None
    except TokenRefused:
        return None


class _Judging:
    """Keeps one validator for the trust that was last used."""

    def __init__(self, requirements: Requirements) -> None:
        self.requirements = requirements
        self._validator: Validator | None = None

    def _judge(self, trust: Trust, token: object, at: float, nonce: str | None) -> ValidToken:
        validator = self._validator
        if validator is None or validator.trusts[0] is not trust:
            validator = self._validator = Validator(trust, self.requirements)
        return validator.validate(token, at=at, nonce=nonce)


class OnlineValidator(_Judging):
    """For threads. ``authority`` is for example https://login.microsoftonline.com/<tenant>."""

    def __init__(self, authority: str, requirements: Requirements, store: KeyStore | None = None) -> None:
        super().__init__(requirements)
        self.authority = authority
        self.store = store if store is not None else KeyStore()

    def validate(self, token: object, *, nonce: str | None = None) -> ValidToken:
        """The valid token; raises :class:`TokenRefused`, or :class:`KeysUnavailable` when there are no keys."""
        trust = self.store.trust(self.authority, stated_key_id(token))
        return self._judge(trust, token, self.store.clock(), nonce)


class AsyncOnlineValidator(_Judging):
    """For asyncio."""

    def __init__(
        self, authority: str, requirements: Requirements, store: AsyncKeyStore | None = None
    ) -> None:
        super().__init__(requirements)
        self.authority = authority
        self.store = store if store is not None else AsyncKeyStore()

    async def validate(self, token: object, *, nonce: str | None = None) -> ValidToken:
        """As :meth:`OnlineValidator.validate`."""
        trust = await self.store.trust(self.authority, stated_key_id(token))
        return self._judge(trust, token, self.store.clock(), nonce)
