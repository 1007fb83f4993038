"""Reads hunts: the packaged ones, and folders of Sentinel analytic-rule or hunting-query YAML.

Format: Azure-Sentinel's analytic-rule YAML, plus one mapping of crosswarden's own under the key ``crosswarden``.
A rule without that mapping (anybody's Sentinel rule) gets its requirements from the tables that its query names and
its entities from ``entityMappings``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from crosswarden.errors import QueryError
from crosswarden.hunts.model import Alternative, EntityMap, FindingShape, Hunt, Requirement, Severity
from crosswarden.hunts.sigma import convert, is_sigma
from crosswarden.tables import known_tables

__all__ = ["HuntFileError", "load_file", "load_folder", "load_text", "packaged", "packaged_observations"]

LIMIT = 1_000_000
_ACCOUNT = {"Account": "user", "IP": "address", "CloudApplication": "application", "Mailbox": "mailbox"}
_ENTITY_TYPES = {**_ACCOUNT, "AzureResource": "resource", "Host": "host", "URL": "url", "File": "file"}


class HuntFileError(QueryError):
    """A hunt's file is not what it has to be; the sentence names file, line and key."""


class _Document:
    """A YAML document that remembers on which line each top-level or nested key stands."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        if len(text) > LIMIT:
            raise self.error(1, "the file is larger than 1 MB", "a hunt is a few kilobytes")
        try:
            self.node = yaml.compose(text, Loader=yaml.SafeLoader)
            self.value = yaml.safe_load(text)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or "it cannot be parsed"
            raise self.error(
                mark.line + 1 if mark else 1, f"not valid YAML: {problem}", "check the indentation"
            ) from None
        if not isinstance(self.value, dict):
            raise self.error(1, "the file holds no mapping", "expected the keys of a Sentinel rule")

    def error(self, line: int, sentence: str, remedy: str = "") -> HuntFileError:
        return HuntFileError("hunt-file", f"{self.name}:{line}: {sentence}", remedy=remedy)

    def line(self, *keys: str) -> int:
        node, line = self.node, 1
        for key in keys:
            if not isinstance(node, yaml.MappingNode):
                break
            for label, value in node.value:
                if label.value == key:
                    node, line = value, label.start_mark.line + 1
                    break
        return line

    def text(self, key: str, default: str | None = None) -> str:
        value = self.value.get(key, default)
        if value is None:
            raise self.error(1, f"the key {key!r} is missing", "every Sentinel rule states it")
        if not isinstance(value, (str, int, float)):
            raise self.error(self.line(key), f"{key!r} is a {type(value).__name__}", "expected text")
        return str(value)

    def words(self, key: str) -> tuple[str, ...]:
        value = self.value.get(key) or []
        if not isinstance(value, list):
            raise self.error(self.line(key), f"{key!r} is a {type(value).__name__}", "expected a list")
        return tuple(str(each) for each in value)


def load_text(text: str, name: str, *, identifier: str, source: str = "packaged") -> Hunt:
    """The hunt in a YAML text; ``name`` stands in messages, ``identifier`` is the hunt's id.

    Raises :class:`HuntFileError` with the file, the line and the key.
    """
    document = _Document(text, name)
    severity = document.text("severity", "Medium").lower()
    if severity not in set(Severity):
        raise document.error(
            document.line("severity"),
            f"severity {severity!r} is not known",
            "High, Medium, Low or Informational",
        )
    own = document.value.get("crosswarden")
    if own is not None and not isinstance(own, dict):
        raise document.error(
            document.line("crosswarden"), "'crosswarden' is no mapping", "expected a mapping"
        )
    query = document.text("query")
    return Hunt(
        id=identifier,
        guid=document.text("id", ""),
        name=document.text("name", identifier).strip(),
        description=" ".join(document.text("description", "").split()),
        severity=Severity(severity),
        tactics=document.words("tactics"),
        techniques=tuple(map(str, (own or {}).get("techniques") or document.words("relevantTechniques"))),
        query=query,
        family=str((own or {}).get("family") or "rules"),
        lookback=_duration(document, str((own or {}).get("lookback") or "P1D")),
        requires=_requirements(document, own) if own else _tables_of(query),
        finding=_shape(document, own) if own else _sentinel_shape(document),
        clean=str((own or {}).get("clean") or "The query returned no row."),
        limits=tuple(map(str, (own or {}).get("limits") or ())),
        version=document.text("version", "1.0.0"),
        kind=document.text("kind", "Scheduled"),
        source=source,
        path=name,
    )


def _duration(document: _Document, text: str) -> timedelta:
    match = re.fullmatch(r"P(\d+)D", text)
    if not match:
        raise document.error(
            document.line("crosswarden", "lookback"),
            f"lookback {text!r} is no number of days",
            "such as P14D",
        )
    return timedelta(days=int(match[1]))


def _requirements(document: _Document, own: Mapping[str, Any]) -> tuple[Requirement, ...]:
    requirements = []
    for each in own.get("requires") or ():
        alternatives = []
        for one in each.get("any") or ():
            if one.get("table") not in known_tables():
                raise document.error(
                    document.line("crosswarden", "requires"),
                    f"table {one.get('table')!r} is not known",
                    "see the table reference",
                )
            columns = tuple(map(str, one.get("columns") or ()))
            alternatives.append(Alternative(str(one["table"]), str(one.get("where") or ""), columns))
        requirements.append(Requirement(str(each.get("name") or "data"), tuple(alternatives)))
    if not requirements:
        raise document.error(
            document.line("crosswarden"),
            "'requires' is missing",
            "without it a clean result rests on nothing",
        )
    return tuple(requirements)


def _shape(document: _Document, own: Mapping[str, Any]) -> FindingShape | None:
    shape = own.get("finding")
    if shape is None:
        return None
    try:
        entities = tuple(
            EntityMap(**{key: str(value) for key, value in each.items()}) for each in shape["entities"]
        )
        return FindingShape(
            tuple(shape["key"]), str(shape["title"]), str(shape.get("severity") or ""), entities
        )
    except (KeyError, TypeError) as error:
        raise document.error(
            document.line("crosswarden", "finding"),
            f"'finding' is incomplete: {error}",
            "key, title, entities",
        ) from None


def _tables_of(query: str) -> tuple[Requirement, ...]:
    bare = re.sub(r"//[^\n]*|@?\"[^\"\n]*\"|@?'[^'\n]*'", " ", query)
    words = dict.fromkeys(re.findall(r"(?<![.\w])[A-Za-z_]\w+", bare))
    named = [word for word in words if word in known_tables()]
    return tuple(Requirement(table, (Alternative(table),)) for table in named)


def _sentinel_shape(document: _Document) -> FindingShape:
    entities = []
    for each in document.value.get("entityMappings") or ():
        kind = _ENTITY_TYPES.get(str(each.get("entityType")), str(each.get("entityType", "")).lower())
        columns = [
            str(one.get("columnName")) for one in each.get("fieldMappings") or () if one.get("columnName")
        ]
        if columns:
            entities.append(EntityMap(kind, columns[0], columns[0]))
    return FindingShape(
        tuple(entity.id for entity in entities), document.text("name", "rule"), "", tuple(entities)
    )


def load_file(path: Path, *, source: str = "rules") -> Hunt:
    """The hunt in a YAML file; its id is the file's name without the extension."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise HuntFileError("hunt-file", f"{path}: cannot be read: {error}") from None
    return load_text(text, str(path), identifier=path.stem, source=source)


def load_folder(folder: Path) -> tuple[list[Hunt], list[tuple[Path, str]]]:
    """Every rule below a folder, and the files that are none with the reason: both belong to the result."""
    hunts: list[Hunt] = []
    refused: list[tuple[Path, str]] = []
    for path in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.yml")]):
        try:
            hunts += _sigma_rules(path) or [load_file(path)]
        except QueryError as error:
            refused.append((path, str(error)))
    return hunts, refused


def _sigma_rules(path: Path) -> list[Hunt]:
    """The Sigma rules in a file; none when it holds something else."""
    try:
        text = path.read_text("utf-8-sig")
        documents = list(yaml.safe_load_all(text)) if len(text) <= LIMIT else []
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return []
    rules = [each for each in documents if is_sigma(each)]
    names = [
        path.stem if len(rules) == 1 else f"{path.stem}-{position}" for position in range(1, len(rules) + 1)
    ]
    return [convert(rule, identifier=name, path=str(path)) for rule, name in zip(rules, names, strict=True)]


def _packaged(folder: str) -> Iterable[Hunt]:
    root = files("crosswarden.content").joinpath(folder)
    for entry in sorted(root.iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".yaml"):
            yield load_text(entry.read_text("utf-8"), entry.name, identifier=entry.name.removesuffix(".yaml"))


@cache
def packaged() -> tuple[Hunt, ...]:
    """The hunts that come with crosswarden, by id.

    >>> "cross-tenant-partner-added" in [hunt.id for hunt in packaged()]
    True
    """
    return tuple(_packaged("hunts"))


@cache
def packaged_observations() -> tuple[Hunt, ...]:
    """The queries whose rows feed the correlations; they are no findings of their own."""
    return tuple(_packaged("observations"))
