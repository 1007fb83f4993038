"""The one door to the ``deltalake`` package: tables, add-actions and application transactions."""

from __future__ import annotations

from deltalake import DeltaTable

__all__ = ["DeltaTable"]
