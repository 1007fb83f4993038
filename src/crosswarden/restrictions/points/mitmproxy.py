"""The mitmproxy addon: the header policy written into one self-contained Python file."""

from __future__ import annotations

from importlib.resources import files
from pprint import pformat

from crosswarden.restrictions.policy import HEADERS, HeaderPolicy

__all__ = ["addon"]


def addon(policy: HeaderPolicy) -> str:
    """The source text of the addon for POLICY."""
    text = files("crosswarden.restrictions").joinpath("data/mitmproxy_addon.py.txt").read_text("utf-8")
    rules = {host: decision.set for host, decision in policy.rules.items()}
    for mark, value in (
        ("__RULES__", rules),
        ("__HEADERS__", HEADERS),
        ("__EXCLUDED__", policy.excluded),
    ):
        text = text.replace(mark, pformat(value, width=100), 1)
    return text
