"""Names that only look like Microsoft's or the organisation's: confusable letters, rn for m, doubled blanks.

The letters come from Unicode's confusables (UTS #39), the few that imitate Latin in product names; the rest is folded
with Unicode decomposition.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Imitation", "judge_name", "skeleton"]

_BRANDS = (
    "microsoft", "office365", "office 365", "sharepoint", "onedrive", "outlook", "azure", "exchange online",
    "windows", "entra", "intune", "defender",
)  # fmt: skip
_LETTERS = str.maketrans(
    "аеорсухіјѕԁһѵтнкмвοαινρτυκχοıłɩｏ０|", "aeopcyxijsdhvthkmboaivptukxoillool"
)  # Cyrillic, Greek and others that pass for Latin
_PAIRS = (
    ("rn", "m"),
    ("vv", "w"),
    ("cl", "d"),
    ("0", "o"),
    ("1", "l"),
    ("3", "e"),
    ("5", "s"),
    ("$", "s"),
    ("@", "a"),
)


@dataclass(frozen=True, slots=True)
class Imitation:
    """Whom a name imitates and how: ``letters`` (look-alike) or ``name`` (the brand's own words)."""

    whom: str
    how: str


def skeleton(name: str) -> str:
    """What a name looks like at a glance.

    >>> skeleton("rnicrosoft_office"), skeleton("Мicrоsоft  Word")
    ('microsoft office', 'microsoft word')
    """
    text = _letters(name)
    for pair, letter in _PAIRS:
        text = text.replace(pair, letter)
    return text


def _spaced(name: str) -> str:
    return re.sub(r"[\s_.\-]+", " ", name).strip().lower()


def _letters(name: str) -> str:
    folded = unicodedata.normalize("NFKD", _spaced(name))
    return "".join(each for each in folded if not unicodedata.combining(each)).translate(_LETTERS)


def judge_name(name: str, organisation: Iterable[str] = ()) -> Imitation | None:
    """Whom a name imitates, if anybody; ``organisation`` holds the organisation's own names.

    >>> judge_name("rnicrosoft")
    Imitation(whom='microsoft', how='letters')
    >>> judge_name("Microsoft  Word")
    Imitation(whom='microsoft', how='name')
    >>> judge_name("Splunk_add_on") is None
    True
    >>> judge_name("c0ntoso backup", ["contoso"])
    Imitation(whom='contoso', how='letters')
    """
    plain, seems = _spaced(name), skeleton(name)
    for brand in (*_BRANDS, *(each.lower() for each in organisation if len(each) >= 5)):
        shape = skeleton(brand)
        if brand not in plain and shape in seems:
            return Imitation(brand, "letters")
        if brand in _BRANDS and re.match(rf"{re.escape(brand)}\b", plain):
            return Imitation(brand, "name")
    return None
