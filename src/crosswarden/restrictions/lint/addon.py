"""mitmproxy addons: read as a syntax tree, never run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from crosswarden.restrictions.lint.problem import Expected, Problem, judge_value
from crosswarden.restrictions.policy import CONTEXT_HEADER, HEADER, HEADERS, HOSTS, TENANTS_HEADER

__all__ = ["lint_addon"]

_NAMES = {name.lower() for name in HEADERS}
_HOSTS = set(HOSTS)
_HOST_WORDS = re.compile(r"host|sni|authority|url", re.IGNORECASE)
_V2_VALUE = re.compile(r"[0-9a-fA-F-]{36}:[0-9a-fA-F-]{36}\Z")


def lint_addon(file: str, text: str, expected: Expected) -> Iterator[Problem]:
    """The mistakes of one addon."""
    try:
        tree = _resolved(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        yield Problem(file, getattr(error, "lineno", 0) or 0, "not-readable", f"no Python: {error}")
        return
    yield from _values(file, tree, expected)
    yield from _matching(file, tree)
    yield from _setting(file, tree)
    yield from _versions(file, tree)


def _resolved(tree: ast.Module) -> ast.AST:
    resolved = _Resolved(_constants(tree)).visit(tree)
    assert isinstance(resolved, ast.AST)
    return resolved


def _constants(tree: ast.AST) -> dict[str, str]:
    """Names that are assigned one text only, anywhere in the file."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, set()).add(str(node.value.value))
    return {name: values.pop() for name, values in found.items() if len(values) == 1}


class _Resolved(ast.NodeTransformer):
    """Puts constants in the place of the names that stand for them, and joins f-strings and sums of constants."""

    def __init__(self, constants: dict[str, str]) -> None:
        self.constants = constants

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A name that is read."""
        if isinstance(node.ctx, ast.Load) and node.id in self.constants:
            return ast.copy_location(ast.Constant(self.constants[node.id]), node)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        """An f-string whose parts are all known."""
        parts: list[str] = []
        for part in node.values:
            value = self.visit(part.value) if isinstance(part, ast.FormattedValue) else part
            if not isinstance(value, ast.Constant):
                return node
            parts.append(_text(value))
        return ast.copy_location(ast.Constant("".join(parts)), node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """A sum of known texts."""
        left, right = self.visit(node.left), self.visit(node.right)
        if (
            isinstance(node.op, ast.Add)
            and isinstance(left, ast.Constant)
            and isinstance(right, ast.Constant)
        ):
            return ast.copy_location(ast.Constant(_text(left) + _text(right)), node)
        return node


def _values(file: str, tree: ast.AST, expected: Expected) -> Iterator[Problem]:
    seen: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            value = node.value
            if _V2_VALUE.match(value) and value not in seen:
                seen.add(value)
                yield from judge_value(file, node.lineno, value, expected)


def _matching(file: str, tree: ast.AST) -> Iterator[Problem]:
    """Suffix and substring matching of hosts catches the excluded ones."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "endswith"
        ):
            for name in _strings(node.args):
                if _is_tail(name):
                    yield Problem(
                        file, node.lineno, "excluded-caught", f"endswith({name!r}) matches sub-domains"
                    )
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.In) for op in node.ops):
            left = node.left
            if isinstance(left, ast.Constant) and isinstance(left.value, str) and _is_tail(left.value):
                yield Problem(
                    file, node.lineno, "excluded-caught", f"{left.value!r} in … matches any name with it"
                )


def _is_tail(name: str) -> bool:
    bare = name.lower().lstrip(".")
    return bare in _HOSTS or bare in ("microsoftonline.com", "windows.net", "microsoft.com", "live.com")


def _strings(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        for item in node.elts if isinstance(node, ast.Tuple | ast.List) else [node]:
            if isinstance(item, ast.Constant) and isinstance(item.value, str):
                yield item.value


def _setting(file: str, tree: ast.AST) -> Iterator[Problem]:
    """Headers added instead of set, and set without a look at the host."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        sets = list(_sets(function))
        for line, how, name, value in sets:
            if how == "add":
                yield Problem(file, line, "not-replaced", f"headers.add({name!r}) keeps what the client sent")
            if not _looks_at_host(function):
                yield Problem(file, line, "header-everywhere", f"{name} is set without a look at the host")
                if value == "restrict-msa":
                    yield Problem(
                        file, line, "msa-everywhere", "restrict-msa is set without a look at the host"
                    )
            elif value == "restrict-msa" and not _mentions(function, "login.live.com"):
                yield Problem(
                    file, line, "msa-everywhere", "restrict-msa is set on hosts beside login.live.com"
                )


def _sets(function: ast.AST) -> Iterator[tuple[int, str, str, str]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Subscript) and (name := _header(target.slice)):
                    yield node.lineno, "set", name, _text(node.value)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("add", "insert")
        ):
            for place, argument in enumerate(node.args):
                if name := _header(argument):
                    value = node.args[place + 1] if place + 1 < len(node.args) else argument
                    yield node.lineno, "add", name, _text(value)


def _header(node: ast.expr) -> str:
    text = _text(node)
    return text if text.lower() in _NAMES else ""


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return node.value.decode("latin-1") if isinstance(node.value, bytes) else str(node.value)
    return ""


def _looks_at_host(function: ast.AST) -> bool:
    tests = [node.test for node in ast.walk(function) if isinstance(node, ast.If | ast.IfExp)]
    tests += [node for node in ast.walk(function) if isinstance(node, ast.Match)]  # type: ignore[misc]
    return any(
        (isinstance(part, ast.Attribute) and _HOST_WORDS.search(part.attr))
        or (isinstance(part, ast.Name) and _HOST_WORDS.search(part.id))
        for test in tests
        for part in ast.walk(test)
    )


def _mentions(function: ast.AST, host: str) -> bool:
    return any(isinstance(node, ast.Constant) and node.value == host for node in ast.walk(function))


def _versions(file: str, tree: ast.AST) -> Iterator[Problem]:
    names = {name.lower(): line for line, _, name, value in _sets(tree) if value != "restrict-msa"}
    if HEADER.lower() in names and names.keys() & {TENANTS_HEADER.lower(), CONTEXT_HEADER.lower()}:
        yield Problem(
            file, names[HEADER.lower()], "both-versions", f"{HEADER} and {TENANTS_HEADER} are both set"
        )
