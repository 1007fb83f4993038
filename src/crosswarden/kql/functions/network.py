"""IPv4 and IPv6 functions."""

from __future__ import annotations

from collections.abc import Sequence

from crosswarden.kql.functions.calls import as_type, macro, values
from crosswarden.kql.functions.entries import Table, udf
from crosswarden.kql.functions.kinds import Kind
from crosswarden.kql.functions.model import Argument, Context, Lowering
from crosswarden.kql.sql import Expression, call
from crosswarden.tables import Type

__all__ = ["NETWORK"]

_FAMILY = "ip"


def _any_of(name: str) -> Lowering:
    """One array, or any number of strings and arrays, as one array."""

    def lower(arguments: Sequence[Argument], result: Kind, context: Context) -> Expression:
        subject, *rest = arguments
        if len(rest) == 1 and rest[0].type is Type.DYNAMIC:
            wanted = rest[0].expr
        else:
            strings = [as_type(item, Type.DYNAMIC) for item in rest if item.type is not Type.DYNAMIC]
            arrays = [item.expr for item in rest if item.type is Type.DYNAMIC]
            wanted = call("kql_pack_array", values(strings))
            wanted = call("kql_array_concat", values([wanted, *arrays])) if arrays else wanted
        return call(name, as_type(subject, Type.STRING), wanted)

    return lower


def _one(name: str) -> Lowering:
    return macro(name, "SJ")


NETWORK: Table = {
    "parse_ipv4": udf(_FAMILY, macro("kql_parse_ipv4", "S")),
    "parse_ipv4_mask": udf(_FAMILY, macro("kql_parse_ipv4_mask", "SL")),
    "parse_ipv6": udf(_FAMILY, macro("kql_parse_ipv6", "SL", 128)),
    "parse_ipv6_mask": udf(_FAMILY, macro("kql_parse_ipv6", "SL", 128)),
    "format_ipv4": udf(_FAMILY, macro("kql_format_ipv4", "SL", 32)),
    "format_ipv4_mask": udf(_FAMILY, macro("kql_format_ipv4_mask", "SL", 32)),
    "ipv4_compare": udf(_FAMILY, macro("kql_ipv4_compare", "SSL", 32)),
    "ipv4_is_match": udf(_FAMILY, macro("kql_ipv4_is_match", "SSL", 32)),
    "ipv4_is_in_range": udf(_FAMILY, macro("kql_ipv4_is_in_range", "SS")),
    "ipv4_is_in_any_range": udf(_FAMILY, _any_of("kql_ipv4_is_in_any_range")),
    "ipv4_is_private": udf(_FAMILY, macro("kql_ipv4_is_private", "S")),
    "ipv4_netmask_suffix": udf(_FAMILY, macro("kql_ipv4_netmask_suffix", "S")),
    "ipv4_range_to_cidr_list": udf(_FAMILY, macro("kql_ipv4_range_to_cidr", "SS")),
    "ipv6_compare": udf(_FAMILY, macro("kql_ipv6_compare", "SSL", 128)),
    "ipv6_is_match": udf(_FAMILY, macro("kql_ipv6_is_match", "SSL", 128)),
    "ipv6_is_in_range": udf(_FAMILY, macro("kql_ipv6_is_in_range", "SS")),
    "ipv6_is_in_any_range": udf(_FAMILY, _any_of("kql_ipv6_is_in_any_range")),
    "has_ipv4": udf(_FAMILY, _one("kql_has_any_ipv4")),
    "has_any_ipv4": udf(_FAMILY, _any_of("kql_has_any_ipv4")),
    "has_ipv4_prefix": udf(_FAMILY, _one("kql_has_any_ipv4_prefix")),
    "has_any_ipv4_prefix": udf(_FAMILY, _any_of("kql_has_any_ipv4_prefix")),
}
