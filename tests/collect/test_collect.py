"""Collection goes on where it stopped, waits as it is told, and never takes a refusal for an empty result."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from crosswarden.collect.pacing import Pace, Pacer
from crosswarden.collect.run import collect
from crosswarden.collect.session import CollectError, Session
from crosswarden.collect.sources import (
    DIRECTORY_AUDITS,
    POLICY,
    UNIFIED_AUDIT,
    Outcome,
    Window,
    management_activity,
    workspace_table,
)
from crosswarden.errors import UsageError

GRAPH = "https://graph.test"
NOW = datetime(2024, 6, 8, tzinfo=UTC)
WINDOW = Window(datetime(2024, 6, 1, tzinfo=UTC), NOW)
Handler = Callable[[httpx.Request], httpx.Response]


class Waits(list[float]):
    """Collects what would have been slept."""


def session(handler: Handler, waits: Waits | None = None, origin: str = GRAPH) -> Session:
    """A session over a made-up interface, without time."""
    client = httpx.Client(transport=httpx.MockTransport(handler))
    tokens = iter(f"token-{number}" for number in range(100))
    current = [next(tokens)]

    def token(fresh: bool) -> str:
        if fresh:
            current[0] = next(tokens)
        return current[0]

    return Session(
        client,
        origin,
        token,
        Pacer(Pace(1000, 1.0)),
        sleep=(waits if waits is not None else Waits()).append,
        clock=lambda: 0.0,
    )


def outcome(handler: Handler, folder: Path, source=DIRECTORY_AUDITS, waits: Waits | None = None) -> Outcome:  # type: ignore[no-untyped-def]
    """The outcome of collecting one source."""
    one = session(handler, waits)
    return next(
        iter(collect([source], {"graph": one, "management": one, "log_analytics": one}, WINDOW, folder))
    )


def pages(count: int) -> Handler:
    """Graph with ``count`` pages of one event each."""

    def answer(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("$skiptoken", "1"))
        page = {"value": [{"id": f"event-{number}"}]}
        if number < count:
            page["@odata.nextLink"] = f"{GRAPH}/v1.0/auditLogs/directoryAudits?$skiptoken={number + 1}"  # type: ignore[assignment]
        return httpx.Response(200, json=page)

    return answer


def events(folder: Path) -> list[str]:
    """The ids in all collected pages, in file order."""
    return [
        item["id"]
        for path in sorted(folder.rglob("[!.]*.json"))
        for item in json.loads(path.read_bytes())["value"]
    ]


def test_all_pages_are_kept_as_they_came(tmp_path: Path) -> None:
    """Every page is a file in the shape that ingest reads."""
    assert outcome(pages(3), tmp_path).status == "collected"
    assert events(tmp_path) == ["event-1", "event-2", "event-3"]


def test_retry_after_is_honoured_and_backoff_fills_its_absence(tmp_path: Path) -> None:
    """429 with a Retry-After waits that long; without one the wait doubles."""
    storm: Iterator[httpx.Response] = iter(
        [
            httpx.Response(429, headers={"Retry-After": "17"}),
            httpx.Response(429),
            httpx.Response(503),
            httpx.Response(200, json={"value": []}),
        ]
    )
    waits = Waits()
    assert outcome(lambda _: next(storm), tmp_path, waits=waits).status == "collected"
    assert waits == [17.0, 2.0, 4.0]


def test_a_missing_permission_is_not_collected_and_names_what_is_needed(tmp_path: Path) -> None:
    """403 is never an empty result."""
    refused = outcome(
        lambda _: httpx.Response(
            403, json={"error": {"code": "Authorization_RequestDenied", "message": "no"}}
        ),
        tmp_path,
    )
    assert refused.status == "not collected"
    assert "Authorization_RequestDenied" in refused.reasons[0] and "AuditLog.Read.All" in refused.reasons[0]
    assert events(tmp_path) == []


@pytest.mark.parametrize("stops_at", range(1, 5))
def test_a_killed_run_goes_on_with_nothing_lost_or_doubled(tmp_path: Path, stops_at: int) -> None:
    """Whatever request is the last before the kill, the next run ends with exactly the events there are."""
    seen = 0
    whole = pages(4)

    def dying(request: httpx.Request) -> httpx.Response:
        nonlocal seen
        seen += 1
        if seen == stops_at:
            raise KeyboardInterrupt
        return whole(request)

    with pytest.raises(KeyboardInterrupt):
        outcome(dying, tmp_path)
    assert outcome(whole, tmp_path).status == "collected"
    assert events(tmp_path) == [f"event-{number}" for number in range(1, 5)]


def test_an_expired_next_link_starts_the_list_anew(tmp_path: Path) -> None:
    """Files come under the same names again, so nothing is doubled."""
    whole, expired = pages(3), [True]

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("$skiptoken") == "3" and expired:
            expired.clear()
            return httpx.Response(
                400, json={"error": {"code": "BadRequest", "message": "skip token expired"}}
            )
        return whole(request)

    assert outcome(answer, tmp_path).status == "collected"
    assert events(tmp_path) == ["event-1", "event-2", "event-3"]


def test_the_token_follows_no_link_to_another_host(tmp_path: Path) -> None:
    """A next link to a foreign host ends the source as partial; no request goes there."""
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(
            200, json={"value": [{"id": "a"}], "@odata.nextLink": "https://graph.test.evil.example/x"}
        )

    stopped = outcome(answer, tmp_path)
    assert stopped.status == "partial" and "graph.test.evil.example" in stopped.reasons[0]
    assert set(asked) == {"graph.test"}


def test_an_expired_token_is_renewed_once() -> None:
    """401 leads to one new token; a second 401 is a refusal."""
    used = []

    def answer(request: httpx.Request) -> httpx.Response:
        used.append(request.headers["Authorization"])
        return httpx.Response(200 if used[-1] == "Bearer token-1" else 401, json={})

    session(answer).get("/x")
    assert used == ["Bearer token-0", "Bearer token-1"]
    with pytest.raises(CollectError, match="HTTP 401"):
        session(lambda _: httpx.Response(401, json={})).get("/x")


def test_a_folder_that_holds_another_window_is_not_mixed(tmp_path: Path) -> None:
    """Files of two windows in one folder would not say what they cover."""
    outcome(pages(1), tmp_path)
    one = session(pages(1))
    with pytest.raises(UsageError, match="2024-06-01"):
        list(
            collect(
                [DIRECTORY_AUDITS],
                {"graph": one},
                Window(WINDOW.start, datetime(2024, 6, 9, tzinfo=UTC)),
                tmp_path,
            )
        )


def test_management_blobs_come_once_and_expired_ones_are_named(tmp_path: Path) -> None:
    """Doubled and unordered content ids are fetched once; expired content is reported missing."""
    origin, fetched = GRAPH, []

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("/start"):
            return httpx.Response(
                400, json={"error": {"code": "AF20024", "message": "The subscription is already enabled."}}
            )
        if path.endswith("/content"):
            if request.url.params["contentType"] != "Audit.Exchange":
                return httpx.Response(200, json=[])
            ids = ["b", "a", "b", "gone"]
            return httpx.Response(
                200,
                json=[
                    {"contentId": name, "contentUri": f"{origin}/blob/{name}", "contentCreated": "2024-06-02"}
                    for name in ids
                ],
            )
        if path.endswith("gone"):
            return httpx.Response(404, json={"error": {"code": "AF20051", "message": "expired"}})
        fetched.append(path)
        return httpx.Response(200, json=[{"Id": path[-1]}])

    made = outcome(answer, tmp_path, management_activity("11111111-1111-1111-1111-111111111111", NOW))
    assert sorted(fetched) == ["/blob/a", "/blob/b"]
    assert made.status == "partial" and set(made.reasons) == {
        "Audit.Exchange content of 2024-06-02 has expired"
    }


def test_a_cut_answer_is_halved_until_it_is_whole(tmp_path: Path) -> None:
    """Log Analytics says partial: the window is asked for again in smaller pieces, with no gap between them."""
    asked: list[tuple[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        start, end = (
            part.split(")")[0] for part in json.loads(request.content)["query"].split("datetime(")[1:]
        )
        whole = (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() <= 6 * 3600
        if whole:
            asked.append((start, end))
        return httpx.Response(
            200, json={"tables": []} if whole else {"tables": [], "error": {"code": "PartialError"}}
        )

    assert outcome(answer, tmp_path, workspace_table("ws", "SigninLogs")).status == "collected"
    assert asked[0][0] == WINDOW.start.isoformat() and asked[-1][1] == WINDOW.end.isoformat()
    assert all(before[1] == after[0] for before, after in itertools.pairwise(asked))


def test_a_search_is_polled_and_a_failed_one_is_not_empty(tmp_path: Path) -> None:
    """The audit log search runs first; one that fails is not collected."""
    states = iter(["notStarted", "running", "succeeded"])

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(201, json={"id": "q1"})
        if request.url.path.endswith("/records"):
            return httpx.Response(200, json={"value": [{"id": "r1"}]})
        return httpx.Response(200, json={"status": next(states)})

    assert outcome(answer, tmp_path / "ok", UNIFIED_AUDIT).status == "collected"
    assert events(tmp_path / "ok") == ["r1"]
    failed = outcome(
        lambda request: httpx.Response(200, json={"id": "q", "status": "failed"}),
        tmp_path / "failed",
        UNIFIED_AUDIT,
    )
    assert failed.status == "not collected" and "failed" in failed.reasons[0]


def test_a_policy_part_that_is_refused_is_named(tmp_path: Path) -> None:
    """The policy is collected as the folder that `tenants` reads; what was refused is said, what has no setting is not."""

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("authorizationPolicy"):
            return httpx.Response(403, json={})
        if path.endswith("/partners"):
            return httpx.Response(200, json={"value": [{"tenantId": "aaaa"}, {"tenantId": "bbbb"}]})
        if path.endswith("bbbb/identitySynchronization"):
            return httpx.Response(404, json={})
        return httpx.Response(200, json={"path": path})

    made = outcome(answer, tmp_path, POLICY)
    assert (
        made.status == "partial"
        and len(made.reasons) == 1
        and made.reasons[0].startswith("authorizationPolicy.json")
    )
    kept = {
        str(path.relative_to(tmp_path / "crossTenantAccessPolicy")) for path in tmp_path.rglob("[!.]*.json")
    }
    assert kept >= {"default.json", "partners.json", "identitySynchronization/aaaa.json"}
    none = tmp_path / "crossTenantAccessPolicy" / "identitySynchronization" / "bbbb.json"
    assert none.read_text() == "null"  # asked for and not there, which is not the same as not asked for
