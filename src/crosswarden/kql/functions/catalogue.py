"""The catalogue: looks a name up, says whether a call fits, and names the nearest when there is none.

>>> find_function("strlen").name, find_aggregate("dcount").name, nearest("strlne")
('strlen', 'dcount', 'strlen')
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from crosswarden.kql.functions import signatures
from crosswarden.kql.functions.entries import Entry, refusal
from crosswarden.kql.functions.families import AGGREGATES, FUNCTIONS, OPERATORS, PLUGINS
from crosswarden.kql.functions.kinds import DYNAMIC, Kind
from crosswarden.kql.functions.matching import best_signatures, check_arguments
from crosswarden.kql.functions.model import Argument, Function, Mismatch, Signature
from crosswarden.kql.functions.results import result_kind

__all__ = ["Bound", "bind", "find_aggregate", "find_function", "find_operator", "find_plugin", "nearest"]

_ENTRIES: Mapping[str, Mapping[str, Entry]] = {
    "functions": FUNCTIONS,
    "aggregates": AGGREGATES,
    "plugins": PLUGINS,
    "operators": OPERATORS,
}


@cache
def _find(group: str, name: str) -> Function | None:
    found = signatures.group(group, name)
    if found is None:
        return None
    entry = _ENTRIES[group].get(name) or refusal(name)
    return replace(
        found, support=entry.support, reason=entry.reason, family=entry.family, lowering=entry.lowering
    )


def find_function(name: str) -> Function | None:
    """The scalar function of exactly that name (KQL's names are case-sensitive), or None."""
    return _find("functions", name)


def find_aggregate(name: str) -> Function | None:
    """The aggregate of exactly that name, or None."""
    return _find("aggregates", name)


def find_plugin(name: str) -> Function | None:
    """The plugin of exactly that name, or None."""
    return _find("plugins", name)


def find_operator(name: str) -> Function:
    """The operator by Kusto's name for it: Add, Equal, EqualTilde, HasCs, NotHas, In, InCs, Between, And, UnaryMinus …

    Raises KeyError when there is none, which is a mistake of the caller.
    """
    found = _find("operators", name)
    if found is None:
        raise KeyError(name)
    return found


def nearest(name: str, group: str = "functions") -> str | None:
    """The known name most like this one, or None when none is near; ``group`` may be aggregates or plugins."""
    found = difflib.get_close_matches(name, signatures.names(group), 1, 0.7)
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Bound:
    """A call that was checked: the result's kind, and what is wrong with it (empty when nothing is)."""

    kind: Kind
    mismatches: tuple[Mismatch, ...] = ()
    signature: Signature | None = None

    @property
    def ok(self) -> bool:
        """Whether the call is right."""
        return not self.mismatches


def bind(function: Function, arguments: Sequence[Argument], *, symbol: str = "") -> Bound:
    """Check a call against the function's signatures and find the result's kind, as Kusto's binder does.

    For an operator ``symbol`` is how the query spells it, for the message.
    """
    is_operator = bool(symbol)
    fitting = best_signatures(function.signatures, arguments, all_must_match=is_operator)
    if len(fitting) != 1:
        return _ambiguous(function, fitting, arguments, symbol)
    signature = fitting[0]
    if not signature.least <= len(arguments) <= signature.most:
        return Bound(_kind(function, signature, arguments), (_wrong_count(function, signature),), signature)
    if signature.layout == "block" and not _whole_blocks(signature, len(arguments)):
        message = "The function call has an incorrect number of arguments."
        return Bound(_kind(function, signature, arguments), (Mismatch(message),), signature)
    mismatches = () if _documented(function, arguments) else tuple(check_arguments(signature, arguments))
    return Bound(_kind(function, signature, arguments), mismatches, signature)


def _documented(function: Function, arguments: Sequence[Argument]) -> bool:
    """Calls that the documentation runs although Microsoft's binder refuses them."""
    if function.name == "make_timespan":
        return all(argument.type.is_numeric for argument in arguments)
    return function.name == "count" and len(arguments) == 1 and not arguments[0].star


def _kind(function: Function, signature: Signature, arguments: Sequence[Argument]) -> Kind:
    return (result_kind(function.name, signature, arguments) if arguments else None) or _without(signature)


def _without(signature: Signature) -> Kind:
    known = signature.gives == "Declared"
    return result_kind("", signature, ()) or DYNAMIC if known else DYNAMIC


def _whole_blocks(signature: Signature, count: int) -> bool:
    block = sum(1 for parameter in signature.parameters if parameter.most > 1)
    return (count - sum(p.least for p in signature.parameters if p.most == 1)) % block == 0


def _wrong_count(function: Function, signature: Signature) -> Mismatch:
    least = min(s.least for s in function.signatures)
    most = max(s.most for s in function.signatures)
    if least == most:
        plural = {0: "no arguments", 1: "1 argument"}.get(least, f"{least} arguments")
        return Mismatch(f"The function '{function.name}' expects {plural}.")
    return Mismatch(f"The function '{function.name}' expects between {least} and {most} arguments.")


def _ambiguous(
    function: Function, fitting: Sequence[Signature], arguments: Sequence[Argument], symbol: str
) -> Bound:
    types = [argument.type.value for argument in arguments]
    if symbol:
        if len(fitting) > 1 and len({(s.gives, s.declared) for s in fitting}) == 1:
            return Bound(_kind(function, fitting[0], arguments), (), fitting[0])
        joined = types[0] if len(types) == 1 else f"{', '.join(types[:-1])} and {types[-1]}"
        message = f"The operator '{symbol}' is not defined for the operand types {joined}."
        first = function.signatures[0]
        return Bound(_kind(function, first, arguments), (Mismatch(message),))
    if any(s.least <= len(arguments) <= s.most for s in function.signatures):
        message = f"The function '{function.name}' is not compatible with arguments ({', '.join(types)})"
    else:
        message = _wrong_count(function, function.signatures[0]).message
    kinds = {_kind(function, s, arguments) for s in fitting}
    return Bound(kinds.pop() if len(kinds) == 1 else DYNAMIC, (Mismatch(message),))
