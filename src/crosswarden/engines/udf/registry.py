"""Creates the macros and Python functions that a statement needs, once a connection.

>>> from crosswarden.duck import connect
>>> connection = connect()
>>> prepare(connection, "SELECT kql_bool_text(true)")
>>> connection.execute("SELECT kql_bool_text(true)").fetchone()
('true',)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from weakref import WeakKeyDictionary

from crosswarden.duck import Connection
from crosswarden.engines.udf.bodies import BODIES
from crosswarden.engines.udf.body import register

__all__ = ["names_in", "prepare"]

_NAME = re.compile(r"\bkql_[a-z0-9_]+", re.IGNORECASE)
_HEAD = re.compile(r"CREATE MACRO (kql_[a-z0-9_]+)\(")
_made: WeakKeyDictionary[Connection, set[str]] = WeakKeyDictionary()


def names_in(statement: str) -> set[str]:
    """Every ``kql_…`` name in a statement's text.

    >>> sorted(names_in("SELECT KQL_HAS(a, 'x'), kql_bin(b, 1)"))
    ['kql_bin', 'kql_has']
    """
    return {name.lower() for name in _NAME.findall(statement)}


@cache
def _macros() -> dict[str, str]:
    macros = {}
    for file in sorted(files("crosswarden.engines.udf").joinpath("macros").iterdir(), key=str):
        if file.name.endswith(".sql"):
            for statement in file.read_text("utf-8").split(";\n"):
                if head := _HEAD.search(statement):
                    macros[head[1]] = statement[head.start() :]
    return macros


@cache
def _needs(name: str) -> tuple[str, ...]:
    """What a macro calls, deepest first, itself last."""
    if name not in _macros():
        return (name,)
    inner = names_in(_macros()[name]) - {name}
    return (*dict.fromkeys(deep for found in sorted(inner) for deep in _needs(found)), name)


def _all(statement: str) -> Iterator[str]:
    for name in sorted(names_in(statement)):
        yield from _needs(name)


def prepare(connection: Connection, statement: str) -> None:
    """Create what the statement calls and the connection has not yet; names that exist nowhere are left to DuckDB."""
    made = _made.setdefault(connection, set())
    for name in _all(statement):
        if name in made:
            continue
        if name in BODIES:
            register(connection, name, BODIES[name])
        elif name in _macros():
            connection.execute(_macros()[name].replace("CREATE MACRO", "CREATE OR REPLACE TEMP MACRO", 1))
        made.add(name)
