"""Simulated tenants that write the logs of attacks and of ordinary life, with the answers.

Seed → organisations → stories (attacks, and what only looks like one) and ordinary life → canonical events → shapes →
files, with ``ground-truth.json`` beside them. Nothing here touches a real tenant, and nothing here shares code with
what reads the logs: a mistake common to both would pass its own test.

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     truth = rehearse(["cross-tenant-sync"], folder, seed=7, life=False)
...     [step.step for step in truth.stories[0].steps][:4]
['entry', 'partner-added', 'trust-opened', 'sync-allowed']
"""

from crosswarden.rehearsal.event import Stream
from crosswarden.rehearsal.running import DEFAULT_START, rehearse
from crosswarden.rehearsal.scenarios import SCENARIOS, scenario
from crosswarden.rehearsal.shapes import SHAPES, USUAL
from crosswarden.rehearsal.story import ATTACK, BENIGN, Scenario
from crosswarden.rehearsal.truth import Truth
from crosswarden.rehearsal.writing import Missing

__all__ = [
    "ATTACK",
    "BENIGN",
    "DEFAULT_START",
    "SCENARIOS",
    "SHAPES",
    "USUAL",
    "Missing",
    "Scenario",
    "Stream",
    "Truth",
    "rehearse",
    "scenario",
]
