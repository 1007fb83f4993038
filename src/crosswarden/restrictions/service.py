"""A client of the Office 365 IP Address and URL web service, as polite as its documentation asks.

``/version`` is asked at most once an hour, ``/endpoints/<instance>`` only when its version has grown; every request
carries the same ``clientrequestid``, a GUID made once for this installation. After HTTP 429 nothing is asked for an
hour. Whatever goes wrong, the last good copy stays in force, with its age; nothing is ever replaced by less than a
whole answer.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx
import orjson

from crosswarden.errors import InputError
from crosswarden.restrictions.endpoints import Endpoints, build

__all__ = ["INSTANCES", "EndpointService", "Freshness", "Refreshed"]

INSTANCES = ("Worldwide", "China", "Germany", "USGOVDoD", "USGOVGCCHigh")
_ORIGIN = "https://endpoints.office.com"
_HOUR = dt.timedelta(hours=1)
_LARGEST = 32 << 20


class Freshness(StrEnum):
    """Where the list in hand comes from."""

    UPDATED = "updated"
    CURRENT = "current"
    LAST_GOOD_COPY = "last good copy"


@dataclass(frozen=True)
class Refreshed:
    """The state of the list after a refresh: per instance its version, and why it is not newer."""

    freshness: Freshness
    versions: Mapping[str, str]
    fetched: dt.datetime | None
    reasons: tuple[str, ...] = ()

    def age(self, now: dt.datetime) -> dt.timedelta | None:
        """How old the copy is, or None when there is none."""
        return None if self.fetched is None else now - self.fetched


@dataclass
class EndpointService:
    """The list kept in FOLDER: one file an instance, and ``state.json`` with the request id, versions and times."""

    folder: Path
    client: httpx.Client
    clock: Callable[[], dt.datetime]
    origin: str = _ORIGIN
    instances: tuple[str, ...] = INSTANCES

    def refresh(self) -> Refreshed:
        """Asks what has changed, when it is time to, and fetches that."""
        state, now = self._state(), self.clock()
        if (wait := _moment(state.get("not_before"))) and now < wait:
            return self._kept(state, f"nothing is asked before {wait:%Y-%m-%d %H:%M} UTC")
        state["not_before"] = (now + _HOUR).isoformat()
        try:
            latest = self._latest(state)
            grown = [name for name in self.instances if latest.get(name, "") > self._have(state, name)]
            for name in grown:
                self._fetch(name, latest[name], state, now)
        except (httpx.HTTPError, orjson.JSONDecodeError, InputError) as error:
            self._save(state)
            return self._kept(state, str(error))
        state["checked"] = now.isoformat()
        self._save(state)
        freshness = Freshness.UPDATED if grown else Freshness.CURRENT
        return Refreshed(freshness, dict(state["versions"]), _moment(state.get("fetched")))

    def endpoints(self, own_hosts: tuple[str, ...] = (), own_ranges: tuple[str, ...] = ()) -> Endpoints:
        """The union over all instances of the copy in hand; raises InputError when there is none."""
        records: list[Mapping[str, Any]] = []
        for name in self.instances:
            path = self.folder / f"{name}.json"
            if path.is_file():
                records += orjson.loads(path.read_bytes())
        if not records:
            raise InputError(
                "endpoint-none", f"{self.folder} holds no endpoint list", remedy="refresh it first"
            )
        fetched = _moment(self._state().get("fetched"))
        return build(
            records,
            source=f"web service, {self.folder}",
            as_of=fetched.date() if fetched else None,
            own_hosts=own_hosts,
            own_ranges=own_ranges,
        )

    def export(self) -> bytes:
        """The copy in hand as one file for ``restrict compile --endpoints``: records and the day they were fetched."""
        records: list[Any] = []
        for name in self.instances:
            path = self.folder / f"{name}.json"
            if path.is_file():
                records += orjson.loads(path.read_bytes())
        fetched = _moment(self._state().get("fetched"))
        document = {"as_of": fetched.date().isoformat() if fetched else None, "records": records}
        return orjson.dumps(document, option=orjson.OPT_INDENT_2)

    def _latest(self, state: Mapping[str, Any]) -> dict[str, str]:
        answer = self._get("/version", state)
        if not isinstance(answer, list):
            raise InputError("endpoint-version", "the answer of /version is no list")
        return {
            str(item["instance"]): str(item["latest"])
            for item in answer
            if isinstance(item, dict) and "instance" in item and "latest" in item
        }

    def _have(self, state: Mapping[str, Any], name: str) -> str:
        present = (self.folder / f"{name}.json").is_file()
        return str(state["versions"].get(name, "")) if present else ""

    def _fetch(self, name: str, version: str, state: dict[str, Any], now: dt.datetime) -> None:
        answer = self._get(f"/endpoints/{name}", state)
        if (
            not isinstance(answer, list)
            or not answer
            or not all(isinstance(i, dict) and "id" in i for i in answer)
        ):
            raise InputError(
                "endpoint-answer", f"the answer of /endpoints/{name} is no list of endpoint sets"
            )
        build(answer, source=f"/endpoints/{name}", as_of=None)  # refuses what could not be used later
        _replace(self.folder / f"{name}.json", orjson.dumps(answer))
        state["versions"][name] = version
        state["fetched"] = now.isoformat()

    def _get(self, path: str, state: Mapping[str, Any]) -> Any:
        response = self.client.get(
            f"{self.origin}{path}", params={"clientrequestid": state["clientrequestid"]}
        )
        if response.status_code == 429:
            raise InputError("endpoint-429", "the service asks for patience (HTTP 429)")
        response.raise_for_status()
        if len(response.content) > _LARGEST:
            raise InputError("endpoint-size", f"the answer of {path} is larger than {_LARGEST >> 20} MB")
        return orjson.loads(response.content)

    def _kept(self, state: Mapping[str, Any], reason: str) -> Refreshed:
        return Refreshed(
            Freshness.LAST_GOOD_COPY, dict(state["versions"]), _moment(state.get("fetched")), (reason,)
        )

    def _state(self) -> dict[str, Any]:
        path = self.folder / "state.json"
        state: dict[str, Any] = {}
        if path.is_file():
            try:
                loaded = orjson.loads(path.read_bytes())
                state = loaded if isinstance(loaded, dict) else {}
            except orjson.JSONDecodeError:
                state = {}
        if "clientrequestid" not in state:
            state["clientrequestid"] = str(uuid.uuid4())
            self._save(state)
        if not isinstance(state.get("versions"), dict):
            state["versions"] = {}
        return state

    def _save(self, state: Mapping[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        _replace(self.folder / "state.json", orjson.dumps(dict(state)))


def _replace(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(data)
    beside.replace(path)


def _moment(text: object) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
