"""Tokens → syntax tree, by recursive descent.

    >>> parsed = parse("AuditLogs | where Result == 'success' | take 5")
    >>> [type(step).__name__ for step in parsed.block.statements[0].expression.operators]
    ['Where', 'Take']
    >>> print(*parse("AuditLogs | wher x | tak 5").diagnostics, sep="\\n")
    line 1, column 13: expected a query operator, found 'wher'; the nearest is 'where'
    line 1, column 22: expected a query operator, found 'tak'; the nearest is 'take'

The grammar is what Microsoft's parser accepts, which the tests compare with. The parser's class is built up in
layers, one a module: ``cursor`` (tokens, errors, recovery), ``values`` (literals, schemas), ``expressions``,
``pipes`` (operators and recovery), ``parameters`` (settings), ``statements``; the operators are functions in tables (``steps``, ``groups``, ``tables``,
``graphs``) that ``query`` puts together.
"""

from crosswarden.kql.parser.query import Parsed, parse

__all__ = ["Parsed", "parse"]
