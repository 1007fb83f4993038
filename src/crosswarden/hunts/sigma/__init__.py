"""Sigma rules for Azure and Microsoft 365 as KQL hunts: rule → table and fields → condition → query.

Source of the format: the Sigma specification, version 2 (rules, modifiers, conditions).
"""

from crosswarden.hunts.sigma.conversion import SigmaError, convert, is_sigma

__all__ = ["SigmaError", "convert", "is_sigma"]
