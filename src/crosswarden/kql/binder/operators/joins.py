"""join and lookup: kinds, conditions, and which columns of which side a result shows."""

from __future__ import annotations

from collections.abc import Sequence

from crosswarden.kql import syntax
from crosswarden.kql.binder.binder import UNKNOWN, Binder, OperatorHandler
from crosswarden.kql.binder.inlining import convert
from crosswarden.kql.binder.naming import Names
from crosswarden.kql.binder.operators.columns import replace_name
from crosswarden.kql.binder.operators.settings import setting
from crosswarden.kql.binder.scope import Row, Tabular
from crosswarden.kql.plan import Field, Join, Project, Ref, Scalar, fields_of
from crosswarden.tables import Type

__all__ = ["HANDLERS"]

KINDS = {
    "innerunique": "innerunique",
    "inner": "inner",
    "leftouter": "leftouter",
    "rightouter": "rightouter",
    "fullouter": "fullouter",
    "leftsemi": "leftsemi",
    "rightsemi": "rightsemi",
    "leftanti": "leftanti",
    "leftantisemi": "leftanti",
    "anti": "leftanti",
    "rightanti": "rightanti",
    "rightantisemi": "rightanti",
}
Pair = tuple[Scalar, Scalar]


def _right_side(binder: Binder, node: syntax.Expression) -> Tabular:
    with binder.seeing(None):
        return binder.table(node)


def bind_join(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``join``: without ``kind`` the left side's keys are made unique first."""
    assert isinstance(operator, syntax.Join)
    right = _right_side(binder, operator.right)
    written = setting(operator.parameters, "kind")
    kind = KINDS.get(str(written)) if written is not None else "innerunique"
    if kind is None:
        binder.error("kql-join-kind", f"The join kind '{written}' is not known.", operator)
        kind = "innerunique"
    if operator.where is not None:
        binder.refuse("A join on 'where'", operator.where)
    pairs = _conditions(binder, table, right, operator.on)
    if not operator.on and operator.where is None:
        binder.error("kql-join-on", "The join needs a condition (on …).", operator)
    return _joined(binder, kind, table, right, pairs, lookup=False)


def bind_lookup(binder: Binder, table: Tabular, operator: syntax.Operator) -> Tabular:
    """``lookup``: leftouter unless inner is written; the right side's keys are not shown."""
    assert isinstance(operator, syntax.Lookup)
    right = _right_side(binder, operator.right)
    written = setting(operator.parameters, "kind") or "leftouter"
    if written not in ("leftouter", "inner"):
        binder.error("kql-join-kind", f"The lookup kind '{written}' is not known.", operator)
        written = "leftouter"
    pairs = _conditions(binder, table, right, operator.on)
    return _joined(binder, str(written), table, right, pairs, lookup=True)


def _conditions(binder: Binder, left: Tabular, right: Tabular, on: Sequence[syntax.Expression]) -> list[Pair]:
    """The pairs of expressions that have to be equal, the left side's first."""
    left_row, right_row = Row.of(left), Row.of(right)
    pairs: list[Pair] = []
    for condition in on:
        for part in _conjuncts(condition):
            if isinstance(part, syntax.Name):
                pair = _common_name(binder, left_row, right_row, part)
            else:
                pair = _equality(binder, left_row, right_row, part)
            if pair is not None:
                pairs.append(_same_type(binder, pair, part))
    return pairs


def _conjuncts(node: syntax.Expression) -> list[syntax.Expression]:
    if isinstance(node, syntax.Binary) and node.operator == "and":
        return [*_conjuncts(node.left), *_conjuncts(node.right)]
    return [node]


def _common_name(binder: Binder, left: Row, right: Row, node: syntax.Name) -> Pair | None:
    found = [side.find(node.text) for side in (left, right)]
    for side, column, word in ((left, found[0], "left"), (right, found[1], "right")):
        if column is None and not side.open:
            binder.unknown(
                "kql-join-column", f"column on the {word} side of the join", node.text, side.columns, node
            )
    if found[0] is None or found[1] is None:
        return None
    return Ref(found[0]), Ref(found[1])


def _equality(binder: Binder, left: Row, right: Row, node: syntax.Expression) -> Pair | None:
    if not (isinstance(node, syntax.Binary) and node.operator == "=="):
        binder.error("kql-join-on", "The join's condition has to be an equality ($left.a == $right.b).", node)
        return None
    row = Row({}, left=left, right=right)
    with binder.seeing(row):
        first, second = binder.scalar(node.left), binder.scalar(node.right)
    if first is UNKNOWN or second is UNKNOWN:
        return None
    for side, written in ((first, node.left), (second, node.right)):
        if not isinstance(side, Ref):
            binder.error(
                "kql-join-on", "A column of one side ($left.a or $right.a) is expected here.", written
            )
            return None
    lefts = {*left.columns.values(), *left.hidden.values()}
    if fields_of(first) <= lefts and not fields_of(second) & lefts:
        return first, second
    if fields_of(second) <= lefts and not fields_of(first) & lefts:
        return second, first
    binder.error("kql-join-on", "The join's condition has to compare the left side with the right.", node)
    return None


def _same_type(binder: Binder, pair: Pair, node: syntax.Expression) -> Pair:
    left, right = pair
    unknown = binder.unknown_fields
    loose = any(isinstance(side, Ref) and side.field in unknown for side in pair)
    common = isinstance(node, syntax.Name)
    if loose:
        pass
    elif common and left.type is Type.DYNAMIC and right.type is Type.DYNAMIC:
        binder.refuse(
            "A join on a dynamic column", node, "Kusto refuses it as it runs; convert the column first"
        )
    elif Type.DYNAMIC in (left.type, right.type) and not common:
        binder.error("kql-join-type", "A join key cannot be dynamic; convert it first.", node)
    elif left.type is not right.type and (common or not (left.type.is_numeric and right.type.is_numeric)):
        message = f"The join's keys have different types: {left.type} and {right.type}."
        binder.error("kql-join-type", message, node)
    if left.type is not right.type and Type.STRING in (left.type, right.type):
        left, right = convert(left, Type.STRING), convert(right, Type.STRING)
    return left, right


def _joined(
    binder: Binder, kind: str, left: Tabular, right: Tabular, pairs: list[Pair], *, lookup: bool
) -> Tabular:
    if kind in ("rightsemi", "rightanti"):
        plan = Join(kind, left.plan, right.plan, tuple(pairs), right.plan.fields)
        return Tabular(plan, right.columns, right.hidden, right.open)
    if kind in ("leftsemi", "leftanti"):
        plan = Join(kind, left.plan, right.plan, tuple(pairs), left.plan.fields)
        return Tabular(plan, left.columns, left.hidden, left.open)
    return _both(binder, kind, left, right, pairs, lookup=lookup)


def _both(
    binder: Binder, kind: str, left: Tabular, right: Tabular, pairs: list[Pair], *, lookup: bool
) -> Tabular:
    """Columns of both sides; a right one whose name is taken gets a number."""
    keys = {key.field for _, key in pairs if isinstance(key, Ref)} if lookup else set()
    names = Names([column.name for column in left.columns])
    originals = {column.name for column in right.columns if column not in keys}
    free = Names({column.name for column in left.columns} | originals)
    shown: list[Field] = list(left.columns)
    renamed: list[tuple[Field, Scalar]] = []
    for column in right.columns:
        if column in keys:
            continue
        if names.take(column.name):
            shown.append(column)
            continue
        name = free.fresh(column.name)
        made = replace_name(binder, column, name, Ref(column))
        renamed.append((made, Ref(column)))
        shown.append(made)
    taken = {column.name for column in shown}
    hidden = tuple(column for column in (*left.hidden, *right.hidden) if column.name not in taken)
    every = tuple(dict.fromkeys((*left.columns, *left.hidden, *right.columns, *right.hidden)))
    joined = Join(kind, left.plan, right.plan, tuple(pairs), every)
    plan = Project(joined, tuple(renamed), (*shown, *hidden))
    return Tabular(plan, tuple(shown), _once(hidden), left.open or right.open)


def _once(hidden: tuple[Field, ...]) -> tuple[Field, ...]:
    """Of hidden columns of one name the left side's."""
    first: dict[str, Field] = {}
    for column in hidden:
        first.setdefault(column.name, column)
    return tuple(first.values())


HANDLERS: dict[type[syntax.Operator], OperatorHandler] = {syntax.Join: bind_join, syntax.Lookup: bind_lookup}
