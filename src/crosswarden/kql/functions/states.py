"""Functions over aggregate states (tdigest, hll), unit conversion, geography, and what stays with the service."""

from __future__ import annotations

from collections.abc import Sequence

from crosswarden.kql.functions.calls import as_type, convert, macro, values
from crosswarden.kql.functions.entries import Table, binder, udf, unsupported
from crosswarden.kql.functions.kinds import Kind
from crosswarden.kql.functions.model import Argument, Context, Lowering
from crosswarden.kql.sql import Expression, call, cast, truth
from crosswarden.tables import Type

__all__ = ["STATES"]

_STATE, _UNIT, _GEO = "state", "unit", "geo"


def _percentile(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    found = call("kql_percentile_tdigest", arguments[0].expr, as_type(arguments[1], Type.REAL))
    return convert(found, Type.DYNAMIC, result.type)


def _percentiles(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    state, *percents = [argument for argument in arguments if not isinstance(argument.constant, Type)]
    if percents and percents[0].type is Type.DYNAMIC:
        wanted: Expression = call("kql_json_reals", percents[0].expr)
    else:
        wanted = values([as_type(percent, Type.REAL) for percent in percents], "DOUBLE")
    return call("kql_percentiles_tdigest", state.expr, wanted)


def _units(family: str) -> Lowering:
    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        value, source, target = arguments
        return call(
            f"kql_convert_{family}",
            as_type(value, Type.REAL),
            as_type(source, Type.STRING),
            as_type(target, Type.STRING),
        )

    return lower


def _distance(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
    places = [cast(argument.expr, "DOUBLE") for argument in arguments[:4]]
    spheroid = as_type(arguments[4], Type.BOOL) if len(arguments) > 4 else truth(False)
    return call("kql_geo_distance", *places, spheroid)


_UNITS = ("angle", "energy", "force", "length", "mass", "speed", "temperature", "volume")
_SERVICE = "it asks the service about its own state"
_ROWS = "it depends on the order of rows"
_SCOPE = "it depends on the columns in scope"
_WINDOW = (
    *("row_number", "row_cumsum", "row_rank", "row_rank_dense", "row_rank_min"),
    *("row_window_session", "prev", "next"),
)
STATES: Table = {
    "percentile_tdigest": udf(_STATE, _percentile),
    "percentiles_array_tdigest": udf(_STATE, _percentiles),
    "rank_tdigest": udf(_STATE, macro("kql_rank_tdigest", "JJ")),
    "percentrank_tdigest": udf(_STATE, macro("kql_percentrank_tdigest", "JJ")),
    "tdigest_merge": udf(_STATE, macro("kql_tdigest_merge", "J*")),
    "merge_tdigest": udf(_STATE, macro("kql_tdigest_merge", "J*")),
    "hll_merge": udf(_STATE, macro("kql_hll_merge", "J*")),
    "tdigest_isvalid": udf(_STATE, macro("kql_is_tdigest", "J")),
    "hll_isvalid": udf(_STATE, macro("kql_is_hll", "J")),
    "dcount_hll": udf(_STATE, macro("kql_dcount_hll", "J")),
    **{f"convert_{family}": udf(_UNIT, _units(family)) for family in _UNITS},
    "geo_distance_2points": udf(_GEO, _distance),
    "geo_point_to_geohash": udf(_GEO, macro("kql_geohash", "RRL", 5)),
    "geo_info_from_ip_address": udf(_GEO, macro("kql_geo_info", "S")),
    **{name: binder("window", _ROWS) for name in _WINDOW},
    **{name: binder("scope", _SCOPE) for name in ("pack_all", "bag_pack_columns", "column_names_of")},
    **{name: binder("scope", _SCOPE) for name in ("columnifexists", "column_ifexists", "iscolumnexists")},
    "ingestion_time": binder("scope", "it reads a hidden column of the table"),
    "table": binder("scope", "it names a table"),
    "toscalar": binder("scope", "it runs a query"),
    "materialize": binder("scope", "it runs a query"),
    **{name: binder("graph", "it belongs to graph-match") for name in ("node_degree_in", "node_degree_out")},
    **{name: binder("graph", "it belongs to graph-match") for name in ("node_id", "labels", "inner_nodes")},
    **{name: binder("graph", "it belongs to graph-match") for name in ("all", "any", "map")},
    **{
        name: unsupported("service", _SERVICE)
        for name in (
            *(
                "current_cluster_endpoint",
                "current_database",
                "current_principal",
                "current_principal_details",
            ),
            *("current_principal_is_member_of", "current_node_id", "extent_id", "extentid", "extent_tags"),
            *(
                "cursor_current",
                "current_cursor",
                "cursor_after",
                "cursor_before_or_at",
                "rowstore_ordinal_range",
            ),
            *(
                "estimate_data_size",
                "cluster",
                "database",
                "external_table",
                "materialized_view",
                "entity_group",
            ),
            *("stored_query_result", "graph", "row_id"),
        )
    },
}
