"""Everything that a KQL expression can call: functions, aggregates, plugins and operators, as data.

Signatures come from ``data/signatures.json`` (facts of Microsoft's binder, see NOTICE), lowerings from one module a
family. The binder looks a name up here, asks ``bind`` whether the arguments fit, and ``lower`` for the expression.
"""

from crosswarden.kql.functions.catalogue import (
    Bound,
    bind,
    find_aggregate,
    find_function,
    find_operator,
    find_plugin,
    nearest,
)
from crosswarden.kql.functions.kinds import ARRAY, BAG, DYNAMIC, Form, Kind, array_of, of
from crosswarden.kql.functions.model import (
    NOT_CONSTANT,
    Argument,
    Context,
    Function,
    Mismatch,
    NameRule,
    Support,
)
from crosswarden.kql.functions.results import element_kind, tuple_parts

__all__ = [
    "ARRAY",
    "BAG",
    "DYNAMIC",
    "NOT_CONSTANT",
    "Argument",
    "Bound",
    "Context",
    "Form",
    "Function",
    "Kind",
    "Mismatch",
    "NameRule",
    "Support",
    "array_of",
    "bind",
    "element_kind",
    "find_aggregate",
    "find_function",
    "find_operator",
    "find_plugin",
    "nearest",
    "of",
    "tuple_parts",
]
