"""URLs, query strings and user agents."""

from __future__ import annotations

import re
from typing import Any

from crosswarden.engines.udf.body import Body
from crosswarden.engines.udf.dynamic import as_text, dumps, loads

__all__ = ["BODIES"]

_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?://)?(?:(?P<user>[^:@/?#]*)(?::(?P<password>[^@/?#]*))?@)?"
    r"(?P<host>\[[^\]]*\]|[^:/?#]*)(?::(?P<port>[0-9]*))?(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?",
    re.DOTALL,
)


def _parameters(text: str) -> dict[str, str]:
    found = {}
    for pair in text.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            found[name] = value
    return found


def parse_url(text: str) -> str | None:
    """The parts of an absolute URL."""
    match = _URL.fullmatch(text)
    part = match.groupdict() if match else {}
    query = part.get("query") if match else text.partition("?")[2]
    return dumps(
        {
            "Scheme": part.get("scheme") or "",
            "Host": part.get("host") or "",
            "Port": part.get("port") or "",
            "Path": part.get("path") or "",
            "Username": part.get("user") or "",
            "Password": part.get("password") or "",
            "Query Parameters": _parameters(query or ""),
            "Fragment": part.get("fragment") or "",
        }
    )


def parse_urlquery(text: str) -> str | None:
    """The parameters of a URL's query.

    >>> parse_urlquery("k1=v1&k2=v2")
    '{"Query Parameters":{"k1":"v1","k2":"v2"}}'
    """
    return dumps({"Query Parameters": _parameters(text.removeprefix("?"))})


_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/([\d.]+)"),
    ("Opera", r"(?:OPR|Opera)/([\d.]+)"),
    ("AdobeAIR", r"AdobeAIR/([\d.]+)"),
    ("Nokia OSS Browser", r"Series60/([\d.]+)"),
    ("Samsung Internet", r"SamsungBrowser/([\d.]+)"),
    ("Firefox Mobile", r"(?:Mobile|Tablet);.*Firefox/([\d.]+)"),
    ("Firefox", r"Firefox/([\d.]+)"),
    ("Chrome Mobile iOS", r"CriOS/([\d.]+)"),
    ("Chrome Mobile", r"Android.*Chrome/([\d.]+) Mobile"),
    ("Chrome", r"Chrome/([\d.]+)"),
    ("Mobile Safari", r"(?:iPhone|iPad|iPod).*Version/([\d.]+).*Safari"),
    ("Safari", r"Version/([\d.]+).*Safari"),
    ("IE", r"MSIE ([\d.]+)"),
    ("IE", r"Trident/.*rv:([\d.]+)"),
    ("curl", r"curl/([\d.]+)"),
    ("Python Requests", r"python-requests/([\d.]+)"),
)
_SYSTEMS = (
    ("Symbian OS", r"SymbianOS/([\d.]+)"),
    ("iOS", r"(?:iPhone )?OS ([\d_]+) like Mac OS X"),
    ("Android", r"Android ([\d.]+)"),
    ("Mac OS X", r"Mac OS X ([\d_.]+)"),
    ("Ubuntu", r"Ubuntu(?:/([\d.]+))?"),
    ("Linux", r"Linux()"),
)
_WINDOWS = {
    "10.0": "10",
    "6.3": "8.1",
    "6.2": "8",
    "6.1": "7",
    "6.0": "Vista",
    "5.2": "XP",
    "5.1": "XP",
    "5.0": "2000",
}


def _versioned(family: str, version: str, names: tuple[str, ...]) -> dict[str, str]:
    parts = [part for part in re.split(r"[._]", version) if part]
    return {"Family": family} | {name: parts[i] if i < len(parts) else "" for i, name in enumerate(names)}


def _browser(agent: str) -> dict[str, str]:
    names = ("MajorVersion", "MinorVersion", "Patch")
    for family, pattern in _BROWSERS:
        if match := re.search(pattern, agent):
            return _versioned(family, match[1] or "", names)
    return _versioned("Other", "", names)


def _system(agent: str) -> dict[str, str]:
    names = ("MajorVersion", "MinorVersion", "Patch", "PatchMinor")
    if match := re.search(r"Windows NT ([\d.]+)", agent):
        return _versioned("Windows", _WINDOWS.get(match[1], match[1]), names)
    if re.search(r"Windows", agent):
        return _versioned("Windows", "", names)
    for family, pattern in _SYSTEMS:
        if match := re.search(pattern, agent):
            return _versioned(family, match[1] or "", names)
    return _versioned("Other", "", names)


def _device(agent: str) -> dict[str, str]:
    if match := re.search(r"Nokia([A-Z]?[\w]+)", agent):
        return {"Family": f"Nokia {match[1]}", "Brand": "Nokia", "Model": match[1]}
    for name in ("iPhone", "iPad", "iPod"):
        if name in agent:
            return {"Family": name, "Brand": "Apple", "Model": name}
    if "Macintosh" in agent:
        return {"Family": "Mac", "Brand": "Apple", "Model": "Mac"}
    return {"Family": "Other", "Brand": "", "Model": ""}


def parse_user_agent(agent: str, wanted: str | None) -> str | None:
    """Browser, operating system and device that a user agent names, by common patterns."""
    value = loads(wanted)
    parts: dict[str, Any] = {}
    for part in value if isinstance(value, list) else [value]:
        match as_text(part).lower():
            case "browser":
                parts["Browser"] = _browser(agent)
            case "os":
                parts["OperatingSystem"] = _system(agent)
            case "device":
                parts["Device"] = _device(agent)
            case _:
                raise ValueError(part)
    return dumps(parts)


BODIES = {
    "kql_parse_url": Body(parse_url, ("VARCHAR",), "VARCHAR"),
    "kql_parse_urlquery": Body(parse_urlquery, ("VARCHAR",), "VARCHAR"),
    "kql_parse_user_agent": Body(parse_user_agent, ("VARCHAR", "VARCHAR"), "VARCHAR"),
}
