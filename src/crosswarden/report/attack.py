"""An ATT&CK Navigator layer (version 4.5) of the techniques that findings show and that hunts could not judge."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from crosswarden.report.document import Document

__all__ = ["attack_layer"]

_COLOURS = {"high": "#c62828", "medium": "#ef6c00", "low": "#f9a825", "informational": "#90a4ae"}
_RANK = ("informational", "low", "medium", "high")


def attack_layer(document: Document) -> str:
    """The layer as JSON: found techniques in the colour of the gravest finding, blind ones grey with the reason."""
    found: dict[str, list[Any]] = defaultdict(list)
    for each in document.findings:
        for technique in each["techniques"]:
            found[technique].append(each)
    techniques = []
    for technique, findings in sorted(found.items()):
        gravest = max((each["severity"] for each in findings), key=_RANK.index)
        techniques.append(
            {
                "techniqueID": technique,
                "score": len(findings),
                "color": _COLOURS[gravest],
                "comment": "; ".join(each["title"] for each in findings[:5]),
                "enabled": True,
            }
        )
    for hunt in document.hunts:
        for technique in hunt["techniques"]:
            if hunt["status"] == "blind" and technique not in found:
                found[technique] = []
                techniques.append(
                    {
                        "techniqueID": technique,
                        "color": "#eceff1",
                        "comment": f"{hunt['hunt']}: {hunt['reason']}"[:500],
                        "enabled": True,
                    }
                )
    layer = {
        "name": "crosswarden",
        "versions": {"attack": "17", "navigator": "5.1.0", "layer": "4.5"},
        "domain": "enterprise-attack",
        "description": f"Findings of {document.made}",
        "filters": {"platforms": ["Identity Provider", "Office Suite", "SaaS", "IaaS"]},
        "techniques": techniques,
        "legendItems": [{"label": name, "color": colour} for name, colour in _COLOURS.items()],
    }
    return json.dumps(layer, ensure_ascii=False, indent=1) + "\n"
