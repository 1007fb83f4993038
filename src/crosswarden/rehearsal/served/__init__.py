"""A simulated tenant to talk to over HTTP on loopback: sign-in, Graph, audit log search, Management Activity API.

A write makes the audit events that the real service would make; faults can be injected. Nothing here reaches a real
tenant.
"""

from crosswarden.rehearsal.served.faults import Faults
from crosswarden.rehearsal.served.loading import rehearsed_store
from crosswarden.rehearsal.served.policy import Policy
from crosswarden.rehearsal.served.server import ALL_ROLES, Served, serve
from crosswarden.rehearsal.served.store import Store

__all__ = ["ALL_ROLES", "Faults", "Policy", "Served", "Store", "rehearsed_store", "serve"]
