"""Plugins of evaluate that run as procedures."""

from __future__ import annotations

import random
from ipaddress import ip_address, ip_network

import pytest

from crosswarden.engines import Engine


@pytest.fixture(scope="module")
def engine() -> Engine:
    """An engine without data."""
    return Engine()


def listed(texts: list[str]) -> str:
    """Texts as KQL literals."""
    return ", ".join(f"'{text}'" for text in texts)


VISITS = (
    "let T = datatable (who: string, day: datetime, where_: string) ["
    "'a', datetime(2024-01-01), 'x', 'a', datetime(2024-01-01), 'x', 'b', datetime(2024-01-02), 'x', "
    "'a', datetime(2024-01-03), 'y', 'c', datetime(2024-01-03), 'x', 'b', datetime(null), 'x'];"
)


def test_sliding_window_counts(engine: Engine) -> None:
    """Each day counts itself and the day before; rows without a time are left out."""
    query = f"{VISITS} T | evaluate sliding_window_counts(who, day, datetime(2024-01-01), datetime(2024-01-04), 2d, 1d)"
    rows = [(row[0][:10], row[1], row[2]) for row in engine.run(query).rows()]
    assert rows == [("2024-01-01", 2, 1), ("2024-01-02", 3, 2), ("2024-01-03", 3, 3), ("2024-01-04", 2, 2)]


def test_active_users_count(engine: Engine) -> None:
    """Only who was active on two days within three counts, on the later of them."""
    query = f"{VISITS} T | evaluate active_users_count(who, day, datetime(2024-01-01), datetime(2024-01-04), 3d, 1d, 2, 1d)"
    assert [(row[0][:10], row[1]) for row in engine.run(query).rows()] == [("2024-01-03", 1)]


def test_activity_counts_metrics_by_dimension(engine: Engine) -> None:
    """New and accumulated ids are counted for each dimension apart."""
    query = f"{VISITS} T | evaluate activity_counts_metrics(who, day, datetime(2024-01-01), datetime(2024-01-04), 1d, where_)"
    rows = sorted((row[0][:10], *row[1:]) for row in engine.run(query).rows())
    assert rows == [
        ("2024-01-01", "x", 2, 1, 1, 1),
        ("2024-01-02", "x", 1, 1, 1, 2),
        ("2024-01-03", "x", 1, 1, 1, 3),
        ("2024-01-03", "y", 1, 1, 1, 1),
    ]


def test_rows_near_gives_each_row_once(engine: Engine) -> None:
    """Windows that overlap do not repeat rows."""
    query = "range x from 1 to 9 step 1 | evaluate rows_near(x in (3, 4, 9), 1, 2)"
    assert [row[0] for row in engine.run(query).rows()] == [2, 3, 4, 5, 6, 8, 9]


def test_rolling_percentile_by_nearest_rank(engine: Engine) -> None:
    """The 25th percentile over two bins, for each dimension apart."""
    query = (
        "range i from 0 to 7 step 1 | extend d = iff(i % 2 == 0, 'even', 'odd') "
        "| evaluate rolling_percentile(i, 25, i, 4, 2, d) | sort by i asc, d asc"
    )
    result = engine.run(query)
    assert [column.name for column in result.columns] == ["i", "d", "rolling_2_percentile_i_25"]
    assert result.rows() == [(0, "even", 0), (0, "odd", 1), (4, "even", 0), (4, "odd", 1)]


@pytest.mark.parametrize("seed", range(3))
def test_ipv4_lookup_finds_every_network_that_holds_the_address(engine: Engine, seed: int) -> None:
    """Random addresses and networks agree with the standard library."""
    draw = random.Random(seed)
    networks = [
        str(
            ip_network(
                f"10.{draw.randrange(4)}.{draw.randrange(4)}.0/{draw.choice([8, 14, 16, 22, 24])}",
                strict=False,
            )
        )
        for _ in range(12)
    ]
    addresses = [f"10.{draw.randrange(6)}.{draw.randrange(6)}.{draw.randrange(256)}" for _ in range(30)] + [
        "nonsense"
    ]
    query = (
        f"let N = datatable (net: string) [{listed(networks)}];"
        f"datatable (ip: string) [{listed(addresses)}] | evaluate ipv4_lookup(N, ip, net)"
    )
    expected = [(a, n) for a in addresses[:-1] for n in networks if ip_address(a) in ip_network(n)]
    assert sorted(engine.run(query).rows()) == sorted(expected)


def test_lookup_with_extra_key_and_unmatched_rows(engine: Engine) -> None:
    """The extra key has to be equal; rows without a network stay when asked; taken names get a number."""
    query = (
        "let N = datatable (net: string, tenant: string, ip: string) ['10.0.0.0/8', 't1', 'name'];"
        "datatable (ip: string, tenant: string) ['10.1.1.1', 't1', '10.1.1.1', 't2'] "
        "| evaluate ipv4_lookup(N, ip, net, tenant, return_unmatched = true) | sort by tenant asc"
    )
    result = engine.run(query)
    assert [column.name for column in result.columns] == ["ip", "tenant", "net", "ip1"]
    assert result.rows() == [("10.1.1.1", "t1", "10.0.0.0/8", "name"), ("10.1.1.1", "t2", "", "")]


def test_ipv6_lookup_reads_both_families(engine: Engine) -> None:
    """IPv4 addresses are looked up too."""
    query = (
        "let N = datatable (net: string) ['2001:db8::/32', '10.0.0.0/8'];"
        "datatable (ip: string) ['2001:db8::1', '10.1.1.1', '2001:db9::1'] | evaluate ipv6_lookup(N, ip, net)"
    )
    assert sorted(engine.run(query).rows()) == [("10.1.1.1", "10.0.0.0/8"), ("2001:db8::1", "2001:db8::/32")]


def test_autocluster_finds_what_most_rows_share(engine: Engine) -> None:
    """Two plain patterns come out with their counts and shares; the column that varies is let go."""
    query = (
        "range i from 1 to 100 step 1 | extend os = iff(i <= 70, 'win', 'mac'), app = iff(i <= 70, 'a', 'b') "
        "| project id = tostring(i), os, app | evaluate autocluster(0.5)"
    )
    result = engine.run(query)
    assert [column.name for column in result.columns] == ["SegmentId", "Count", "Percent", "id", "os", "app"]
    assert result.rows() == [(0, 70, 70.0, "", "win", "a"), (1, 30, 30.0, "", "mac", "b")]
    assert any("autocluster" in note for note in result.notes)


def test_autocluster_counts_weights_and_takes_wildcards(engine: Engine) -> None:
    """A weight column counts rows that stand for many."""
    query = "datatable (os: string, n: long) ['win', 90, 'mac', 10] | evaluate autocluster(0.9, n, '~', '*')"
    rows = engine.run(query).rows()
    assert rows[0][1] == 90


def test_autocluster_of_nothing_is_nothing(engine: Engine) -> None:
    """No rows, no segments."""
    assert engine.run("SigninLogs | project UserId | evaluate autocluster()").rows() == []


def test_reduce_keeps_shared_words(engine: Engine) -> None:
    """Words that many texts share stay, the rest is a star; texts of their own are others."""
    query = (
        "range x from 1 to 20 step 1 | extend text = case(x <= 12, strcat('user u', x, ' signed in from 10.0.0.', x), "
        "x <= 18, strcat('disk ', x, ' is full'), strcat('odd', x)) | reduce by text"
    )
    result = engine.run(query)
    assert [(row[0], row[1]) for row in result.rows()] == [
        ("user * signed in from *.*.*.*", 12),
        ("disk * is full", 6),
        ("others", 2),
    ]
    assert any("reduce" in note for note in result.notes)
