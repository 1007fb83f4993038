"""Snapshots with anything in them: never a crash, and what is not understood is never found clean."""

from __future__ import annotations

import copy
import datetime as dt
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crosswarden.errors import CrosswardenError
from crosswarden.tenants.check import Scope, Status, assess
from crosswarden.tenants.checks import CHECKS
from crosswarden.tenants.difference import difference
from crosswarden.tenants.read import read
from crosswarden.tenants.results import FORMS, render
from crosswarden.tenants.show import as_dot, rows

junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = (
        document.items()
        if isinstance(document, dict)
        else enumerate(document)
        if isinstance(document, list)
        else ()
    )
    for key, value in items:
        found += _places(value, (*path, key))
    return found


def _whole(samples: Any) -> dict[str, Any]:
    partner = samples.partner(
        b2bCollaborationInbound=samples.NARROW,
        inboundTrust=samples.NO_TRUST,
        identitySynchronization={"userSyncInbound": {"isSyncAllowed": False}},
    )
    return {
        "default": samples.default(),
        "partners": {"value": [partner]},
        "authorizationPolicy": samples.authorization(),
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(data=st.data())
def test_junk_anywhere_is_survived(samples: Any, tmp_path: Path, data: st.DataObject) -> None:
    """Any value of a snapshot replaced by junk: it reads, checks, shows, compares and renders, or is refused by name."""
    document = copy.deepcopy(_whole(samples))
    place = data.draw(st.sampled_from(_places(document)))
    holder: Any = document
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = data.draw(junk)
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(document))
    try:
        policy = read(file)
    except CrosswardenError:
        return
    findings = assess(Scope(policy, dt.date(2026, 11, 21)), CHECKS)
    for form in FORMS:
        assert render(form, findings, policy.source, "2026-11-21T00:00:00+00:00")
    assert rows(policy)
    assert as_dot(policy)
    difference(policy, policy)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(value=junk)
def test_a_setting_that_is_junk_is_not_clean(samples: Any, tmp_path: Path, value: Any) -> None:
    """A partner's inbound setting that is no setting is not assessed by the check that needs it."""
    document = _whole(samples)
    document["partners"]["value"][0]["b2bCollaborationInbound"] = value
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(document))
    findings = assess(Scope(read(file), dt.date(2026, 11, 21)), CHECKS)
    (finding,) = [f for f in findings if f.check.id == "inbound_everyone"]
    inherits = value is None
    assert finding.status is (Status.CLEAN if inherits else Status.NOT_ASSESSED)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(value=junk.filter(lambda v: not isinstance(v, bool) and v is not None))
def test_a_synchronisation_that_is_junk_is_not_clean(samples: Any, tmp_path: Path, value: Any) -> None:
    """isSyncAllowed that is neither true nor false is not assessed."""
    document = _whole(samples)
    document["partners"]["value"][0]["identitySynchronization"]["userSyncInbound"]["isSyncAllowed"] = value
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(document))
    findings = assess(Scope(read(file), dt.date(2026, 11, 21)), CHECKS)
    (finding,) = [f for f in findings if f.check.id == "inbound_sync"]
    assert finding.status is Status.NOT_ASSESSED


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(value=junk.filter(lambda v: not isinstance(v, bool) and v is not None))
def test_a_consent_that_is_junk_is_not_clean(samples: Any, tmp_path: Path, value: Any) -> None:
    """inboundAllowed that is neither true, false nor null is not assessed."""
    document = _whole(samples)
    document["partners"]["value"][0]["automaticUserConsentSettings"]["inboundAllowed"] = value
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(document))
    findings = assess(Scope(read(file), dt.date(2026, 11, 21)), CHECKS)
    (finding,) = [f for f in findings if f.check.id == "automatic_redemption"]
    assert finding.status is Status.NOT_ASSESSED
