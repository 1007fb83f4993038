"""What a plugin's binding gets to see, and the helpers that the plugins share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crosswarden.kql import syntax
from crosswarden.kql.binder.arguments import constant_of
from crosswarden.kql.binder.binder import UNKNOWN, Binder, is_unknown
from crosswarden.kql.binder.scope import Row, Tabular
from crosswarden.kql.plan import Field, Ref, Scalar

__all__ = ["Plugin", "PluginCall"]


@dataclass(frozen=True, slots=True)
class PluginCall:
    """One ``evaluate``: the rows before it, its arguments, the columns that the query itself declares."""

    binder: Binder
    table: Tabular
    node: syntax.Call
    schema: tuple[Field, ...] | None

    def argument(self, at: int, name: str = "") -> syntax.Expression | None:
        """The argument at that position or of that name, as written."""
        position = 0
        for item in self.node.arguments:
            if isinstance(item, syntax.NamedExpression):
                if item.names[0].text == name:
                    return item.expression
                continue
            if position == at:
                return item
            position += 1
        return None

    def scalar(self, at: int, name: str = "") -> Scalar | None:
        """The argument over the rows' columns."""
        node = self.argument(at, name)
        return None if node is None else self.binder.over(self.table, node)

    def constant(self, at: int, name: str = "", default: object = None) -> object:
        """The argument's value; an error when it is none that is known now."""
        node = self.argument(at, name)
        if node is None:
            return default
        value = self.binder.over(self.table, node)
        found = constant_of(value)
        if value is not UNKNOWN and type(found).__name__ == "NotConstant":
            self.binder.error("kql-constant", "The expression must be a constant.", node)
            return default
        return found

    def column(self, at: int, name: str = "") -> Field | None:
        """The argument as one of the rows' columns; an error when it is none."""
        node = self.argument(at, name)
        if node is None:
            self.binder.error(
                "kql-argument", f"The plugin '{self.node.name.text}' needs more arguments.", self.node
            )
            return None
        with self.binder.seeing(Row.of(self.table)):
            value = self.binder.scalar(node)
        if isinstance(value, Ref):
            return (
                None
                if is_unknown(self.binder, value) and value.field not in self.table.columns
                else value.field
            )
        if value is not UNKNOWN:
            self.binder.error("kql-column-expected", "A column's name is expected here.", node)
        return None


Plugin = Callable[[PluginCall], Tabular]
"""Binds one plugin."""
