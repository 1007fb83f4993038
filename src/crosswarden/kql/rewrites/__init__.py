"""Rewrites of the plan that change no answer, one a file, in the order of ``REWRITES``."""

from crosswarden.kql.rewrites.sequence import REWRITES, rewrite

__all__ = ["REWRITES", "rewrite"]
