"""The key store: the published rules, one fetch at a time, the last known good, and what was served when."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bench._forgery import (
    AUDIENCE,
    CONSUMERS,
    GOVERNMENT,
    NOW,
    WORLDWIDE,
    jwk,
    metadata,
    rsa_key,
    token,
    v2_claims,
)

from crosswarden.tokens import Requirements, TokenRefused
from crosswarden.tokens.discovery import read_metadata
from crosswarden.tokens.fetching import keys_address, metadata_address
from crosswarden.tokens.key_cache import KeysUnavailable
from crosswarden.tokens.key_events import compare
from crosswarden.tokens.key_history import KeyHistory
from crosswarden.tokens.key_store import AsyncKeyStore, KeyStore
from crosswarden.tokens.online import AsyncOnlineValidator, OnlineValidator
from crosswarden.tokens.rfc7517 import read_key_set

AUTHORITY = WORLDWIDE + "/common"
TEMPLATE = WORLDWIDE + "/{tenantid}/v2.0"
MSA = f"{WORLDWIDE}/{CONSUMERS}/v2.0"
HOUR = 3600.0


class Site:
    """A synthetic authority that counts its visitors, can be slow, broken or gone."""

    def __init__(self) -> None:
        self.keys = [jwk(rsa_key("entra"), "entra-key", TEMPLATE)]
        self.now = float(NOW)
        self.visits = 0
        self.down = False
        self.body: bytes | None = None
        self.delay = 0.0
        self.gate, self.asked = threading.Event(), threading.Event()
        self.gate.set()

    def clock(self) -> float:
        return self.now

    def fetch(self, address: str) -> bytes:
        if address.endswith("openid-configuration"):
            return json.dumps(metadata(WORLDWIDE, "common")).encode()
        self.visits += 1
        self.asked.set()
        assert self.gate.wait(60)
        time.sleep(self.delay)
        if self.down:
            raise OSError("no route")
        return self.body if self.body is not None else json.dumps({"keys": self.keys}).encode()

    async def fetch_async(self, address: str) -> bytes:
        await asyncio.sleep(self.delay)
        delay, self.delay = self.delay, 0.0
        try:
            return self.fetch(address)
        finally:
            self.delay = delay


@pytest.fixture
def site() -> Site:
    """A fresh authority."""
    return Site()


@pytest.fixture(params=["threads", "asyncio"])
def ask(request: pytest.FixtureRequest, site: Site) -> Callable[..., Any]:
    """Asks a store for the trust, in both kinds of store."""
    if request.param == "threads":
        return KeyStore(site.fetch, site.clock).trust
    store, loop = AsyncKeyStore(site.fetch_async, site.clock), asyncio.new_event_loop()
    request.addfinalizer(loop.close)

    async def settled(*arguments: Any) -> Any:
        try:
            return await store.trust(*arguments)
        finally:
            while store._under_way:
                await asyncio.sleep(0)

    return lambda *arguments: loop.run_until_complete(settled(*arguments))


def test_keys_are_fetched_once_an_hour(site: Site, ask: Callable[..., Any]) -> None:
    """Within the hour nothing is fetched; after it, once."""
    for minutes, visits in ((0, 1), (1, 1), (59, 1), (61, 2), (62, 2), (120, 2), (122, 3)):
        site.now = NOW + minutes * 60
        assert "entra-key" in ask(AUTHORITY, "entra-key").keys
        assert site.visits == visits, minutes


def test_an_unknown_kid_asks_at_most_once_in_five_minutes(site: Site, ask: Callable[..., Any]) -> None:
    """An attacker's invented key ids cause one fetch in five minutes, whatever they are."""
    ask(AUTHORITY)
    for second in range(0, 1200, 10):
        site.now = NOW + second
        ask(AUTHORITY, f"invented-{second}")
    assert site.visits == 1 + 3


def test_a_rolled_key_is_found_after_five_minutes(site: Site, ask: Callable[..., Any]) -> None:
    """A new key is picked up by the first token that names it."""
    ask(AUTHORITY)
    site.keys.append(jwk(rsa_key("other"), "rolled-key", TEMPLATE))
    site.now += 301
    assert "rolled-key" in ask(AUTHORITY, "rolled-key").keys


@pytest.mark.parametrize("broken", ["down", "not JSON", "empty", "not keys"])
def test_the_last_known_good_serves_for_a_day_and_no_longer(
    site: Site, ask: Callable[..., Any], broken: str
) -> None:
    """While the authority fails the old keys serve until 24 hours after they were fetched; then nothing does."""
    ask(AUTHORITY)
    site.down = broken == "down"
    site.body = {"down": None, "not JSON": b"<html>", "empty": b'{"keys":[]}', "not keys": b"{}"}[broken]
    site.now = NOW + 23.9 * HOUR
    assert "entra-key" in ask(AUTHORITY).keys
    site.now = NOW + 24.1 * HOUR
    with pytest.raises(KeysUnavailable) as caught:
        ask(AUTHORITY)
    assert caught.value.code == "keys-stale" and "24" in caught.value.sentence
    site.down, site.body = False, None
    site.now += 61
    assert "entra-key" in ask(AUTHORITY).keys


def test_a_failing_authority_is_asked_once_a_minute(site: Site, ask: Callable[..., Any]) -> None:
    """Failure does not turn every request into a fetch."""
    site.down = True
    for second in range(0, 120, 5):
        site.now = NOW + second
        with pytest.raises(KeysUnavailable):
            ask(AUTHORITY)
    assert site.visits == 2


def test_a_clock_that_went_back_fetches_again(site: Site, ask: Callable[..., Any]) -> None:
    """Keys from the future are not trusted to be fresh."""
    ask(AUTHORITY)
    site.now = NOW - 7200
    ask(AUTHORITY)
    assert site.visits == 2


def test_many_threads_cause_one_fetch(site: Site) -> None:
    """Twenty threads that all need keys wait for one fetch."""
    site.delay = 0.05
    store, got = KeyStore(site.fetch, site.clock), []
    threads = [
        threading.Thread(target=lambda: got.append(store.trust(AUTHORITY, "entra-key"))) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 20 and site.visits == 1


def test_many_tasks_cause_one_fetch(site: Site) -> None:
    """The same for asyncio, also when the key is unknown to all of them."""
    site.delay = 0.02

    async def every() -> None:
        store = AsyncKeyStore(site.fetch_async, site.clock)
        await asyncio.gather(*(store.trust(AUTHORITY, "entra-key") for _ in range(20)))
        assert site.visits == 1
        site.now += 301
        site.keys.append(jwk(rsa_key("other"), "rolled-key", TEMPLATE))
        trusts = await asyncio.gather(*(store.trust(AUTHORITY, "rolled-key") for _ in range(20)))
        assert site.visits == 2 and all("rolled-key" in trust.keys for trust in trusts)

    asyncio.run(every())


def test_due_keys_go_on_serving_while_one_thread_fetches(site: Site) -> None:
    """A slow authority does not hold up callers whose keys are merely due."""
    store = KeyStore(site.fetch, site.clock)
    store.trust(AUTHORITY)
    site.now += 2 * HOUR
    site.asked.clear()
    site.gate.clear()
    slow = threading.Thread(target=lambda: store.trust(AUTHORITY))
    slow.start()
    assert site.asked.wait(30)
    other = threading.Thread(target=lambda: store.trust(AUTHORITY, "entra-key"))
    other.start()
    other.join(30)
    served_meanwhile = not other.is_alive()
    site.gate.set()
    slow.join(30)
    other.join(30)
    assert served_meanwhile and site.visits == 2


def test_staleness_is_reported(site: Site) -> None:
    """How old the keys are can be asked."""
    store = KeyStore(site.fetch, site.clock)
    assert store.staleness(AUTHORITY) == float("inf")
    store.trust(AUTHORITY)
    site.now += 120
    assert store.staleness(AUTHORITY) == 120


def test_the_cache_is_bounded(site: Site) -> None:
    """The least recently used authority leaves when there are too many."""
    store = KeyStore(site.fetch, site.clock, limit=2)
    for tenant in ("a", "b", "a", "c"):
        store.trust(f"{WORLDWIDE}/{tenant}")
    assert store.staleness(f"{WORLDWIDE}/a") == 0
    assert len(store._cache._entries) == 2


def test_online_validators_judge_as_the_offline_one(site: Site) -> None:
    """Both kinds accept the good token and refuse the forged one for its reason."""
    requirements = Requirements.of(AUDIENCE)
    online = OnlineValidator(AUTHORITY, requirements, KeyStore(site.fetch, site.clock))
    site.keys.append(jwk(rsa_key("consumer"), "consumer-key", MSA))
    assert online.validate(token()).claims == v2_claims()
    with pytest.raises(TokenRefused) as caught:
        online.validate(token(None, "consumer", "consumer-key"))
    assert caught.value.code == "key-of-consumers"

    async def asynchronously() -> None:
        validator = AsyncOnlineValidator(AUTHORITY, requirements, AsyncKeyStore(site.fetch_async, site.clock))
        assert (await validator.validate(token())).tenant == v2_claims()["tid"]
        with pytest.raises(TokenRefused):
            await validator.validate(token(None, "attacker"))

    asyncio.run(asynchronously())


def test_garbage_never_causes_a_fetch_beyond_the_first(site: Site) -> None:
    """Only a token with a header that could be accepted may have its key asked for."""
    online = OnlineValidator(AUTHORITY, Requirements.of(AUDIENCE), KeyStore(site.fetch, site.clock))
    online.validate(token())
    site.now += 400
    for forged in (
        "x",
        token(kid="../../etc"),
        token(kid="unknown", jku="https://evil.example"),
        "." * 90_000,
    ):
        with pytest.raises(TokenRefused):
            online.validate(forged)
    assert site.visits == 1


@pytest.mark.parametrize(
    "authority", ["http://login.microsoftonline.com/common", "file:///etc/passwd", "common", ""]
)
def test_authorities_are_https(authority: str) -> None:
    """Nothing but https is asked."""
    with pytest.raises(KeysUnavailable):
        metadata_address(authority)


@pytest.mark.parametrize(
    "address", ["https://evil.example/keys", "http://login.microsoftonline.com/keys", "", "file:///x"]
)
def test_keys_come_from_the_authoritys_own_host(address: str) -> None:
    """Metadata that points elsewhere for its keys is refused."""
    described = read_metadata({"issuer": TEMPLATE, "jwks_uri": address})
    with pytest.raises(KeysUnavailable) as caught:
        keys_address(AUTHORITY, described)
    assert caught.value.code == "keys-elsewhere"


def keyset(*entries: dict[str, Any]) -> bytes:
    """A key set as it is served."""
    return json.dumps({"keys": list(entries)}).encode()


A, B = rsa_key("entra"), rsa_key("other")


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ([], [jwk(A, "a", TEMPLATE)], ["key-new"]),
        ([jwk(A, "a", TEMPLATE)], [], ["key-gone"]),
        ([jwk(A, "a", TEMPLATE)], [jwk(A, "a", TEMPLATE)], []),
        ([jwk(A, "a", TEMPLATE)], [jwk(A, "a", MSA)], ["key-issuer-changed"]),
        ([jwk(A, "a", TEMPLATE)], [jwk(A, "a", TEMPLATE, "microsoftonline.us")], ["key-cloud-changed"]),
        ([jwk(A, "a", TEMPLATE)], [jwk(B, "a", TEMPLATE)], ["key-material-changed"]),
        ([jwk(A, "a", TEMPLATE)], [jwk(A, "a", TEMPLATE), jwk(A, "b", MSA)], ["key-under-two-issuers", "key-new"]),
        ([jwk(A, "a", TEMPLATE)], [jwk(A, "a", TEMPLATE), jwk(A, "a", MSA)], ["key-issuer-changed", "key-under-two-issuers"]),
        ([jwk(A, "a", TEMPLATE)], [jwk(A, "a", TEMPLATE), jwk(A, "b", TEMPLATE)], ["key-new"]),
        ([], [jwk(A, "a", TEMPLATE, e="AQ")], ["key-new", "key-refused"]),
        ([], [jwk(A, "a", GOVERNMENT + "/{tenantid}/v2.0"), jwk(A, "b", TEMPLATE)], ["key-new", "key-under-two-issuers", "key-new"]),
    ],
)  # fmt: skip
def test_changes_between_key_sets(before: list[Any], after: list[Any], kinds: list[str]) -> None:
    """Each change of a key set is one event of its kind, and no change is none."""
    events = compare(read_key_set(keyset(*before)), read_key_set(keyset(*after)), AUTHORITY, NOW)
    assert sorted(event.kind for event in events) == sorted(kinds)


def test_history_answers_which_keys_were_served_when(tmp_path: Path) -> None:
    """A responder can ask years later; a key counts from its first sighting to the observation without it."""
    history = KeyHistory(tmp_path / "keys.sqlite")
    described = json.dumps(metadata(WORLDWIDE, "common")).encode()
    a, b = jwk(A, "a", TEMPLATE), jwk(B, "b", TEMPLATE)
    assert [event.kind for event in history.observe(AUTHORITY, described, keyset(a), 100.0)] == ["key-new"]
    assert history.observe(AUTHORITY, described, keyset(a), 200.0) == ()
    assert [event.kind for event in history.observe(AUTHORITY, described, keyset(a, b), 300.0)] == ["key-new"]
    assert [event.kind for event in history.observe(AUTHORITY, described, keyset(b), 400.0)] == ["key-gone"]
    again = KeyHistory(tmp_path / "keys.sqlite")
    assert [key["kid"] for key in again.served(150.0)] == ["a"]
    assert [key["kid"] for key in again.served(350.0)] == ["a", "b"]
    assert [key["kid"] for key in again.served(450.0)] == ["b"]
    assert again.served(50.0) == []
    assert again.served(kid="a")[0]["gone"] == 400.0 and again.served(kid="a")[0]["last_seen"] == 300.0
    assert [event.kind for event in again.events()] == ["key-new", "key-new", "key-gone"]


def test_history_notices_one_key_under_two_authorities(tmp_path: Path) -> None:
    """The same key served by another authority for another issuer is an event, once."""
    history = KeyHistory(tmp_path / "keys.sqlite")
    history.observe("common", b"{}", keyset(jwk(A, "a", TEMPLATE)), 100.0)
    events = history.observe("consumers", b"{}", keyset(jwk(A, "z", MSA)), 200.0)
    assert [event.kind for event in events] == ["key-new", "key-under-two-issuers"]
    assert history.observe("consumers", b"{}", keyset(jwk(A, "z", MSA)), 300.0) == ()


def test_a_store_starts_from_its_history(site: Site, tmp_path: Path) -> None:
    """After a restart young keys serve without a fetch, old ones do not."""
    history = KeyHistory(tmp_path / "keys.sqlite")
    KeyStore(site.fetch, site.clock, history).trust(AUTHORITY)
    site.now += 1800
    KeyStore(site.fetch, site.clock, history).trust(AUTHORITY)
    assert site.visits == 1
    site.now += 25 * HOUR
    site.down = True
    with pytest.raises(KeysUnavailable):
        KeyStore(site.fetch, site.clock, history).trust(AUTHORITY)


def test_a_file_that_is_no_history_is_named(tmp_path: Path) -> None:
    """Garbage in place of the history is an input error, not a traceback."""
    path = tmp_path / "keys.sqlite"
    path.write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(Exception, match=r"keys\.sqlite cannot be used as a key history"):
        KeyHistory(path)
