"""One story a partner tenant: set-up, users that it synchronised here, what they did, and the cleanup afterwards.

Events of the target tenant never name the partner that sent a user, so a user is attributed, with a stated confidence:
its sign-in names the home tenant (certain); its home domain is a partner's known name (high); one partner could send
users at that time (medium); several could (low); none, because the set-up fell outside the days covered (none). Where
the partner's own tenant is in the lake too, its side of the set-up joins the story.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from crosswarden.hunts.correlation import Correlation, Judged, Material
from crosswarden.hunts.findings import EVIDENCE_LIMIT, joined, seen
from crosswarden.hunts.loader import packaged
from crosswarden.hunts.model import Entity, Finding, Row, Severity
from crosswarden.hunts.times import moment

__all__ = ["CROSS_TENANT_CHAIN"]

SETUP = ("cross-tenant-partner-added", "cross-tenant-settings-loosened", "cross-tenant-sync-enabled")
CLEANUP = ("cross-tenant-trust-removed",)
STAGES = ("set-up", "source side", "synchronised user", "use", "cleanup")
_DAY = timedelta(days=1)


@dataclass(slots=True)
class _Chain:
    """What happened between one tenant and one partner; partner "" where it is not known."""

    tenant: str
    partner: str
    stages: dict[str, list[Row]] = field(default_factory=lambda: {stage: [] for stage in STAGES})
    users: dict[str, tuple[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def rows(self) -> list[Row]:
        return sorted(
            (row for rows in self.stages.values() for row in rows), key=lambda row: str(row["TimeGenerated"])
        )


def judge(material: Material) -> Judged:
    """A finding for each tenant and partner between which more than a single step was seen."""
    chains: dict[tuple[str, str], _Chain] = {}

    def chain(tenant: str, partner: str) -> _Chain:
        return chains.setdefault((tenant, partner), _Chain(tenant, partner))

    for hunt in SETUP:
        for row in material.of(hunt):
            if row["Partner"]:
                chain(row["Tenant"], row["Partner"]).stages["set-up"].append(row)
    opened = [row for row in material.of("cross-tenant-settings-loosened") if row["Scope"] == "default"]
    users = _attribute(material, chains, chain)
    for row in material.of("partner-user-signed-in"):
        owner = users.get((row["Tenant"], row["UserId"])) or (row["Tenant"], row["Partner"])
        if row["SignIns"]:
            chain(*owner).stages["use"].append(row)
            if row.get("ByDefault"):
                chain(*owner).stages["set-up"] += [each for each in opened if each["Tenant"] == row["Tenant"]]
            if row["Synced"] or owner[1]:
                chain(*owner).users.setdefault(
                    row["UserId"], (row["User"], "certain: its sign-in names the home tenant")
                )
    for hunt in ("external-user-gained-access", "external-user-azure-role"):
        for row in material.of(hunt):
            found = users.get((row["Tenant"], row["UserId"])) or _by_user(users, row["UserId"])
            if found:
                chain(*found).stages["use"].append(row)
    _source_side(material, chains)
    for row in material.of("cross-tenant-trust-removed"):
        if (row["Tenant"], row["Partner"]) in chains:
            chains[row["Tenant"], row["Partner"]].stages["cleanup"].append(row)
    findings = [_finding(material, each) for _, each in sorted(chains.items())]
    return Judged(tuple(each for each in findings if each is not None))


def _by_user(users: dict[tuple[str, str], tuple[str, str]], user: str) -> tuple[str, str] | None:
    return next((owner for (_, known), owner in users.items() if known == user), None)


def _attribute(
    material: Material, chains: dict[tuple[str, str], _Chain], chain: Callable[[str, str], _Chain]
) -> dict[tuple[str, str], tuple[str, str]]:
    """Gives every synchronised user to a partner and says how sure that is."""
    homes = {
        (row["Tenant"], row["UserId"]): row["Partner"]
        for row in material.of("partner-user-signed-in")
        if row["Partner"]
    }
    owners: dict[tuple[str, str], tuple[str, str]] = {}
    for row in sorted(material.of("synced-user-created"), key=lambda each: each["TimeGenerated"]):
        tenant, user = row["Tenant"], row["UserId"]
        partner, confidence = _partner_of(material, chains, row, homes.get((tenant, user), ""))
        owners[tenant, user] = (tenant, partner)
        story = chain(tenant, partner)
        story.stages["synchronised user"].append(row)
        story.users[user] = (row["User"], confidence)
    return owners


def _partner_of(
    material: Material, chains: dict[tuple[str, str], _Chain], row: Row, home: str
) -> tuple[str, str]:
    if home:
        return home, "certain: its sign-in names the home tenant"
    named = material.names.tenant_of(row["HomeDomain"])
    if named:
        return named, f"high: its home domain {row['HomeDomain']} belongs to that tenant"
    at = moment(row["TimeGenerated"])
    able = [
        story.partner
        for story in chains.values()
        if story.tenant == row["Tenant"]
        and story.partner
        and any(moment(each["TimeGenerated"]) <= at for each in story.stages["set-up"])
    ]
    allowed = [each for each in able if _may_sync(chains[row["Tenant"], each])] or able
    if len(allowed) == 1:
        return allowed[0], "medium: the only partner that could send users at that time"
    if allowed:
        latest = max(
            allowed, key=lambda each: str(chains[row["Tenant"], each].stages["set-up"][-1]["TimeGenerated"])
        )
        return latest, f"low: one of {len(allowed)} partners that could send users, the one set up last"
    return "", "none: the set-up fell outside the days covered"


def _may_sync(story: _Chain) -> bool:
    return any(
        "sync" in str(row.get("Operation", "")) or "synchronisation" in str(row.get("Effect", ""))
        for row in story.stages["set-up"]
    )


def _source_side(material: Material, chains: dict[tuple[str, str], _Chain]) -> None:
    """Joins the partner's own set-up where its tenant is in the lake as well."""
    for row in material.of("outbound-sync-set-up"):
        there = (row["Partner"], row["Tenant"])
        if there in chains:
            chains[there].stages["source side"].append(row)
            continue
        for (_, partner), story in chains.items():
            theirs = partner == row["Tenant"] and not row["Partner"]
            unstated = not row["Tenant"] and row["Partner"] == story.tenant  # Graph exports name no tenant
            if theirs or unstated:
                story.stages["source side"].append(row)


def _label(material: Material, story: _Chain) -> str:
    """The partner's name: known, or the one home domain of the users it sent."""
    if not story.partner:
        return "a partner whose set-up is not in the days covered"
    domains = {str(row["HomeDomain"]) for row in story.stages["synchronised user"]} - {""}
    if not material.names.name(story.partner) and len(domains) == 1:
        return f"{domains.pop()} ({story.partner})"
    return material.names.label(story.partner)


def _finding(material: Material, story: _Chain) -> Finding | None:
    present = [stage for stage in STAGES if story.stages[stage]]
    setup = {str(row.get("Operation", "")) for row in story.stages["set-up"]}
    admitted = any(
        row.get("Effect") or "sync" in str(row.get("Operation", "")) for row in story.stages["set-up"]
    )
    if len(present) < 2 and not (admitted and len(setup) > 1):
        return None
    partner = _label(material, story)
    rows = story.rows
    first, last = seen(rows)
    return Finding(
        hunt=CROSS_TENANT_CHAIN.id,
        severity=Severity.HIGH,
        title=f"{partner} gained access to {material.names.label(story.tenant)}: {', '.join(present)}",
        entities=_entities(material, story, rows),
        first_seen=first,
        last_seen=last,
        evidence=tuple(rows[:EVIDENCE_LIMIT]),
        key=(story.tenant, story.partner or "unknown"),
        family="cross-tenant",
        techniques=CROSS_TENANT_CHAIN.techniques,
        reasons=tuple(_reasons(material, story)),
        evidence_total=len(rows),
    )


def _reasons(material: Material, story: _Chain) -> Iterable[str]:
    for row in _in_time(story.stages["set-up"]):
        effect = f": {row['Effect']}" if row.get("Effect") else ""
        yield f"{_at(row)} {row['Operation']}{effect}, by {row['Actor'] or 'unknown'} from {_address(material, row)}"
    for row in _in_time(story.stages["source side"]):
        yield f"{_at(row)} source side: {row['Operation']} ({row['Configuration']}) in {row['Tenant']} by {row['Actor']} from {_address(material, row)}"
    if not story.stages["set-up"]:
        yield "the set-up itself is not in the days covered: the partner was admitted before, or the log is incomplete"
    for row in _in_time(story.stages["synchronised user"]):
        confidence = story.users.get(row["UserId"], ("", "not stated"))[1]
        yield f"{_at(row)} {row['User']} created by synchronisation as {row['UserType']}; attribution {confidence}"
    for row in _in_time(story.stages["use"]):
        if "SignIns" in row:
            yield f"{_at(row)} {row['User']} signed in {row['SignIns']} times to {row['Application'] or 'an application'} from {joined(row['Addresses'] or [])}"
        else:
            yield f"{_at(row)} {row['User']} gained {row.get('Kind', 'Azure role')} {row.get('Gained') or row.get('RoleId', '')}, given by {row['Actor']}"
    for row in _in_time(story.stages["cleanup"]):
        yield f"{_at(row)} {row['Operation']} by {row['Actor']}: users already synchronised remain"


def _in_time(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: str(row["TimeGenerated"]))


def _at(row: Row) -> str:
    return str(row["TimeGenerated"])[:19].replace("T", " ")


def _address(material: Material, row: Row) -> str:
    judged = material.addresses.classify(str(row.get("ActorIp") or ""))
    text = f"{row['ActorIp']} ({judged.name})" if row.get("ActorIp") else "no address"
    if judged.name in ("microsoft egress", "absent"):
        at = moment(row["TimeGenerated"])
        near = sorted(
            (abs(at - moment(each["TimeGenerated"])), each["Address"])
            for each in material.of("actor-sign-ins")
            if each["User"] == str(row["Actor"]).lower() and abs(at - moment(each["TimeGenerated"])) <= _DAY
        )
        if near:
            text += f", nearest sign-in of the actor from {near[0][1]}"
    return text


def _entities(material: Material, story: _Chain, rows: Sequence[Row]) -> tuple[Entity, ...]:
    found: dict[tuple[str, str], Entity] = {}

    def add(entity: Entity) -> None:
        found.setdefault((entity.type, entity.id.lower()), entity)

    add(Entity("tenant", story.tenant, material.names.name(story.tenant) or story.tenant))
    if story.partner:
        add(Entity("tenant", story.partner, material.names.name(story.partner) or story.partner, "partner"))
    for user, (name, confidence) in sorted(story.users.items()):
        add(Entity("user", user, name or user, "synchronised", f"attribution {confidence}"))
    for row in rows:
        if row.get("Actor"):
            add(Entity("user", str(row["Actor"]), str(row["Actor"]), "actor"))
        for address in [row.get("ActorIp"), *(row.get("Addresses") or [])]:
            if address:
                judged = material.addresses.classify(str(address))
                note = judged.name + (f": {judged.why}" if judged.why else "")
                add(Entity("address", str(address), str(address), "source", note))
    return tuple(found.values())


INPUTS = (
    *SETUP,
    *CLEANUP,
    "synced-user-created",
    "partner-user-signed-in",
    "external-user-gained-access",
    "external-user-azure-role",
    "outbound-sync-set-up",
)
"""The hunts whose rows make the story."""

CROSS_TENANT_CHAIN = Correlation(
    id="cross-tenant-chain",
    name="Cross-tenant synchronisation backdoor: set-up, synchronised user, use, cleanup",
    description=__doc__ or "",
    family="cross-tenant",
    inputs=(*INPUTS, "actor-sign-ins"),
    requires=next(each.requires for each in packaged() if each.id == "partner-user-signed-in"),
    techniques=("T1484.002", "T1136.003", "T1078.004", "T1199"),
    clean="No partner tenant was admitted and then used in the days covered.",
    judge=judge,
    limits=("A set-up before the first day covered is inferred from its users, never seen.",),
)
