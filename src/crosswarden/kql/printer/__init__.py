r"""Syntax tree → canonical KQL text.

One operator a line, keywords as KQL spells them, strings in double quotes, no parenthesis that the tree does not need.
Reading the text again gives an equal tree; so ``kql explain`` can show what was understood, and tests can compare.

    >>> from crosswarden.kql.parser import parse
    >>> print(to_text(parse("T|where (a==1)and b has'x'|take 5").block))
    T
    | where a == 1 and b has "x"
    | take 5

``expressions``, ``operators`` and ``statements`` hold one function a node.
"""

from crosswarden.kql.printer.statements import to_text

__all__ = ["to_text"]
