"""Aggregate functions. Null values are passed over; the ``…if`` forms look only at rows where the predicate holds.

Over no rows ``count``, ``dcount`` and ``sum`` give 0, ``avg`` NaN, ``make_list`` an empty array, the others null.
``dcount`` and ``hll`` count exactly, percentiles are nearest-rank: at least as right as Kusto's estimates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crosswarden.kql.functions.calls import SQL_TYPES, as_type, convert, dynamic_constant, values
from crosswarden.kql.functions.entries import Table, binder, lowered, simple, udf
from crosswarden.kql.functions.kinds import Kind
from crosswarden.kql.functions.model import Argument, Context, Lowering
from crosswarden.kql.sql import Expression, call, case, cast, exp, null, number, text
from crosswarden.tables import Type

__all__ = ["AGGREGATES"]

_FAMILY = "aggregate"
_TIMES = (Type.DATETIME, Type.TIMESPAN)
_ORDERED = 20
"""How many values of a set keep the order in which they appear."""
Build = Callable[[Argument, Kind], Expression]


def _where(aggregate: Expression, condition: Expression) -> Expression:
    return exp.Filter(this=aggregate, expression=exp.Where(this=condition))


def _present(expression: Expression) -> Expression:
    return exp.Not(this=exp.Is(this=exp.Paren(this=expression), expression=null()))


def _plain(build: Build) -> Lowering:
    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        return build(arguments[0], result)

    return lower


def _if(build: Build) -> Lowering:
    """The same over the rows where the last argument holds, by making the value null elsewhere."""

    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        value, predicate = arguments[0], arguments[1]
        held = case([(as_type(predicate, Type.BOOL), value.expr)])
        return build(Argument(held, value.kind), result)

    return lower


def _count(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    if not arguments or arguments[0].star:
        return call("count", exp.Star())
    if arguments[0].type not in (Type.BOOL, Type.DYNAMIC):
        return call("count", exp.Star())
    return _countif(arguments, result, context)


def _countif(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    return _where(call("count", exp.Star()), as_type(arguments[0], Type.BOOL))


def _sum(value: Argument, result: Kind) -> Expression:
    if result.type is Type.REAL:
        return call("coalesce", call("sum", cast(value.expr, "DOUBLE")), cast(number(0), "DOUBLE"))
    total = call("sum", value.expr if result.type is Type.DECIMAL else cast(value.expr, "BIGINT"))
    zero = cast(number(0), SQL_TYPES[result.type])
    return call("coalesce", exp.TryCast(this=total, to=exp.DataType.build(SQL_TYPES[result.type])), zero)


def _average(value: Argument, result: Kind) -> Expression:
    if result.type in _TIMES:
        total = call("sum", cast(value.expr, "HUGEINT"))
        parts = exp.IntDiv(this=total, expression=call("nullif", call("count", value.expr), number(0)))
        return cast(exp.Paren(this=parts), "BIGINT")
    mean = call("avg", cast(value.expr, "DOUBLE"))
    if result.type is Type.DECIMAL:
        return exp.TryCast(this=mean, to=exp.DataType.build(SQL_TYPES[Type.DECIMAL]))
    return call("coalesce", mean, cast(text("nan"), "DOUBLE"))


def _extreme(name: str) -> Build:
    def build(value: Argument, result: Kind) -> Expression:
        found = call(name, value.expr)
        return call("coalesce", found, text("")) if result.type is Type.STRING else found

    return build


def _any(value: Argument, result: Kind) -> Expression:
    if result.type is Type.STRING:
        found = call("any_value", call("nullif", value.expr, text("")))
        return call("coalesce", found, text(""))
    return call("any_value", value.expr)


def _key(value: Argument) -> Expression:
    return call("kql_dynamic_key", value.expr) if value.type is Type.DYNAMIC else value.expr


def _dcount(value: Argument, result: Kind) -> Expression:
    return call("count", exp.Distinct(expressions=[_key(value)]))


def _spread(name: str) -> Build:
    """A deviation or variance, of ticks for times; 0 for one value and for none."""

    def build(value: Argument, result: Kind) -> Expression:
        found = call(f"{name}", cast(value.expr, "DOUBLE"))
        return call("coalesce", found, cast(number(0), "DOUBLE"))

    return build


def _covariance(name: str, *, conditional: bool) -> Lowering:
    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        x, y = (cast(argument.expr, "DOUBLE") for argument in arguments[:2])
        found: Expression = call(name, x, y)
        if conditional:
            found = _where(found, as_type(arguments[2], Type.BOOL))
        return call("coalesce", found, cast(text("nan"), "DOUBLE"))

    return lower


def _listed(*, distinct: bool, nulls: bool = False) -> Lowering:
    """make_list and make_set; an optional last number limits the size."""

    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        value, *rest = arguments
        if rest and rest[0].type is Type.BOOL:
            predicate: Expression | None = as_type(rest.pop(0), Type.BOOL)
        else:
            predicate = None
        return _list(value, predicate, rest[0] if rest else None, distinct=distinct, nulls=nulls)

    return lower


def _list(
    value: Argument, predicate: Expression | None, limit: Argument | None, *, distinct: bool, nulls: bool
) -> Expression:
    item = as_type(value, Type.DYNAMIC)
    if distinct and value.type is Type.DYNAMIC:
        return call("kql_set_of", _collected(item, predicate, nulls=False), _size(limit))
    if distinct:
        first = call("list_slice", _collected(item, predicate, nulls=False), number(1), number(_ORDERED))
        every = _collected(exp.Distinct(expressions=[item]), predicate, nulls=False, tested=item)
        return call(
            "kql_set_text", call("coalesce", first, _empty()), call("coalesce", every, _empty()), _size(limit)
        )
    made = _collected(item, predicate, nulls=nulls)
    made = call("list_slice", made, number(1), _size(limit))
    return call("kql_list_text", made)


def _empty() -> Expression:
    return values([])


def _collected(
    item: Expression, predicate: Expression | None, *, nulls: bool, tested: Expression | None = None
) -> Expression:
    collected: Expression = call("list", item)
    conditions = [] if nulls else [_present(tested or item)]
    if predicate is not None:
        conditions.append(exp.Paren(this=predicate))
    if conditions:
        condition = conditions[0]
        for more in conditions[1:]:
            condition = exp.And(this=condition, expression=more)
        collected = _where(collected, condition)
    return collected


def _size(limit: Argument | None) -> Expression:
    return number(1_048_576) if limit is None else cast(limit.expr, "BIGINT")


def _bag(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    value, *rest = arguments
    predicate = as_type(rest.pop(0), Type.BOOL) if rest and rest[0].type is Type.BOOL else None
    bags = _collected(value.expr, predicate, nulls=False)
    size = as_type(rest[0], Type.LONG) if rest else cast(null(), "BIGINT")
    return call("kql_make_bag", bags, size)


def _tdigest(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    item = as_type(arguments[0], Type.DYNAMIC)
    weight = as_type(arguments[1], Type.LONG) if len(arguments) > 1 else cast(number(1), "BIGINT")
    return call("kql_tdigest", call("list", item), call("list", weight))


def _hll(*, conditional: bool) -> Lowering:
    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        item = as_type(arguments[0], Type.DYNAMIC)
        if conditional:
            item = case([(as_type(arguments[1], Type.BOOL), item)])
        return call("kql_hll", call("list", exp.Distinct(expressions=[item])))

    return lower


def _merged(name: str) -> Lowering:
    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        return call(name, call("list", arguments[0].expr))

    return lower


def _percentile(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    value, percent = arguments[0], arguments[-1]
    if len(arguments) == 3:
        state = _tdigest(arguments[:2], result, context)
        found = call("kql_percentile_tdigest", state, as_type(percent, Type.REAL))
        if (
            result.type is Type.STRING
        ):  # the general conversion guards with TRY, which no aggregate may stand in
            return call("coalesce", call("json_extract_string", found, text("$")), text(""))
        return convert(found, Type.DYNAMIC, result.type)
    if value.type is Type.DYNAMIC:
        ranked = call("list_sort", _collected(as_type(value, Type.REAL), None, nulls=False))
        return convert(call("kql_ranked", ranked, as_type(percent, Type.REAL)), Type.REAL, result.type)
    ranked = call("list_sort", _collected(value.expr, None, nulls=False))
    found = call("kql_ranked", ranked, as_type(percent, Type.REAL))
    return found if value.type is result.type else convert(found, value.type, result.type)


def _percentiles_array(*, weighted: bool) -> Lowering:
    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        head = 2 if weighted else 1
        state = _tdigest(arguments[:head], result, context)
        percents = arguments[head:]
        if len(percents) == 1 and percents[0].type is Type.DYNAMIC:
            known = dynamic_constant(percents[0])
            if isinstance(known, list):
                wanted = values([number(float(item)) for item in known], "DOUBLE")
            else:
                wanted = call("kql_json_reals", percents[0].expr)
        else:
            wanted = values([as_type(percent, Type.REAL) for percent in percents], "DOUBLE")
        return call("kql_percentiles_tdigest", state, wanted)

    return lower


def _bits(name: str) -> Lowering:
    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        return convert(call(name, as_type(arguments[0], Type.LONG)), Type.LONG, result.type)

    return lower


def _schema(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    return call("kql_build_schema", call("list", arguments[0].expr))


_COLUMNS = "it gives several columns"
AGGREGATES: Table = {
    "count": simple(_FAMILY, _count),
    "cnt": simple(_FAMILY, _count),
    "countif": lowered(_FAMILY, _countif),
    "sum": lowered(_FAMILY, _plain(_sum)),
    "sumif": lowered(_FAMILY, _if(_sum)),
    "avg": lowered(_FAMILY, _plain(_average)),
    "avgif": lowered(_FAMILY, _if(_average)),
    "min": simple(_FAMILY, _plain(_extreme("min"))),
    "minif": lowered(_FAMILY, _if(_extreme("min"))),
    "max": simple(_FAMILY, _plain(_extreme("max"))),
    "maxif": lowered(_FAMILY, _if(_extreme("max"))),
    "dcount": simple(_FAMILY, _plain(_dcount)),
    "dcountif": lowered(_FAMILY, _if(_dcount)),
    "count_distinct": simple(_FAMILY, _plain(_dcount)),
    "count_distinctif": lowered(_FAMILY, _if(_dcount)),
    "take_any": lowered(_FAMILY, _plain(_any)),
    "any": lowered(_FAMILY, _plain(_any)),
    "passthrough": lowered(_FAMILY, _plain(_any)),
    "anyif": lowered(_FAMILY, _if(_any)),
    "take_anyif": lowered(_FAMILY, _if(_any)),
    "make_list": lowered(_FAMILY, _listed(distinct=False)),
    "makelist": lowered(_FAMILY, _listed(distinct=False)),
    "make_list_if": lowered(_FAMILY, _listed(distinct=False)),
    "make_list_with_nulls": lowered(_FAMILY, _listed(distinct=False, nulls=True)),
    "make_set": lowered(_FAMILY, _listed(distinct=True)),
    "makeset": lowered(_FAMILY, _listed(distinct=True)),
    "make_set_if": lowered(_FAMILY, _listed(distinct=True)),
    "make_bag": udf(_FAMILY, _bag),
    "make_bag_if": udf(_FAMILY, _bag),
    "make_dictionary": udf(_FAMILY, _bag),
    "buildschema": udf(_FAMILY, _schema),
    "tdigest": udf(_FAMILY, _tdigest),
    "tdigest_merge": udf(_FAMILY, _merged("kql_tdigest_merge")),
    "merge_tdigest": udf(_FAMILY, _merged("kql_tdigest_merge")),
    "hll": udf(_FAMILY, _hll(conditional=False)),
    "hll_if": udf(_FAMILY, _hll(conditional=True)),
    "hll_merge": udf(_FAMILY, _merged("kql_hll_merge")),
    **{name: lowered(_FAMILY, _percentile) for name in ("percentile", "percentiles")},
    **{name: udf(_FAMILY, _percentile) for name in ("percentilew", "percentilesw")},
    "percentiles_array": udf(_FAMILY, _percentiles_array(weighted=False)),
    "percentilesw_array": udf(_FAMILY, _percentiles_array(weighted=True)),
    **{
        f"{name}{suffix}": lowered(
            _FAMILY, wrap(_spread(f"{sql}_samp" if not name.endswith("p") else f"{sql}_pop"))
        )
        for name, sql in (
            ("stdev", "stddev"),
            ("stdevp", "stddev"),
            ("variance", "var"),
            ("variancep", "var"),
        )
        for suffix, wrap in (("", _plain), ("if", _if))
    },
    "covariance": lowered(_FAMILY, _covariance("covar_samp", conditional=False)),
    "covarianceif": lowered(_FAMILY, _covariance("covar_samp", conditional=True)),
    "covariancep": lowered(_FAMILY, _covariance("covar_pop", conditional=False)),
    "covariancepif": lowered(_FAMILY, _covariance("covar_pop", conditional=True)),
    "binary_all_and": simple(_FAMILY, _bits("bit_and")),
    "binary_all_or": simple(_FAMILY, _bits("bit_or")),
    "binary_all_xor": simple(_FAMILY, _bits("bit_xor")),
    **{name: binder(_FAMILY, _COLUMNS) for name in ("arg_max", "arg_min", "argmax", "argmin")},
}
