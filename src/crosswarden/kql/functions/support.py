"""The support matrix: what runs here, how, and why the rest does not; written from the catalogue.

``python -m crosswarden.kql.functions.support > docs/kql-support.md`` writes it anew; a test holds that it is current.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

from crosswarden.kql.functions import signatures
from crosswarden.kql.functions.catalogue import find_aggregate, find_function, find_operator
from crosswarden.kql.functions.model import Function, Signature, Support

__all__ = ["matrix"]

_HOW = {
    Support.SIMPLE: "one DuckDB function",
    Support.LOWERED: "an expression",
    Support.UDF: "Python",
    Support.BINDER: "the binder",
    Support.UNSUPPORTED: "refused",
}
_INTRO = """# Which KQL functions run

Written from the catalogue by `python -m crosswarden.kql.functions.support`; do not edit by hand.

Every function, aggregate and operator that Microsoft's binder knows is known here and typed alike. Those that do not
run are refused by name, with the reason. *One DuckDB function*, *an expression* and *Python* say how the others run;
*the binder* gives meaning to what depends on the columns in scope or on the order of rows.
"""


def matrix() -> str:
    """The whole page as Markdown."""
    parts = [_INTRO, _counts(), "## Functions\n", *_families(_functions())]
    parts += ["## Aggregates\n", _table(_aggregates()), "## Operators\n", _table(_operators())]
    return "\n".join(parts)


def _functions() -> list[Function]:
    return [found for name in signatures.names("functions") if (found := find_function(name))]


def _aggregates() -> list[Function]:
    return [found for name in signatures.names("aggregates") if (found := find_aggregate(name))]


def _operators() -> list[Function]:
    return [find_operator(name) for name in signatures.names("operators")]


def _counts() -> str:
    rows = ["| | known | run | refused |", "|---|--:|--:|--:|"]
    for label, group in (
        ("functions", _functions()),
        ("aggregates", _aggregates()),
        ("operators", _operators()),
    ):
        refused = Counter(entry.support for entry in group)[Support.UNSUPPORTED]
        rows.append(f"| {label} | {len(group)} | {len(group) - refused} | {refused} |")
    return "\n".join([*rows, ""])


def _families(functions: list[Function]) -> Iterator[str]:
    for family in sorted({entry.family for entry in functions}):
        yield f"### {family}\n"
        yield _table([entry for entry in functions if entry.family == family])


def _table(entries: list[Function]) -> str:
    rows = ["| name | arguments | runs as |", "|---|---|---|"]
    for entry in sorted(entries, key=lambda found: found.name):
        how = _HOW[entry.support] + (f": {entry.reason}" if entry.reason else "")
        if entry.obsolete and entry.alternative:
            how += f" (obsolete: {entry.alternative})"
        rows.append(f"| `{entry.name}` | {_arguments(entry)} | {how} |")
    return "\n".join([*rows, ""])


def _arguments(entry: Function) -> str:
    return "<br>".join(dict.fromkeys(_written(signature) for signature in entry.signatures)).replace(
        "|", "\\|"
    )


def _written(signature: Signature) -> str:
    names = []
    for parameter in signature.parameters:
        shown = parameter.name + (", …" if parameter.most > 1 else "")
        names.append(shown if parameter.least else f"[{shown}]")
    return ", ".join(names)


if __name__ == "__main__":
    sys.stdout.write(matrix())
