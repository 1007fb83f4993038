"""Every plugin that runs here: the one list to extend. ``RESULTS`` types those that are known but do not run."""

from __future__ import annotations

from collections.abc import Mapping

from crosswarden.kql.binder.plugins import absent, activity, clusters, lookups, schemas, shaping
from crosswarden.kql.binder.plugins.call import Plugin

__all__ = ["PLUGINS"]

PLUGINS: Mapping[str, Plugin] = {
    **shaping.PLUGINS,
    **activity.PLUGINS,
    **lookups.PLUGINS,
    **clusters.PLUGINS,
    **absent.PLUGINS,
    **schemas.PLUGINS,
}
