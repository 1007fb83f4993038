"""Drops the columns that nothing reads, from the result down to the scans.

Exact: a step keeps every column that a step above it, a join key, a sort key or an inner query reads. ``distinct`` and
``union`` keep what decides which rows there are. Shared queries keep what any of their uses reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from crosswarden.kql.plan import (
    Aggregate,
    Aggregation,
    Apply,
    Distinct,
    Expand,
    Field,
    Filter,
    Given,
    Join,
    MakeSeries,
    Partition,
    Plan,
    Project,
    Reference,
    Scalar,
    Scan,
    Serialize,
    Shared,
    Sort,
    Staged,
    Take,
    Union,
    fields_of,
    inputs_of,
    queries_of,
    walk_plan,
)
from crosswarden.kql.rewrites.scalars import map_queries, map_scalars, scalars_of
from crosswarden.tables import time_column

__all__ = ["prune"]

Needs = list[tuple[Plan, set[Field]]]


def prune(plan: Plan, wanted: Iterable[Field]) -> Plan:
    """The plan without columns that ``wanted`` does not depend on."""
    pruning = _Pruning()
    needed = set(wanted)
    pruning.collect(plan, needed)
    for shared in reversed(_definition_order(plan)):
        pruning.collect(shared.plan, pruning.shared_needs.setdefault(shared, set()))
    return pruning.rebuild(plan, needed)


def _definition_order(plan: Plan) -> list[Shared]:
    """Every shared query, those it is made of before it."""
    order: dict[Shared, None] = {}
    entered: set[Shared] = set()
    stack: list[tuple[Plan, bool]] = [(plan, False)]
    while stack:
        here, done = stack.pop()
        if isinstance(here, Reference):
            if done:
                order.setdefault(here.shared)
                continue
            if here.shared in entered:
                continue
            entered.add(here.shared)
            stack.append((here, True))
        stack.extend((part, False) for part in _parts(here))
    return list(order)


def _parts(node: Plan) -> Iterator[Plan]:
    """The steps below, and the queries inside the step's expressions."""
    yield from inputs_of(node)
    for scalar in scalars_of(node):
        yield from queries_in(scalar)


def queries_in(scalar: Scalar) -> Iterator[Plan]:
    """The queries inside an expression."""
    yield from (query.plan for query in queries_of(scalar))


_PLAIN = Filter | Project | Sort | Take | Aggregate | Serialize | Given


def _given_reads(node: Apply, wanted: set[Field]) -> set[Field]:
    """The columns of an inner query's rows that it reads, or that go on beside its result."""
    steps = list(walk_plan(node.body))
    if not all(isinstance(step, _PLAIN) for step in steps):
        return set(node.given.fields)
    reads = _reads(scalar for step in steps for scalar in scalars_of(step))
    return {field for field in node.given.fields if field in reads or field in wanted}


def _reads(scalars: Iterable[Scalar]) -> set[Field]:
    found: set[Field] = set()
    for scalar in scalars:
        found |= fields_of(scalar)
    return found


class _Pruning:
    def __init__(self) -> None:
        self.shared_needs: dict[Shared, set[Field]] = {}
        self._rebuilt: dict[Shared, Shared] = {}
        self._givens: dict[int, Given] = {}

    def collect(self, plan: Plan, needed: set[Field]) -> None:
        """Notes what the uses of shared queries read."""
        stack: Needs = [(plan, needed)]
        while stack:
            node, wanted = stack.pop()
            if isinstance(node, Reference):
                needs = self.shared_needs.setdefault(node.shared, set())
                for new, old in zip(node.fields, node.shared.plan.fields, strict=True):
                    if new in wanted:
                        needs.add(old)
                continue
            stack.extend(self._below(node, wanted))
            stack.extend(self._inside(node, wanted))

    def _inside(self, node: Plan, wanted: set[Field]) -> Needs:
        found: Needs = []
        for scalar in _kept_scalars(node, wanted):
            found += [(query.plan, {query.column}) for query in queries_of(scalar)]
        return found

    def _below(self, node: Plan, wanted: set[Field]) -> Needs:
        """What each input has to give."""
        match node:
            case Filter():
                return [(node.input, wanted | fields_of(node.predicate))]
            case Project():
                made = {field for field, _ in node.assigned}
                reads = _reads(value for field, value in node.assigned if field in wanted)
                return [(node.input, (wanted - made) | reads)]
            case Aggregate():
                kept = [value for _, value in _narrowed(node, wanted)]
                return [(node.input, _reads([*(value for _, value in node.keys), *kept]))]
            case Distinct():
                return [(node.input, set(node.fields))]
            case Sort():
                return [(node.input, wanted | _reads(key.value for key in node.keys))]
            case Take() | Serialize():
                return [(node.input, wanted | _reads(scalars_of(node)))]
            case Join():
                return self._below_join(node, wanted)
            case Union():
                return [
                    (part, {picks[at] for made, picks in node.columns if made in wanted and at in picks})
                    for at, part in enumerate(node.inputs)
                ]
            case Expand():
                made = {expansion.made for expansion in node.expansions} | (
                    {node.index} if node.index else set()
                )
                return [(node.input, (wanted - made) | _reads(scalars_of(node)))]
            case Apply():
                made = {expansion.made for expansion in node.expansions}
                outer = {f for f in _given_reads(node, wanted) if f not in made and f is not node.index}
                body = {field for field in node.body.fields if field in wanted}
                return [(node.input, outer | _reads(scalars_of(node))), (node.body, body)]
            case _:
                return [(part, set(part.fields)) for part in inputs_of(node)]

    def _below_join(self, node: Join, wanted: set[Field]) -> Needs:
        left = (
            (wanted & set(node.left.fields))
            | _hidden_of(node.left, wanted)
            | _reads(one for one, _ in node.on)
        )
        right = (
            (wanted & set(node.right.fields))
            | _hidden_of(node.right, wanted)
            | _reads(other for _, other in node.on)
        )
        return [(node.left, left), (node.right, right)]

    def rebuild(self, plan: Plan, wanted: set[Field]) -> Plan:
        """The step with only what is wanted of it."""
        if isinstance(plan, Apply):
            return self._apply(plan, wanted)
        if isinstance(plan, Given):
            return self._givens.get(id(plan), plan)
        below = (
            [(part, needs) for part, needs in self._below(plan, wanted)]
            if not isinstance(plan, Reference)
            else []
        )
        parts = [self.rebuild(part, needs) for part, needs in below]
        match plan:
            case Reference():
                return self._reference(plan, wanted)
            case Scan():
                return _narrow_scan(plan, wanted)
            case Project():
                return Project(
                    parts[0],
                    tuple((field, self._scalar(value)) for field, value in plan.assigned if field in wanted),
                    tuple(field for field in plan.fields if field in wanted),
                )
            case Aggregate():
                return Aggregate(
                    parts[0],
                    tuple((field, self._scalar(value)) for field, value in plan.keys),
                    tuple((field, self._scalar(value)) for field, value in _narrowed(plan, wanted)),
                    tuple(
                        field
                        for field in plan.fields
                        if field in wanted or any(field is key for key, _ in plan.keys)
                    ),
                )
            case Filter():
                return Filter(parts[0], self._scalar(plan.predicate))
            case Join():
                pairs = tuple((self._scalar(one), self._scalar(other)) for one, other in plan.on)
                fields = tuple(field for field in plan.fields if field in wanted)
                return Join(plan.kind, parts[0], parts[1], pairs, fields)
            case Union():
                columns = tuple((made, picks) for made, picks in plan.columns if made in wanted)
                source = plan.source if plan.source in wanted else None
                return replace(plan, inputs=tuple(parts), columns=columns, source=source)
            case Expand():
                made = {expansion.made for expansion in plan.expansions}
                fields = tuple(f for f in plan.fields if f in wanted or f in made or f is plan.index)
                return map_scalars(replace(plan, input=parts[0], fields=fields), self._scalar)
            case Sort():
                keys = tuple(replace(key, value=self._scalar(key.value)) for key in plan.keys)
                return Sort(parts[0], keys)
            case Take():
                return Take(parts[0], self._scalar(plan.count), plan.random)
            case Distinct() | Serialize():
                return replace(plan, input=parts[0])
            case _:
                return self._whole(plan, parts)

    def _apply(self, plan: Apply, wanted: set[Field]) -> Apply:
        """The inner query's rows lose the columns that neither it nor the result reads."""
        reads = _given_reads(plan, wanted)
        made = {expansion.made for expansion in plan.expansions}
        given = Given(tuple(f for f in plan.given.fields if f in reads or f in made or f is plan.index))
        self._givens[id(plan.given)] = given
        (_, below), (_, body) = self._below(plan, wanted)
        narrowed = replace(
            plan,
            input=self.rebuild(plan.input, below),
            given=given,
            body=self.rebuild(plan.body, body),
            fields=tuple(field for field in plan.fields if field in wanted),
        )
        return map_scalars(narrowed, self._scalar)  # type: ignore[return-value]

    def _whole(self, plan: Plan, parts: list[Plan]) -> Plan:
        """A step of which nothing is dropped, over the inputs as they are now."""
        match plan:
            case Partition():
                return map_scalars(replace(plan, input=parts[0], body=parts[1]), self._scalar)
            case MakeSeries():
                return map_scalars(replace(plan, input=parts[0]), self._scalar)
            case Staged():
                return replace(plan, inputs=tuple(parts))
            case _:
                return plan

    def _reference(self, plan: Reference, wanted: set[Field]) -> Reference:
        shared = plan.shared
        needs = self.shared_needs[shared]
        made = self._rebuilt.get(shared)
        if made is None:
            made = Shared(shared.name, self.rebuild(shared.plan, needs), shared.materialized)
            self._rebuilt[shared] = made
        by_old = dict(zip(shared.plan.fields, plan.fields, strict=True))
        return Reference(made, tuple(by_old[old] for old in made.plan.fields))

    def _scalar(self, scalar: Scalar) -> Scalar:
        """The expression with the queries inside it pruned."""
        if not queries_of(scalar):
            return scalar
        return map_queries(scalar, lambda query: self.rebuild(query.plan, {query.column}))


def _narrow_scan(plan: Scan, wanted: set[Field]) -> Scan:
    """The columns that are read, and with the time column the digit that belongs to it."""
    fields = tuple(field for field in plan.fields if field in wanted)
    time = time_column(plan.table)
    timed = any(field.name == time for field in fields)
    hidden = tuple(f for f in plan.hidden if f in wanted or (timed and f.name == "_tick"))
    promoted = tuple(item for item in plan.promoted if item.made in wanted)
    return replace(plan, fields=fields, hidden=hidden, promoted=promoted)


def _kept_scalars(node: Plan, wanted: set[Field]) -> Iterable[Scalar]:
    if isinstance(node, Project):
        return [value for field, value in node.assigned if field in wanted]
    return scalars_of(node)


def _hidden_of(part: Plan, wanted: set[Field]) -> set[Field]:
    """A scan's hidden columns are no fields of it, but may be wanted."""
    return wanted & set(part.hidden) if isinstance(part, Scan) else set()


def _narrowed(plan: Aggregate, wanted: set[Field]) -> list[tuple[Field, Scalar]]:
    """The values that are wanted; of arg_max and its like only the columns that are."""
    kept = [(field, value) for field, value in plan.values if field in wanted]
    groups: dict[tuple[str, tuple[Scalar, ...]], set[int]] = {}
    for _, value in kept:
        if isinstance(value, Aggregation) and value.function.name in _ROWS:
            groups.setdefault((value.function.name, value.arguments), {0}).add(value.part)
    made: list[tuple[Field, Scalar]] = []
    for field, value in kept:
        if isinstance(value, Aggregation) and value.function.name in _ROWS:
            parts = sorted(groups[value.function.name, value.arguments])
            arguments = tuple(value.arguments[at] for at in parts)
            made.append((field, replace(value, arguments=arguments, part=parts.index(value.part))))
        else:
            made.append((field, value))
    return made


_ROWS = frozenset({"arg_max", "arg_min", "argmax", "argmin", "take_any", "any"})
