"""Enforcement points generated from the one header policy: each module writes one file and decides nothing itself."""
