"""A configuration comes near the limit of 25 KB, beyond which changes are refused."""

from __future__ import annotations

from collections.abc import Iterator

from crosswarden.tenants.check import GRAPH, PORTAL, Check, Fault, Gap, Remedy, Scope, Severity, portal, url

__all__ = ["CHECK"]

_LIMIT = 25 * 1024


def _run(scope: Scope) -> Iterator[Fault | Gap]:
    default = scope.default()
    sizes: list[tuple[str, int]] = []
    if isinstance(default, Gap):
        yield default
    else:
        sizes.append(("default", default.size))
    for partner in scope.partners():
        if isinstance(partner, Gap):
            yield partner
        else:
            sizes.append((partner.tenant, partner.size))
    together = sum(size for _, size in sizes)
    if together > _LIMIT * 8 // 10 and len(sizes) > 1:
        yield Fault(
            "policy",
            f"{together:,} bytes in all: over or near {_LIMIT:,} bytes, which limits the whole policy until its partners "
            "are migrated to the scalable model",
            Remedy("GET", f"{GRAPH}/partners", {}, PORTAL),
        )
    for subject, size in sizes:
        if size > _LIMIT * 8 // 10:
            yield Fault(
                subject,
                f"{size:,} of {_LIMIT:,} bytes: {'over the limit' if size > _LIMIT else 'near the limit'}",
                Remedy("PATCH", url(subject), {}, portal(subject, "use groups in place of single users")),
                Severity.MEDIUM if size > _LIMIT else None,
            )


CHECK = Check(
    id="size_limit",
    title="The 25 KB limit near",
    severity=Severity.LOW,
    why="A policy that cannot be changed cannot be closed in an emergency.",
    run=_run,
    references=("https://learn.microsoft.com/entra/external-id/cross-tenant-access-overview",),
    overlaps=(),
    techniques=(),
)
