"""Lint for existing enforcement points: Squid, mitmproxy, PAC, registry, App Control, firewall, nftables and HAR files."""

from crosswarden.restrictions.lint.problem import MISTAKES, Expected, Problem
from crosswarden.restrictions.lint.run import lint_files

__all__ = ["MISTAKES", "Expected", "Problem", "lint_files"]
