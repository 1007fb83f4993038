"""Readers of small formats: CSV records, XML, paths, versions, command lines, JSON paths."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ElementTree
from typing import Any

from crosswarden.engines.udf.body import Body
from crosswarden.engines.udf.dynamic import as_text, dumps, loads

__all__ = ["BODIES"]

_MOST_XML = 1_048_576


def parse_csv(text: str) -> str | None:
    """The fields of the first record of a CSV text.

    >>> parse_csv('aa,"b,b",c')
    '["aa","b,b","c"]'
    """
    return dumps(next(csv.reader(io.StringIO(text)), [""]))


def _element(node: ElementTree.Element) -> Any:
    found: dict[str, Any] = {f"@{_local(name)}": value for name, value in node.attrib.items()}
    words = [(node.text or "").strip(), *((child.tail or "").strip() for child in node)]
    text = "".join(words)
    if text:
        found["#text"] = text
    for child in node:
        name, value = _local(child.tag), _element(child)
        if name in found:
            known = found[name]
            found[name] = [*known, value] if isinstance(known, list) else [known, value]
        else:
            found[name] = value
    if not found:
        return None
    return found["#text"] if list(found) == ["#text"] else found


def _local(name: str) -> str:
    return name.rsplit("}", 1)[-1]


def parse_xml(text: str) -> str | None:
    """XML as a bag: attributes with ``@``, text beside elements as ``#text``, repeated elements as arrays.

    >>> parse_xml('<e name="v">t</e>')
    '{"e":{"@name":"v","#text":"t"}}'
    """
    if len(text) > _MOST_XML or "<!" in re.sub(r"<!--.*?-->|<!\[CDATA\[", "", text, flags=re.DOTALL):
        return None
    try:
        root = ElementTree.fromstring(text.strip())  # noqa: S314  (no declarations are left in the text)
    except ElementTree.ParseError:
        return None
    return dumps({_local(root.tag): _element(root)})


def parse_path(text: str) -> str | None:
    """The parts of a Windows or Unix path."""
    scheme, rest = "", text
    if match := re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", text):
        scheme, rest = match[1], text[match.end() :]
    root = match[1] if (match := re.match(r"/?([A-Za-z]:)", rest)) else ""
    rest = rest.lstrip("/") if scheme and root else rest
    cut = max(rest.rfind("/"), rest.rfind("\\"))
    directory, name = (rest[:cut], rest[cut + 1 :]) if cut >= 0 else ("", rest)
    name, _, stream = name.partition(":") if not re.fullmatch(r"[A-Za-z]:", name) else (name, "", "")
    return dumps(
        {
            "Scheme": scheme,
            "RootPath": root,
            "DirectoryPath": directory,
            "DirectoryName": re.split(r"[/\\]", directory)[-1],
            "Filename": name,
            "Extension": name.rpartition(".")[2] if "." in name else "",
            "AlternateDataStreamName": stream,
        }
    )


def parse_version(text: str) -> str | None:
    """A version of up to four parts as one comparable number, as text.

    >>> parse_version("0.0.3"), parse_version("1.2.3.4"), parse_version("x")
    ('300000000', '1000000020000000300000004', None)
    """
    parts = text.split(".")
    if not 1 <= len(parts) <= 4 or not all(re.fullmatch(r"[0-9]{1,8}", part) for part in parts):
        return None
    return str(int("".join(part.zfill(8) for part in [*parts, *["0"] * (4 - len(parts))])))


def parse_command_line(text: str, kind: str) -> str | None:
    """The arguments of a command line by the rules of Windows's C runtime."""
    if kind.lower() != "windows":
        raise ValueError(kind)
    found: list[str] = []
    at, end = 0, len(text)
    while True:
        while at < end and text[at] in " \t":
            at += 1
        if at >= end:
            break
        argument, at = _windows_argument(text, at, first=not found)
        found.append(argument)
    return dumps(found) if text.strip() else None


def _windows_argument(text: str, at: int, *, first: bool) -> tuple[str, int]:
    out, quoted, end = [], False, len(text)
    while at < end:
        slashes = 0
        while at < end and text[at] == "\\":
            slashes, at = slashes + 1, at + 1
        if at < end and text[at] == '"' and not first:
            out.append("\\" * (slashes // 2))
            if slashes % 2:
                out.append('"')
            elif quoted and text[at + 1 : at + 2] == '"':
                out.append('"')
                at += 1
            else:
                quoted = not quoted
            at += 1
            continue
        out.append("\\" * slashes)
        if at >= end or (not quoted and text[at] in " \t"):
            break
        if text[at] == '"':
            quoted = not quoted
        else:
            out.append(text[at])
        at += 1
    return "".join(out), at


_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\[\s*'([^']*)'\s*\]|\[\s*\"([^\"]*)\"\s*\]|\[\s*(-?\d+)\s*\]")


def _steps(path: str) -> list[str | int]:
    if not path.startswith("$"):
        raise ValueError(path)
    steps: list[str | int] = []
    at = 1
    while at < len(path):
        match = _STEP.match(path, at)
        if not match:
            raise ValueError(path)
        steps.append(
            int(match[4]) if match[4] else next(name for name in match.groups()[:3] if name is not None)
        )
        at = match.end()
    return steps


def extract_json(path: str, text: str) -> str | None:
    """What a JSON path leads to in a JSON text, as JSON text; null where it leads nowhere.

    >>> extract_json("$.hosts[1].AvgCPU", '{"hosts":[{},{"AvgCPU":29}]}')
    '29'
    """
    value = loads(text)
    for step in _steps(path):
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return dumps(value)


def json_texts(text: str | None) -> list[str] | None:
    """The elements of an array as texts; null when it is no array."""
    value = loads(text)
    return [as_text(item) for item in value] if isinstance(value, list) else None


def format_bytes(size: float | None, precision: int | None, unit: str) -> str:
    """A number of bytes in a readable unit.

    >>> format_bytes(10332.0, 1, ""), format_bytes(564.0, 0, "")
    ('10.1 KB', '564 Bytes')
    """
    if size is None:
        return ""
    units = ["Bytes", "KB", "MB", "GB", "TB", "PB", "EB"]
    if unit and unit not in units:
        raise ValueError(unit)
    power = units.index(unit) if unit else 0
    value = size / 1024**power
    while not unit and abs(value) >= 1024 and power < len(units) - 1:
        value, power = value / 1024, power + 1
    digits = min(max(precision or 0, 0), 15)
    shown = f"{round(value + 0.0, digits):.{digits}f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return f"{shown} {units[power]}"


_ONE, _TWO = ("VARCHAR",), ("VARCHAR", "VARCHAR")
BODIES = {
    "kql_parse_csv": Body(parse_csv, _ONE, "VARCHAR"),
    "kql_parse_xml": Body(parse_xml, _ONE, "VARCHAR"),
    "kql_parse_path": Body(parse_path, _ONE, "VARCHAR"),
    "kql_parse_version": Body(parse_version, _ONE, "VARCHAR"),
    "kql_parse_command_line": Body(parse_command_line, _TWO, "VARCHAR"),
    "kql_extract_json": Body(extract_json, _TWO, "VARCHAR"),
    "kql_format_bytes": Body(format_bytes, ("DOUBLE", "BIGINT", "VARCHAR"), "VARCHAR", ""),
}
