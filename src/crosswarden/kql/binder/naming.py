"""How Kusto names the columns of expressions that have no name of their own.

Source: the behaviour of Microsoft's binder, which a test compares with.
"""

from __future__ import annotations

from collections.abc import Collection

from crosswarden.kql import syntax
from crosswarden.kql.functions import NameRule, find_aggregate, find_function
from crosswarden.tables import Type

__all__ = ["Names", "implied_name"]


def implied_name(node: syntax.Expression, *, aggregating: bool = False) -> str | None:
    """The name that an expression implies, None when it implies none ("Column1" and so on follow).

    >>> implied_name(syntax.Name(0, 1, "a"))
    'a'
    """
    match node:
        case syntax.Name():
            return node.text
        case syntax.Member():
            target = implied_name(node.target)
            if isinstance(node.target, syntax.Name) and node.target.text in ("$left", "$right"):
                return node.name.text
            return f"{target}_{node.name.text}" if target is not None else node.name.text
        case syntax.Index():
            return _index_name(node)
        case syntax.Call():
            return _call_name(node, aggregating)
        case syntax.NamedExpression():
            return node.names[0].text
        case _:
            return None


def _index_name(node: syntax.Index) -> str | None:
    target = implied_name(node.target)
    if target is None:
        return None
    index = node.index
    if isinstance(index, syntax.Literal) and index.type in (Type.STRING, Type.LONG, Type.INT):
        return f"{target}_{index.value}"
    return f"{target}_"


def _call_name(node: syntax.Call, aggregating: bool) -> str | None:
    name = node.name.text
    function = (find_aggregate(name) if aggregating else None) or find_function(name)
    if function is None:
        return None
    first = node.arguments[0] if node.arguments else None
    prefix = function.prefix or name
    if aggregating and name in ("percentiles_array", "percentilesw_array"):
        return f"percentiles_{(implied_name(first) if first is not None else None) or ''}"
    match function.name_rule:
        case NameRule.FIRST_ARGUMENT:
            return implied_name(first) if first is not None else None
        case NameRule.ONLY_ARGUMENT:
            return implied_name(first) if first is not None and len(node.arguments) == 1 else None
        case NameRule.FIRST_ARGUMENT_VALUE_IF_COLUMN:
            value = getattr(first, "value", None)
            return value if isinstance(value, str) else None
        case NameRule.PREFIX_AND_FIRST_ARGUMENT:
            return f"{prefix}_{(implied_name(first) if first is not None else None) or ''}"
        case NameRule.NAME_AND_FIRST_ARGUMENT:
            return f"{name}_{(implied_name(first) if first is not None else None) or ''}"
        case NameRule.PREFIX_ONLY:
            return prefix
        case _:
            return None


class Names:
    """Names in use while a result is put together.

    >>> names = Names(["count_"])
    >>> names.fresh("count_"), names.fresh("count_"), names.fresh(None), names.fresh(None)
    ('count_1', 'count_2', 'Column1', 'Column2')
    """

    def __init__(self, taken: Collection[str] = ()) -> None:
        self._taken = set(taken)
        self._written: set[str] = set()

    def fresh(self, wanted: str | None) -> str:
        """The name itself, or with a number when it is taken; ``Column`` and a number when there is none."""
        base = wanted if wanted else "Column"
        number = 0 if wanted else 1
        name = base if wanted else f"{base}{number}"
        while name in self._taken:
            number += 1
            name = f"{base}{number}"
        self._taken.add(name)
        return name

    def write(self, name: str) -> bool:
        """Notes a name that the query writes; False when it wrote it before."""
        if name in self._written:
            return False
        self._written.add(name)
        return True

    def take(self, name: str) -> bool:
        """Claims a name; False when it is taken already."""
        if name in self._taken:
            return False
        self._taken.add(name)
        return True
