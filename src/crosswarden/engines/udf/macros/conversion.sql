-- Conversions between KQL's types. Ticks are 100 ns since 0001-01-01; 0 <= ticks <= 3155378975999999999 (9999-12-31).

CREATE MACRO kql_timestamp(t) AS make_timestamp((t // 10) - 62135596800000000);

CREATE MACRO kql_in_calendar(t) AS CASE WHEN t BETWEEN 0 AND 3155378975999999999 THEN t END;

CREATE MACRO kql_ticks(ts) AS kql_in_calendar((epoch_us(ts) + 62135596800000000) * 10);

CREATE MACRO kql_bool_text(x) AS CASE WHEN x THEN 'true' WHEN NOT x THEN 'false' ELSE '' END;

CREATE MACRO kql_number_text(x) AS coalesce(CAST(x AS VARCHAR), '');

CREATE MACRO kql_real_text(x) AS
  CASE WHEN isfinite(x) THEN upper(CAST(x AS VARCHAR))
       WHEN isnan(x) THEN 'NaN' WHEN x > 0 THEN 'Infinity' WHEN x < 0 THEN '-Infinity' ELSE '' END;

CREATE MACRO kql_datetime_text(t) AS
  coalesce(strftime(kql_timestamp(t), '%Y-%m-%dT%H:%M:%S') || '.' || lpad(CAST(t % 10000000 AS VARCHAR), 7, '0') || 'Z', '');

CREATE MACRO kql_clock_text(t) AS
  (CASE WHEN t >= 864000000000 THEN (t // 864000000000)::VARCHAR || '.' ELSE '' END)
  || lpad(((t // 36000000000) % 24)::VARCHAR, 2, '0') || ':' || lpad(((t // 600000000) % 60)::VARCHAR, 2, '0') || ':'
  || lpad(((t // 10000000) % 60)::VARCHAR, 2, '0')
  || (CASE WHEN t % 10000000 = 0 THEN '' ELSE '.' || lpad((t % 10000000)::VARCHAR, 7, '0') END);

CREATE MACRO kql_timespan_text(t) AS
  coalesce(CASE WHEN t < 0 THEN '-' || kql_clock_text(-t::HUGEINT) ELSE kql_clock_text(t::HUGEINT) END, '');

CREATE MACRO kql_dynamic_text(j) AS
  CASE WHEN starts_with(j, '"') THEN json_extract_string(j, '$')
       WHEN starts_with(j, '{') OR starts_with(j, '[') THEN coalesce(TRY(CAST(json(j) AS VARCHAR)), j)
       ELSE coalesce(j, '') END;

-- The text that a term search reads: the same, but a bag or array is searched as it stands.
CREATE MACRO kql_dynamic_search_text(j) AS
  CASE WHEN starts_with(j, '"') THEN json_extract_string(j, '$') ELSE coalesce(j, '') END;

CREATE MACRO kql_string_json(s) AS CAST(to_json(s) AS VARCHAR);

CREATE MACRO kql_real_json(x) AS
  CASE WHEN isfinite(x) THEN CAST(x AS VARCHAR) WHEN x IS NULL THEN NULL ELSE '"' || kql_real_text(x) || '"' END;

CREATE MACRO kql_bool_json(x) AS CASE WHEN x THEN 'true' WHEN NOT x THEN 'false' END;

CREATE MACRO kql_number_json(x) AS CAST(x AS VARCHAR);

CREATE MACRO kql_decimal_json(x) AS '"' || CAST(x AS VARCHAR) || '"';

CREATE MACRO kql_datetime_json(t) AS CASE WHEN t IS NOT NULL THEN '"' || kql_datetime_text(t) || '"' END;

CREATE MACRO kql_timespan_json(t) AS CASE WHEN t IS NOT NULL THEN '"' || kql_timespan_text(t) || '"' END;

CREATE MACRO kql_guid_json(g) AS '"' || g || '"';

-- A whole JSON document out of text: text that is not JSON is a dynamic string; nothing and null are null.
CREATE MACRO kql_parse_json(s) AS
  CASE WHEN s = '' THEN NULL
       WHEN json_valid(s) THEN nullif(trim(s, E' \t\r\n'), 'null')
       ELSE CAST(to_json(s) AS VARCHAR) END;

-- Text to numbers: decimal digits, or hexadecimal with 0x. What does not fit is null.
CREATE MACRO kql_text_long(s) AS
  CASE WHEN regexp_full_match(s, '\s*[-+]?[0-9]+\s*') THEN TRY_CAST(ltrim(trim(s, E' \t\r\n'), '+') AS BIGINT)
       WHEN regexp_full_match(s, '\s*0[xX][0-9a-fA-F]{1,16}\s*') THEN kql_hex_long(trim(s, E' \t\r\n')) END;

CREATE MACRO kql_text_real(s) AS
  CASE WHEN regexp_full_match(s, '\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*')
       THEN TRY_CAST(ltrim(trim(s, E' \t\r\n'), '+') AS DOUBLE)
       WHEN regexp_full_match(s, '(?i)\s*[-+]?(nan|inf|infinity)\s*') THEN TRY_CAST(ltrim(trim(s, E' \t\r\n'), '+') AS DOUBLE)
       WHEN regexp_full_match(s, '\s*0[xX][0-9a-fA-F]{1,16}\s*') THEN CAST(kql_hex_long(trim(s, E' \t\r\n')) AS DOUBLE) END;

CREATE MACRO kql_text_decimal(s) AS
  CASE WHEN regexp_full_match(s, '\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*')
       THEN TRY_CAST(ltrim(trim(s, E' \t\r\n'), '+') AS DECIMAL(38, 18)) END;

CREATE MACRO kql_text_bool(s) AS
  CASE lower(trim(s, E' \t\r\n')) WHEN 'true' THEN true WHEN 'false' THEN false ELSE kql_text_long(s) <> 0 END;

CREATE MACRO kql_text_guid(s) AS
  CASE WHEN regexp_full_match(s, '\s*[{(]?[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}[)}]?\s*')
       THEN regexp_replace(lower(regexp_replace(s, '[^0-9a-fA-F]', '', 'g')), '(.{8})(.{4})(.{4})(.{4})(.{12})', '\1-\2-\3-\4-\5') END;

CREATE MACRO kql_text_datetime(s) AS
  CASE WHEN regexp_full_match(s, '[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,7})?Z?')
       THEN coalesce(kql_ticks(TRY_CAST(s[1:19] AS TIMESTAMP)) + CAST(rpad(s[21:27].rtrim('Z'), 7, '0') AS BIGINT),
                     kql_text_datetime_slow(s))
       WHEN s = '' THEN NULL
       ELSE kql_text_datetime_slow(s) END;

CREATE MACRO kql_text_timespan(s) AS CASE WHEN s = '' THEN NULL ELSE kql_text_timespan_slow(s) END;

-- Numbers to numbers: what does not fit is null; reals lose their fraction toward zero.
CREATE MACRO kql_real_long(x) AS CASE WHEN isfinite(x) THEN TRY_CAST(trunc(x) AS BIGINT) END;

CREATE MACRO kql_decimal_long(x) AS TRY_CAST(trunc(x) AS BIGINT);

-- Dynamic values to scalars: strings are read as text, numbers and bools by value, bags and arrays give null.
CREATE MACRO kql_dynamic_real(j) AS
  CASE WHEN starts_with(j, '"') THEN kql_text_real(json_extract_string(j, '$'))
       WHEN j = 'true' THEN 1.0::DOUBLE WHEN j = 'false' THEN 0.0::DOUBLE
       ELSE TRY_CAST(j AS DOUBLE) END;

CREATE MACRO kql_dynamic_long(j) AS
  CASE WHEN starts_with(j, '"') THEN kql_text_long(json_extract_string(j, '$'))
       WHEN j = 'true' THEN 1::BIGINT WHEN j = 'false' THEN 0::BIGINT
       WHEN regexp_full_match(j, '-?[0-9]+') THEN TRY_CAST(j AS BIGINT)
       ELSE kql_real_long(TRY_CAST(j AS DOUBLE)) END;

CREATE MACRO kql_dynamic_decimal(j) AS
  kql_text_decimal(CASE WHEN starts_with(j, '"') THEN json_extract_string(j, '$') ELSE j END);

CREATE MACRO kql_dynamic_bool(j) AS
  CASE WHEN starts_with(j, '"') THEN kql_text_bool(json_extract_string(j, '$'))
       WHEN j = 'true' THEN true WHEN j = 'false' THEN false
       ELSE TRY_CAST(j AS DOUBLE) <> 0 END;

CREATE MACRO kql_dynamic_datetime(j) AS
  CASE WHEN starts_with(j, '"') THEN kql_text_datetime(json_extract_string(j, '$'))
       ELSE kql_in_calendar(TRY_CAST(j AS BIGINT)) END;

CREATE MACRO kql_dynamic_timespan(j) AS
  CASE WHEN starts_with(j, '"') THEN kql_text_timespan(json_extract_string(j, '$')) ELSE TRY_CAST(j AS BIGINT) END;

CREATE MACRO kql_dynamic_guid(j) AS
  CASE WHEN starts_with(j, '"') THEN kql_text_guid(json_extract_string(j, '$')) END;

CREATE MACRO kql_decimal_text(x) AS
  coalesce(regexp_replace(regexp_replace(CAST(x AS VARCHAR), '(\.[0-9]*?)0+$', '\1'), '\.$', ''), '');
