"""Values from logs as text for people and spreadsheets. Everything in them may have been written by an attacker."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

__all__ = ["csv_cell", "plain", "visible"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def plain(value: Any) -> str:
    """A value as text: JSON for lists and bags, "" for null.

    >>> plain(["a", "b"]), plain(None), plain(True)
    ('["a", "b"]', '', 'true')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def visible(text: str, limit: int = 0) -> str:
    """Text whose control and direction-changing characters show as escapes, cut at the limit.

    >>> visible("a\\u202egnp.exe"), visible("abcdef", 3)
    ('a\\\\u202egnp.exe', 'abc…')
    """
    shown = "".join(
        each
        if each in "\n\t" or unicodedata.category(each) not in ("Cc", "Cf", "Co", "Cs")
        else f"\\u{ord(each):04x}"
        for each in text
    )
    return shown[:limit] + "…" if limit and len(shown) > limit else shown


def csv_cell(value: Any) -> str:
    """A cell that no spreadsheet runs as a formula (OWASP, "CSV Injection").

    >>> csv_cell("=1+1"), csv_cell(" =1"), csv_cell(-5), csv_cell("plain")
    ("'=1+1", "' =1", '-5', 'plain')
    """
    text = visible(plain(value))
    if isinstance(value, (int, float)) or not text.lstrip(" ").startswith(_FORMULA):
        return text
    return "'" + text
