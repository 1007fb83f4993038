"""Where ``crosswarden kql`` finds queries: JSON Lines, .kql files, Markdown, and Sentinel's YAML.

Every query keeps its file and the line on which its text begins, so that a message can name the place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from crosswarden.errors import InputError
from crosswarden.kql.parser import parse
from crosswarden.kql.source import split_queries

__all__ = ["FILES", "Query", "Refused", "from_lines", "from_paths"]

FILES = (".kql", ".csl", ".kusto", ".md", ".yaml", ".yml", ".jsonl", ".ndjson")
"""The endings of files that hold queries."""

_FENCE = re.compile(
    r"^(?P<indent>[ \t>]*)(?P<fence>`{3,}|~{3,})[ \t]*(?P<language>[\w+#-]*)[^\n]*\n(?P<text>.*?)^[ \t>]*(?P=fence)[ \t]*$",
    re.S | re.M,
)
_LANGUAGES = ("kql", "kusto", "csl", "kustoquery")
_STEP = re.compile(r"^\s*\|\s*[a-z]", re.M)


@dataclass(frozen=True, slots=True)
class Query:
    """A query's text under an id; ``line`` is where it begins in its file, from 1."""

    id: Any
    text: str
    file: str = ""
    line: int = 1


@dataclass(frozen=True, slots=True)
class Refused:
    """A line or file that holds no query, and why."""

    id: Any
    reason: str


def from_lines(lines: Iterable[bytes | str]) -> Iterator[Query | Refused]:
    r"""Queries of JSON Lines ``{"id", "query"}``; a line that is none becomes a ``Refused``.

    >>> list(from_lines(['{"id": 7, "query": "T"}', "", "oops"]))
    [Query(id=7, text='T', file='', line=1), Refused(id=3, reason='line 3 is not valid JSON: Expecting value: column 1')]
    """
    for number, line in enumerate(lines, 1):
        text = line.decode("utf-8-sig", errors="replace") if isinstance(line, bytes) else line
        if text.strip():
            yield _from_line(number, text)


def _from_line(number: int, text: str) -> Query | Refused:
    try:
        record = json.loads(text)
    except json.JSONDecodeError as error:
        return Refused(number, f"line {number} is not valid JSON: {error.msg}: column {error.colno}")
    except (ValueError, RecursionError) as error:
        return Refused(number, f"line {number} is not valid JSON: {type(error).__name__}")
    if not isinstance(record, dict):
        return Refused(number, f'line {number} is no object; {{"id", "query"}} is expected')
    key = record.get("id", number)
    if not isinstance(record.get("query"), str):
        return Refused(key, f"line {number} has no query: the key 'query' with a text is expected")
    return Query(key, record["query"])


def from_paths(paths: Iterable[Path]) -> Iterator[Query | Refused]:
    """The queries of files and folders, in the order of their names. Raises InputError for a path that is not there."""
    for path in paths:
        if path.is_dir():
            found = [
                item for item in sorted(path.rglob("*")) if item.suffix.lower() in FILES and item.is_file()
            ]
            for item in found:
                yield from _from_file(item, item.relative_to(path).as_posix())
        elif path.is_file():
            yield from _from_file(path, path.name)
        else:
            raise InputError("queries-missing", f"{path}: there is no such file or folder")


def _from_file(path: Path, name: str) -> Iterator[Query | Refused]:
    try:
        data = path.read_bytes()
    except OSError as error:
        yield Refused(name, f"{path} cannot be read: {error.strerror or error}")
        return
    suffix = path.suffix.lower()
    if suffix in (".jsonl", ".ndjson"):
        yield from from_lines(data.splitlines())
        return
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        yield Refused(name, f"{path} is not UTF-8: {error.reason} at byte {error.start}")
        return
    text = text.replace("\r\n", "\n")
    if suffix == ".md":
        yield from _from_markdown(text, name)
    elif suffix in (".yaml", ".yml"):
        yield from _from_yaml(text, name)
    else:
        yield from _from_text(text, name)


def _numbered(name: str, parts: list[tuple[str, int]]) -> Iterator[Query]:
    for number, (text, line) in enumerate(parts, 1):
        yield Query(name if len(parts) == 1 else f"{name}#{number}", text, name, line)


def _from_text(text: str, name: str) -> Iterator[Query | Refused]:
    """One query a file; a file that does not read as one is taken as several, separated by blank lines."""
    parts = split_queries(text)
    if len(parts) < 2 or parse(text).ok:
        yield Query(name, text, name)
        return
    places: list[tuple[str, int]] = []
    position = 0
    for part in parts:
        position = max(text.find(part[:40], position), position)
        places.append((part, text.count("\n", 0, position) + 1))
        position += len(part)
    yield from _numbered(name, places)


def _from_markdown(text: str, name: str) -> Iterator[Query | Refused]:
    parts: list[tuple[str, int]] = []
    for match in _FENCE.finditer(text + "\n"):
        language = match["language"].lower()
        body = match["text"]
        if language in _LANGUAGES or (not language and _STEP.search(body)):
            line = text.count("\n", 0, match.start("text")) + 1
            indent = len(match["indent"])
            if indent:
                body = "\n".join(row[indent:] for row in body.split("\n"))
            parts.append((body.rstrip(), line))
    yield from _numbered(name, parts)


def _from_yaml(text: str, name: str) -> Iterator[Query | Refused]:
    parts: list[tuple[str, int]] = []
    try:
        for document in yaml.compose_all(text, Loader=yaml.SafeLoader):
            parts.extend(_queries_below(document))
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark else ""
        yield Refused(name, f"{name} is not valid YAML{place}: {getattr(error, 'problem', None) or error}")
        return
    yield from _numbered(name, parts)


def _queries_below(node: Any) -> Iterator[tuple[str, int]]:
    """The texts under any key ``query``, with their lines; a block scalar begins on the line after its ``|``."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            is_query = isinstance(key, yaml.ScalarNode) and key.value.lower() == "query"
            if is_query and isinstance(value, yaml.ScalarNode):
                yield value.value, value.start_mark.line + (2 if value.style in ("|", ">") else 1)
            else:
                yield from _queries_below(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _queries_below(value)
