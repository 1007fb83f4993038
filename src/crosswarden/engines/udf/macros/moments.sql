-- Datetimes and timespans as ticks. A day has 864000000000 ticks; day 0 (0001-01-01) was a Monday.

CREATE MACRO kql_date(t) AS CAST(kql_timestamp(t) AS DATE);

CREATE MACRO kql_day_ticks(d) AS kql_ticks(CAST(d AS TIMESTAMP));

-- Rounding down to a multiple, toward minus infinity.
CREATE MACRO kql_long_bin(x, b) AS TRY(CASE WHEN b <> 0 THEN x - kql_long_modulo(x, b) END);

CREATE MACRO kql_real_bin(x, b) AS CASE WHEN b <> 0 THEN floor(x / b) * b END;

CREATE MACRO kql_decimal_bin(x, b) AS
  TRY_CAST(kql_decimal_floor(CAST(x AS VARCHAR), CAST(b AS VARCHAR)) AS DECIMAL(38, 18));

-- A count of months that leads somewhere in the calendar, if at all.
CREATE MACRO kql_few(n) AS CAST(CASE WHEN n BETWEEN -120000 AND 120000 THEN n END AS INTEGER);

CREATE MACRO kql_startofday(t, n) AS kql_in_calendar(TRY(t - t % 864000000000 + n * 864000000000));

CREATE MACRO kql_startofweek(t, n) AS
  kql_in_calendar(TRY((t // 864000000000 - (t // 864000000000 + 1) % 7 + 7 * n) * 864000000000));

CREATE MACRO kql_startofmonth(t, n) AS
  TRY(kql_ticks(date_trunc('month', kql_timestamp(t)) + to_months(kql_few(n))));

CREATE MACRO kql_startofyear(t, n) AS
  TRY(kql_ticks(date_trunc('year', kql_timestamp(t)) + to_months(12 * kql_few(n))));

CREATE MACRO kql_endofday(t, n) AS kql_startofday(t, n) + 863999999999;

CREATE MACRO kql_endofweek(t, n) AS kql_startofweek(t, n) + 6047999999999;

CREATE MACRO kql_endofmonth(t, n) AS kql_before(kql_startofmonth(t, n + 1), t);

CREATE MACRO kql_endofyear(t, n) AS kql_before(kql_startofyear(t, n + 1), t);

CREATE MACRO kql_before(next, t) AS CASE WHEN t IS NOT NULL THEN coalesce(next, 3155378976000000000) - 1 END;

CREATE MACRO kql_dayofweek(t) AS ((t // 864000000000 + 1) % 7) * 864000000000;

CREATE MACRO kql_part(t, part) AS CAST(date_part(part, kql_timestamp(t)) AS BIGINT);

CREATE MACRO kql_make_datetime(y, mo, d, h, mi, s) AS
  CASE WHEN y BETWEEN 1 AND 9999 AND mo BETWEEN 1 AND 12 AND d BETWEEN 1 AND 31 AND h BETWEEN 0 AND 23
        AND mi BETWEEN 0 AND 59 AND s >= 0 AND s < 60
       THEN TRY(kql_ticks(make_timestamp(CAST(y AS BIGINT), CAST(mo AS BIGINT), CAST(d AS BIGINT), 0, 0, 0.0)))
            + (CAST(h AS BIGINT) * 3600 + CAST(mi AS BIGINT) * 60) * 10000000 + CAST(round(s * 10000000) AS BIGINT) END;

CREATE MACRO kql_make_timespan(d, h, mi, s) AS
  CASE WHEN d >= 0 AND h BETWEEN 0 AND 23 AND mi BETWEEN 0 AND 59 AND s >= 0 AND s < 60
       THEN kql_real_long(d * 864000000000.0 + h * 36000000000.0 + mi * 600000000.0 + round(s * 10000000)) END;

CREATE MACRO kql_unixtime(x, ticks) AS
  kql_in_calendar(CASE WHEN isfinite(CAST(x AS DOUBLE)) THEN TRY(621355968000000000 + CAST(trunc(x * ticks) AS BIGINT)) END);

CREATE MACRO kql_add_months(t, n) AS
  TRY(kql_in_calendar(kql_ticks(kql_timestamp(t) + to_months(kql_few(n))) + t % 10));
