"""Python code that validates tokens, read as a syntax tree: what is switched off, left open, or kept for ever."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from crosswarden.tokens.audit_finding import Finding, finding

__all__ = ["MICROSOFT", "audit_python"]

_MODULES = frozenset(
    {
        "jwt",
        "jose",
        "authlib",
        "joserfc",
        "jwcrypto",
        "python_jwt",
        "fastapi_azure_auth",
        "msal_auth",
        "flask_jwt_extended",
    }
)
_BOUND = "crosswarden.tokens"
MICROSOFT = re.compile(
    r"login\.microsoftonline\.(com|us|de)|login\.partner\.microsoftonline\.cn|sts\.windows\.net|sts\.chinacloudapi\.cn|b2clogin\.com|login\.windows\.net|ciamlogin\.com",
    re.IGNORECASE,
)
_KEYS = re.compile(r"discovery/(v2\.0/)?keys|jwks_?uri|jwks\.json|openid-configuration", re.IGNORECASE)
_KEYS_NAME = re.compile(r"jwks|signing_?keys?|public_?keys?|openid_?config", re.IGNORECASE)
_OFF = {
    "verify_signature": "signature-off", "verify_sig": "signature-off", "verify_aud": "audience-off", "verify_iss": "issuer-off",
    "verify_exp": "lifetime-off", "verify_nbf": "lifetime-off", "validate_iss": "issuer-off",
}  # fmt: skip
_ADDRESS_NAME = re.compile(r"ur[il]s?$|endpoint|address", re.IGNORECASE)
_TIMED = re.compile(r"time|ttl|expir|refresh|lifetime|max_?age|stale|force", re.IGNORECASE)
_FROM_TOKEN = frozenset({"jwk", "jku", "x5u", "x5c"})
_MUTABLE = frozenset({"email", "upn", "preferred_username", "unique_name"})
_ENDLESS_DECORATORS = frozenset(
    {
        "cache",
        "lru_cache",
        "functools.cache",
        "functools.lru_cache",
        "cached_property",
        "functools.cached_property",
    }
)
_DAY = 86_400


def audit_python(path: str, text: str, microsoft: bool = False) -> list[Finding]:
    """Findings in one module; ``microsoft`` says that its project trusts Microsoft's authorities elsewhere."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return [
            finding(
                path, getattr(error, "lineno", None) or 1, "unreadable", f"Python: {type(error).__name__}"
            )
        ]
    reader = _Reader(path, text, microsoft)
    try:
        reader.visit(tree)
    except RecursionError:
        return [*reader.findings, finding(path, 1, "unreadable", "Python: nested too deep")]
    return sorted({*reader.findings, *reader.of_the_whole()})


class _Reader(ast.NodeVisitor):
    def __init__(self, path: str, text: str, microsoft: bool) -> None:
        self.path = path
        self.lines = text.splitlines()
        self.microsoft = microsoft or MICROSOFT.search(text) is not None
        self.findings: list[Finding] = []
        self.modules: set[str] = set()
        self.names: dict[str, str] = {}
        self.values: dict[str, ast.expr] = {}
        self.first_decode = 0
        self.first_key = 0

    def note(self, node: ast.AST, rule: str) -> None:
        line = getattr(node, "lineno", 1)
        self.findings.append(
            finding(self.path, line, rule, self.lines[line - 1].strip() if line <= len(self.lines) else "")
        )

    def of_the_whole(self) -> Iterator[Finding]:
        """What no single call shows: tokens of Microsoft decoded, and nothing that binds the key."""
        line = self.first_decode or self.first_key
        if line and self.microsoft and not any(name.startswith(_BOUND) for name in self.modules):
            yield finding(self.path, line, "no-issuer-binding", self.lines[line - 1].strip())

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.modules.add(alias.name)
            self._package(node, alias.name)
            self.names[alias.asname or alias.name.split(".")[0]] = alias.name

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.modules.add(node.module or "")
        self._package(node, node.module or "")
        for alias in node.names:
            self.names[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def _package(self, node: ast.stmt, module: str) -> None:
        """A package that validates Microsoft's tokens by itself counts as validating them."""
        if module.split(".")[0] == "fastapi_azure_auth":
            self.microsoft, self.first_decode = True, self.first_decode or node.lineno

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.values[target.id] = node.value
        self._fixed_key(node.value)
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if (
                isinstance(key, ast.Constant)
                and isinstance(key.value, str)
                and _false(value)
                and key.value in _OFF
            ) and self._tokens_here():
                self.note(value, _OFF[key.value])
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        named = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if (
            isinstance(node.ctx, ast.Load)
            and named in _FROM_TOKEN
            and "header" in ast.unparse(node.value).lower()
        ):
            self.note(node, "key-from-token")
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        if self._tokens_here() and any(self._claim(side) in _MUTABLE for side in sides):
            self.note(node, "mutable-identity")
        self.generic_visit(node)

    def _claim(self, node: ast.expr) -> object:
        """The claim that an expression reads, if it reads one."""
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            return node.slice.value
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "get"
            and node.args
        ):
            return node.args[0].value if isinstance(node.args[0], ast.Constant) else None
        return None

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        endless = [
            one for one in node.decorator_list if ast.unparse(one).partition("(")[0] in _ENDLESS_DECORATORS
        ]
        body = ast.unparse(node)
        if endless and not _ADDRESS_NAME.search(node.name):
            if _KEYS.search(body) or _KEYS_NAME.search(node.name):
                self.note(node, "endless-key-cache")
        elif not _TIMED.search(body):
            self._filled_once(node)
        self.generic_visit(node)

    def _filled_once(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Keys that are fetched when there are none and then kept, without a look at the clock."""
        for inner in ast.walk(node):
            if (
                isinstance(inner, ast.If)
                and (target := _asked_for_absence(inner.test))
                and _KEYS_NAME.search(target)
            ):
                filled = [
                    one
                    for one in ast.walk(inner)
                    if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == target
                ]
                if filled and any(isinstance(part, ast.Call) for part in ast.walk(filled[0].value)):
                    self.note(inner, "endless-key-cache")

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Call(self, node: ast.Call) -> None:
        name = self._full_name(node.func)
        last = name.rpartition(".")[2]
        if last in ("decode", "decode_complete") and self._is_token_module(name):
            self._decode(node, name)
        elif last == "PyJWKClient" and not name.startswith(_BOUND):
            self._key_client(node)
        elif last in ("get_unverified_claims",):
            self.note(node, "signature-off")
        elif (
            last == "get"
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and node.args[0].value in _FROM_TOKEN
        ) and "header" in ast.unparse(node.func).lower():
            self.note(node, "key-from-token")
        if any(word.arg == "verify" and _false(word.value) for word in node.keywords) and _KEYS.search(
            ast.unparse(node)
        ):
            self.note(node, "tls-off")
        for word in node.keywords:
            if word.arg == "validate_iss" and _false(word.value):
                self.note(node, "issuer-off")
        self.generic_visit(node)

    def _decode(self, node: ast.Call, name: str) -> None:
        words = {word.arg: word.value for word in node.keywords if word.arg}
        self.first_decode = self.first_decode or node.lineno
        if _false(words.get("verify")):
            self.note(node, "signature-off")
            return
        options = self._resolved(words.get("options"))
        off = _switched_off(options)
        if isinstance(options, ast.Call):
            for name_off in sorted(off & _OFF.keys()):
                self.note(node, _OFF[name_off])
        if "verify_signature" in off or "verify_sig" in off:
            return
        if any(word.arg is None for word in node.keywords):
            return  # keyword arguments from elsewhere: they cannot be seen
        if name.startswith(("jwt.", "jose.")):
            self._demands(node, words, off)
        if name.split(".")[0] in self.values:
            return  # a decoder made elsewhere, which may have been given its algorithms there
        self._algorithms(node, words.get("algorithms", node.args[2] if len(node.args) > 2 else None))

    def _demands(self, node: ast.Call, words: dict[str, ast.expr], off: set[str]) -> None:
        if "issuer" not in words and "verify_iss" not in off:
            self.note(node, "issuer-missing")
        if "audience" not in words and "verify_aud" not in off:
            self.note(node, "audience-missing")

    def _algorithms(self, node: ast.Call, given: ast.expr | None) -> None:
        given = self._resolved(given)
        if given is None or (isinstance(given, ast.Constant) and given.value is None):
            self.note(node, "algorithms-open")
            return
        if "header" in ast.unparse(given).lower() and "alg" in ast.unparse(given):
            self.note(node, "algorithms-open")
            return
        named = {
            one.value.lower()
            for one in ast.walk(given)
            if isinstance(one, ast.Constant) and isinstance(one.value, str)
        }
        if "none" in named:
            self.note(node, "alg-none-allowed")
        if any(one.startswith("hs") for one in named) and any(one[:2] in ("rs", "ps", "es") for one in named):
            self.note(node, "algorithm-confusion")

    def _key_client(self, node: ast.Call) -> None:
        words = {word.arg: word.value for word in node.keywords if word.arg}
        self.first_key = self.first_key or node.lineno
        if isinstance(words.get("cache_keys"), ast.Constant) and words["cache_keys"].value is True:  # type: ignore[attr-defined]
            self.note(node, "endless-key-cache")
        lifespan = _number(words.get("lifespan"))
        if lifespan is not None and lifespan > _DAY:
            self.note(node, "endless-key-cache")

    def _fixed_key(self, value: ast.expr) -> None:
        text = value.value if isinstance(value, ast.Constant) else None
        written = isinstance(text, str) and ("BEGIN PUBLIC KEY" in text or "BEGIN CERTIFICATE" in text)
        if written and self.microsoft and self._tokens_here():
            self.note(value, "fixed-key")

    def _resolved(self, node: ast.expr | None) -> ast.expr | None:
        return self.values.get(node.id, node) if isinstance(node, ast.Name) else node

    def _full_name(self, node: ast.expr) -> str:
        text = ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""
        head, dot, rest = text.partition(".")
        return self.names.get(head, head) + dot + rest

    def _is_token_module(self, name: str) -> bool:
        root = name.split(".")[0]
        if root in _MODULES:
            return True
        value = self.values.get(root)
        return isinstance(value, ast.Call) and self._full_name(value.func).split(".")[0] in _MODULES

    def _tokens_here(self) -> bool:
        return any(name.split(".")[0] in _MODULES for name in self.modules)


def _asked_for_absence(test: ast.expr) -> str:
    """What a condition asks to be absent: ``not x``, ``x is None``; "" when it asks something else."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return ast.unparse(test.operand)
    if (
        isinstance(test, ast.Compare)
        and isinstance(test.ops[0], ast.Is)
        and ast.unparse(test.comparators[0]) == "None"
    ):
        return ast.unparse(test.left)
    return ""


def _false(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def _number(node: ast.expr | None) -> float | None:
    """The value of a number or a product of numbers; infinity for None, inf and float("inf")."""
    if isinstance(node, ast.Constant):
        return (
            float("inf")
            if node.value is None
            else float(node.value)
            if isinstance(node.value, int | float)
            else None
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        left, right = _number(node.left), _number(node.right)
        return left * right if left is not None and right is not None else None
    if node is not None and "inf" in ast.unparse(node).lower():
        return float("inf")
    return None


def _switched_off(options: ast.expr | None) -> set[str]:
    if isinstance(options, ast.Call):  # dict(verify_aud=False)
        return {word.arg for word in options.keywords if word.arg and _false(word.value)}
    if not isinstance(options, ast.Dict):
        return set()
    return {
        str(key.value)
        for key, value in zip(options.keys, options.values, strict=True)
        if isinstance(key, ast.Constant) and _false(value)
    }
