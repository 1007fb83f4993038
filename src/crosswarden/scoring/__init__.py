"""How well rules find what was rehearsed: the answers of a rehearsal against the findings of a hunt.

Truth and findings are plain JSON values, so any rules can be scored. Matching looks for the events of a story in a
finding's evidence, and where a finding shows none, for the story's own entities within its days.
"""

from crosswarden.scoring.layer import coverage_layer
from crosswarden.scoring.matching import Match, match
from crosswarden.scoring.scores import HuntScore, Score, StoryScore, score
from crosswarden.scoring.tables import as_junit, as_markdown, as_text

__all__ = [
    "HuntScore",
    "Match",
    "Score",
    "StoryScore",
    "as_junit",
    "as_markdown",
    "as_text",
    "coverage_layer",
    "match",
    "score",
]
