"""The named correlations: what KQL cannot say, one a file."""

from crosswarden.hunts.correlation import Correlation
from crosswarden.hunts.correlations.application_chain import APPLICATION_CHAIN
from crosswarden.hunts.correlations.cross_tenant_chain import CROSS_TENANT_CHAIN
from crosswarden.hunts.correlations.issuance import ISSUANCE_RECONCILIATION

__all__ = ["CORRELATIONS"]

CORRELATIONS: tuple[Correlation, ...] = (CROSS_TENANT_CHAIN, APPLICATION_CHAIN, ISSUANCE_RECONCILIATION)
"""In the order in which a report names them."""
