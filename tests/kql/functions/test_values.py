"""Answers that others get wrong, one KQL expression and its value a line; from Kusto's documentation where it says."""

from __future__ import annotations

from typing import Any

import pytest

from crosswarden.engines import Engine

CASES: list[tuple[str, Any]] = [
    # null logic: Kusto documentation, "Null values"
    ("int(null) == 1", False),
    ("int(null) != 1", True),
    ("int(null) == int(null)", None),
    ("not(int(null) == 1)", True),
    ("int(null) in (1, 2)", False),
    ("int(null) !in (1, 2)", True),
    ("long(null) > 1", None),
    ("iff(int(null) == 1, 'a', 'b')", "b"),
    ("'' == ''", True),
    ("isnull('')", False),
    ("isempty('')", True),
    # dynamic values
    ("dynamic({'a': '5'}).a == 5", True),
    ("dynamic({'a': 5}).a == '5'", True),
    ("dynamic({'a': 'x'}).b == ''", True),
    ("isnull(dynamic({'a': null}).a)", True),
    ("dynamic(['a', 'b'])[-1]", "b"),
    ("parse_json('not json').a", None),
    ("parse_json('not json')", "not json"),
    ("parse_json('[1, 2]')[1] + 1", 3),
    ("dynamic({'a': true}).a == true", True),
    ("dynamic({'a': 'True'}).a == true", True),
    ("'True' == true", True),
    # terms: "What is a term?" in "String operators"
    ("'North America' has 'america'", True),
    ("'NorthAmerica' has 'america'", False),
    ("'foo_bar' has 'foo'", True),
    ("'ünfoo' has 'foo'", False),
    ("'a.b.c' has 'b.c'", True),
    ("'ab.c' has 'b.c'", False),
    ("'powershell.exe' has '.exe'", True),
    ("'North America' has_cs 'america'", False),
    ("'North America' hasprefix 'ame'", True),
    ("'North America' hassuffix 'ica'", True),
    ("'a%b' contains '%B'", True),
    ("'axb' contains 'a_b'", False),
    ("'x' in~ ('X', 'y')", True),
    ("'x' in (dynamic(['x', 'y']))", True),
    ("'one two' has_any ('zero', 'TWO')", True),
    ("'one two' has_all ('one', 'three')", False),
    # numbers
    ("5 / 2", 2),
    ("-7 / 2", -3),
    ("-14 % 12", 10),
    ("14 % -12", 2),
    ("1 / 0", None),
    ("1.0 / 0", "Infinity"),
    ("9223372036854775807 + 1", None),
    ("bin(-5, 3)", -6),
    ("bin(-4.5, 1)", -5.0),
    ("round(2.5)", 3.0),
    ("toint('7.9')", None),
    ("toint(7.9)", 7),
    ("tolong('0x1F')", 31),
    ("tolong('abc')", None),
    ("binary_shift_left(1, 63)", -9223372036854775808),
    # text of every type
    ("tostring(1.0)", "1.0"),
    ("tostring(1e20)", "1E+20"),
    ("tostring(true)", "true"),
    ("tostring(1d)", "1.00:00:00"),
    ("tostring(-1.5s)", "-00:00:01.5000000"),
    ("tostring(datetime(2020-01-02 03:04:05.1234567))", "2020-01-02T03:04:05.1234567Z"),
    ("tostring(dynamic({'a': [1, 2]}))", '{"a":[1,2]}'),
    ("tostring(parse_json('{\"id\": 12345678901234567890}'))", '{"id":12345678901234567890}'),
    ("tostring(int(null))", ""),
    ("strcat('a', 1, true)", "a1true"),
    # strings
    ("substring('abcdefg', -2)", "fg"),
    ("substring('abcdefg', 1, 2)", "bc"),
    ("indexof('abcdefg', 'cde', -5)", 2),
    ("split('a_b_c', '_', 1)[0]", "b"),
    ("extract('x=([0-9]+)', 1, 'hello x=45|')", "45"),
    ("extract('(\\\\d+)', 1, 'none')", ""),
    ("trim('--', '--a--')", "a"),
    ("strlen('😀é')", 2),
    ("replace_regex('hello', 'l+', 'L')", "heLo"),
    ("countof('aaaa', 'aa')", 3),
    # time
    ("datetime(2024-01-02) - datetime(2024-01-01)", "1.00:00:00"),
    ("1d / 1h", 24.0),
    ("1h * 2.5", "02:30:00"),
    ("bin(datetime(1970-05-11 13:45:07), 1d)", "1970-05-11T00:00:00.0000000Z"),
    ("startofweek(datetime(2017-01-01 10:10:17), -1)", "2016-12-25T00:00:00.0000000Z"),
    ("endofmonth(datetime(2017-02-10))", "2017-02-28T23:59:59.9999999Z"),
    ("dayofweek(datetime(2015-12-14))", "1.00:00:00"),
    ("datetime_diff('week', datetime(2017-10-29), datetime(2017-09-30 23:59))", 5),
    ("datetime_add('month', 1, datetime(2024-01-31))", "2024-02-29T00:00:00.0000000Z"),
    ("format_datetime(datetime(2017-01-29 09:00:05), 'yy-MM-dd [HH:mm:ss]')", "17-01-29 [09:00:05]"),
    ("format_timespan(time(29.09:00:05.12345), 'dd.hh:mm:ss:FF')", "29.09:00:05:12"),
    ("todatetime('Sat, 8 Nov 14 15:05:02 GMT')", "2014-11-08T15:05:02.0000000Z"),
    ("datetime(2024-01-01) between (datetime(2023-12-31) .. 2d)", True),
    ("unixtime_seconds_todatetime(1546300800)", "2019-01-01T00:00:00.0000000Z"),
    # hashes, networks, places
    ("hash('World')", 1846988464401551951),
    ("hash('World', 100)", 51),
    ("hash_md5('World')", "f5a7924e621e84c9280a9a27e1bcb7f6"),
    ("ipv4_is_private('192.168.1.1/24')", True),
    ("ipv4_is_in_range('192.168.1.6', '192.168.1.1/24')", True),
    ("geo_point_to_geohash(-80.195829, 25.802215, 8)", "dhwfz15h"),
]


@pytest.fixture(scope="module")
def engine() -> Engine:
    """An engine without a lake."""
    return Engine()


@pytest.mark.parametrize(("expression", "expected"), CASES, ids=[expression for expression, _ in CASES])
def test_the_value_is_kustos(engine: Engine, expression: str, expected: Any) -> None:
    """The expression has the value that Kusto gives it, also when the engine cannot fold it beforehand."""
    assert engine.run(f"print x = {expression}").rows() == [(expected,)]


def test_percentiles_are_nearest_rank(engine: Engine) -> None:
    """A percentile is one of the values, never between two."""
    query = "datatable(x:long)[1, 2, 3, 4] | summarize percentiles(x, 25, 50, 75, 100)"
    assert engine.run(query).rows() == [(1, 2, 3, 4)]


def test_aggregates_of_no_rows(engine: Engine) -> None:
    """Over no rows counts and sums are 0, lists empty, averages NaN, the rest null or empty."""
    query = (
        "datatable(x:long, s:string)[] | summarize count(), dcount(x), sum(x), avg(x), max(x), max(s), make_list(s),"
        " make_set(s), stdev(x), percentile(x, 50), take_any(s)"
    )
    assert engine.run(query).rows() == [(0, 0, 0, "NaN", None, "", [], [], 0.0, None, "")]
