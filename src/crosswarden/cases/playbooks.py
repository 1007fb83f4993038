"""Each seed's investigation as questions: answered from the data where it can be, asked of a person where not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crosswarden.cases.model import Answer
from crosswarden.hunts.model import Finding, HuntResult, Status

__all__ = ["PLAYBOOKS", "playbook"]


@dataclass(frozen=True, slots=True)
class _Question:
    text: str
    hunts: tuple[str, ...]
    ask: str
    words: str = ""


PLAYBOOKS: Mapping[str, tuple[_Question, ...]] = {
    "cross-tenant": (
        _Question("Who added the partner, and from where?", ("cross-tenant-partner-added", "cross-tenant-chain"), "Ask that administrator whether it was them."),
        _Question("Is the partner trusted beyond the default?", ("cross-tenant-settings-loosened",), "Read the partner's settings in the portal."),
        _Question("May the partner synchronise users in?", ("cross-tenant-sync-enabled",), "Read the partner's identity synchronisation."),
        _Question("Which users did it create?", ("synced-user-created",), "List external members created in that time."),
        _Question("What did they use or gain?", ("partner-user-signed-in", "external-user-gained-access", "external-user-azure-role"), "Ask the owners of shared resources."),
        _Question("Does this tenant push users elsewhere?", ("outbound-sync-set-up",), "Look for provisioning configurations of Azure2Azure."),
        _Question("Was anything removed afterwards?", ("cross-tenant-trust-removed",), "Ask for deleted partner policies."),
        _Question("Is there a business reason for this partner?", (), "Ask the owner of the tenant relationship."),
    ),
    "applications": (
        _Question("Was it registered here, and as single- or multi-tenant?", ("application-chain",), "Open the application's registration.", "registered here"),
        _Question("Whom does its name imitate, and what was tried before?", ("look-alike-application", "application-chain"), "Compare the name letter by letter.", "its name"),
        _Question("Which application permissions does it hold?", ("application-permissive-role",), "List its app role assignments."),
        _Question("What may it do as its users, and which users are exposed?", ("delegated-permission-granted", "risky-consent"), "List its delegated grants."),
        _Question("Who added credentials, and from where?", ("application-credential-added", "application-chain"), "Ask its owners about every secret.", "secrets"),
        _Question("From where does it sign in, and to what?", ("service-principal-sign-in-anomaly", "application-chain"), "Export the service principal sign-ins.", "signed in"),
        _Question("Did it change mail flow?", ("mail-flow-changed",), "List inbound connectors and transport rules."),
        _Question("Is it needed?", (), "Ask the business owner."),
    ),
    "mailboxes": (
        _Question("Which application read the mailbox, and is it new?", ("mailbox-access-new-application",), "Ask the user which clients they use."),
        _Question("Was the token issued here?", ("issuance-reconciliation", "token-of-another-tenant"), "Export all four sign-in logs for the time."),
        _Question("Was recording throttled?", ("mailbox-audit-throttled",), "Presume everything in the mailbox as read."),
        _Question("What was read?", ("mailbox-access-new-application",), "Hand the list of messages to the owner."),
    ),
}  # fmt: skip
"""Questions by family; tokens use the mailbox questions."""


def playbook(findings: Sequence[Finding], results: Mapping[str, HuntResult]) -> tuple[Answer, ...]:
    """The questions of the case's family with their answers."""
    family = "mailboxes" if findings[0].family == "tokens" else findings[0].family
    return tuple(_answer(each, findings, results) for each in PLAYBOOKS.get(family, ()))


def _answer(question: _Question, findings: Sequence[Finding], results: Mapping[str, HuntResult]) -> Answer:
    fitting: Callable[[str], bool] = lambda reason: not question.words or question.words in reason  # noqa: E731 - typed here, so that mypy knows the filter's parameter
    texts: list[str] = []
    used: list[str] = []
    for each in findings:
        if each.hunt not in question.hunts:
            continue
        said = [reason for reason in each.reasons if fitting(reason)] if each.reasons else [each.title]
        if said:
            texts += said
            used.append(each.id)
    if texts:
        return Answer(question.text, "; ".join(dict.fromkeys(texts)), "", tuple(used))
    known = [results[hunt] for hunt in question.hunts if hunt in results]
    if known and all(each.status is Status.CLEAN for each in known):
        return Answer(question.text, "; ".join(each.reason for each in known))
    blind = [each.reason for each in known if each.status is Status.BLIND]
    return Answer(question.text, "", question.ask + (f" ({blind[0][:160]})" if blind else ""))
