"""What can be rehearsed, one scenario a module."""

from crosswarden.rehearsal.scenarios.catalogue import SCENARIOS, scenario

__all__ = ["SCENARIOS", "scenario"]
