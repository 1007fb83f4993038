"""Secrets, certificates and trusted issuers added to applications: the directory's events.

As in a public tenant export, the event that lists the keys, an empty "Update application" and "Update service
principal" share one correlation id.
"""

from __future__ import annotations

from collections.abc import Sequence

from crosswarden.rehearsal.applications import Application
from crosswarden.rehearsal.chance import Chance
from crosswarden.rehearsal.directory import (
    Actor,
    added,
    application_target,
    directory_event,
    included,
    principal_target,
    set_to,
)
from crosswarden.rehearsal.event import Event
from crosswarden.rehearsal.organisation import Organisation
from crosswarden.rehearsal.registration import CATEGORY, principal_touched

__all__ = [
    "CERTIFICATES",
    "credential_added",
    "federated_credential_added",
    "key_description",
    "principal_credential_added",
]

CERTIFICATES = "Update application – Certificates and secrets management "
"""With an en dash and a trailing space, in both logs."""


def key_description(key: str, name: str, certificate: bool = False) -> str:
    """A credential as KeyDescription lists it."""
    kind = "AsymmetricX509Cert" if certificate else "Password"
    return f"[KeyIdentifier={key},KeyType={kind},KeyUsage=Verify,DisplayName={name}]"


def credential_added(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    actor: Actor,
    application: Application,
    key: str,
    name: str,
    *,
    before: Sequence[str] = (),
    certificate: bool = False,
) -> list[Event]:
    """A secret or certificate added to an application: the old and the new set of keys."""
    changed = [added("KeyDescription", *before, key_description(key, name, certificate), old=before)]
    correlation = chance.guid()
    events: list[Event] = []
    for activity, properties in ((CERTIFICATES, [*changed, included(changed)]), ("Update application", [])):
        events += directory_event(
            organisation,
            chance,
            tick,
            activity,
            actor,
            [application_target(organisation, application)],
            properties,
            category=CATEGORY,
            operation="Update",
            correlation=correlation,
        )
        tick += 150_000
    return events + principal_touched(organisation, chance, tick, actor, application, correlation)


def federated_credential_added(
    organisation: Organisation, chance: Chance, tick: int, actor: Actor, application: Application, issuer: str
) -> list[Event]:
    """An application made to trust another issuer's tokens.

    The activity and the name of the property are as Stratus Red Team documents them; the value is synthetic.
    """
    value = {
        "Name": "pipeline",
        "Issuer": issuer,
        "Subject": "repo:main",
        "Audiences": ["api://AzureADTokenExchange"],
    }
    changed = [added("FederatedIdentityCredentials", value)]
    correlation = chance.guid()
    events = directory_event(
        organisation,
        chance,
        tick,
        "Update application",
        actor,
        [application_target(organisation, application)],
        [*changed, included(changed)],
        category=CATEGORY,
        operation="Update",
        correlation=correlation,
    )
    return events + principal_touched(organisation, chance, tick + 200_000, actor, application, correlation)


def principal_credential_added(
    organisation: Organisation,
    chance: Chance,
    tick: int,
    actor: Actor,
    application: Application,
    key: str,
    name: str,
    certificate: bool = False,
) -> list[Event]:
    """A secret or certificate added to the service principal itself, where the application object does not show it."""
    changed = [added("KeyDescription", key_description(key, name, certificate))]
    names = set_to("TargetId.ServicePrincipalNames", application.principal_names)
    return directory_event(
        organisation,
        chance,
        tick,
        "Add service principal credentials",
        actor,
        [principal_target(organisation, application)],
        [*changed, included(changed), names],
        category=CATEGORY,
        operation="Update",
    )
