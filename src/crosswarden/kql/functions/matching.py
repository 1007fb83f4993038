"""Does a call fit a signature: Kusto's rules for choosing among signatures and for refusing arguments.

Every parameter says what it takes in Kusto's own words (``Declared``, ``Number``, ``DynamicArray`` …). A match has
a strength; of several signatures the one whose weakest match is strongest wins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crosswarden.kql.functions.kinds import DYNAMIC, Form, Kind, common_kind, of, promotable
from crosswarden.kql.functions.model import Argument, Mismatch, Parameter, Signature
from crosswarden.tables import Type

__all__ = ["assign", "best_signatures", "check_arguments", "common_argument_kind", "is_array", "is_bag"]

_NONE, _DYNAMIC, _PROMOTED, _NOT_TYPE, _ONE_OF_MANY = 0, 2, 4, 5, 6
_SCALAR, _SUMMABLE, _ORDERABLE, _NUMBER, _INTEGER, _TABULAR, _EXACT = 7, 8, 9, 10, 11, 12, 16
_INTEGERS = (Type.INT, Type.LONG)
_SUMMABLE_TYPES = (Type.INT, Type.LONG, Type.REAL, Type.DECIMAL, Type.DATETIME, Type.TIMESPAN)


def is_array(kind: Kind) -> bool:
    """Whether the value may be an array: dynamic, and not known to be anything else."""
    return kind == DYNAMIC or kind.form is Form.ARRAY


def is_bag(kind: Kind) -> bool:
    """Whether the value may be a bag: dynamic, and not known to be anything else."""
    return kind == DYNAMIC or kind.form is Form.BAG


def _string_or_array(kind: Kind) -> bool:
    if kind.form is Form.ARRAY and kind.element is not None:
        return kind.element.is_dynamic or kind.element.type is Type.STRING
    return kind.type is Type.STRING or kind == DYNAMIC


_PREDICATES: dict[str, tuple[Callable[[Kind], bool], int, str]] = {
    "Scalar": (lambda kind: True, _SCALAR, "Scalar value expected."),
    "Integer": (lambda kind: kind.type in _INTEGERS, _INTEGER, "The expression value must be an integer."),
    "IntegerOrArray": (
        lambda kind: kind.type in _INTEGERS or is_array(kind),
        _ONE_OF_MANY,
        "The expression value must be an integer or a dynamic array.",
    ),
    "StringOrDynamic": (
        lambda kind: kind.type is Type.STRING or kind.is_dynamic,
        _ONE_OF_MANY,
        "The expression must have one of the types: string or dynamic.",
    ),
    "StringOrArray": (
        _string_or_array,
        _ONE_OF_MANY,
        "The expression value must be a string or a dynamic array of strings.",
    ),
    "DynamicArray": (is_array, _ONE_OF_MANY, "The expression value must be a dynamic array."),
    "DynamicBag": (is_bag, _ONE_OF_MANY, "The expression must be a dynamic bag."),
    "Number": (lambda kind: kind.type.is_numeric, _NUMBER, "The expression value must be a number."),
    "NumberOrBool": (
        lambda kind: kind.type.is_numeric or kind.type is Type.BOOL,
        _NUMBER,
        "The expression value must be a number or a bool.",
    ),
    "Summable": (
        lambda kind: kind.type in _SUMMABLE_TYPES,
        _SUMMABLE,
        "The argument value must be summable: a number, timespan or datetime.",
    ),
    "Orderable": (
        lambda kind: not kind.is_dynamic and kind.type is not Type.GUID,
        _ORDERABLE,
        "The argument value must be orderable: a number, timespan, datetime, string or boolean.",
    ),
    "NotBool": (
        lambda kind: kind.type is not Type.BOOL,
        _NOT_TYPE,
        "The value of type 'bool' is not allowed in this context.",
    ),
    "NotRealOrBool": (
        lambda kind: kind.type not in (Type.REAL, Type.BOOL),
        _NOT_TYPE,
        "A value of type real or bool is not allowed in this context.",
    ),
    "NotDynamic": (
        lambda kind: not kind.is_dynamic,
        _NOT_TYPE,
        "The value of type 'dynamic' is not allowed in this context.",
    ),
}
_COMMON = ("CommonScalar", "CommonNumber", "CommonSummable", "CommonOrderable", "CommonScalarOrDynamic")
_POSITIONAL = {"Parameter0": 0, "Parameter1": 1, "Parameter2": 2}


def assign(signature: Signature, arguments: Sequence[Argument]) -> list[Parameter | None]:
    """The parameter that each argument belongs to; None where there are too many arguments."""
    count, parameters = len(arguments), signature.parameters
    if signature.layout == "block":
        return _assign_block(parameters, count)
    if signature.layout == "custom" and arguments and parameters[-1].types == ("bool",):
        last = parameters[-1] if arguments[-1].type is Type.BOOL else parameters[0]
        return [*[parameters[0]] * (count - 1), last]
    if all(parameter.most == 1 for parameter in parameters):
        return [parameters[i] if i < len(parameters) else None for i in range(count)]
    return _assign_repeating(parameters, count)


def _assign_block(parameters: tuple[Parameter, ...], count: int) -> list[Parameter | None]:
    block = [parameter for parameter in parameters if parameter.most > 1]
    tail: list[Parameter | None] = [parameter for parameter in parameters if parameter.most == 1]
    head: list[Parameter | None] = [block[i % len(block)] for i in range(max(count - len(tail), 0))]
    return (head + tail)[:count] if count >= len(tail) else tail[:count]


def _assign_repeating(parameters: tuple[Parameter, ...], count: int) -> list[Parameter | None]:
    assigned: list[Parameter | None] = []
    for position, parameter in enumerate(parameters):
        later = sum(other.least for other in parameters[position + 1 :])
        take = min(parameter.most, max(count - len(assigned) - later, 0)) if parameter.most > 1 else 1
        assigned += [parameter] * take
    return [*assigned, *[None] * count][:count]


def common_argument_kind(
    parameters: Sequence[Parameter | None], arguments: Sequence[Argument], *, ignore_dynamic: bool = False
) -> Kind | None:
    """The kind that all arguments of "common" parameters can take, or None."""
    common: Kind | None = None
    for parameter, argument in zip(parameters, arguments, strict=False):
        if parameter is None or parameter.takes not in _COMMON:
            continue
        if ignore_dynamic and argument.kind.is_dynamic:
            continue
        common = common_kind(common, argument.kind, to_dynamic=parameter.takes == "CommonScalarOrDynamic")
        if common is None:
            return None
    if common is None and ignore_dynamic:
        return common_argument_kind(parameters, arguments)
    return common


def _declared_match(parameter: Parameter, kind: Kind) -> int:
    if kind.type.value in parameter.types:
        return _EXACT if len(parameter.types) == 1 else _ONE_OF_MANY
    if any(promotable(kind, of(Type(name))) for name in parameter.types if name != "type"):
        return _PROMOTED
    return _DYNAMIC if kind == DYNAMIC and "string" in parameter.types else _NONE


def _common_match(common: Kind | None, parameter: Parameter, kind: Kind) -> int:
    if common is None:
        return _NONE
    if common == kind or (common.is_dynamic and kind.is_dynamic):
        return _EXACT
    if promotable(kind, common):
        return _PROMOTED
    if common == DYNAMIC:
        return _DYNAMIC
    return _EXACT if parameter.takes == "CommonScalarOrDynamic" and kind.is_dynamic else _NONE


def _strength(
    parameters: Sequence[Parameter | None],
    arguments: Sequence[Argument],
    position: int,
    parameter: Parameter | None,
) -> int:
    argument = arguments[position]
    if parameter is None:
        return _NONE
    if parameter.placeholder and argument.literal and argument.constant == parameter.placeholder:
        return _EXACT
    if argument.star or parameter.form == "StarOnly":
        return _EXACT if argument.star and parameter.form in ("StarOnly", "StarAllowed") else _NONE
    if parameter.types == ("type",):
        return _EXACT if isinstance(argument.constant, Type) else _NONE
    if parameter.takes == "Declared":
        return _declared_match(parameter, argument.kind)
    if parameter.takes in _PREDICATES:
        holds, strength, _ = _PREDICATES[parameter.takes]
        return strength if holds(argument.kind) else _NONE
    if parameter.takes in _POSITIONAL:
        return _strength(parameters, arguments, position, parameters[_POSITIONAL[parameter.takes]])
    if parameter.takes in _COMMON:
        return _common_match(common_argument_kind(parameters, arguments), parameter, argument.kind)
    return 1 if parameter.takes == "Any" else _NONE


def strengths(signature: Signature, arguments: Sequence[Argument]) -> list[int]:
    """How well each argument matches its parameter; 0 is not at all."""
    parameters = assign(signature, arguments)
    return [_strength(parameters, arguments, i, parameters[i]) for i in range(len(arguments))]


def best_signatures(
    signatures: Sequence[Signature], arguments: Sequence[Argument], *, all_must_match: bool = False
) -> list[Signature]:
    """The signatures that fit best; one when the choice is clear."""
    if len(signatures) == 1 and not all_must_match:
        return list(signatures)
    count = len(arguments)
    fitting = [s for s in signatures if s.least <= count <= s.most]
    if not fitting:
        longest = max(s.most for s in signatures)
        fitting = [s for s in signatures if s.least <= longest <= s.most]
    scored = [(s, strengths(s, arguments)) for s in fitting]
    most = max((sum(map(bool, score)) for _, score in scored), default=0)
    if all_must_match:
        most = max(most, count)
    scored = [(s, score) for s, score in scored if sum(map(bool, score)) == most]
    if len(scored) < 2 or not arguments:
        return [s for s, _ in scored]
    ranks = [(min(score), max(score)) for _, score in scored]
    best = max(ranks)
    winners = [s for (s, _), rank in zip(scored, ranks, strict=True) if rank == best]
    return winners if len(winners) == 1 else [s for s, _ in scored]


def check_arguments(signature: Signature, arguments: Sequence[Argument]) -> list[Mismatch]:
    """What is wrong with the arguments of a call to the one signature that was chosen."""
    parameters = assign(signature, arguments)
    if any(p is not None and p.takes in _COMMON for p in parameters) and not common_argument_kind(
        parameters, arguments
    ):
        return [Mismatch("No common type can be determined from the arguments.")]
    found = [_check(parameters, arguments, i) for i in range(len(arguments))]
    return [mismatch for mismatch in found if mismatch is not None]


def _check(parameters: Sequence[Parameter | None], arguments: Sequence[Argument], i: int) -> Mismatch | None:
    parameter, argument = parameters[i], arguments[i]
    if parameter is None:
        return None
    if argument.star:
        allowed = parameter.form in ("StarOnly", "StarAllowed")
        return None if allowed else Mismatch("The wildcard '*' is not allowed in this context.", i)
    if parameter.placeholder and argument.literal and argument.constant == parameter.placeholder:
        return None
    if not _strength(parameters, arguments, i, parameter):
        return Mismatch(_expectation(parameter), i)
    return _check_form(parameter, argument, i)


def _expectation(parameter: Parameter) -> str:
    if parameter.takes == "Declared":
        if len(parameter.types) == 1:
            return f"A value of type {parameter.types[0]} expected."
        return f"A value of type {', '.join(parameter.types[:-1])} or {parameter.types[-1]} expected."
    if parameter.takes in _PREDICATES:
        return _PREDICATES[parameter.takes][2]
    return "The type of the argument does not fit the other arguments."


def _check_form(parameter: Parameter, argument: Argument, i: int) -> Mismatch | None:
    match parameter.form:
        case "Column" | "Column_Parameter0" | "Column_Parameter0_Common" if argument.column is None:
            return Mismatch("Column name expected.", i)
        case "Constant" if not argument.is_constant:
            return Mismatch("The expression must be a constant.", i)
        case "Literal" | "LiteralNotEmpty" if not argument.literal:
            return Mismatch("The expression must be a literal.", i)
        case "LiteralNotEmpty" if argument.constant == "":
            return Mismatch("The expression must not be empty.", i)
        case "Literal" if parameter.values and str(argument.constant).lower() not in (
            value.lower() for value in parameter.values
        ):
            return Mismatch(f"The expression must be one of: {', '.join(parameter.values)}.", i)
        case _:
            return None
