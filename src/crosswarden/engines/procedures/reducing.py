"""reduce: a text's pattern keeps the words that more than the threshold's share of texts have; ``*`` is the rest.

Numbers are never kept. Texts that share no word, and patterns that too few texts have, are counted as ``others``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from crosswarden.engines.outside import Outside
from crosswarden.engines.procedures.frame import Frame, Procedure
from crosswarden.kql.plan import Staged

__all__ = ["PROCEDURES", "pattern_of"]


def pattern_of(parts: Iterable[tuple[str, bool]], kept: set[str], breaking: str) -> str:
    """The pattern of a text cut into words (True) and what stands between them.

    >>> pattern_of([("user", True), (" ", False), ("bob", True), (" left", True)], {"user", " left"}, "")
    'user * left'
    >>> pattern_of([("foo", True), ("Z", False), ("7", True)], {"foo"}, "Z")
    'foo*'
    """
    made: list[str] = []
    for text, is_word in parts:
        if is_word and text not in kept:
            while made and made[-1] != "*" and made[-1].strip(breaking) == "":
                made.pop()
            if not made or made[-1] != "*":
                made.append("*")
        elif not is_word and made and made[-1] == "*":
            rest = text.lstrip(breaking) if breaking else text
            if rest:
                made.append(rest)
        else:
            made.append(text)
    return "".join(made)


def _reduce(step: Staged, inputs: Sequence[Frame], outside: Outside) -> list[tuple[Any, ...]]:
    place, threshold, characters = (step.options[name] for name in ("text", "threshold", "characters"))
    assert isinstance(place, int) and isinstance(threshold, float) and isinstance(characters, str)
    texts = [str(row[place] or "") for row in inputs[0].rows]
    least = threshold * len(texts)
    cut = re.compile(rf"([^\W{re.escape(characters)}]+)" if characters else r"(\w+)")
    counts = Counter(word for text in texts for word in set(cut.findall(text)))
    kept = {word for word, count in counts.items() if count > least and not word.isdigit()}
    patterns: dict[str, list[str]] = {}
    for text in texts:
        pieces = cut.split(text)
        if kept.isdisjoint(pieces[1::2]):
            patterns.setdefault("", []).append(text)
            continue
        parts = [(piece, at % 2 == 1) for at, piece in enumerate(pieces) if piece]
        patterns.setdefault(pattern_of(parts, kept, characters), []).append(text)
    rows = [
        (name, len(members), members[0])
        for name, members in patterns.items()
        if name and len(members) > least
    ]
    others = len(texts) - sum(count for _, count, _ in rows)
    if others:
        rows.append(("others", others, ""))
    return sorted(rows, key=lambda row: -row[1])


PROCEDURES: dict[str, Procedure] = {"reduce": _reduce}
