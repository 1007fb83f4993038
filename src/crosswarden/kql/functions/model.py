"""Functions, aggregates, plugins and operators as values: what they take, what they give, how they run.

The binder asks three things of each: ``bind`` (does it accept these arguments, and of what kind is the result),
``result_name`` (how Kusto names the column) and ``lower`` (the expression that computes it). Values follow the
engine's representation: bool, int, long, real, decimal as themselves; string never null; datetime and timespan
as ticks of 100 ns in BIGINT; dynamic as JSON text; guid as lower-case text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from crosswarden.kql.functions.kinds import Kind
from crosswarden.kql.sql import exp
from crosswarden.tables import Type

__all__ = [
    "NOT_CONSTANT",
    "Argument",
    "Context",
    "Function",
    "Mismatch",
    "NameRule",
    "NotConstant",
    "Parameter",
    "Signature",
    "Support",
]


class NotConstant:
    """The mark of an argument whose value is known only when the query runs."""

    def __repr__(self) -> str:
        return "NOT_CONSTANT"


NOT_CONSTANT = NotConstant()


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument as the binder hands it over.

    ``constant`` is the value when the binder knows it: str, int, float, bool, Decimal or None; ticks (int) for
    datetime and timespan; the parsed JSON for dynamic; the Type itself for ``typeof(…)``. ``column`` is the column's name when the argument is one.
    ``star`` marks ``*`` (its expression is not looked at).
    """

    expr: exp.Expression
    kind: Kind
    constant: object = NOT_CONSTANT
    column: str | None = None
    star: bool = False
    literal: bool = False

    @property
    def type(self) -> Type:
        """The KQL type."""
        return self.kind.type

    @property
    def is_constant(self) -> bool:
        """Whether the value is known before the query runs."""
        return not isinstance(self.constant, NotConstant)


@dataclass(frozen=True, slots=True)
class Context:
    """What lowering may know beside the arguments: the moment that ``now()`` stands for, in ticks."""

    now: int = 0


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: the kind of argument it takes (Kusto's own word), how often, and in what syntactic form.

    ``takes`` is Declared (then ``types`` lists them), Scalar, Integer, Number, NotDynamic, DynamicArray, …;
    ``form`` is Expression, Constant, Literal, Column, StarAllowed, …; ``placeholder`` is the text that stands for
    "leave the default" (``'~'``), where there is one.
    """

    name: str
    takes: str
    types: tuple[str, ...] = ()
    least: int = 1
    most: int = 1
    form: str = "Expression"
    placeholder: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a function; ``gives`` is the rule for the result (Kusto's own word)."""

    parameters: tuple[Parameter, ...]
    gives: str
    declared: str = ""
    layout: str = ""

    @property
    def least(self) -> int:
        """The smallest number of arguments."""
        return sum(parameter.least for parameter in self.parameters)

    @property
    def most(self) -> int:
        """The largest number of arguments."""
        return sum(parameter.most for parameter in self.parameters)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Why a call is refused: the sentence, and the position of the argument at fault (None: the call itself)."""

    message: str
    argument: int | None = None


class Support(StrEnum):
    """How a function runs here."""

    SIMPLE = "simple"
    """One DuckDB function or operator."""
    LOWERED = "lowered"
    """An expression built for it."""
    UDF = "udf"
    """Python code that the engine registers when a query needs it."""
    BINDER = "binder"
    """The binder itself gives its meaning (it needs the row's columns, the scope, or the row order)."""
    UNSUPPORTED = "unsupported"
    """Known by name and type, refused when used."""


class NameRule(StrEnum):
    """How Kusto names the column of a call that has no name of its own."""

    NONE = ""
    FIRST_ARGUMENT = "FirstArgument"
    ONLY_ARGUMENT = "OnlyArgument"
    FIRST_ARGUMENT_VALUE_IF_COLUMN = "FirstArgumentValueIfColumn"
    PREFIX_AND_FIRST_ARGUMENT = "PrefixAndFirstArgument"
    NAME_AND_FIRST_ARGUMENT = "NameAndFirstArgument"
    PREFIX_ONLY = "PrefixOnly"


Lowering = Callable[[Sequence[Argument], Kind, Context], exp.Expression]


@dataclass(frozen=True, slots=True)
class Function:
    """A function, aggregate, plugin or operator that Kusto knows.

    ``reason`` says why it does not run here when ``support`` is unsupported.
    """

    name: str
    signatures: tuple[Signature, ...]
    name_rule: NameRule = NameRule.NONE
    prefix: str = ""
    obsolete: bool = False
    hidden: bool = False
    alternative: str = ""
    support: Support = Support.UNSUPPORTED
    reason: str = ""
    family: str = ""
    lowering: Lowering | None = field(default=None, compare=False)

    def lower(
        self, arguments: Sequence[Argument], result: Kind, context: Context | None = None
    ) -> exp.Expression:
        """The expression that computes the call; ``result`` is what ``bind`` said.

        Raises LookupError for a function that does not run by itself (unsupported, or the binder's own).
        """
        if self.lowering is None:
            raise LookupError(self.name)
        return self.lowering(arguments, result, context or Context())
