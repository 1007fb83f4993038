"""The client of the endpoint web service: polite, and never worse off than with its last good copy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from crosswarden.restrictions.endpoints import read_endpoints
from crosswarden.restrictions.service import EndpointService, Freshness

START = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
RECORDS = [
    {
        "id": 1,
        "urls": ["*.sharepoint.com"],
        "ips": ["13.107.6.152/31"],
        "category": "Optimize",
        "required": True,
    },
    {"id": 2, "urls": ["optional.example"], "category": "Default", "required": True},
    {"id": 3, "urls": ["other.example"], "category": "Allow", "required": False},
]


class Web:
    """A synthetic web service that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.ids: set[str] = set()
        self.version = "2026110100"
        self.answer: Callable[[str], httpx.Response] | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        self.ids.add(request.url.params["clientrequestid"])
        if self.answer:
            return self.answer(request.url.path)
        if request.url.path == "/version":
            return httpx.Response(200, json=[{"instance": "Worldwide", "latest": self.version}])
        return httpx.Response(200, json=RECORDS)


class Clock:
    """A clock that the test moves."""

    now = START

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_minutes(self, minutes: int) -> None:
        self.now += dt.timedelta(minutes=minutes)


@pytest.fixture
def web() -> Web:
    """The web service."""
    return Web()


@pytest.fixture
def clock() -> Clock:
    """The clock."""
    return Clock()


@pytest.fixture
def service(web: Web, clock: Clock, tmp_path: Path) -> EndpointService:
    """The client with an empty folder."""
    client = httpx.Client(transport=httpx.MockTransport(web))
    return EndpointService(tmp_path / "list", client, clock, instances=("Worldwide",))


def test_it_asks_at_most_hourly_and_fetches_only_what_grew(
    service: EndpointService, web: Web, clock: Clock
) -> None:
    """First all; within the hour nothing; after it the version only; the list again when the version has grown."""
    assert service.refresh().freshness is Freshness.UPDATED
    clock.pass_minutes(30)
    assert service.refresh().freshness is Freshness.LAST_GOOD_COPY
    clock.pass_minutes(31)
    assert service.refresh().freshness is Freshness.CURRENT
    web.version = "2026112100"
    clock.pass_minutes(61)
    assert service.refresh().freshness is Freshness.UPDATED
    assert web.asked == ["/version", "/endpoints/Worldwide", "/version", "/version", "/endpoints/Worldwide"]
    assert len(web.ids) == 1


def test_the_filter_of_the_windows_service(service: EndpointService) -> None:
    """Required sets of category Optimize or Allow, the built-in hosts, and the administrator's own."""
    service.refresh()
    hosts = service.endpoints(own_hosts=("own.example",)).hosts
    wanted = ("a.sharepoint.com", "login.live.com", "x.office.com", "own.example")
    assert [h for h in (*wanted, "optional.example", "other.example") if hosts.matches(h)] == list(wanted)


@pytest.mark.parametrize(
    "answer",
    [
        lambda path: httpx.Response(429),
        lambda path: httpx.Response(500),
        lambda path: httpx.Response(200, text="no json"),
        lambda path: httpx.Response(200, json={"error": "x"}),
        lambda path: (
            httpx.Response(200, json=[{"instance": "Worldwide", "latest": "2027"}])
            if path == "/version"
            else httpx.Response(200, json=[])
        ),
        lambda path: (
            httpx.Response(200, json=[{"instance": "Worldwide", "latest": "2027"}])
            if path == "/version"
            else httpx.Response(200, json=[{"id": 1, "required": True, "category": "Allow", "ips": ["x"]}])
        ),
    ],
)
def test_the_last_good_copy_survives(service: EndpointService, web: Web, clock: Clock, answer: Any) -> None:
    """Refusal, failure, nonsense, an empty or unusable list: the copy stays, with its age, and an hour passes."""
    service.refresh()
    before = service.endpoints()
    web.answer = answer
    clock.pass_minutes(90)
    kept = service.refresh()
    assert kept.freshness is Freshness.LAST_GOOD_COPY
    assert kept.reasons
    assert kept.age(clock()) == dt.timedelta(minutes=90)
    assert service.endpoints() == before
    asked = len(web.asked)
    clock.pass_minutes(59)
    service.refresh()
    assert len(web.asked) == asked


def test_what_it_exports_compile_reads(service: EndpointService, tmp_path: Path) -> None:
    """The exported copy is what --endpoints takes, with its date."""
    service.refresh()
    (tmp_path / "list.json").write_bytes(service.export())
    read = read_endpoints(tmp_path / "list.json")
    assert read.as_of == START.date()
    assert read.networks == service.endpoints().networks
