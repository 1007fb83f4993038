-- What aggregates end in: lists as JSON text, nearest-rank percentiles.

CREATE MACRO kql_list_text(l) AS CASE WHEN l IS NULL OR len(l) = 0 THEN '[]' ELSE kql_list_json(l) END;

-- A set: the values met first in the order of their appearance, the rest in order.
CREATE MACRO kql_set_text(first, distinct_values, most) AS
  kql_list_text(list_slice(list_concat(
    list_filter(first, lambda x, i: list_position(first, x) = i),
    list_sort(list_filter(distinct_values, lambda x: NOT list_contains(first, x)))), 1, most));

CREATE MACRO kql_ranked(sorted, percent) AS
  sorted[greatest(1, least(len(sorted), CAST(ceil(percent / 100 * len(sorted) - 1e-9) AS BIGINT)))];

CREATE MACRO kql_json_reals(j) AS list_transform(json_extract_string(j, '$[*]'), lambda x: TRY_CAST(x AS DOUBLE));
