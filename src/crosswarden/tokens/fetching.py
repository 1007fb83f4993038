"""Fetches an authority's metadata and keys over HTTPS: bounded, no redirects, and keys only from the authority's own host.

The address of the keys comes from the metadata; a host other than the authority's would let whoever can change one
document supply the keys, so it is refused.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from urllib.parse import urlsplit

import httpx

from crosswarden.tokens.discovery import Metadata, Trust, read_metadata
from crosswarden.tokens.key_cache import KeysUnavailable
from crosswarden.tokens.rfc7517 import read_key_set

__all__ = [
    "AsyncFetch",
    "Documents",
    "Fetch",
    "http_fetch",
    "http_fetch_async",
    "keys_address",
    "metadata_address",
    "read_documents",
]

Fetch = Callable[[str], bytes]
"""Address → body."""

AsyncFetch = Callable[[str], Awaitable[bytes]]
Documents = tuple[bytes, bytes]
"""Metadata and key set, as they came."""

SIZE_LIMIT = 1024 * 1024
TIMEOUT = 10.0


def metadata_address(authority: str) -> str:
    """Where an authority describes itself: the v2 document, unless the address of a document is given.

    >>> metadata_address("https://login.microsoftonline.com/common/")
    'https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration'
    """
    try:
        parts = urlsplit(authority)
    except ValueError:
        raise KeysUnavailable("authority", f"the authority {authority[:80]!r} is no address") from None
    if parts.scheme != "https" or not parts.hostname:
        raise KeysUnavailable("authority", f"the authority {authority[:80]!r} is not an https address")
    if ".well-known/" in parts.path:
        return authority
    base = authority.rstrip("/")
    return (
        f"{base}/.well-known/openid-configuration"
        if base.endswith("/v2.0")
        else f"{base}/v2.0/.well-known/openid-configuration"
    )


def keys_address(authority: str, metadata: Metadata) -> str:
    """The address of the keys, if it is https and on the authority's own host."""
    parts = urlsplit(metadata.jwks_uri)
    if parts.scheme != "https" or parts.hostname != urlsplit(authority).hostname:
        raise KeysUnavailable(
            "keys-elsewhere", f"{authority} says its keys are at {metadata.jwks_uri[:80]!r}, another host"
        )
    return metadata.jwks_uri


def read_documents(authority: str, documents: Documents) -> Trust:
    """The trust in fetched documents; raises InputError when they are none."""
    metadata, keys = documents
    return Trust(
        read_metadata(metadata, f"metadata of {authority}"), read_key_set(keys, f"key set of {authority}")
    )


def _bounded(chunks: Iterator[bytes], address: str) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > SIZE_LIMIT:
            raise KeysUnavailable("keys-size", f"{address} sends more than {SIZE_LIMIT:,} bytes")
    return bytes(body)


def http_fetch(address: str) -> bytes:
    """The body at an address; raises :class:`KeysUnavailable`."""
    try:
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=False) as client,
            client.stream("GET", address) as response,
        ):
            _check_status(response, address)
            return _bounded(response.iter_bytes(), address)
    except httpx.HTTPError as error:
        raise KeysUnavailable(
            "keys-unavailable", f"{address} cannot be fetched: {type(error).__name__}"
        ) from None


async def http_fetch_async(address: str) -> bytes:
    """As :func:`http_fetch`, for asyncio."""
    try:
        async with (
            httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False) as client,
            client.stream("GET", address) as response,
        ):
            _check_status(response, address)
            return await _bounded_async(response.aiter_bytes(), address)
    except httpx.HTTPError as error:
        raise KeysUnavailable(
            "keys-unavailable", f"{address} cannot be fetched: {type(error).__name__}"
        ) from None


async def _bounded_async(chunks: AsyncIterator[bytes], address: str) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > SIZE_LIMIT:
            raise KeysUnavailable("keys-size", f"{address} sends more than {SIZE_LIMIT:,} bytes")
    return bytes(body)


def _check_status(response: httpx.Response, address: str) -> None:
    if response.status_code != 200:
        raise KeysUnavailable("keys-unavailable", f"{address} answers {response.status_code}")
