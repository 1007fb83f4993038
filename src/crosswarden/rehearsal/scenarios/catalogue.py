"""The scenarios by name."""

from __future__ import annotations

from collections.abc import Mapping

from crosswarden.errors import UsageError
from crosswarden.rehearsal.scenarios import (
    account_backdoor,
    consent_phishing,
    credentials_added,
    cross_tenant_sync,
    default_policy_opened,
    domain_federated,
    forged_token,
    guest_invitation,
    inbound_connector,
    look_alike_application,
    mail_theft,
    ordinary_administration,
    ordinary_invitation,
    organisation_join,
    outlook_mobile,
    single_tenant_application,
    support_partner,
    sync_lateral_movement,
    tenant_restriction_bypass,
)
from crosswarden.rehearsal.story import Scenario

__all__ = ["SCENARIOS", "scenario"]

SCENARIOS: Mapping[str, Scenario] = {
    each.SCENARIO.name: each.SCENARIO
    for each in (
        cross_tenant_sync,
        sync_lateral_movement,
        default_policy_opened,
        guest_invitation,
        single_tenant_application,
        look_alike_application,
        consent_phishing,
        credentials_added,
        mail_theft,
        inbound_connector,
        forged_token,
        tenant_restriction_bypass,
        account_backdoor,
        domain_federated,
        support_partner,
        organisation_join,
        ordinary_invitation,
        outlook_mobile,
        ordinary_administration,
    )
}


def scenario(name: str) -> Scenario:
    """The scenario of that name.

    Raises UsageError when there is none.
    """
    found = SCENARIOS.get(name)
    if found is None:
        raise UsageError(
            "rehearsal-scenario", f"there is no scenario {name!r}", remedy=f"there are {', '.join(SCENARIOS)}"
        )
    return found
