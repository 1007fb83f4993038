"""Binding of scalar expressions: names, paths into dynamic values, operators, lists, sub-queries."""

from __future__ import annotations

from collections.abc import Sequence

from crosswarden.kql import syntax
from crosswarden.kql.binder.arguments import argument
from crosswarden.kql.binder.binder import NOTHING, UNKNOWN, Binder, ExpressionHandler, is_unknown
from crosswarden.kql.binder.names import bind_name, table_named
from crosswarden.kql.binder.scope import Bound, Function, Row, Tabular
from crosswarden.kql.functions import DYNAMIC, Mismatch, bind, find_operator, of
from crosswarden.kql.functions.model import Function as Catalogued
from crosswarden.kql.functions.model import Support
from crosswarden.kql.plan import Call, InQuery, Literal, Path, Ref, Scalar, Special, Subquery
from crosswarden.tables import Type

__all__ = ["HANDLERS", "operator_call"]

OPERATORS = {
    "and": "And",
    "or": "Or",
    "+": "Add",
    "-": "Subtract",
    "*": "Multiply",
    "/": "Divide",
    "%": "Modulo",
    "<": "LessThan",
    "<=": "LessThanOrEqual",
    ">": "GreaterThan",
    ">=": "GreaterThanOrEqual",
    "==": "Equal",
    "!=": "NotEqual",
    "=~": "EqualTilde",
    "!~": "BangTilde",
    "has": "Has",
    "has_cs": "HasCs",
    "!has": "NotHas",
    "!has_cs": "NotHasCs",
    "hasprefix": "HasPrefix",
    "hasprefix_cs": "HasPrefixCs",
    "!hasprefix": "NotHasPrefix",
    "!hasprefix_cs": "NotHasPrefixCs",
    "hassuffix": "HasSuffix",
    "hassuffix_cs": "HasSuffixCs",
    "!hassuffix": "NotHasSuffix",
    "!hassuffix_cs": "NotHasSuffixCs",
    "like": "Like",
    "likecs": "LikeCs",
    "!like": "NotLike",
    "!likecs": "NotLikeCs",
    "contains": "Contains",
    "contains_cs": "ContainsCs",
    "!contains": "NotContains",
    "!contains_cs": "NotContainsCs",
    "startswith": "StartsWith",
    "startswith_cs": "StartsWithCs",
    "!startswith": "NotStartsWith",
    "!startswith_cs": "NotStartsWithCs",
    "endswith": "EndsWith",
    "endswith_cs": "EndsWithCs",
    "!endswith": "NotEndsWith",
    "!endswith_cs": "NotEndsWithCs",
    "matches regex": "MatchRegex",
    ":": "Search",
}
LISTS = {
    "in": "InCs",  # Cs: case-sensitive
    "!in": "NotInCs",
    "in~": "In",
    "!in~": "NotIn",
    "has_any": "HasAny",
    "has_all": "HasAll",
}
_BOOL, _STRING = of(Type.BOOL), of(Type.STRING)


def operator_call(
    binder: Binder,
    name: str,
    symbol: str,
    node: syntax.Expression,
    operands: Sequence[Scalar],
    nodes: Sequence[syntax.Expression],
) -> Scalar:
    """The operator over bound operands, checked as Kusto checks it."""
    if any(is_unknown(binder, operand) for operand in operands):
        return _unknown_result(name, operands)
    function = find_operator(name)
    bound = bind(function, [argument(operand) for operand in operands], symbol=symbol)
    for mismatch in bound.mismatches:
        _report(binder, mismatch, node, nodes)
    if bound.mismatches:
        return UNKNOWN
    if function.support is Support.UNSUPPORTED:
        binder.refuse(f"The operator '{symbol}'", node, function.reason)
    return Call(bound.kind, function, tuple(operands))


def _unknown_result(name: str, operands: Sequence[Scalar]) -> Scalar:
    """A predicate over a column that may be there (``bag_unpack``) still is one; anything else is unknown."""
    if any(operand is UNKNOWN for operand in operands):
        return UNKNOWN
    function = find_operator(name)
    bound = bind(function, [argument(operand) for operand in operands], symbol=name)
    return Call(bound.kind, function, tuple(operands)) if bound.ok else UNKNOWN


def _report(
    binder: Binder, mismatch: Mismatch, node: syntax.Expression, nodes: Sequence[syntax.Expression]
) -> None:
    at = node if mismatch.argument is None or mismatch.argument >= len(nodes) else nodes[mismatch.argument]
    binder.error("kql-type", mismatch.message, at)


def bind_binary(binder: Binder, node: syntax.Expression) -> Bound:
    """``left operator right``; chains of the same connective are walked without recursion."""
    assert isinstance(node, syntax.Binary)
    if node.operator in ("and", "or"):
        return _bind_chain(binder, node)
    if isinstance(node.left, syntax.Star):
        return _any_column(binder, node)
    left, right = binder.scalar(node.left), binder.scalar(node.right)
    name = OPERATORS.get(node.operator)
    if name is None:
        binder.error("kql-operator", f"The operator '{node.operator}' is not known.", node)
        return UNKNOWN
    return operator_call(binder, name, node.operator, node, (left, right), (node.left, node.right))


def _bind_chain(binder: Binder, node: syntax.Binary) -> Scalar:
    """``a and b and c …``, which the parser leans to the left."""
    parts: list[syntax.Binary] = []
    here: syntax.Expression = node
    while isinstance(here, syntax.Binary) and here.operator == node.operator:
        parts.append(here)
        here = here.left
    made = binder.scalar(here)
    for part in reversed(parts):
        right = binder.scalar(part.right)
        made = operator_call(
            binder, OPERATORS[part.operator], part.operator, part, (made, right), (part.left, part.right)
        )
    return made


def _any_column(binder: Binder, node: syntax.Binary) -> Scalar:
    """``* has "x"``: some column matches."""
    assert binder.row is not None
    right = binder.scalar(node.right)
    return any_column(binder, node.operator, right, node)


def any_column(binder: Binder, operator: str, right: Scalar, node: syntax.Expression) -> Scalar:
    """The operator over every column that it is defined for, joined by or."""
    assert binder.row is not None
    name = OPERATORS[operator]
    function, parts = find_operator(name), []
    for column in binder.row.columns.values():
        left: Scalar = Ref(column)
        if column.type not in (Type.STRING, Type.DYNAMIC) and name not in ("Equal", "NotEqual"):
            left = Special(_STRING, "text", (left,))
        bound = bind(function, [argument(left), argument(right)], symbol=operator)
        if bound.ok and (name not in ("Equal", "NotEqual") or left.type is right.type):
            parts.append(Call(bound.kind, function, (left, right)))
    if not parts:
        return Literal(_BOOL, False, written=False)
    return joined("Or", parts)


def joined(name: str, parts: Sequence[Scalar]) -> Scalar:
    """Predicates joined by And or Or."""
    function = find_operator(name)
    made = parts[0]
    for part in parts[1:]:
        made = Call(_BOOL, function, (made, part))
    return made


def bind_unary(binder: Binder, node: syntax.Expression) -> Bound:
    """``-x``; a negative literal becomes a literal."""
    assert isinstance(node, syntax.Unary)
    operand = binder.scalar(node.operand)
    if isinstance(operand, Literal) and operand.value is not None and operand is not UNKNOWN:
        value = operand.value
        if (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and operand.type is not Type.DATETIME
        ):
            return Literal(operand.kind, -value if node.operator == "-" else value)
    name = "UnaryMinus" if node.operator == "-" else "UnaryPlus"
    return operator_call(binder, name, node.operator, node, (operand,), (node.operand,))


def bind_between(binder: Binder, node: syntax.Expression) -> Bound:
    """``x between (a .. b)``."""
    assert isinstance(node, syntax.Between)
    nodes = (node.operand, node.low, node.high)
    operands = tuple(binder.scalar(item) for item in nodes)
    name, symbol = ("NotBetween", "!between") if node.negated else ("Between", "between")
    return operator_call(binder, name, symbol, node, operands, nodes)


def bind_in(binder: Binder, node: syntax.Expression) -> Bound:
    """``x in (…)`` with values, arrays or one query."""
    assert isinstance(node, syntax.InList)
    name = LISTS[node.operator]
    value = UNKNOWN if isinstance(node.operand, syntax.Star) else binder.scalar(node.operand)
    items = [binder.bind(item) for item in node.items]
    tables = [item for item in items if isinstance(item, Tabular)]
    if any(isinstance(item, Function) for item in items) or (tables and len(items) > 1):
        binder.error("kql-scalar-expected", "A scalar expression is expected here.", node)
        return UNKNOWN
    if tables:
        return _in_query(binder, name, value, tables[0], node)
    scalars = [item for item in items if not isinstance(item, Tabular | Function)]
    if isinstance(node.operand, syntax.Star):
        return _star_in(binder, name, node, scalars)
    return operator_call(binder, name, node.operator, node, (value, *scalars), (node.operand, *node.items))


def _star_in(binder: Binder, name: str, node: syntax.InList, scalars: Sequence[Scalar]) -> Scalar:
    assert binder.row is not None
    parts = []
    for column in binder.row.columns.values():
        if column.type in (Type.STRING, Type.DYNAMIC):
            call = operator_call(
                binder, name, node.operator, node, (Ref(column), *scalars), (node, *node.items)
            )
            parts.append(call)
    return joined("Or", parts) if parts else Literal(_BOOL, False, written=False)


def _in_query(binder: Binder, name: str, value: Scalar, table: Tabular, node: syntax.InList) -> Scalar:
    if table is NOTHING or is_unknown(binder, value):
        return UNKNOWN
    if not table.columns:
        binder.error("kql-column-expected", "The query has no column to look the value up in.", node)
        return UNKNOWN
    function: Catalogued = find_operator(name)
    first = Ref(table.columns[0])
    bound = bind(function, [argument(value), argument(first)], symbol=node.operator)
    for mismatch in bound.mismatches:
        _report(binder, mismatch, node, (node.operand, *node.items))
    plan = table.plan
    return InQuery(name, value, plan, table.columns[0])


def bind_member(binder: Binder, node: syntax.Expression) -> Bound:
    """``target.name``: a side of a join, a table of another database, or a step into a dynamic value."""
    assert isinstance(node, syntax.Member)
    row, target = binder.row, node.target
    if isinstance(target, syntax.Name) and row is not None:
        side = {"$left": row.left, "$right": row.right}.get(target.text)
        if side is not None:
            return _side_column(binder, side, node)
        variable = row.variables.get(target.text)
        if isinstance(variable, Row):
            return _side_column(binder, variable, node)
    if isinstance(target, syntax.Call | syntax.MemberCall) and _names_database(target):
        return table_named(binder, node.name.text, node.name)
    base = binder.scalar(target)
    if is_unknown(binder, base):
        return UNKNOWN
    if not isinstance(node.name, syntax.Name) or base.type is not Type.DYNAMIC:
        binder.error(
            "kql-member", f"The value of type '{base.type}' has no member '{node.name.text}'.", node.name
        )
        return UNKNOWN
    return _path(base, node.name.text)


def _names_database(target: syntax.Expression) -> bool:
    call = target.call if isinstance(target, syntax.MemberCall) else target
    return isinstance(call, syntax.Call) and call.name.text in (
        "database",
        "cluster",
        "workspace",
        "app",
        "resource",
    )


def _side_column(binder: Binder, side: Row, node: syntax.Member) -> Scalar:
    found = side.find(node.name.text)
    if found is None:
        if not side.open:
            binder.unknown("kql-unknown-column", "column", node.name.text, side.columns, node.name)
        return UNKNOWN
    return Ref(found)


def _path(base: Scalar, step: str | int | Scalar) -> Scalar:
    if isinstance(base, Path):
        return Path(base.base, (*base.steps, step))
    return Path(base, (step,))


def bind_index(binder: Binder, node: syntax.Expression) -> Bound:
    """``target[index]`` on dynamic values."""
    assert isinstance(node, syntax.Index)
    base, index = binder.scalar(node.target), binder.scalar(node.index)
    if is_unknown(binder, base) or is_unknown(binder, index):
        return UNKNOWN
    if base.type is not Type.DYNAMIC:
        binder.error("kql-index", f"A value of type '{base.type}' cannot be indexed.", node.target)
        return UNKNOWN
    if isinstance(index, Literal) and isinstance(index.value, int) and not isinstance(index.value, bool):
        return _path(base, index.value)
    if isinstance(index, Literal) and index.type is Type.STRING:
        return _path(base, str(index.value))
    return _path(base, index)


def bind_member_call(binder: Binder, node: syntax.Expression) -> Bound:
    """``cluster("c").database("d")`` stands only before a table's name; ``database("d").f(…)`` calls a function."""
    assert isinstance(node, syntax.MemberCall)
    if _names_database(node.target):
        return binder.bind(node.call)
    binder.error("kql-member", "Only cluster and database have members that can be called.", node)
    return UNKNOWN


def bind_to_scalar(binder: Binder, node: syntax.Expression) -> Bound:
    """``toscalar(query)``; of a scalar it is that scalar."""
    assert isinstance(node, syntax.ToScalar)
    with binder.seeing(None):
        found = binder.bind(node.query)
    if not isinstance(found, Tabular):
        return found
    if found is NOTHING:
        return UNKNOWN
    if not found.columns:
        return UNKNOWN
    return Subquery(found.columns[0].kind, found.plan, found.columns[0])


def bind_missing(binder: Binder, node: syntax.Expression) -> Bound:
    """A gap that the parser has reported."""
    return UNKNOWN


def bind_named(binder: Binder, node: syntax.Expression) -> Bound:
    """A name where none counts: the expression itself."""
    assert isinstance(node, syntax.NamedExpression)
    return binder.bind(node.expression)


def bind_type_of(binder: Binder, node: syntax.Expression) -> Bound:
    """``typeof(long)`` as an argument: the type itself."""
    assert isinstance(node, syntax.TypeOf)
    item = node.items[0] if node.items else None
    kind = Type.named(item.text) if isinstance(item, syntax.TypeName) else None
    return Literal(_STRING, kind or Type.DYNAMIC)


def bind_star(binder: Binder, node: syntax.Expression) -> Bound:
    """``*`` where an expression stands."""
    return Special(DYNAMIC, "star", ())


HANDLERS: dict[type[syntax.Expression], ExpressionHandler] = {
    syntax.Binary: bind_binary,
    syntax.Unary: bind_unary,
    syntax.Between: bind_between,
    syntax.InList: bind_in,
    syntax.Member: bind_member,
    syntax.MemberCall: bind_member_call,
    syntax.Index: bind_index,
    syntax.ToScalar: bind_to_scalar,
    syntax.Missing: bind_missing,
    syntax.NamedExpression: bind_named,
    syntax.TypeOf: bind_type_of,
    syntax.Star: bind_star,
    syntax.Name: bind_name,
    syntax.WildcardName: bind_name,
}
