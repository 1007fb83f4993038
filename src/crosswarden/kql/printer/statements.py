"""Statements and whole requests as text."""

from __future__ import annotations

from crosswarden.kql import syntax as tree
from crosswarden.kql.printer.expressions import WRITERS, items, name_text, operand, parameter, write
from crosswarden.kql.printer.operators import pipe_text

__all__ = ["to_text"]


def to_text(node: tree.Node) -> str:
    """The canonical text of any node; ``ValueError`` for a tree that was read with errors and has gaps."""
    if isinstance(node, tree.QueryBlock):
        lines = [directive.text for directive in node.directives]
        return "\n".join([*lines, ";\n".join(map(_statement, node.statements))])
    return write(node)


def _statement(node: tree.Statement) -> str:
    """A statement on lines of its own: one operator a line."""
    if isinstance(node, tree.QueryStatement):
        return _laid_out(node.expression)
    if isinstance(node, tree.Let) and isinstance(node.value, tree.Pipe):
        return f"let {name_text(node.name.text)} = {_laid_out(node.value)}"
    return write(node)


def _laid_out(node: tree.Expression) -> str:
    return pipe_text(node, "\n") if isinstance(node, tree.Pipe) else write(node)


def _function_parameter(node: tree.FunctionParameter) -> str:
    default = ""
    if node.default is not None:
        default = f" = {node.default.text if isinstance(node.default, tree.Name) else write(node.default)}"
    return f"{name_text(node.name.text)}: {write(node.type)}{default}"


def _body(node: tree.FunctionBody) -> str:
    parts = [*map(write, node.statements)]
    if node.expression is not None:
        parts.append(write(node.expression))
    return f"{{ {'; '.join(parts)}{';' if parts and node.expression is None else ''} }}"


def _function(node: tree.FunctionDeclaration) -> str:
    return f"{'view ' if node.view else ''}({items(node.parameters)}) {write(node.body)}"


def _restrict(node: tree.RestrictAccess) -> str:
    with_ = f" with ({', '.join(map(parameter, node.properties))})" if node.properties else ""
    return f"restrict access to ({items(node.entities)}){with_}"


def _pattern(node: tree.DeclarePattern) -> str:
    if not node.matches and not node.parameters and node.path is None:
        return f"declare pattern {name_text(node.name.text)}"
    path = f"[{write(node.path)}]" if node.path else ""
    matches = " ".join(map(write, node.matches))
    return f"declare pattern {name_text(node.name.text)} = ({items(node.parameters)}){path} {{ {matches} }}"


def _pattern_match(node: tree.PatternMatch) -> str:
    path = f".[{write(node.path)}]" if node.path is not None else ""
    return f"({', '.join(map(operand, node.values))}){path} = {write(node.body)};"


WRITERS |= {
    tree.AliasDatabase: lambda n: f"alias database {name_text(n.name.text)} = {operand(n.value)}",
    tree.DeclarePattern: _pattern,
    tree.DeclareQueryParameters: lambda n: f"declare query_parameters ({items(n.parameters)})",
    tree.FunctionBody: _body,
    tree.FunctionDeclaration: _function,
    tree.FunctionParameter: _function_parameter,
    tree.Let: lambda n: f"let {name_text(n.name.text)} = {write(n.value)}",
    tree.PatternMatch: _pattern_match,
    tree.QueryStatement: lambda n: write(n.expression),
    tree.RestrictAccess: _restrict,
    tree.SetOption: lambda n: (
        f"set {name_text(n.name)}{f' = {operand(n.value)}' if n.value is not None else ''}"
    ),
    tree.TableSchema: lambda n: f"({items(n.columns)})",
}
