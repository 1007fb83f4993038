-- What aggregates end in: lists as JSON text, nearest-rank percentiles.

CREATE MACRO kql_list_text(l) AS CASE WHEN l IS NULL OR len(l) = 0 THEN '[]' ELSE kql_list_json(l) END;

CREATE MACRO kql_ranked(sorted, percent) AS
  sorted[greatest(1, least(len(sorted), CAST(ceil(percent / 100 * len(sorted) - 1e-9) AS BIGINT)))];

CREATE MACRO kql_json_reals(j) AS list_transform(json_extract_string(j, '$[*]'), lambda x: TRY_CAST(x AS DOUBLE));
