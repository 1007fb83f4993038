"""Containment steps in the order in which they work.

Cross-tenant: synchronisation before partner before users. Deleting the partner fails while its synchronisation exists,
and users that are blocked first are enabled again at the next change in the source tenant. Source: Microsoft Graph,
crossTenantAccessPolicy and identitySynchronization. Every command is for a person to read and run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from crosswarden.cases.model import Step
from crosswarden.hunts.model import Entity, Finding

__all__ = ["containment"]

_GRAPH = "https://graph.microsoft.com/v1.0"
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def containment(findings: Sequence[Finding], entities: Sequence[Entity]) -> tuple[Step, ...]:
    """The steps for the families that the findings belong to, outermost door first."""
    families = [each.family for each in findings]
    steps: list[Step] = []
    if "cross-tenant" in families:
        steps += _cross_tenant(entities)
    if "applications" in families:
        steps += _applications(entities)
    if "mailboxes" in families or "tokens" in families:
        steps += _mailboxes(entities, forged="tokens" in families)
    actors = sorted({each.id for each in entities if each.role == "actor"})
    for actor in actors[:5]:
        steps.append(
            Step(
                f"Reset the credentials of {actor} and revoke the sessions, unless the person confirms every step",
                "whoever did this may still hold the account",
                f"POST {_GRAPH}/users/{_quoted(actor)}/revokeSignInSessions",
            )
        )
    return tuple(steps)


def _quoted(text: str) -> str:
    """An identifier that is safe inside a command line to copy: anything unusual becomes a placeholder."""
    return text if re.fullmatch(r"[A-Za-z0-9@._#-]+", text) else "<user id>"


def _cross_tenant(entities: Sequence[Entity]) -> list[Step]:
    partners = [each for each in entities if each.type == "tenant" and each.role == "partner"]
    users = [each for each in entities if each.type == "user" and each.role != "actor"]
    steps: list[Step] = []
    for partner in partners:
        address = f"{_GRAPH}/policies/crossTenantAccessPolicy/partners/{_guid(partner.id)}"
        steps += [
            Step(
                f"Delete the identity synchronisation of {partner.name}",
                "first: deleting the partner fails while it exists, and users that are blocked earlier come back",
                f"DELETE {address}/identitySynchronization",
            ),
            Step(
                f"Delete or block the partner {partner.name}",
                "second: closes automatic redemption and inbound trust; removes no user that is already here",
                f"DELETE {address}",
            ),
        ]
    for user in users[:20]:
        steps.append(
            Step(
                f"Disable {user.name} and revoke its sessions, then remove what it was given",
                "only now: disabled earlier, the next synchronisation enables it again",
                f"PATCH {_GRAPH}/users/{_guid(user.id)} accountEnabled=false; POST {_GRAPH}/users/{_guid(user.id)}/revokeSignInSessions",
            )
        )
    steps.append(
        Step(
            "Look for other doors: the default settings, other partners, applications and roles made in the same time",
            "the partner is rarely the only one",
        )
    )
    return steps


def _applications(entities: Sequence[Entity]) -> list[Step]:
    steps: list[Step] = []
    for each in (one for one in entities if one.type == "service principal" and one.role != "interface"):
        principal = f"{_GRAPH}/servicePrincipals/{_guid(each.id)}"
        steps += [
            Step(
                f"Disable the service principal {each.name}",
                "first: stops new tokens at once and keeps the evidence; deleting it would lose the grants",
                f"PATCH {principal} accountEnabled=false",
            ),
            Step(
                f"Remove its app roles and delegated grants ({each.name})",
                "second: what was granted outlives any secret",
                f"GET {principal}/appRoleAssignments; GET {principal}/oauth2PermissionGrants; then DELETE each",
            ),
        ]
    for each in (
        one for one in entities if one.type == "application" and one.role not in ("interface", "client")
    ):
        steps.append(
            Step(
                f"Remove every secret and certificate of the application {each.name}, and its owners",
                "third: whoever holds a secret, or owns the application, can come back",
                f"GET {_GRAPH}/applications(appId='{_guid(each.id)}')",
            )
        )
    return steps


def _mailboxes(entities: Sequence[Entity], *, forged: bool) -> list[Step]:
    boxes = [each.name for each in entities if each.type == "mailbox"]
    named = ", ".join(boxes[:10]) + (f" and {len(boxes) - 10} more" if len(boxes) > 10 else "")
    steps = [
        Step(
            f"Keep the mailbox audit of {named or 'the mailboxes'} (export it now) and list the messages reached",
            "retention may be short, and what was read has to be reported",
        ),
        Step(
            "Revoke the sessions of the mailbox owners",
            "ends refresh tokens; a forged token is not stopped by it",
        ),
    ]
    if forged:
        text = "Report tokens that no sign-in issued to Microsoft"
        steps.append(Step(text, "only the issuer can revoke a signing key"))
    return steps


def _guid(text: str) -> str:
    return text if _GUID.fullmatch(text) else "<id>"
