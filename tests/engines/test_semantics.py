"""What other engines get wrong: each case is a query and the rows that Kusto gives."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from crosswarden.engines import Engine
from crosswarden.errors import QueryError
from crosswarden.kql.diagnostics import KqlError

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

CASES: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    # strings are never null
    "outer_join_fills_strings": (
        "datatable(k:long)[1, 2] | join kind=leftouter (datatable(k:long, s:string, n:long)[1, 'a', 7]) on k"
        " | where s == '' | project k, s, n, empty = isempty(s)",
        [(2, "", None, True)],
    ),
    "unmatched_rows_fail_not_empty": (
        "datatable(k:long)[1, 2] | join kind=leftouter (datatable(k:long, s:string)[1, 'a']) on k"
        " | where s != '' | project k",
        [(1,)],
    ),
    "full_outer_fills_both_sides": (
        "datatable(a:string)['x'] | join kind=fullouter (datatable(b:string)['y']) on $left.a == $right.b | sort by a asc",
        [("", "y"), ("x", "")],
    ),
    "union_fills_strings": (
        "union (datatable(a:string)['x']), (datatable(b:long)[1]) | where isempty(a) | project a, b",
        [("", 1)],
    ),
    "parse_without_match_is_empty": (
        "datatable(t:string)['a=1', 'zzz'] | parse t with 'a=' v:long | project t, v | sort by t asc",
        [("a=1", 1), ("zzz", None)],
    ),
    "toscalar_of_nothing_is_empty": (
        "let n = toscalar(datatable(s:string)[]); print n == '', n",
        [(True, "")],
    ),
    # null logic
    "null_comparisons": (
        "print a = int(null) == 5, b = int(null) != 5, c = isnull(int(null) == int(null))",
        [(False, True, True)],
    ),
    "null_passes_not_equal": ("datatable(n:int)[5, int(null), 6] | where n != 5 | count", [(2,)]),
    "null_fails_in_and_passes_not_in": (
        "datatable(n:int)[5, int(null)] | summarize a = countif(n in (5)), b = countif(n !in (5))",
        [(1, 1)],
    ),
    # terms
    "has_wants_whole_terms": (
        "print a = 'cross-tenant sync' has 'tenant', b = 'crosstenant' has 'tenant', c = 'UserAdmin' has 'user'",
        [(True, False, False)],
    ),
    "has_knows_unicode": (
        "print a = 'Prüfung übergeben' has 'übergeben', b = 'prüfungen' has 'prüfung'",
        [(True, False)],
    ),
    # joins
    "default_join_is_innerunique": (
        "let L = datatable(k:long, v:string)[1, 'a', 1, 'b'];"
        " L | join (datatable(k:long, w:string)[1, 'x', 1, 'y']) on k | count",
        [(2,)],
    ),
    "inner_join_multiplies": (
        "let L = datatable(k:long, v:string)[1, 'a', 1, 'b'];"
        " L | join kind=inner (datatable(k:long, w:string)[1, 'x', 1, 'y']) on k | count",
        [(4,)],
    ),
    "condition_after_innerunique_chooses_the_left_row": (
        "datatable(k:long, v:string)[1, 'a', 1, 'b'] | join (datatable(k:long)[1]) on k | where v == 'b' | project v",
        [("b",)],
    ),
    "anti_join_keeps_what_has_no_partner": (
        "datatable(k:string)['a', 'b', ''] | join kind=leftanti (datatable(k:string)['a']) on k | sort by k asc",
        [("",), ("b",)],
    ),
    "lookup_hides_the_right_key": (
        "datatable(k:long)[1] | lookup (datatable(k:long, n:string)[1, 'one']) on k",
        [(1, "one")],
    ),
    # unions
    "union_splits_on_type": (
        "union (datatable(d:dynamic)[dynamic({'a':1})]), (datatable(d:string)['x'])"
        " | project d_dynamic, d_string | sort by d_string asc",
        [({"a": 1}, ""), (None, "x")],
    ),
    # dynamic
    "negative_index_and_missing_path": (
        "print a = dynamic([1, 2, 3])[-1], b = dynamic({'x': {'y': 2}}).x.y, c = dynamic({'x': 1}).y.z",
        [(3, 2, None)],
    ),
    "path_on_text_that_is_not_json": (
        "print a = parse_json('not json').x, b = tostring(parse_json('not json'))",
        [(None, "not json")],
    ),
    "computed_index": ("print d = dynamic({'a b': 1}), k = 'a b' | project v = d[k]", [(1,)]),
    "text_inside_dynamic_is_parsed_only_when_asked": (
        r"""print d = dynamic({"a": "{\"b\": 1}"}) | project x = d.a.b, y = parse_json(tostring(d.a)).b""",
        [(None, 1)],
    ),
    # mv-expand
    "mv_expand_zips": (
        "print a = dynamic([1, 2, 3]), b = dynamic(['x']) | mv-expand a, b | project a, b",
        [(1, "x"), (2, None), (3, None)],
    ),
    "mv_expand_bags": (
        "print b = dynamic({'k': 1, 'l': 2}) | mv-expand b",
        [({"k": 1},), ({"l": 2},)],
    ),
    "mv_expand_bags_as_arrays": (
        "print b = dynamic({'k': 1}) | mv-expand kind=array b",
        [(["k", 1],)],
    ),
    "mv_expand_casts_without_parsing": (
        "print a = dynamic([1, '2', 3.5]) | mv-expand a to typeof(long)",
        [(1,), (None,), (3,)],
    ),
    "mv_expand_empty_and_null": (
        "datatable(i:long, a:dynamic)[1, dynamic([]), 2, dynamic(null), 3, dynamic(['x'])] | mv-expand a | sort by i asc",
        [(2, None), (3, "x")],
    ),
    "mv_expand_index_and_limit": (
        "print a = dynamic(['x', 'y', 'z']) | mv-expand with_itemindex=i a limit 2",
        [("x", 0), ("y", 1)],
    ),
    "mv_apply_runs_over_each_row": (
        "datatable(i:long, a:dynamic)[1, dynamic([3, 1, 2]), 2, dynamic([5, 9])]"
        " | mv-apply x = a to typeof(long) on (top 1 by x) | project i, x | sort by i asc",
        [(1, 3), (2, 9)],
    ),
    "mv_apply_keeps_element_order": (
        "print a = dynamic(['b', 'a', 'c']) | mv-apply a to typeof(string) on (where a != 'a' | summarize l = make_list(a))",
        [(["b", "c"],)],
    ),
    # order
    "sort_descends_with_nulls_last": (
        "datatable(n:int)[1, int(null), 3] | sort by n",
        [(3,), (1,), (None,)],
    ),
    "ascending_puts_nulls_first": (
        "datatable(n:int)[1, int(null), 3] | sort by n asc",
        [(None,), (1,), (3,)],
    ),
    "nulls_where_written": ("datatable(n:int)[1, int(null)] | sort by n asc nulls last", [(1,), (None,)]),
    # numbers and times
    "integers_divide_whole": ("print a = 7 / 2, b = 7.0 / 2", [(3, 3.5)]),
    "bin_of_times": (
        "print a = bin(datetime(2024-03-05 13:45:12.1234567), 1h), b = bin(1h + 59s, 1m), c = bin(-7, 5)",
        [("2024-03-05T13:00:00.0000000Z", "01:00:00", -10)],
    ),
    "ticks_are_kept": (
        "print t = datetime(2024-01-01 00:00:00.1234567) + 1tick, d = 1tick, w = datetime(2024-01-02) - datetime(2024-01-01)",
        [("2024-01-01T00:00:00.1234568Z", "00:00:00.0000001", "1.00:00:00")],
    ),
    "one_now_a_query": ("print a = now() == now(), b = now() - ago(1h)", [(True, "01:00:00")]),
    "names_differ_by_case": ("print a = 1, A = 2 | extend b = a + A | project A, a, b", [(2, 1, 3)]),
    # summarize
    "summarize_of_nothing": (
        "datatable(n:long)[] | summarize count(), sum(n), max(n), make_list(n), dcount(n)",
        [(0, 0, None, [], 0)],
    ),
    "summarize_of_nothing_by_key": ("datatable(n:long)[] | summarize count() by n", []),
    "arg_max_takes_one_row": (
        "datatable(k:string, t:long, v:string)['a', 1, 'x', 'a', 2, 'y', 'b', 5, 'z'] | summarize arg_max(t, *) by k | sort by k asc",
        [("a", 2, "y"), ("b", 5, "z")],
    ),
    "percentile_is_nearest_rank": (
        "range x from 1 to 10 step 1 | summarize percentile(x, 50), percentile(x, 95)",
        [(5, 10)],
    ),
    "lists_keep_the_order": (
        "datatable(n:long)[2, 3, 1] | sort by n asc | summarize make_list(n)",
        [([1, 2, 3],)],
    ),
    # windows
    "prev_and_running_sum": (
        "datatable(n:long)[3, 1, 2] | sort by n asc | extend p = prev(n), s = row_cumsum(n), r = row_number()",
        [(1, None, 1, 1), (2, 1, 3, 2), (3, 2, 6, 3)],
    ),
    "restart_begins_anew": (
        "datatable(k:string, n:long)['a', 1, 'a', 2, 'b', 3] | sort by k asc, n asc"
        " | extend s = row_cumsum(n, k != prev(k)), r = row_number(1, k != prev(k)) | project k, s, r",
        [("a", 1, 1), ("a", 3, 2), ("b", 3, 1)],
    ),
    "ranks_and_sessions": (
        "datatable(k:string, t:datetime)['a', datetime(2024-01-01 00:00), 'a', datetime(2024-01-01 00:04),"
        " 'a', datetime(2024-01-01 00:30), 'b', datetime(2024-01-01 00:31)] | sort by k asc, t asc"
        " | extend d = row_rank_dense(k), m = row_rank_min(k), s = row_window_session(t, 1h, 5m, k != prev(k))"
        " | project d, m, s",
        [
            (1, 1, "2024-01-01T00:00:00.0000000Z"),
            (1, 1, "2024-01-01T00:00:00.0000000Z"),
            (1, 1, "2024-01-01T00:30:00.0000000Z"),
            (2, 4, "2024-01-01T00:31:00.0000000Z"),
        ],
    ),
    # series
    "make_series_fills_gaps": (
        "datatable(t:datetime, n:long)[datetime(2024-01-01), 2, datetime(2024-01-03), 5]"
        " | make-series s = sum(n) default=0 on t from datetime(2024-01-01) to datetime(2024-01-04) step 1d | project s",
        [([2, 0, 5],)],
    ),
    # text of values
    "tostring_of_every_type": (
        "print tostring(true), tostring(1), tostring(1.5), tostring(datetime(2024-01-01)), tostring(1d),"
        " tostring(dynamic({'a': 1})), tostring(dynamic('x')), tostring(guid(74be27de-1e4e-49d9-b579-fe0b331d3642)), tostring(int(null))",
        [
            (
                "true",
                "1",
                "1.5",
                "2024-01-01T00:00:00.0000000Z",
                "1.00:00:00",
                '{"a":1}',
                "x",
                "74be27de-1e4e-49d9-b579-fe0b331d3642",
                "",
            )
        ],
    ),
    # functions and variables
    "functions_take_tables_and_defaults": (
        "let f = (T:(n:long), least:long = 2) { T | where n >= least }; f(datatable(n:long)[1, 2, 3]) | count",
        [(2,)],
    ),
    "a_let_table_is_used_twice": (
        "let T = datatable(n:long)[1, 2]; T | join kind=inner T on n | summarize sum(n1)",
        [(3,)],
    ),
    "in_with_a_query": (
        "let bad = datatable(u:string)['A', 'b']; datatable(u:string)['a', 'b', 'c']"
        " | summarize x = countif(u in (bad)), y = countif(u in~ (bad)), z = countif(u !in~ (bad))",
        [(1, 2, 1)],
    ),
    "partition_runs_apart": (
        "datatable(k:string, n:long)['a', 1, 'a', 2, 'b', 3] | partition by k (top 1 by n) | sort by k asc",
        [("a", 2), ("b", 3)],
    ),
    "partition_in_braces_sees_each_key": (
        "let T = datatable(n:long)[1, 2, 2]; range x from 1 to 2 step 1 | partition by x { T | where n == x | summarize c = count() by n }"
        " | sort by n asc",
        [(1, 1), (2, 2)],
    ),
    "top_nested_goes_deep": (
        "datatable(a:string, b:string)['x', 'p', 'x', 'p', 'x', 'q', 'y', 'r'] | top-nested 1 of a by c = count(), top-nested 1 of b by d = count()",
        [("x", 3, "p", 2)],
    ),
    "pivot_makes_columns_of_values": (
        "datatable(k:string, v:string)['a', 'x', 'a', 'y', 'b', 'x'] | evaluate pivot(v) | sort by k asc",
        [("a", 1, 1), ("b", 1, 0)],
    ),
    "bag_unpack_types_the_keys": (
        "datatable(d:dynamic)[dynamic({'n': 1, 's': 'x'}), dynamic({'n': 2})] | evaluate bag_unpack(d) | sort by n asc",
        [(1, "x"), (2, "")],
    ),
    "narrow_turns_columns_to_rows": (
        "print a = 1, b = 'x' | evaluate narrow()",
        [(0, "a", "1"), (0, "b", "x")],
    ),
    "search_looks_everywhere": (
        "datatable(a:string, n:long)['storm 0558', 1, 'calm', 2] | search 'storm' | project n",
        [(1,)],
    ),
    "parse_kv_unquotes": (
        """print t = 'a=1, b="x, y"' | parse-kv t as (a:long, b:string) with (pair_delimiter=',', kv_delimiter='=', quote='"') | project a, b""",
        [(1, "x, y")],
    ),
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    """An engine without data."""
    return Engine()


@pytest.mark.parametrize("name", CASES)
def test_rows(engine: Engine, name: str) -> None:
    """The query gives the rows that Kusto documents."""
    query, rows = CASES[name]
    assert engine.run(query, now=NOW).rows() == rows


def test_unordered_results_do_not_hide_columns(engine: Engine) -> None:
    """A query that keeps no column gives no rows, and says so with no columns."""
    result = engine.run("datatable(a:long)[1, 2] | consume")
    assert (result.columns, result.rows()) == ((), [])


def test_externaldata_is_closed() -> None:
    """A query cannot reach a file or an address on its own."""

    class Nothing:
        def tables(self) -> tuple[str, ...]:
            return ()

        def files(self, table: str, start: object = None, end: object = None) -> tuple[()]:
            return ()

        def schema(self, table: str) -> tuple[()]:
            return ()

    query = "externaldata(a:string)['https://example.test/list.csv'] | count"
    with pytest.raises(QueryError, match="no local file was named"):
        Engine(lake=Nothing()).run(query)


def test_what_does_not_run_is_refused_by_name(engine: Engine) -> None:
    """A known function without an implementation is named, not approximated."""
    with pytest.raises(KqlError, match=r"hash_combine.*known but does not run here") as caught:
        engine.run("print hash_combine(1, 2)")
    assert caught.value.code == "kql-not-here"


def test_every_error_at_once(engine: Engine) -> None:
    """All unknown names are reported, each with the nearest known one."""
    with pytest.raises(KqlError) as caught:
        engine.run("SigninLogs | where UserPrincipalNam == 'a' | summarize cont() by Ap")
    messages = [item.message for item in caught.value.diagnostics]
    assert len(messages) == 3
    assert "'UserPrincipalName'" in messages[0]
    assert "'count'" in messages[1]


def test_fork_gives_several_results(engine: Engine) -> None:
    """Each branch is a result of its own, by name."""
    results = engine.run_all("datatable(n:long)[1, 2, 3] | fork small = (where n < 2) (count)")
    assert [(r.name, r.rows()) for r in results] == [("small", [(1,)]), ("GenericResult_1", [(3,)])]
