"""Which findings belong together.

Findings join when they share what the story is about: an application, a service principal, a partner tenant, a user
that is subject and not actor; where a finding names none of them, a mailbox, a session or a token. The own tenant, the actor and addresses are too
common to join by (two applications that one administrator made from Microsoft's egress are two cases): they appear in
the graph, and cases that share an actor or a foreign address name each other as related.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from crosswarden.cases.containment import containment
from crosswarden.cases.model import Case, Edge, Event
from crosswarden.cases.playbooks import playbook
from crosswarden.cases.verdicts import judge
from crosswarden.hunts.model import Entity, Finding, HuntResult, Row, Severity

__all__ = ["build_cases", "is_subject"]

_SUBJECTS = {"application", "service principal", "mailbox", "session", "token"}
_VICTIMS = {"mailbox", "session", "token"}
_WEAK_ROLES = {"actor", "interface", "source"}
TIMELINE_LIMIT = 400


def is_subject(entity: Entity) -> bool:
    """Whether findings that share the entity are about the same thing.

    >>> is_subject(Entity("tenant", "t", "t")), is_subject(Entity("tenant", "p", "p", "partner"))
    (False, True)
    >>> is_subject(Entity("user", "u", "u", "actor")), is_subject(Entity("application", "a", "a"))
    (False, True)
    """
    if entity.role in _WEAK_ROLES:
        return False
    if entity.type in ("tenant",):
        return entity.role in ("partner", "issuer")
    return entity.type in _SUBJECTS or entity.type == "user"


def build_cases(results: Sequence[HuntResult]) -> tuple[Case, ...]:
    """The cases in the findings that are not suppressed, the gravest first; groups below medium make none."""
    findings = [each for result in results for each in result.findings if not each.suppressed]
    groups = [group for group in _joined(findings) if _gravest(group).rank >= Severity.MEDIUM.rank]
    by_hunt = {result.hunt: result for result in results}
    cases = [_case(group, by_hunt) for group in groups]
    cases.sort(key=lambda each: (-each.severity.rank, each.first_seen, each.id))
    return tuple(_related(cases))


def _gravest(group: Sequence[Finding]) -> Severity:
    return max((each.severity for each in group), key=lambda each: each.rank)


def _keys(finding: Finding) -> list[tuple[str, str]]:
    tenant = finding.entities[0].id if finding.entities and finding.entities[0].type == "tenant" else ""
    subjects = [each for each in finding.entities if is_subject(each)]
    doers = [each for each in subjects if each.type not in _VICTIMS]  # a mailbox has many readers
    keys = [(each.type, each.id.lower()) for each in doers or subjects]
    return keys or [("finding", f"{tenant}:{finding.id}")]


def _joined(findings: Sequence[Finding]) -> list[list[Finding]]:
    parent: dict[tuple[str, str], tuple[str, str]] = {}

    def root(key: tuple[str, str]) -> tuple[str, str]:
        while parent.setdefault(key, key) != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for finding in findings:
        keys = _keys(finding)
        for other in keys[1:]:
            first, second = sorted((root(keys[0]), root(other)))
            parent[second] = first
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[root(_keys(finding)[0])].append(finding)
    return list(groups.values())


def _case(group: Sequence[Finding], results: Mapping[str, HuntResult]) -> Case:
    ordered = sorted(group, key=lambda each: (-each.severity.rank, each.first_seen, each.hunt, each.key))
    lead = next((each for each in ordered if each.hunt.endswith("-chain")), ordered[0])
    ordered = [lead, *(each for each in ordered if each is not lead)]
    entities = _entities(ordered)
    verdict, reasons, would_change = judge(ordered, results)
    digest = hashlib.sha256("\x1f".join(sorted(each.id for each in ordered)).encode()).hexdigest()[:10]
    return Case(
        id=f"case-{digest}",
        title=lead.title,
        family=lead.family,
        severity=_gravest(ordered),
        verdict=verdict,
        reasons=reasons,
        would_change=would_change,
        findings=tuple(ordered),
        entities=entities,
        edges=_edges(ordered, entities),
        timeline=_timeline(ordered),
        containment=containment(ordered, entities),
        playbook=playbook(ordered, results),
    )


def _entities(findings: Sequence[Finding]) -> tuple[Entity, ...]:
    """Each entity once; the most telling role and name win."""
    found: dict[tuple[str, str], Entity] = {}
    for finding in findings:
        for each in finding.entities:
            key = (each.type, each.id.lower())
            known = found.get(key)
            if (
                known is None
                or (known.name == known.id and each.name != each.id)
                or (not known.role and each.role)
            ):
                name = each.name if each.name != each.id or known is None else known.name
                role = (known.role if known else "") or each.role
                found[key] = Entity(
                    each.type, each.id, name, role, each.note or (known.note if known else "")
                )
    return tuple(found.values())


def _edges(findings: Sequence[Finding], entities: Sequence[Entity]) -> tuple[Edge, ...]:
    """From each finding's subject to everything else that the finding names."""
    position = {(each.type, each.id.lower()): index for index, each in enumerate(entities)}
    edges: dict[tuple[int, int], Edge] = {}
    for finding in findings:
        named = [(position[each.type, each.id.lower()], each) for each in finding.entities]
        hub = next((index for index, each in named if is_subject(each)), named[0][0] if named else 0)
        for index, each in named:
            if index != hub:
                edges.setdefault((hub, index), Edge(hub, index, each.role or each.type))
    return tuple(edges.values())


def _timeline(findings: Sequence[Finding]) -> tuple[Event, ...]:
    events: dict[tuple[str, str, str], Event] = {}
    for finding in sorted(findings, key=lambda each: bool(each.reasons)):  # a row's own hunt before a chain
        for row in finding.evidence:
            event = _event(row, finding)
            if event.time:
                events.setdefault((event.time[:19], event.what, event.who), event)
    return tuple(sorted(events.values(), key=lambda each: (each.time, each.what))[:TIMELINE_LIMIT])


def _event(row: Row, finding: Finding) -> Event:
    what = str(row.get("Operation") or row.get("What") or row.get("Sequence") or finding.title)
    if "SignIns" in row:
        what = f"signed in {row['SignIns']} times"
    elif "Sequence" in row:
        what = f"created by synchronisation ({row.get('UserType', '')})"
    elif "Newness" in row:
        what = f"mailbox {row.get('Mailbox', '')} read by an application {row['Newness']}"
    extra = row.get("Effect") or row.get("Permission") or row.get("Permissions") or row.get("Gained")
    subject = (
        row.get("AppName")
        or row.get("TargetName")
        or row.get("User")
        or row.get("Partner")
        or row.get("Mailbox")
    )
    text = " · ".join(str(each) for each in (what, subject, extra) if each)
    who = str(row.get("Actor") or row.get("User") or row.get("Principal") or "")
    address = str(row.get("ActorIp") or row.get("Address") or row.get("FirstAddress") or "")
    time = str(row.get("TimeGenerated") or "")
    return Event(time, text[:300], who, address, finding.hunt, finding.id, str(row.get("EventId") or ""))


def _related(cases: Sequence[Case]) -> list[Case]:
    links: dict[tuple[str, str], set[str]] = defaultdict(set)
    for case in cases:
        for each in case.entities:
            foreign = each.type == "address" and each.note.startswith("other")
            if each.role == "actor" or foreign:
                links[each.type, each.id.lower()].add(case.id)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for members in links.values():
        for case_id in members:
            counts[case_id].update(members - {case_id})
    return [replace(case, related=tuple(sorted(counts[case.id]))) for case in cases]
