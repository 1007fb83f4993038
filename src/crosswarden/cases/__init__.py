"""Joins findings by entity into cases: timeline, graph, verdict, what would change it, containment steps."""

from crosswarden.cases.joining import build_cases
from crosswarden.cases.model import Answer, Case, Edge, Event, Step, Verdict

__all__ = ["Answer", "Case", "Edge", "Event", "Step", "Verdict", "build_cases"]
