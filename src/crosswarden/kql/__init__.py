"""KQL text → tokens → syntax tree → typed plan → sqlglot expression. Pure: no files, no network, no engine.

>>> from crosswarden.kql import check
>>> [(column.name, column.type.value) for column in check("AuditLogs | summarize count() by Result").columns]
[('Result', 'string'), ('count_', 'long')]
"""

from crosswarden.kql.compile import Checked, Compiled, bind, check, compile_query
from crosswarden.kql.diagnostics import Diagnostic, KqlError
from crosswarden.kql.environment import Environment
from crosswarden.kql.parser import Parsed, parse

__all__ = [
    "Checked",
    "Compiled",
    "Diagnostic",
    "Environment",
    "KqlError",
    "Parsed",
    "bind",
    "check",
    "compile_query",
    "parse",
]
