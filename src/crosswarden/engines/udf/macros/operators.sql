-- Operators: null logic, whole-number division, arithmetic of dynamic values, term searches.

CREATE MACRO kql_equal(a, b) AS CASE WHEN a IS NULL AND b IS NULL THEN NULL ELSE a IS NOT DISTINCT FROM b END;

CREATE MACRO kql_not_equal(a, b) AS CASE WHEN a IS NULL AND b IS NULL THEN NULL ELSE a IS DISTINCT FROM b END;

CREATE MACRO kql_long_divide(a, b) AS TRY(CASE WHEN b <> 0 THEN a // b END);

CREATE MACRO kql_long_modulo(a, b) AS TRY(CASE WHEN b = 0 THEN NULL WHEN a % b < 0 THEN a % b + abs(b) ELSE a % b END);

CREATE MACRO kql_real_divide(a, b) AS
  CASE WHEN b <> 0 THEN a / b WHEN b IS NULL OR a IS NULL THEN NULL
       WHEN a > 0 THEN 'inf'::DOUBLE WHEN a < 0 THEN '-inf'::DOUBLE ELSE 'nan'::DOUBLE END;

CREATE MACRO kql_real_modulo(a, b) AS CASE WHEN b <> 0 THEN CASE WHEN a % b < 0 THEN a % b + abs(b) ELSE a % b END WHEN b IS NULL OR a IS NULL THEN NULL ELSE 'nan'::DOUBLE END;

CREATE MACRO kql_is_whole(j) AS regexp_full_match(j, '-?[0-9]{1,18}');

CREATE MACRO kql_dynamic_add(a, b) AS
  CASE WHEN kql_is_whole(a) AND kql_is_whole(b) THEN CAST(TRY_CAST(a AS BIGINT) + TRY_CAST(b AS BIGINT) AS VARCHAR)
       ELSE kql_real_json(kql_dynamic_real(a) + kql_dynamic_real(b)) END;

CREATE MACRO kql_dynamic_subtract(a, b) AS
  CASE WHEN kql_is_whole(a) AND kql_is_whole(b) THEN CAST(TRY_CAST(a AS BIGINT) - TRY_CAST(b AS BIGINT) AS VARCHAR)
       ELSE kql_real_json(kql_dynamic_real(a) - kql_dynamic_real(b)) END;

CREATE MACRO kql_dynamic_multiply(a, b) AS
  CASE WHEN kql_is_whole(a) AND kql_is_whole(b)
       THEN CAST(TRY(TRY_CAST(a AS BIGINT) * TRY_CAST(b AS BIGINT)) AS VARCHAR)
       ELSE kql_real_json(kql_dynamic_real(a) * kql_dynamic_real(b)) END;

CREATE MACRO kql_dynamic_divide(a, b) AS
  CASE WHEN kql_is_whole(a) AND kql_is_whole(b)
       THEN CAST(kql_long_divide(TRY_CAST(a AS BIGINT), TRY_CAST(b AS BIGINT)) AS VARCHAR)
       ELSE kql_real_json(kql_real_divide(kql_dynamic_real(a), kql_dynamic_real(b))) END;

CREATE MACRO kql_dynamic_modulo(a, b) AS
  CASE WHEN kql_is_whole(a) AND kql_is_whole(b)
       THEN CAST(kql_long_modulo(TRY_CAST(a AS BIGINT), TRY_CAST(b AS BIGINT)) AS VARCHAR)
       ELSE kql_real_json(kql_real_modulo(kql_dynamic_real(a), kql_dynamic_real(b))) END;

-- What two dynamic values are compared by: numbers by value, the rest by their compact text.
CREATE MACRO kql_dynamic_key(j) AS
  CASE WHEN starts_with(j, '"') OR j IN ('true', 'false') THEN j
       WHEN starts_with(j, '{') OR starts_with(j, '[') THEN coalesce(TRY(CAST(json(j) AS VARCHAR)), j)
       ELSE coalesce(CAST(TRY_CAST(j AS DOUBLE) AS VARCHAR), j) END;

CREATE MACRO kql_term_pattern(t, head, tail) AS
  (CASE WHEN head AND regexp_matches(t, '^[\p{L}\p{N}]') THEN '(?:^|[^\p{L}\p{N}])' ELSE '' END)
  || regexp_escape(t)
  || (CASE WHEN tail AND regexp_matches(t, '[\p{L}\p{N}]$') THEN '(?:$|[^\p{L}\p{N}])' ELSE '' END);

CREATE MACRO kql_has(s, t) AS
  CASE WHEN contains(lower(s), lower(t)) THEN regexp_matches(s, '(?i)' || kql_term_pattern(t, true, true)) ELSE false END;

CREATE MACRO kql_has_cs(s, t) AS
  CASE WHEN contains(s, t) THEN regexp_matches(s, kql_term_pattern(t, true, true)) ELSE false END;

CREATE MACRO kql_has_prefix(s, t) AS
  CASE WHEN contains(lower(s), lower(t)) THEN regexp_matches(s, '(?i)' || kql_term_pattern(t, true, false)) ELSE false END;

CREATE MACRO kql_has_prefix_cs(s, t) AS
  CASE WHEN contains(s, t) THEN regexp_matches(s, kql_term_pattern(t, true, false)) ELSE false END;

CREATE MACRO kql_has_suffix(s, t) AS
  CASE WHEN contains(lower(s), lower(t)) THEN regexp_matches(s, '(?i)' || kql_term_pattern(t, false, true)) ELSE false END;

CREATE MACRO kql_has_suffix_cs(s, t) AS
  CASE WHEN contains(s, t) THEN regexp_matches(s, kql_term_pattern(t, false, true)) ELSE false END;

-- Membership in an array that is known only at run time; a plain value counts as an array of itself.
CREATE MACRO kql_array_texts(j) AS
  CASE WHEN starts_with(j, '[') THEN json_extract_string(j, '$[*]') WHEN j IS NULL THEN [] ELSE [kql_dynamic_text(j)] END;

CREATE MACRO kql_in_array(s, j) AS coalesce(list_contains(kql_array_texts(j), s), false);

CREATE MACRO kql_in_array_ignoring_case(s, j) AS
  coalesce(list_contains(kql_array_texts(lower(j)), lower(s)), false);

CREATE MACRO kql_shift_left(x, n) AS kql_wrapped(CAST(x AS HUGEINT) & 18446744073709551615, ((n % 64) + 64) % 64);

CREATE MACRO kql_wrapped(bits, n) AS kql_signed((bits * CAST(pow(2, n) AS HUGEINT)) & 18446744073709551615);

CREATE MACRO kql_signed(bits) AS
  CAST(CASE WHEN bits > 9223372036854775807 THEN bits - 18446744073709551616 ELSE bits END AS BIGINT);

CREATE MACRO kql_shift_right(x, n) AS x >> CAST(((n % 64) + 64) % 64 AS BIGINT);

CREATE MACRO kql_hash_modulo(h, m) AS
  CASE WHEN m > 0 THEN CAST((CASE WHEN h < 0 THEN CAST(h AS HUGEINT) + 18446744073709551616 ELSE CAST(h AS HUGEINT) END) % m AS BIGINT) END;
