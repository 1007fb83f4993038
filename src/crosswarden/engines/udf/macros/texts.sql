-- String functions.

CREATE MACRO kql_substring(s, start, count) AS
  CASE WHEN count <= 0 OR count IS NULL OR start IS NULL THEN ''
       WHEN start > 2147483646 THEN ''
       WHEN start >= 0 THEN substring(s, start + 1, least(count, 2147483647))
       ELSE substring(s, greatest(length(s) + greatest(start, -2147483648), 0) + 1, least(count, 2147483647)) END;

CREATE MACRO kql_strcmp(a, b) AS CAST(CASE WHEN a < b THEN -1 WHEN a > b THEN 1 ELSE 0 END AS BIGINT);

CREATE MACRO kql_strrep(s, n, d) AS
  CASE WHEN n <= 0 OR n IS NULL THEN '' WHEN n > 1024 THEN '' ELSE repeat(s || d, n - 1) || s END;

CREATE MACRO kql_trim_start(p, s) AS TRY(regexp_replace(s, '^(?:' || p || ')+', ''));

CREATE MACRO kql_trim_end(p, s) AS TRY(regexp_replace(s, '(?:' || p || ')+$', ''));

CREATE MACRO kql_trim(p, s) AS TRY(regexp_replace(regexp_replace(s, '^(?:' || p || ')+', ''), '(?:' || p || ')+$', ''));

CREATE MACRO kql_split(s, d) AS
  CAST(to_json(CASE WHEN d = '' THEN [s] ELSE string_split(s, d) END) AS VARCHAR);

CREATE MACRO kql_split_at(s, d, n) AS
  CAST(to_json(CASE WHEN n >= 0 AND n < len(string_split(s, d)) THEN [string_split(s, d)[n + 1]] ELSE [] END) AS VARCHAR);

CREATE MACRO kql_extract(s, p, g) AS coalesce(TRY(regexp_extract(s, p, g)), '');

CREATE MACRO kql_matches_json(found) AS CASE WHEN len(found) > 0 THEN CAST(to_json(found) AS VARCHAR) END;

CREATE MACRO kql_array_length(j) AS CASE WHEN starts_with(j, '[') THEN CAST(json_array_length(j) AS BIGINT) END;

CREATE MACRO kql_list_json(l) AS '[' || array_to_string(list_transform(l, lambda x: coalesce(x, 'null')), ',') || ']';

CREATE MACRO kql_pack_array(l) AS CASE WHEN len(l) = 0 THEN '[]' ELSE kql_list_json(l) END;

CREATE MACRO kql_nonempty_json(l) AS CASE WHEN len(l) > 0 THEN kql_list_json(l) ELSE '[]' END;

CREATE MACRO kql_gettype(j) AS
  CASE WHEN j IS NULL THEN 'null' WHEN starts_with(j, '"') THEN 'string' WHEN starts_with(j, '[') THEN 'array'
       WHEN starts_with(j, '{') THEN 'dictionary' WHEN j IN ('true', 'false') THEN 'bool'
       WHEN regexp_full_match(j, '-?[0-9]+') THEN 'long' ELSE 'double' END;

CREATE MACRO kql_isempty_dynamic(j) AS coalesce(j, '""') = '""';

CREATE MACRO kql_steps(a, b, s) AS
  list_transform(range(0, CAST(least(1048576, CASE WHEN s <> 0 AND (b::HUGEINT - a::HUGEINT) * sign(s) >= 0 THEN (b::HUGEINT - a::HUGEINT) // s + 1 ELSE 0 END) AS BIGINT)), lambda i: a + i * s);

CREATE MACRO kql_range_long(a, b, s) AS '[' || coalesce(array_to_string(kql_steps(a, b, s), ','), '') || ']';

CREATE MACRO kql_range_real(a, b, s) AS
  CASE WHEN s <> 0 AND isfinite((b - a) / s) THEN
    '[' || coalesce(array_to_string(list_transform(range(0, CAST(greatest(-1, least(1048575, floor((b - a) / s + 1e-9))) AS BIGINT) + 1), lambda i: kql_real_json(a + i * s)), ','), '') || ']' END;

CREATE MACRO kql_range_datetime(a, b, s) AS
  '[' || coalesce(array_to_string(list_transform(kql_steps(a, b, s), lambda t: kql_datetime_json(t)), ','), '') || ']';

CREATE MACRO kql_range_timespan(a, b, s) AS
  '[' || coalesce(array_to_string(list_transform(kql_steps(a, b, s), lambda t: kql_timespan_json(t)), ','), '') || ']';

CREATE MACRO kql_replace_string(s, old, new) AS CASE WHEN old = '' THEN s ELSE replace(s, old, new) END;

CREATE MACRO kql_isascii(s) AS regexp_full_match(s, '[\x00-\x7F]*');

CREATE MACRO kql_regex_quote(s) AS regexp_escape(s);

-- Lists of equal length, one a capturing group, as a list of one list a match.
CREATE MACRO kql_rows(lists) AS
  list_transform(range(1, len(lists[1]) + 1), lambda i: list_transform(lists, lambda one: one[i]));
