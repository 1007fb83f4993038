"""The result document: everything that any report shows, frozen, and the same after a round through JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosswarden import __version__
from crosswarden.cases import Case
from crosswarden.errors import InputError
from crosswarden.hunts.runner import Outcome

__all__ = ["FORM", "Document", "read_document"]

FORM = "crosswarden-result/1"
Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """A hunt's results in plain JSON values, in the order in which reports show them."""

    made: str
    version: str
    window: tuple[str, str] | None
    tenants: tuple[Object, ...]
    hunts: tuple[Object, ...]
    findings: tuple[Object, ...]
    cases: tuple[Object, ...]
    input: Object
    unusable: tuple[Object, ...] = ()

    @classmethod
    def of(
        cls,
        outcome: Outcome,
        cases: Sequence[Case],
        *,
        made: str,
        names: Mapping[str, str] | None = None,
        account: Object | None = None,
        unusable: Sequence[Object] = (),
    ) -> Document:
        """The document of a run; ``made`` is when, ``account`` what was read, ``unusable`` rules that did not run."""
        spans = {each.tenant: each for result in outcome.results for each in result.coverage.tenants}
        tenants = tuple(
            {
                "id": tenant,
                "name": (names or {}).get(tenant, ""),
                "from": str(spans[tenant].start) if tenant in spans else None,
                "to": str(spans[tenant].end) if tenant in spans else None,
            }
            for tenant in outcome.tenants
        )
        window = (outcome.window[0].isoformat(), outcome.window[1].isoformat()) if outcome.window else None
        hunts = tuple(
            {
                **result.as_json(),
                "name": result.name,
                "reason": result.reason,
                "findings": [each.id for each in result.findings],
                "techniques": list(result.techniques),
            }
            for result in outcome.results
        )
        return cls(
            made,
            __version__,
            window,
            tenants,
            hunts,
            tuple(each.as_json() for each in outcome.findings),
            tuple(each.as_json() for each in cases),
            dict(account or {}),
            tuple(unusable),
        )

    def as_json(self) -> dict[str, Any]:
        """The document as a JSON object."""
        return {
            "form": FORM,
            "made": self.made,
            "version": self.version,
            "window": list(self.window) if self.window else None,
            "tenants": [dict(each) for each in self.tenants],
            "hunts": [dict(each) for each in self.hunts],
            "findings": [dict(each) for each in self.findings],
            "cases": [dict(each) for each in self.cases],
            "input": dict(self.input),
            "unusable": [dict(each) for each in self.unusable],
        }

    def lines(self) -> list[dict[str, Any]]:
        """One object a finding, then one for each hunt that is clean or blind."""
        return [dict(each) for each in self.findings] + [
            {key: value for key, value in each.items() if key not in ("findings", "name")}
            for each in self.hunts
            if each["status"] != "found"
        ]

    def finding(self, identifier: str) -> Object:
        """The finding of that id."""
        return next(each for each in self.findings if each["id"] == identifier)


def read_document(path: Path) -> Document:
    """The document in a JSON file; raises InputError when it is none."""
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["form"] != FORM:
            raise ValueError(f"its form is {content['form']!r}")
        window = content["window"]
        return Document(
            content["made"],
            content["version"],
            (window[0], window[1]) if window else None,
            tuple(content["tenants"]),
            tuple(content["hunts"]),
            tuple(content["findings"]),
            tuple(content["cases"]),
            content["input"],
            tuple(content.get("unusable", ())),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            "result-document",
            f"{path}: not a result document: {error}",
            remedy="run 'crosswarden hunt' first",
        ) from None
