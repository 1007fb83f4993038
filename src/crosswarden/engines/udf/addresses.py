"""Where an address is, from the MMDB file that the user names in ``CROSSWARDEN_MMDB``; nothing without one."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import maxminddb

from crosswarden.engines.udf.body import Body
from crosswarden.engines.udf.dynamic import dumps
from crosswarden.errors import UsageError

__all__ = ["BODIES"]


@lru_cache(maxsize=4)
def _database(path: str) -> Any:
    if not path:
        raise UsageError(
            "kql-no-mmdb",
            "geo_info_from_ip_address needs an MMDB file of places",
            remedy="name one in the environment variable CROSSWARDEN_MMDB",
        )
    if not Path(path).is_file():
        raise UsageError("kql-no-mmdb", f"{path} is not there, though CROSSWARDEN_MMDB names it")
    return maxminddb.open_database(path)


@lru_cache(maxsize=65536)
def geo_info(text: str) -> str | None:
    """Country, state, city, latitude and longitude of an address; null for one that the file does not know."""
    found: Any = _database(os.environ.get("CROSSWARDEN_MMDB", "")).get(text.strip())
    if not isinstance(found, dict):
        return None
    place = found.get("location") or {}
    parts = {
        "country": _name(found.get("country")),
        "state": _name((found.get("subdivisions") or [{}])[0]),
        "city": _name(found.get("city")),
        "latitude": place.get("latitude"),
        "longitude": place.get("longitude"),
    }
    return dumps({key: value for key, value in parts.items() if value is not None})


def _name(part: Any) -> str | None:
    return (part.get("names") or {}).get("en") if isinstance(part, dict) else None


BODIES = {"kql_geo_info": Body(geo_info, ("VARCHAR",), "VARCHAR")}
