"""One story an application: registration, service principal, credentials, permissions, sign-ins, activity.

Events join by AppId, application object id and service principal object id, since no event carries all three
(measured on a real export: AppId joins registration to role grant in every row, correlation ids only inside one
consent). Delegated grants name the service principal's object id alone, and their scopes are cumulative.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from crosswarden.hunts.addresses import bare
from crosswarden.hunts.correlation import Correlation, Judged, Material
from crosswarden.hunts.findings import EVIDENCE_LIMIT, joined, seen
from crosswarden.hunts.imitation import Imitation, judge_name
from crosswarden.hunts.loader import packaged_observations
from crosswarden.hunts.model import Entity, Finding, Row, Severity
from crosswarden.hunts.permissions import worst
from crosswarden.hunts.times import moment

__all__ = ["APPLICATION_CHAIN"]

_GUID = re.compile(r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_SCOPE = re.compile(
    r"\[Id:[^\]]*?ClientId:\s*([0-9a-fA-F-]*)[^\]]*?ConsentType:\s*(\w+)[^\]]*?Scope:\s*([^\]]*)\]"
)


@dataclass(slots=True)
class _Application:
    """What the events say of one application in one tenant."""

    tenant: str
    rows: list[Row] = field(default_factory=list)
    sign_ins: list[Row] = field(default_factory=list)
    activity: list[Row] = field(default_factory=list)
    failed: list[Row] = field(default_factory=list)
    anomalies: list[Row] = field(default_factory=list)

    def having(self, *operations: str) -> list[Row]:
        return [row for row in self.rows if row["Operation"] in operations and row["Success"]]

    @property
    def registered(self) -> list[Row]:
        return self.having("add application")

    @property
    def app_id(self) -> str:
        return next((row["AppId"] for row in self.rows if row["AppId"]), "")

    @property
    def name(self) -> str:
        names = [_name(row) for row in (*self.registered, *self.having("add service principal"), *self.rows)]
        return next(
            (each for each in names if each), self.app_id or ", ".join(self.service_principals) or "unnamed"
        )

    @property
    def service_principals(self) -> list[str]:
        ids = [row["ServicePrincipalId"] for row in self.rows]
        ids += [row["TargetId"] for row in self.rows if _is_principal(row)]
        return sorted({each for each in ids if each})

    @property
    def credentials(self) -> list[Row]:
        return [
            row
            for row in self.rows
            if row["Success"] and set(row["KeysNew"].split()) - set(row["KeysOld"].split())
        ]

    @property
    def removals(self) -> list[Row]:
        return [
            row
            for row in self.rows
            if row["Success"] and set(row["KeysOld"].split()) - set(row["KeysNew"].split())
        ]

    def roles(self) -> list[tuple[str, Row]]:
        return [(row["Permission"], row) for row in self.rows if row["Permission"] and row["Success"]]

    def scopes(self) -> list[tuple[list[str], str, Row]]:
        """Delegated grants: the scopes that are new, for whom, and the row."""
        grants = []
        for row in self.rows:
            if not row["Success"]:
                continue
            if row["ScopeNew"]:
                fresh = [each for each in row["ScopeNew"].split() if each not in row["ScopeOld"].split()]
                grants.append((fresh, row["ConsentType"], row))
            elif row["Consent"]:
                text = row["Consent"].split("=>", 1)
                held = (
                    {each for _, _, scopes in _SCOPE.findall(text[0]) for each in scopes.split()}
                    if text[1:]
                    else set()
                )
                for _, kind, scopes in _SCOPE.findall(text[-1]):
                    grants.append(([each for each in scopes.split() if each not in held], kind, row))
        return grants


def _name(row: Row) -> str:
    if row["Operation"] in ("add app role assignment to service principal", "add delegated permission grant"):
        return str(row["AppName"])
    return str(row["AppName"] or ("" if row["Operation"].startswith("add owner") else row["TargetName"]))


def _is_principal(row: Row) -> bool:
    return row["Operation"] in (
        "add service principal",
        "consent to application",
        "add service principal credentials",
        "remove service principal",
        "update service principal",
    )


def _keys(row: Row) -> set[str]:
    """The ids under which a row belongs to an application."""
    operation = row["Operation"]
    if operation in ("add app role assignment to service principal",):
        ids = {row["AppId"], row["ServicePrincipalId"]}
    elif operation in ("add delegated permission grant", "update delegated permission grant"):
        ids = {row["ServicePrincipalId"]}
    elif operation in ("add owner to application", "add app role assignment grant to user"):
        ids = set()
    else:
        ids = {row["AppId"], row["TargetId"]}
    return {each for each in ids if each and _GUID.match(each)}


def _group(rows: Sequence[Row]) -> list[_Application]:
    parent: dict[tuple[str, str], tuple[str, str]] = {}

    def root(key: tuple[str, str]) -> tuple[str, str]:
        while parent.setdefault(key, key) != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for row in rows:
        keys = sorted((row["Tenant"], each) for each in _keys(row))
        for other in keys[1:]:
            parent[max(root(keys[0]), root(other))] = min(root(keys[0]), root(other))
    groups: dict[tuple[str, str], _Application] = {}
    for row in sorted(rows, key=lambda each: (each["TimeGenerated"], str(each["EventId"]))):
        keys = sorted((row["Tenant"], each) for each in _keys(row))
        if keys:
            groups.setdefault(root(keys[0]), _Application(row["Tenant"])).rows.append(row)
    return list(groups.values())


def judge(material: Material) -> Judged:
    """A finding for each application whose story is worth medium or more."""
    events = material.of("application-events")
    applications = _group(events)
    failed = [row for row in events if row["Operation"] == "add application" and not row["Success"]]
    own_names = _organisation_names(events)
    sign_ins: dict[str, list[Row]] = defaultdict(list)
    for row in material.of("application-sign-ins"):
        sign_ins[row["AppId"]].append(row)
    activity: dict[str, list[Row]] = defaultdict(list)
    for row in material.of("application-activity"):
        activity[row["AppId"]].append(row)
    anomalies = material.of("service-principal-sign-in-anomaly")
    findings = []
    for each in applications:
        ids = {each.app_id, *each.service_principals} - {""}
        each.anomalies = [row for row in anomalies if ids & {row["AppId"], row["ServicePrincipalId"].lower()}]
        each.sign_ins, each.activity = sign_ins.get(each.app_id, []), activity.get(each.app_id, [])
        each.failed = _attempts(each, failed)
        finding = _finding(each, own_names, material)
        if finding is not None:
            findings.append(finding)
    return Judged(tuple(findings))


def _organisation_names(rows: Iterable[Row]) -> tuple[str, ...]:
    domains = {row["Actor"].rsplit("@", 1)[1].lower() for row in rows if "@" in row["Actor"]}
    return tuple(sorted({domain.split(".")[0] for domain in domains}))


def _attempts(application: _Application, failed: Sequence[Row]) -> list[Row]:
    """Failed registrations by the person who registered the application, within the day before."""
    found = []
    for made in application.registered:
        at = moment(made["TimeGenerated"])
        for row in failed:
            near = timedelta(0) <= at - moment(row["TimeGenerated"]) <= timedelta(days=1)
            if near and row["Actor"] == made["Actor"] and row["Tenant"] == made["Tenant"]:
                found.append(row)
    return found


@dataclass(slots=True)
class _Score:
    """Reasons as they add up, each with its rows."""

    reasons: list[str] = field(default_factory=list)
    headline: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    severity: Severity = Severity.INFORMATIONAL

    def add(self, severity: Severity, reason: str, rows: Iterable[Row], headline: str = "") -> None:
        self.reasons.append(reason)
        self.headline += [headline] if headline else []
        self.rows += rows
        self.severity = max(self.severity, severity, key=lambda each: each.rank)


def _finding(application: _Application, own_names: tuple[str, ...], material: Material) -> Finding | None:
    if not any(row["Success"] for row in application.rows):
        return None
    score = _Score()
    imitated = judge_name(application.name, own_names)
    if imitated and imitated.how == "name" and not application.failed and not _by_person(application):
        imitated = None
    _registration(application, imitated, score)
    before = len(score.reasons)
    reach = _permissions(application, score)
    granted = score.reasons[before:]
    del score.reasons[before:]
    _credentials(application, material, score, serious=reach or bool(imitated and imitated.how == "letters"))
    score.reasons += granted
    _new_places(application, score)
    if score.severity.rank < Severity.MEDIUM.rank:
        return None
    _use(application, score)
    rows = _distinct(score.rows)
    first, last = seen(rows)
    return Finding(
        hunt=APPLICATION_CHAIN.id,
        severity=score.severity,
        title=f"{application.name}: {', '.join(score.headline) or score.reasons[0]}",
        entities=_entities(application, rows, material),
        first_seen=first,
        last_seen=last,
        evidence=tuple(rows[:EVIDENCE_LIMIT]),
        key=(application.tenant, application.app_id or ",".join(application.service_principals)),
        family="applications",
        techniques=APPLICATION_CHAIN.techniques,
        reasons=tuple(score.reasons),
        evidence_total=len(rows),
    )


def _by_person(application: _Application) -> bool:
    return any(not row["ActorIsApp"] for row in application.registered)


def _registration(application: _Application, imitated: Imitation | None, score: _Score) -> None:
    made = application.registered
    if made:
        kinds = {"true": "multi-tenant", "false": "single-tenant"}
        kind = next(
            (kinds[row["MultiTenant"]] for row in made if row["MultiTenant"] in kinds), "of unknown audience"
        )
        by = joined(row["Actor"] for row in made)
        score.add(Severity.INFORMATIONAL, f"registered here as {kind} by {by}", made, f"{kind} application")
    if imitated:
        how = "looks like" if imitated.how == "letters" else "uses the name of"
        severity = Severity.HIGH if imitated.how == "letters" else Severity.LOW
        whom = imitated.whom.capitalize()
        score.add(severity, f"its name {how} {whom}", made or application.rows[:1], f"{how} {whom}")
    if application.failed and imitated:
        names = joined((row["TargetName"] or row["AppName"] for row in application.failed), limit=8)
        count = len(application.failed)
        score.add(
            Severity.MEDIUM,
            f"registered after {count} failed attempts at other spellings: {names}",
            application.failed,
        )


def _permissions(application: _Application, score: _Score) -> bool:
    """Adds the granted permissions; true when they reach far."""
    far = False
    new = bool(application.registered)
    roles = application.roles()
    reach = worst((name for name, _ in roles), application=True)
    if reach.permissive:
        text = f"application permissions granted: {joined((name for name, _ in roles), limit=12)} {_axes(reach.control, reach.data)}"
        far_reaching = joined(
            (name for name, _ in roles if worst([name], application=True).permissive), limit=3
        )
        severity = Severity.HIGH if new or reach.control == 4 else Severity.MEDIUM
        score.add(severity, text, [row for _, row in roles], f"holds {far_reaching}")
        far = True
    grants = application.scopes()
    for everyone in (True, False):
        chosen = [
            (names, row) for names, kind, row in grants if (kind.lower() == "allprincipals") == everyone
        ]
        scopes = sorted({name for names, _ in chosen for name in names})
        held = worst(scopes, application=False)
        if held.data < 2 and held.control < 3:
            continue
        far = True
        times = [row["TimeGenerated"] for _, row in chosen]
        whom = (
            "for all principals, which exposes every user of the tenant,"
            if everyone
            else (f"for {joined(row['Actor'] for _, row in chosen)}")
        )
        at = f"{min(times)[:10]} {min(times)[11:19]}"
        score.add(
            Severity.HIGH if everyone else Severity.MEDIUM,
            f"delegated permissions granted {whom} at {at}: {joined(scopes, limit=12)} {_axes(held.control, held.data)}",
            [row for _, row in chosen],
            "may act as every user of the tenant" if everyone else "may act as a consenting user",
        )
    risky = [row for row in application.rows if "risky" in row["ConsentReason"].lower()]
    if risky:
        score.add(Severity.HIGH, "Microsoft marked the application as risky at consent", risky)
    return far


def _axes(control: int, data: int) -> str:
    return f"(control of the tenant {control} of 4, reach into data {data} of 4)"


def _credentials(application: _Application, material: Material, score: _Score, *, serious: bool) -> None:
    for rows, what in ((application.credentials, "added"), (application.removals, "removed")):
        if not rows:
            continue
        places = []
        for address in sorted({bare(row["ActorIp"]) for row in rows}):
            judged = material.addresses.classify(address)
            places.append(f"{address or 'no address'} ({judged.name})")
        times = joined((row["TimeGenerated"][:19].replace("T", " ") for row in rows), limit=6)
        text = (
            f"secrets or certificates {what} at {times}, from {', '.join(places)}{_nearest(rows, material)}"
        )
        severity = Severity.MEDIUM if serious and what == "added" else Severity.LOW
        score.add(severity, text, rows, "secrets added" if what == "added" else "")


def _new_places(application: _Application, score: _Score) -> None:
    """A credential added and, after it, a sign-in from where the service principal never came from."""
    if not application.credentials:
        return
    since = min(row["TimeGenerated"] for row in application.credentials)
    after = [row for row in application.anomalies if row["TimeGenerated"] >= since]
    if after:
        places = joined((f"{row['What']} {row['Value']}" for row in after), limit=6)
        score.add(
            Severity.HIGH,
            f"after that it signed in from places new to it: {places}",
            after,
            "signed in from a new place",
        )


def _nearest(rows: Sequence[Row], material: Material) -> str:
    """The actor's nearest sign-in within a day, where the event has no address of its own."""
    hidden = [
        row
        for row in rows
        if material.addresses.classify(row["ActorIp"]).name in ("absent", "microsoft egress")
    ]
    found: set[str] = set()
    for row in hidden:
        at = moment(row["TimeGenerated"])
        near = [
            (abs(at - moment(each["TimeGenerated"])), each["Address"])
            for each in material.of("actor-sign-ins")
            if each["User"] == row["Actor"].lower()
            and abs(at - moment(each["TimeGenerated"])) <= timedelta(days=1)
        ]
        if near:
            gap, address = min(near)
            found.add(f"{bare(address) or address}, {_gap(gap)} away")
    return f"; nearest sign-in of the actor from {', '.join(sorted(found))}" if found else ""


def _gap(gap: timedelta) -> str:
    minutes = int(gap.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def _use(application: _Application, score: _Score) -> None:
    if application.sign_ins:
        total = sum(row["SignIns"] or 0 for row in application.sign_ins)
        places = joined((row["Address"] for row in application.sign_ins), limit=6)
        resources = joined((row["Resources"] for row in application.sign_ins), limit=6)
        score.add(
            Severity.INFORMATIONAL,
            f"signed in {total} times from {places} to {resources}",
            application.sign_ins,
        )
    if application.activity:
        total = sum(row["Requests"] or 0 for row in application.activity)
        paths = joined((f"{row['Method']} {row['Path']}" for row in application.activity), limit=6)
        score.add(
            Severity.INFORMATIONAL, f"made {total} Graph requests, among them {paths}", application.activity
        )


def _distinct(rows: Iterable[Row]) -> list[Row]:
    known: dict[str, Row] = {}
    for row in rows:
        known.setdefault(str(sorted((key, str(value)) for key, value in row.items())), row)
    return sorted(known.values(), key=lambda row: (str(row["TimeGenerated"]), str(row.get("EventId", ""))))


def _entities(application: _Application, rows: Sequence[Row], material: Material) -> tuple[Entity, ...]:
    entities = [
        Entity("tenant", application.tenant, material.names.name(application.tenant) or application.tenant)
    ]
    if application.app_id:
        entities.append(Entity("application", application.app_id, application.name, "subject"))
    entities += [
        Entity("service principal", each, application.name, "subject")
        for each in application.service_principals
    ]
    actors = {row.get("Actor", "") for row in rows} - {""}
    entities += [Entity("user", each, each, "actor") for each in sorted(actors)]
    addresses = {bare(str(row.get("ActorIp") or row.get("Address") or "")) for row in rows} - {""}
    for each in sorted(addresses):
        judged = material.addresses.classify(each)
        entities.append(
            Entity("address", each, each, "source", judged.name + (f": {judged.why}" if judged.why else ""))
        )
    return tuple(entities)


APPLICATION_CHAIN = Correlation(
    id="application-chain",
    name="Application abused: from registration to use",
    description=__doc__ or "",
    family="applications",
    inputs=(
        "application-events",
        "application-sign-ins",
        "application-activity",
        "actor-sign-ins",
        "service-principal-sign-in-anomaly",
    ),
    requires=next(each.requires for each in packaged_observations() if each.id == "application-events"),
    techniques=("T1098.001", "T1098.003", "T1528", "T1036.005"),
    clean="No application's story in the days covered amounts to abuse.",
    judge=judge,
    limits=(
        "Sign-ins and Graph activity are shown where those logs are in the lake; the verdict does not need them.",
    ),
)
