"""Every check, in the order in which a report shows them."""

from __future__ import annotations

from crosswarden.tenants.check import Check
from crosswarden.tenants.checks import (
    automatic_redemption,
    default_loosened,
    direct_connect_open,
    foreign_device_trust,
    foreign_mfa_trust,
    guest_invitations,
    inbound_everyone,
    inbound_sync,
    outbound_everyone,
    partner_kinds,
    policy_guid,
    restrictions_absent,
    size_limit,
    stale_partners,
    sync_templates,
    ungoverned_groups,
    unknown_partners,
)

__all__ = ["CHECKS"]

CHECKS: tuple[Check, ...] = (
    inbound_everyone.CHECK,
    outbound_everyone.CHECK,
    direct_connect_open.CHECK,
    automatic_redemption.CHECK,
    inbound_sync.CHECK,
    sync_templates.CHECK,
    foreign_mfa_trust.CHECK,
    foreign_device_trust.CHECK,
    ungoverned_groups.CHECK,
    default_loosened.CHECK,
    unknown_partners.CHECK,
    stale_partners.CHECK,
    partner_kinds.CHECK,
    restrictions_absent.CHECK,
    policy_guid.CHECK,
    size_limit.CHECK,
    guest_invitations.CHECK,
)
