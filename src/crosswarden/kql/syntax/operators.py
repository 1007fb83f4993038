"""Tabular operators: what may stand after ``|``.

Each class is one operator; its fields come in the order in which KQL writes them. ``parameters`` are the
``name=value`` settings written right after the operator's word (``kind``, ``withsource``, ``isfuzzy``, ``hint.…``).
Sub-queries that take the surrounding rows (mv-apply, partition's parentheses, fork, facet's with) are a ``Pipe`` without
a source.
"""

from __future__ import annotations

from dataclasses import dataclass

from crosswarden.kql.syntax.expressions import (
    Call,
    ColumnDeclaration,
    Expression,
    Name,
    Parameter,
    Pipe,
    Star,
    TypeName,
)
from crosswarden.kql.syntax.node import Node

__all__ = [
    "As",
    "AssertSchema",
    "Consume",
    "Count",
    "Distinct",
    "Evaluate",
    "ExecuteAndCache",
    "Extend",
    "Facet",
    "Fork",
    "ForkBranch",
    "GetSchema",
    "Invoke",
    "Join",
    "Lookup",
    "MakeSeries",
    "MakeSeriesAggregate",
    "MvApply",
    "MvExpand",
    "MvItem",
    "Operator",
    "Ordered",
    "Parse",
    "ParseKv",
    "Partition",
    "PartitionBy",
    "Print",
    "Project",
    "ProjectAway",
    "ProjectByNames",
    "ProjectKeep",
    "ProjectRename",
    "ProjectReorder",
    "Range",
    "Reduce",
    "Render",
    "Sample",
    "SampleDistinct",
    "Scan",
    "ScanAssignment",
    "ScanStep",
    "Serialize",
    "Sort",
    "Summarize",
    "Take",
    "Where",
]


@dataclass(frozen=True, slots=True)
class Operator(Node):
    """One step of a pipe."""


@dataclass(frozen=True, slots=True)
class Ordered(Node):
    """``expression asc nulls last``; direction and nulls are None where not written (KQL's default is desc; nulls
    come last in desc, first in asc)."""

    expression: Expression
    direction: str | None = None
    nulls: str | None = None


@dataclass(frozen=True, slots=True)
class As(Operator):
    """``as Name``."""

    name: Name
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class AssertSchema(Operator):
    """``assert-schema (a: string, b: long)``."""

    columns: tuple[ColumnDeclaration, ...]


@dataclass(frozen=True, slots=True)
class Consume(Operator):
    """``consume``."""

    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Count(Operator):
    """``count`` or ``count as Name``."""

    name: Name | None = None
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Distinct(Operator):
    """``distinct a, b`` or ``distinct *``."""

    items: tuple[Expression, ...]
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluate(Operator):
    """``evaluate plugin(…) : (schema)``; ``schema`` is None when not written, its first item may be ``*``."""

    call: Call
    schema: tuple[ColumnDeclaration | Star, ...] | None = None
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class ExecuteAndCache(Operator):
    """``execute_and_cache``."""


@dataclass(frozen=True, slots=True)
class Extend(Operator):
    """``extend a = x, y``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Facet(Operator):
    """``facet by a, b with (operators)``."""

    by: tuple[Expression, ...]
    query: Pipe | None = None


@dataclass(frozen=True, slots=True)
class ForkBranch(Node):
    """``name = (operators)``; the query is a Pipe without source, or (one operator, no parentheses) the same."""

    name: Name | None
    query: Pipe


@dataclass(frozen=True, slots=True)
class Fork(Operator):
    """``fork (…) (…)``."""

    branches: tuple[ForkBranch, ...]


@dataclass(frozen=True, slots=True)
class GetSchema(Operator):
    """``getschema`` or ``getschema kind=csl``."""

    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Invoke(Operator):
    """``invoke f(…)``; the rows become the function's first argument."""

    function: Expression


@dataclass(frozen=True, slots=True)
class Join(Operator):
    """``join kind=inner (right) on a, $left.b == $right.c``; ``on`` is empty when there is none (``where`` instead)."""

    right: Expression
    on: tuple[Expression, ...]
    where: Expression | None = None
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Lookup(Operator):
    """``lookup kind=leftouter (right) on a``."""

    right: Expression
    on: tuple[Expression, ...]
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class MakeSeriesAggregate(Node):
    """``n = count() default = 0``."""

    expression: Expression
    default: Expression | None = None


@dataclass(frozen=True, slots=True)
class MakeSeries(Operator):
    """``make-series aggregates on axis from start to end step size by keys``; the old form ``in range(a, b, c)`` gives
    the same fields with ``in_range`` set (its end is included)."""

    aggregates: tuple[MakeSeriesAggregate, ...]
    on: Expression
    first: Expression | None
    last: Expression | None
    step: Expression
    by: tuple[Expression, ...]
    in_range: bool = False
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class MvItem(Node):
    """``name = expression to typeof(type)`` in mv-expand and mv-apply."""

    expression: Expression
    type: TypeName | None = None


@dataclass(frozen=True, slots=True)
class MvExpand(Operator):
    """``mv-expand a, b to typeof(string) limit 100``; settings: bagexpansion, kind, with_itemindex."""

    items: tuple[MvItem, ...]
    limit: Expression | None = None
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class MvApply(Operator):
    """``mv-apply a, b to typeof(string) limit 5 on (operators)``."""

    items: tuple[MvItem, ...]
    limit: Expression | None
    query: Pipe
    parameters: tuple[Parameter, ...] = ()
    context: Expression | None = None


@dataclass(frozen=True, slots=True)
class Parse(Operator):
    """``parse kind=regex flags=Ui x with * "a" b: long``; ``filtering`` is parse-where.

    The pattern's items are string literals, ``Star``, and columns (``type`` None means string).
    """

    expression: Expression
    pattern: tuple[Expression | ColumnDeclaration, ...]
    filtering: bool = False
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class ParseKv(Operator):
    """``parse-kv x as (a: string) with (pair_delimiter=";", kv_delimiter="=")``."""

    expression: Expression
    columns: tuple[ColumnDeclaration, ...]
    properties: tuple[Parameter, ...] = ()
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Partition(Operator):
    """``partition by a (operators)`` or ``partition by a { query }``; the braces' query has a source of its own.

    ``scope`` is the deprecated ``in (…)``.
    """

    by: Expression
    query: Expression
    braces: bool = False
    scope: Expression | None = None
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class PartitionBy(Operator):
    """``__partitionby a id v (operators)``, as Kusto's own tools write it."""

    by: Expression
    query: Expression
    id: Expression | None = None
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Print(Operator):
    """``print a = 1, 2``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Project(Operator):
    """``project a, b = x``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ProjectAway(Operator):
    """``project-away a, _*``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ProjectByNames(Operator):
    """``project-by-names "a", dynamic(["b"])``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ProjectKeep(Operator):
    """``project-keep a, _*``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ProjectRename(Operator):
    """``project-rename new = old``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ProjectReorder(Operator):
    """``project-reorder a, b* asc``; direction may also be granny-asc or granny-desc."""

    items: tuple[Ordered, ...]


@dataclass(frozen=True, slots=True)
class Range(Operator):
    """``range name from a to b step c``."""

    name: Name
    first: Expression
    last: Expression
    step: Expression


@dataclass(frozen=True, slots=True)
class Reduce(Operator):
    """``reduce by x with threshold=0.1, characters="-"``."""

    by: Expression
    properties: tuple[Parameter, ...] = ()
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Render(Operator):
    """``render timechart with (title="…", ycolumns=a, b)``; never changes rows. Old ``title="…"`` without with too."""

    chart: str
    properties: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample(Operator):
    """``sample 5``."""

    count: Expression
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleDistinct(Operator):
    """``sample-distinct 5 of a``."""

    count: Expression
    of: Expression
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class ScanAssignment(Node):
    """``name = expression`` after ``=>``."""

    name: Name
    expression: Expression


@dataclass(frozen=True, slots=True)
class ScanStep(Node):
    """``step name optional output=last: condition => a = x, b = y;``; output is all, last, none or None."""

    name: Name
    condition: Expression
    assignments: tuple[ScanAssignment, ...] = ()
    optional: bool = False
    output: str | None = None


@dataclass(frozen=True, slots=True)
class Scan(Operator):
    """``scan with_match_id=m order by … partition by … declare (a: long = 0) with (step …;)``."""

    steps: tuple[ScanStep, ...]
    declarations: tuple[ColumnDeclaration, ...] = ()
    order: tuple[Ordered, ...] = ()
    partition: tuple[Expression, ...] = ()
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Serialize(Operator):
    """``serialize`` or ``serialize n = row_number()``."""

    items: tuple[Expression, ...] = ()
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Sort(Operator):
    """``sort by a asc, b`` or ``order by …``."""

    items: tuple[Ordered, ...]
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Summarize(Operator):
    """``summarize aggregates by keys``; ``bin`` is the deprecated ``bin = size`` after by."""

    aggregates: tuple[Expression, ...]
    by: tuple[Expression, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    bin: Expression | None = None


@dataclass(frozen=True, slots=True)
class Take(Operator):
    """``take 5`` or ``limit 5``."""

    count: Expression
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Where(Operator):
    """``where predicate`` or ``filter predicate``."""

    predicate: Expression
    parameters: tuple[Parameter, ...] = ()
