"""The nine-row table, inheritance, and the path from user to application."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosswarden.tenants import parse
from crosswarden.tenants.effective import effective, everyone, nobody
from crosswarden.tenants.evaluate import Application, Person, Verdict, evaluate
from crosswarden.tenants.model import Access, Direction, Half, Policy, Setting, Target
from crosswarden.tenants.observed import NotObserved, Observed
from crosswarden.tenants.simulate import Attempt, Kind, Network, simulate

G1, G2, A1, A2 = "g1", "g2", "a1", "a2"
U, A = "AllUsers", "AllApplications"

# users, applications, and who gets where: (g1, a1), (g1, a2), (g2, a1), (g2, a2)
NINE_ROWS = [
    (("blocked", U), ("blocked", A), (False, False, False, False)),
    (("allowed", U), ("allowed", A), (True, True, True, True)),
    (("allowed", G1), ("allowed", A), (True, True, False, False)),
    (("allowed", U), ("allowed", A1), (True, False, True, False)),
    (("allowed", G1), ("blocked", A1), (False, True, False, False)),
    (("blocked", G1), ("blocked", A), (False, False, True, True)),
    (("blocked", G1), ("allowed", A1), (False, False, True, False)),
    (("allowed", G1), ("allowed", A1), (True, False, False, False)),
    (("blocked", G1), ("blocked", A1), (False, True, True, True)),
]


def _setting(users: tuple[str, str], applications: tuple[str, str]) -> Setting:
    return Setting(
        Half(Access(users[0]), frozenset({Target(users[1], "user" if users[1] == U else "group")})),
        Half(Access(applications[0]), frozenset({Target(applications[1], "application")})),
    )


@pytest.mark.parametrize(("users", "applications", "expected"), NINE_ROWS)
def test_nine_rows(users: tuple[str, str], applications: tuple[str, str], expected: tuple[bool, ...]) -> None:
    """Each row of Microsoft's table, for a user in and one outside the group, an application in and one outside the list."""
    setting = _setting(users, applications)
    got = [
        evaluate(setting, Person("someone", frozenset({group})), Application(app)) is Verdict.ALLOWED
        for group in (G1, G2)
        for app in (A1, A2)
    ]
    assert tuple(got) == expected
    assert everyone(setting) == all(expected)


def test_unknown_membership_is_never_guessed() -> None:
    """An application under Office365 and a user whose groups are unknown leave the answer undetermined where it matters."""
    office = _setting(("allowed", U), ("allowed", "Office365"))
    exchange = "00000002-0000-0ff1-ce00-000000000000"
    assert evaluate(office, Person("x"), Application("a1")) is Verdict.UNDETERMINED
    assert evaluate(office, Person("x"), Application(exchange)) is Verdict.ALLOWED
    grouped = _setting(("allowed", G1), ("allowed", A1))
    assert evaluate(grouped, Person("x", None), Application(A1)) is Verdict.UNDETERMINED
    assert evaluate(grouped, Person("x", None), Application(A2)) is Verdict.BLOCKED


halves = st.builds(
    lambda access, targets: Half(access, frozenset(Target(t, "group") for t in targets)),
    st.sampled_from(Access),
    st.sets(st.sampled_from([G1, G2, "u1"]), max_size=3) | st.just({U}),
)
app_halves = st.builds(
    lambda access, targets: Half(access, frozenset(Target(t, "application") for t in targets)),
    st.sampled_from(Access),
    st.sets(st.sampled_from([A1, A2]), max_size=2) | st.just({A}),
)
settings = st.builds(Setting, halves, app_halves)


def _directly(setting: Setting, names: set[str], app: str) -> bool:
    """The table read in the most obvious way: which rows forbid, which permit."""
    assert setting.users
    assert setting.applications
    user_listed = bool({t.target for t in setting.users.targets} & (names | {U}))
    app_listed = bool({t.target for t in setting.applications.targets} & {app, A})
    pair = (setting.users.access.value, setting.applications.access.value)
    if pair == ("blocked", "blocked"):
        return not (user_listed and app_listed)
    if pair == ("allowed", "allowed"):
        return user_listed and app_listed
    if pair == ("allowed", "blocked"):
        return user_listed and not app_listed
    return app_listed and not user_listed


@given(settings)
def test_everyone_and_nobody_agree_with_the_table(setting: Setting) -> None:
    """The two extremes are said exactly when the table gives every, or no, pair of a stranger and a known one."""
    people: list[set[str]] = [{"stranger"}, {G1}, {G2}, {"u1"}, {G1, G2, "u1"}]
    answers = [_directly(setting, names, app) for names in people for app in (A1, A2, "a3")]
    assert not everyone(setting) or all(answers)
    assert not nobody(setting) or not any(answers)
    if setting.users and U in {t.target for t in setting.users.targets} and all(answers):
        assert everyone(setting) or len(setting.applications.targets if setting.applications else ()) > 0


HOME, RESOURCE = "11111111-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000002"

raw_halves = st.fixed_dictionaries(
    {
        "accessType": st.sampled_from(["allowed", "blocked"]),
        "targets": st.lists(st.sampled_from([U, G1, G2, "u1"]), min_size=1, max_size=3, unique=True).map(
            lambda names: [{"target": n, "targetType": "user" if n in (U, "u1") else "group"} for n in names]
        ),
    }
)
raw_apps = st.fixed_dictionaries(
    {
        "accessType": st.sampled_from(["allowed", "blocked"]),
        "targets": st.lists(st.sampled_from([A, A1, A2]), min_size=1, max_size=2, unique=True).map(
            lambda names: [{"target": n, "targetType": "application"} for n in names]
        ),
    }
)
raw_settings = st.fixed_dictionaries({"usersAndGroups": raw_halves, "applications": raw_apps})
MEMBERS = [direction.value for direction in Direction]
raw_defaults = st.fixed_dictionaries({"id": st.just("x"), **dict.fromkeys(MEMBERS, raw_settings)})
raw_partners = st.none() | st.fixed_dictionaries(dict.fromkeys(MEMBERS, st.none() | raw_settings))


def _policy(default: dict[str, Any], partner: dict[str, Any] | None, other: str) -> Policy:
    found = () if partner is None else (parse.partner({"tenantId": other, **partner}, Observed(None)),)
    return Policy("synthetic", default=Observed(parse.default(default)), partners=Observed(found))


def _raw(default: dict[str, Any], partner: dict[str, Any] | None, member: str) -> Setting:
    value = parse.setting((partner or {}).get(member) or default[member], member)
    assert isinstance(value, Observed)
    return value.value


@given(
    raw_defaults,
    raw_partners,
    raw_defaults,
    raw_partners,
    st.sets(st.sampled_from([G1, G2])),
    st.sampled_from([A1, A2]),
    st.sampled_from(Kind),
    st.booleans(),
)
def test_simulate_agrees_with_a_direct_evaluation(
    home: dict[str, Any],
    home_partner: dict[str, Any] | None,
    resource: dict[str, Any],
    resource_partner: dict[str, Any] | None,
    groups: set[str],
    app: str,
    kind: Kind,
    restricted: bool,
) -> None:
    """Over random policies: allowed exactly when the direct reading of outbound, inbound and restrictions allows."""
    network = Network(RESOURCE, _policy(resource, resource_partner, HOME)) if restricted else Network()
    attempt = Attempt(Person("u1", frozenset(groups)), HOME, RESOURCE, Application(app), kind)
    outcome = simulate(
        attempt, _policy(home, home_partner, RESOURCE), _policy(resource, resource_partner, HOME), network
    )
    out, into = (
        ("b2bDirectConnectOutbound", "b2bDirectConnectInbound")
        if kind is Kind.DIRECT
        else ("b2bCollaborationOutbound", "b2bCollaborationInbound")
    )
    names = groups | {"u1"}
    leaves = _directly(_raw(home, home_partner, out), names, app)
    enters = _directly(_raw(resource, resource_partner, into), names, app)
    held = restricted and not _directly(_raw(resource, resource_partner, "tenantRestrictions"), names, app)
    assert (outcome.verdict is Verdict.ALLOWED) == (leaves and enters and not held)
    assert outcome.code == (
        "AADSTS5000211" if held else "AADSTS500212" if not leaves else "AADSTS500213" if not enters else ""
    )


def test_v1_headers_and_outbound_are_both_evaluated(samples: Any) -> None:
    """The strictest wins: a listed tenant is still blocked outbound, an open outbound is still blocked by the list."""
    open_policy = _policy({**samples.default(), **dict.fromkeys(MEMBERS, samples.ALLOWED)}, None, RESOURCE)
    closed = _policy(samples.default(), None, RESOURCE)
    attempt = Attempt(Person("u1"), HOME, RESOURCE, Application(A1))
    listed, unlisted = Network(v1_tenants=(RESOURCE,)), Network(v1_tenants=(HOME,))
    assert simulate(attempt, open_policy, open_policy, listed).verdict is Verdict.ALLOWED
    assert simulate(attempt, closed, open_policy, listed).code == "AADSTS500212"
    assert simulate(attempt, open_policy, open_policy, unlisted).code == "AADSTS500021"
    domains = Network(v1_tenants=("contoso.example",))
    assert simulate(attempt, open_policy, open_policy, domains).verdict is Verdict.UNDETERMINED


def test_a_missing_policy_is_undetermined() -> None:
    """Without the other tenant's policy the answer is not allowed, not blocked, but undetermined."""
    attempt = Attempt(Person("u1"), HOME, RESOURCE, Application(A1))
    assert simulate(attempt, None, None).verdict is Verdict.UNDETERMINED


def test_inheritance(samples: Any) -> None:
    """A null setting is the default's, an own one the partner's, a null half mixes, an absent default is not observed."""
    own = {
        "b2bCollaborationInbound": samples.NARROW,
        "b2bDirectConnectInbound": {"usersAndGroups": samples.NARROW["usersAndGroups"], "applications": None},
    }
    policy = _policy(samples.default(), own, samples.PARTNER)
    found = effective(policy, samples.PARTNER.upper()).settings
    sources = {
        direction.value: value.value.source
        for direction, value in found.items()
        if isinstance(value, Observed)
    }
    assert sources == {
        "b2bCollaborationInbound": "partner",
        "b2bCollaborationOutbound": "default",
        "b2bDirectConnectInbound": "mixed",
        "b2bDirectConnectOutbound": "default",
        "tenantRestrictions": "default",
    }
    partners = (parse.partner({"tenantId": samples.PARTNER}, Observed(None)),)
    bare = Policy("synthetic", partners=Observed(partners))
    assert all(isinstance(value, NotObserved) for value in effective(bare, samples.PARTNER).settings.values())
