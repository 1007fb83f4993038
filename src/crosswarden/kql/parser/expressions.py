"""Scalar and tabular expressions, by precedence climbing.

From loose to tight: ``or``, ``and``, equality (``==``, ``in``, ``between`` …), comparison, ``+ -``, ``* / %``, the
string operators (``has``, ``contains``, …), sign, path. Equality, comparison and string operators do not chain.
Chains of ``and`` and of ``or`` become balanced trees, whatever their parentheses: they mean the same and stay shallow.
"""

from __future__ import annotations

from crosswarden.kql.parser.cursor import LIST_END, Abandon
from crosswarden.kql.parser.values import ValueParser
from crosswarden.kql.syntax import (
    Between,
    Binary,
    Call,
    Expression,
    Index,
    InList,
    Literal,
    Materialize,
    Member,
    MemberCall,
    Name,
    NamedExpression,
    Star,
    ToScalar,
    ToTable,
    Unary,
    WildcardName,
)
from crosswarden.kql.words import KEYWORDS, NAME_WORDS, SPECIAL_NAME_WORDS
from crosswarden.tables.types import Type

__all__ = ["STRING_OPERATORS", "ExpressionParser"]

_OR, _AND, _EQUAL, _COMPARE, _ADD, _MULTIPLY, _STRING = range(1, 8)

STRING_OPERATORS = {
    word: word
    for word in [
        "=~",
        "!~",
        ":",
        "has",
        "!has",
        "has_cs",
        "!has_cs",
        "hasprefix",
        "!hasprefix",
        "hasprefix_cs",
        "!hasprefix_cs",
        "hassuffix",
        "!hassuffix",
        "hassuffix_cs",
        "!hassuffix_cs",
        "like",
        "likecs",
        "contains",
        "!contains",
        "contains_cs",
        "!contains_cs",
        "startswith",
        "!startswith",
        "startswith_cs",
        "!startswith_cs",
        "endswith",
        "!endswith",
        "endswith_cs",
        "!endswith_cs",
    ]
} | {
    "matches regex": "matches regex",
    "notlike": "!like",
    "notlikecs": "!likecs",
    "notcontains": "!contains",
    "containscs": "contains_cs",
    "notcontainscs": "!contains_cs",
}
"""Spelling → the spelling in the tree."""

_IN = frozenset(["in", "!in", "in~", "!in~", "has_any", "has_all"])
_LEVELS = (
    {"or": _OR, "and": _AND, "between": _EQUAL, "!between": _EQUAL}
    | dict.fromkeys(["==", "!=", "<>"], _EQUAL)
    | dict.fromkeys(_IN, _EQUAL)
    | dict.fromkeys(["<", "<=", ">", ">="], _COMPARE)
    | dict.fromkeys("+-", _ADD)
    | dict.fromkeys("*/%", _MULTIPLY)
    | dict.fromkeys(STRING_OPERATORS, _STRING)
)
_SINGLE = frozenset([_EQUAL, _COMPARE, _STRING])
_AFTER_STAR = frozenset(STRING_OPERATORS) | {"=="}
_STEP_END = frozenset(["|", ";"])
_NAME_FOLLOWS = frozenset(_LEVELS) - {"+", "-"} | {")", "]", "}", ".", ",", ":", "|"}
_KEYWORD_FUNCTIONS = frozenset(["materialize", "contains", "has"])


class ExpressionParser(ValueParser):
    """Reads expressions; the operators after ``|`` come from the class that completes it."""

    def expression(self) -> Expression:
        """A pipe or a scalar: what may stand in parentheses."""
        raise NotImplementedError

    def starts_expression(self) -> bool:
        """Whether the current token can begin an expression."""
        return self.kind in _STARTS or self.is_name()

    def named(self) -> Expression:
        """``name = expression``, ``(a, b) = expression`` or just an expression."""
        length = self.name_length(rename=True)
        if length and self.peek(length) == "=":
            name = self.name(rename=True)
            self.advance()
            value = self.unnamed()
            return NamedExpression(name.start, value.end, (name,), value)
        if self.kind in KEYWORDS and self.peek() == "=":
            word = self.word()
            raise self.fail("a name", remedy=f"as a name, this word is written ['{word}']", code="kql-name")
        if self.kind == "(" and (length := self._rename_list()) and self.peek(length) == "=":
            start = self.advance()
            names = self.commas(lambda: self.name(rename=True), "a name")
            self.expect(")")
            self.expect("=")
            value = self.unnamed()
            return NamedExpression(start, value.end, names, value)
        if self.kind == "NAME" and self.peek() == "-" and self.adjacent():
            self._dashed_name()
        return self.unnamed()

    def _dashed_name(self) -> None:
        """``a-b = …`` is no name, though it looks like one."""
        ahead = 1
        while self.adjacent(ahead) and (self.peek(ahead) == "-" or self.is_rename(ahead)):
            ahead += 1
        if self.peek(ahead) == "=":
            text = self.tokens.text[self.start : self.ends[self.at + ahead - 1]]
            self.diagnostics.error(
                "kql-name",
                f"expected a name before =, found '{text}'; it is written ['{text}']",
                self.start,
                self.ends[self.at + ahead - 1],
            )
            raise Abandon

    def _rename_list(self) -> int:
        """How many tokens ``(a, b)`` takes here; 0 when it is not a list of names."""
        ahead = 1
        while length := self.name_length(ahead, rename=True):
            ahead += length
            if self.peek(ahead) == ")":
                return ahead + 1
            if self.peek(ahead) != ",":
                return 0
            ahead += 1
        return 0

    # Operators within expressions

    def unnamed(self, least: int = 0) -> Expression:
        """An expression without pipe and name, of operators that bind at least as tight as ``least``."""
        left = self._operand()
        highest = 99
        chain = 0
        while True:
            word = self.kind
            level = _LEVELS.get(word)
            if level is None or level < least or level > highest:
                return left
            if level <= _AND:
                left = self._junction(word, level, left)
                highest = level
                continue
            if word in _IN:
                if word == "in" and self.peek() == "range":
                    return left
                left = self._in_list(word, left)
            elif level == _EQUAL and word in ("between", "!between"):
                left = self._between(word == "!between", left)
            else:
                self.advance()
                right = self.unnamed(level + 1)
                left = Binary(left.start, right.end, _spelling(word), left, right)
            highest = level - 1 if level in _SINGLE else level
            chain += 1
            if chain > self.max_chain:
                self._too_long()

    def _too_long(self) -> None:
        start, end = self.start, self.ends[self.at]
        message = f"more than {self.max_chain} operators in a row; strcat or a let statement takes them apart"
        self.diagnostics.error("kql-depth", message, start, end)
        raise Abandon

    def _junction(self, word: str, level: int, left: Expression) -> Expression:
        parts = _parts(word, left)
        while self.take(word):
            parts.extend(_parts(word, self.unnamed(level + 1)))
        return _balanced(word, parts)

    def _in_list(self, word: str, left: Expression) -> Expression:
        self.advance()
        if self.kind != "(":
            remedy = f'the values of {word} stand in parentheses: {word} ("a", "b")'
            raise self.fail(f"( after {word}", remedy=remedy)
        opened = self.advance()
        self.enter()
        items = self.commas(self.expression, "a value", starts=self.starts_expression)
        self.depth -= 1
        end = self.close(")", opened, f"the values of {word}")
        return InList(left.start, end, word, left, items)

    def _between(self, negated: bool, left: Expression) -> Expression:
        self.advance()
        if self.kind != "(":
            raise self.fail("( after between", remedy="the form is between (low .. high)")
        opened = self.advance()
        self.enter()
        low = self.unnamed()
        if self.kind != "..":
            raise self.fail(
                ".. between the two ends", known=[".."], remedy="the form is between (low .. high)"
            )
        self.advance()
        high = self.unnamed()
        self.depth -= 1
        end = self.close(")", opened, "between")
        return Between(left.start, end, left, low, high, negated)

    # Operands

    def _operand(self) -> Expression:
        if self.kind in ("-", "+"):
            sign = self.kind
            start = self.advance()
            inner = self._path()
            if (
                isinstance(inner, Literal)
                and inner.type is Type.LONG
                and inner.value == 2**63
                and sign == "-"
            ):
                return Literal(start, inner.end, Type.LONG, -(2**63))
            return Unary(start, inner.end, sign, inner)
        return self._path()

    def _path(self) -> Expression:
        node = self._primary()
        if self.kind != "." and self.kind != "[":
            return self._in_range(node)
        chain = 0
        while True:
            if self.kind == ".":
                self.advance()
                node = self._selector(node)
            elif self.kind == "[":
                node = self._index(node)
            else:
                return node
            chain += 1
            if chain > self.max_chain:
                self._too_long()

    def _in_range(self, node: Expression) -> Expression:
        """A whole number may reach 2**63 only behind a minus."""
        if isinstance(node, Literal) and node.type is Type.LONG and isinstance(node.value, int):
            limit = 2**63 if self.at > 1 and self.kinds[self.at - 2] == "-" else 2**63 - 1
            if node.value > limit:
                message = f"{node.value:.3g} does not fit a long (64 bits); decimal(…) or real(…) hold it"
                self.diagnostics.error("kql-literal", message, node.start, node.end)
        return node

    def _selector(self, target: Expression) -> Expression:
        start = target.start
        length = self.name_length()
        if length and self.peek(length) == "(":
            call = self._call(self.name())
            return MemberCall(start, call.end, target, call)
        if length:
            name = self.name()
            return Member(start, name.end, target, name)
        if self.kind in SPECIAL_NAME_WORDS or self._named_by_keyword():
            node = self.plain_name(self.start)
            return Member(start, node.end, target, node)
        if self.kind == "[":
            return self._index(target)
        raise self.missing("a name after .")

    def _named_by_keyword(self) -> bool:
        """Whether a keyword that KQL does not take for a name stands where only a name can; the message says so."""
        if self.kind in KEYWORDS and self.peek() in _NAME_FOLLOWS | LIST_END:
            word = self.word()
            message = f"expected a name, found the keyword '{word}'; as a name it is written ['{word}']"
            self.diagnostics.error("kql-name", message, self.start, self.ends[self.at])
            return True
        return False

    def _index(self, target: Expression) -> Expression:
        opened = self.advance()
        self.enter()
        index = self.unnamed()
        self.depth -= 1
        end = self.close("]", opened, "the index")
        return Index(target.start, end, target, index)

    def _primary(self) -> Expression:
        kind = self.kind
        if kind == "NAME" or kind in NAME_WORDS:
            following = self.kinds[self.at + 1]
            if following == "(":
                if kind == "typeof":
                    return self.type_of()
                return self._call(self.plain_name(self.start))
            name = self.plain_name(self.start)
            if following == "datascope":
                self.data_scope()
            return name
        if kind in _LITERALS:
            return self.literal()
        if kind == "(":
            return self._parenthesized()
        if kind == "[":
            return self._bracketed()
        if kind == "*" and self.peek() in _AFTER_STAR:
            return Star(self.advance(), self.last_end)
        special = _SPECIAL.get(kind)
        if special is not None:
            return special(self)
        if kind == "{":
            return self._braced()
        if kind in SPECIAL_NAME_WORDS or (kind in _KEYWORD_FUNCTIONS and self.peek() == "("):
            return self.plain_name(self.start)
        if kind in KEYWORDS and self.peek() in _NAME_FOLLOWS and self._named_by_keyword():
            return self.plain_name(self.start)
        raise self.missing("an expression")

    def _parenthesized(self) -> Expression:
        opened = self.advance()
        self.enter()
        if self.kind == ")":
            raise self.missing("an expression")
        node = self.expression()
        self.depth -= 1
        self.close(")", opened, "the parenthesis")
        return node

    def _bracketed(self) -> Expression:
        if self.name_length():
            name = self.name()
            return self._call(name) if self.kind == "(" else name
        if self.peek() in ("*", "NAME") and (wildcard := self._bracketed_wildcard()):
            return wildcard
        raise self.missing("an expression")

    def _bracketed_wildcard(self) -> WildcardName | None:
        opened = self.at
        start = self.advance()
        node = self.wildcard()
        if node is None or self.kind != "]":
            self.jump(opened)
            return None
        self.advance()
        return WildcardName(start, self.last_end, node.text)

    def _braced(self) -> Expression:
        """``{name}``: a place that a client fills in before it sends the query."""
        end = self.at + 1
        while self.kinds[end] not in ("}", "END") and end - self.at < 8:
            end += 1
        if self.kinds[end] == "}" and self.peek() in NAME_WORDS | {"NAME"}:
            text = self.tokens.text[self.start : self.ends[end]]
            message = f"the client parameter {text[:60]} was not filled in; nothing here replaces it"
            self.diagnostics.error("kql-parameter", message, self.start, self.ends[end])
            start = self.start
            self.jump(end + 1)
            return Name(start, self.last_end, text[1:-1])
        raise self.missing("an expression")

    def _call(self, name: Name) -> Call:
        opened = self.advance()
        if self.kind == ")":
            self.advance()
            return Call(name.start, self.last_end, name, ())
        self.enter()
        arguments: list[Expression] = []
        while True:
            if self.kind == "*" and self.peek() in (",", ")"):
                arguments.append(Star(self.advance(), self.last_end))
            else:
                arguments.append(self.named())
            if self.take(","):
                continue
            if self.kind == ")":
                break
            if self.kind == "|":
                raise self.fail(
                    f") to close {name.text}(…)",
                    remedy="a query as an argument stands in its own parentheses",
                )
            if self.kind not in LIST_END and self.starts_expression():
                self.note(", or ) to close the arguments", known=("and", "or"))
                continue
            break
        self.depth -= 1
        end = self.close(")", opened, f"{name.text}(…)")
        return Call(name.start, end, name, tuple(arguments))

    def function_call(self, what: str) -> Call:
        """A call that has to stand here, as after evaluate and invoke."""
        if not self.name_length():
            raise self.missing(what)
        name = self.name()
        if self.kind != "(":
            raise self.fail(f"( after {name.text}")
        return self._call(name)

    # Expressions with words of their own

    def _query_call(self) -> tuple[int, Expression, tuple[object, ...]]:
        start = self.advance()
        if self.kind == "kind" and self.peek() == "=":
            self.jump(self.at + 3)
        opened = self.expect("(")
        self.enter()
        query = self.expression()
        self.depth -= 1
        self.close(")", opened, "the query")
        return start, query, ()

    def to_scalar(self) -> Expression:
        """``toscalar(query)``."""
        start, query, _ = self._query_call()
        return ToScalar(start, self.last_end, query)

    def to_table(self) -> Expression:
        """``totable(query)``."""
        start, query, _ = self._query_call()
        return ToTable(start, self.last_end, query)

    def materialize(self) -> Expression:
        """``materialize(query)``."""
        start, query, _ = self._query_call()
        return Materialize(start, self.last_end, query)


def _spelling(word: str) -> str:
    return "!=" if word == "<>" else STRING_OPERATORS.get(word, word)


def _parts(word: str, node: Expression) -> list[Expression]:
    """The operands of a chain of ``word``; anything else is its own only part."""
    if not (isinstance(node, Binary) and node.operator == word):
        return [node]
    parts: list[Expression] = []
    waiting: list[Expression] = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, Binary) and here.operator == word:
            waiting.extend((here.right, here.left))
        else:
            parts.append(here)
    return parts


def _balanced(word: str, parts: list[Expression]) -> Expression:
    if len(parts) == 1:
        return parts[0]
    half = (len(parts) + 1) // 2
    left, right = _balanced(word, parts[:half]), _balanced(word, parts[half:])
    return Binary(left.start, right.end, word, left, right)


_LITERALS = frozenset(["STRING", "LONG", "REAL", "TIMESPAN", "BOOL", "TYPED", "GUID", "dynamic"])
_SPECIAL = {
    "toscalar": ExpressionParser.to_scalar,
    "totable": ExpressionParser.to_table,
    "materialize": ExpressionParser.materialize,
    "datatable": ExpressionParser.datatable,
    "externaldata": ExpressionParser.externaldata,
    "external_data": ExpressionParser.externaldata,
    "__contextual_datatable": ExpressionParser.contextual_datatable,
}
_STARTS = _LITERALS | frozenset(_SPECIAL) | {"(", "[", "-", "+"} | SPECIAL_NAME_WORDS
