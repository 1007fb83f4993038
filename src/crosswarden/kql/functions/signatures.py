"""The signatures of every function, aggregate, plugin and operator that Kusto knows, from the packaged facts.

Layout of ``data/signatures.json``: group → name → [flags, name rule, prefix, alternative, signatures]; flags are
``o`` (obsolete), ``h`` (hidden), ``c`` (constants fold); a signature is [gives, declared type, layout, parameters];
a parameter is the text "name takes types least most form placeholder", or that text with the values it may have.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from crosswarden.kql.functions.model import Function, NameRule, Parameter, Signature

__all__ = ["group", "names"]


@cache
def _facts() -> dict[str, dict[str, list[Any]]]:
    text = files("crosswarden.kql.functions").joinpath("data/signatures.json").read_text("utf-8")
    facts: dict[str, dict[str, list[Any]]] = json.loads(text)
    return facts


def names(kind: str) -> tuple[str, ...]:
    """Every name of a group: functions, aggregates, plugins or operators.

    >>> len(names("functions")), len(names("aggregates")), len(names("plugins"))
    (429, 61, 47)
    """
    return tuple(_facts()[kind])


@cache
def group(kind: str, name: str) -> Function | None:
    """The named member of a group, with its signatures but without a lowering; None when there is none.

    >>> group("functions", "strlen").signatures[0].parameters[0].takes
    'StringOrDynamic'
    """
    entry = _facts()[kind].get(name)
    if entry is None:
        return None
    flags, rule, prefix, alternative, signatures = entry
    return Function(
        name,
        tuple(_signature(signature) for signature in signatures),
        NameRule(rule),
        prefix,
        "o" in flags,
        "h" in flags,
        alternative,
    )


def _signature(entry: list[Any]) -> Signature:
    gives, declared, layout, parameters = entry
    return Signature(tuple(_parameter(p) for p in parameters), gives, declared, layout)


def _parameter(entry: str | list[Any]) -> Parameter:
    text, values = (entry, ()) if isinstance(entry, str) else (entry[0], tuple(entry[1]))
    name, takes, types, least, most, form, placeholder = text.rsplit(" ", 6)
    return Parameter(
        name,
        takes,
        () if types == "-" else tuple(types.split("|")),
        int(least),
        int(most),
        form,
        "" if placeholder == "-" else placeholder,
        values,
    )
