"""An ATT&CK Navigator layer of what was rehearsed and how much of it was found."""

from __future__ import annotations

import json
from collections import defaultdict

from crosswarden.scoring.scores import Score, StoryScore

__all__ = ["coverage_layer"]


def coverage_layer(score: Score) -> str:
    """The layer as JSON: each technique with the share of its attacks that was found, 0 red to 1 green."""
    by: dict[str, list[StoryScore]] = defaultdict(list)
    for each in score.stories:
        if each.kind == "attack":
            for technique in each.techniques:
                by[technique].append(each)
    techniques = [
        {
            "techniqueID": technique,
            "score": round(sum(each.found for each in stories) / len(stories), 3),
            "comment": "; ".join(
                f"{each.scenario} ({each.variant}): {', '.join(each.hunts) or 'missed'}" for each in stories
            ),
            "enabled": True,
        }
        for technique, stories in sorted(by.items())
    ]
    layer = {
        "name": "crosswarden score",
        "versions": {"attack": "17", "navigator": "5.1.0", "layer": "4.5"},
        "domain": "enterprise-attack",
        "description": f"Rehearsed attacks found at {score.threshold} or above",
        "gradient": {"colors": ["#c62828", "#f9a825", "#2e7d32"], "minValue": 0, "maxValue": 1},
        "techniques": techniques,
    }
    return json.dumps(layer, ensure_ascii=False, indent=1) + "\n"
