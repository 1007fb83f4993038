"""The header policy as a pure function, and the values it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosswarden.errors import UsageError
from crosswarden.restrictions.hosts import HostList, normal
from crosswarden.restrictions.policy import EXCLUDED_HOSTS, HEADERS, HOSTS, Action, Restriction

TENANT = "6babcaad-604b-40ac-a9d7-9fd97c0b779f"
POLICY = "0d2bd3a6-7a4f-4bd8-8a3e-1f3f3c2a9b11"


def test_v2_sets_one_header_on_four_hosts() -> None:
    """v2 alone: the same value on exactly the four hosts, all three names removed first."""
    policy = Restriction.checked(tenant=TENANT.upper(), policy=POLICY).compile()
    assert set(policy.rules) == set(HOSTS)
    for host in HOSTS:
        decision = policy.decide(host)
        assert decision.set == ((HEADERS[0], f"{TENANT}:{POLICY}"),)
        assert decision.remove == HEADERS


def test_v1_is_removed_where_v2_is_set() -> None:
    """v1 values beside v2 are not sent: both would be evaluated."""
    policy = Restriction.checked(
        tenant=TENANT, policy=POLICY, v1_tenants=("contoso.example",), v1_context=TENANT
    ).compile()
    assert {name for rule in policy.rules.values() for name, _ in rule.set} == {HEADERS[0]}


def test_restrict_msa_is_for_the_consumer_host_only() -> None:
    """The consumer host's own value never reaches the other three."""
    policy = Restriction.checked(tenant=TENANT, policy=POLICY, restrict_msa=True).compile()
    values = {host: rule.set[0][1] for host, rule in policy.rules.items()}
    assert values.pop("login.live.com") == "restrict-msa"
    assert set(values.values()) == {f"{TENANT}:{POLICY}"}


@given(st.text(alphabet="abclogin.live-com:ſKıо。", max_size=40))
def test_no_other_name_is_restricted(name: str) -> None:
    """Only the four names, in whatever case and with one root dot, are restricted."""
    policy = Restriction.checked(tenant=TENANT, policy=POLICY).compile()
    decision = policy.decide(name)
    assert (decision.action is Action.RESTRICT) == (normal(name) in HOSTS)


@given(st.sampled_from(HOSTS), st.text(alphabet="abc-xn.", min_size=1, max_size=12))
def test_neither_prefix_nor_suffix_makes_a_host(host: str, extra: str) -> None:
    """A name that merely contains a restricted one is a bystander."""
    policy = Restriction.checked(tenant=TENANT, policy=POLICY).compile()
    assert policy.decide(extra + host).action is not Action.RESTRICT
    if extra != ".":
        assert policy.decide(host + extra).action is not Action.RESTRICT


@pytest.mark.parametrize("host", EXCLUDED_HOSTS)
def test_excluded_hosts_are_not_decrypted(host: str) -> None:
    """The client-certificate hosts have a decision of their own."""
    decision = Restriction.checked(tenant=TENANT, policy=POLICY).compile().decide(host.upper())
    assert decision.action is Action.EXCLUDED
    assert not decision.decrypt


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, "restrict-empty"),
        ({"policy": POLICY}, "restrict-tenant"),
        ({"tenant": "contoso.com", "policy": POLICY}, "restrict-guid"),
        ({"tenant": TENANT, "policy": "0d2bd3a6\r\nX: y"}, "restrict-guid"),
        ({"tenant": TENANT, "policy": TENANT}, "restrict-policy-is-tenant"),
        ({"tenant": TENANT, "policy": "0" * 32}, "restrict-guid"),
        ({"v1_tenants": ("contoso.com",)}, "restrict-context"),
        ({"tenant": TENANT, "policy": POLICY, "v1_context": TENANT}, "restrict-v1"),
        ({"v1_tenants": ('a" all',), "v1_context": TENANT}, "restrict-tenant-name"),
    ],
)
def test_values_that_cannot_be_meant_are_refused(values: dict[str, Any], code: str) -> None:
    """A wrong value is refused with its own code before anything is written."""
    with pytest.raises(UsageError) as refused:
        Restriction.checked(**values)
    assert refused.value.code == code


def test_documented_host_matching() -> None:
    """The two rules of GetTenantRestrictionsHostnames, and the web service's star inside a name."""
    hosts = HostList.of(["foo.ca", ".bar.ca", "autodiscover.*.onmicrosoft.com"])
    yes = ("foo.ca", "sub.bar.ca", "a.b.bar.ca", "autodiscover.contoso.onmicrosoft.com")
    no = (
        "bar.foo.ca",
        "bar.ca",
        "xbar.ca",
        "autodiscover.onmicrosoft.com",
        "autodiscover.a.b.onmicrosoft.com",
    )
    assert [host for host in (*yes, *no) if hosts.matches(host)] == list(yes)
