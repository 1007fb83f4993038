"""Runs hunts and correlations over a window and ends each in found, clean or blind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from crosswarden.errors import QueryError
from crosswarden.hunts.addresses import Addresses
from crosswarden.hunts.correlation import Correlation, Material
from crosswarden.hunts.correlations import CORRELATIONS
from crosswarden.hunts.coverage import Holdings, Runs, Window, rows_of
from crosswarden.hunts.findings import findings_of
from crosswarden.hunts.loader import packaged, packaged_observations
from crosswarden.hunts.model import Coverage, Finding, Hunt, HuntResult, Requirement, Row, Severity, Status
from crosswarden.hunts.suppression import Suppression, suppressed
from crosswarden.hunts.tenant_names import TenantNames

__all__ = ["Outcome", "Settings", "run_hunts"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run may be told: the window, the organisation's ranges, tenant names, accepted matters, today."""

    window: Window | None = None
    addresses: Addresses = field(default_factory=Addresses)
    names: TenantNames = field(default_factory=TenantNames)
    suppressions: tuple[Suppression, ...] = ()
    today: date | None = None
    progress: Callable[[str], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that a run yields: a result for each hunt and correlation, and what the lake held."""

    results: tuple[HuntResult, ...]
    tenants: tuple[str, ...]
    window: Window | None
    observed: tuple[tuple[str, tuple[Row, ...]], ...] = ()
    names: TenantNames = field(default_factory=TenantNames)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, the gravest first, then by time."""
        found = [finding for result in self.results for finding in result.findings]
        return tuple(
            sorted(found, key=lambda each: (-each.severity.rank, each.first_seen, each.hunt, each.key))
        )


def run_hunts(
    engine: Runs,
    hunts: Sequence[Hunt] | None = None,
    *,
    settings: Settings | None = None,
    correlations: Sequence[Correlation] = CORRELATIONS,
) -> Outcome:
    """Runs the hunts (the packaged ones by default) and the correlations, and judges each against the coverage."""
    settings = settings or Settings()
    chosen = packaged() if hunts is None else tuple(hunts)
    wanted = {name for each in correlations for name in each.inputs} | {"tenant-names"}
    observations = [each for each in packaged_observations() if each.id in wanted]
    holdings = Holdings(engine, settings.window)
    holdings.survey([*chosen, *observations], [need for each in correlations for need in each.requires])
    rows: dict[str, tuple[Row, ...]] = {}
    failures: dict[str, str] = {}
    results: list[HuntResult] = []
    findings: dict[str, tuple[Finding, ...]] = {}
    names = settings.names
    for hunt in sorted([*chosen, *observations], key=lambda each: each.id != "tenant-names"):
        settings.progress(hunt.id)
        try:
            found = rows_of(engine, hunt.query, settings.window)
        except QueryError as error:
            failures[hunt.id] = f"the query could not run: {error}"
            found = []
        if hunt.id == "tenant-names":
            names = names.with_seen(found)
        rows[hunt.id] = names.filled(found, holdings.tenants)
        findings[hunt.id] = findings_of(hunt, rows.get(hunt.id, ()), settings.addresses)
    for hunt in chosen:
        coverage = holdings.coverage(hunt.requires, hunt.lookback)
        results.append(_result(hunt, findings[hunt.id], coverage, failures.get(hunt.id, ""), settings))
    material = Material(rows, findings, holdings, settings.addresses, names)
    for correlation in correlations:
        settings.progress(correlation.id)
        results.append(_correlated(correlation, material, holdings, failures, settings))
    observed = tuple((each.id, rows.get(each.id, ())) for each in observations)
    return Outcome(tuple(results), holdings.tenants, settings.window, observed, names)


def _result(
    hunt: Hunt, findings: tuple[Finding, ...], coverage: Coverage, failure: str, settings: Settings
) -> HuntResult:
    if failure:
        coverage = replace(coverage, missing=(*coverage.missing, failure))
    marked = suppressed(findings, settings.suppressions, settings.today or datetime.now().astimezone().date())
    status = Status.FOUND if findings else Status.CLEAN if coverage.complete else Status.BLIND
    return HuntResult(
        hunt=hunt.id,
        name=hunt.name,
        status=status,
        reason=_reason(status, marked, coverage, hunt.clean),
        coverage=coverage,
        findings=marked,
        severity=max(
            (each.severity for each in marked), key=lambda each: each.rank, default=Severity.INFORMATIONAL
        ),
        family=hunt.family,
        techniques=hunt.techniques,
        limits=hunt.limits,
    )


def _reason(status: Status, findings: Sequence[Finding], coverage: Coverage, clean: str) -> str:
    if status is Status.CLEAN:
        return clean
    if status is Status.BLIND:
        return "Cannot say: " + "; ".join(coverage.reasons)
    text = f"{len(findings)} finding{'s' if len(findings) != 1 else ''}"
    gaps = "; ".join(coverage.reasons)
    return f"{text}; more may be hidden where data is missing: {gaps}" if gaps else text


def _correlated(
    correlation: Correlation,
    material: Material,
    holdings: Holdings,
    failures: dict[str, str],
    settings: Settings,
) -> HuntResult:
    judged = correlation.judge(material)
    requires: tuple[Requirement, ...] = correlation.requires
    coverage = holdings.coverage(requires, correlation.lookback)
    broken = tuple(f"{name}: {failures[name]}" for name in correlation.inputs if name in failures)
    coverage = replace(coverage, missing=(*coverage.missing, *broken, *judged.blind))
    hunt = correlation.as_hunt()
    result = _result(hunt, judged.findings, coverage, "", settings)
    return replace(result, facts=judged.facts)
