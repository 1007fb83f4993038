"""The policy checks, one a module; the module's name is the check's id."""

from crosswarden.tenants.checks.every import CHECKS

__all__ = ["CHECKS"]
