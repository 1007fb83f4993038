"""Statements: let, set, declare, alias, restrict, and the query itself."""

from __future__ import annotations

from crosswarden.kql.parser.cursor import Abandon
from crosswarden.kql.parser.parameters import ParameterParser
from crosswarden.kql.syntax import (
    AliasDatabase,
    Call,
    ColumnDeclaration,
    DeclarePattern,
    DeclareQueryParameters,
    EntityGroup,
    Expression,
    FunctionBody,
    FunctionDeclaration,
    FunctionParameter,
    Let,
    Member,
    MemberCall,
    Missing,
    Name,
    Parameter,
    PatternMatch,
    QueryStatement,
    RestrictAccess,
    SetOption,
    Star,
    Statement,
    TableSchema,
    TypeName,
)
from crosswarden.kql.words import NAME_WORDS

__all__ = ["StatementParser"]

_STOPS = frozenset([";"])
_TOP = frozenset(["END"])


class StatementParser(ParameterParser):
    """Reads statements and what they declare."""

    def statements(self, ends: frozenset[str] = _TOP) -> tuple[Statement, ...]:
        """Statements up to one of ``ends``, separated by semicolons; errors end only the statement they are in."""
        found: list[Statement] = []
        while self.kind not in ends:
            first = self.at
            depth = self.depth
            try:
                found.append(self.statement())
            except Abandon:
                self.skip(first, _STOPS)
            finally:
                self.depth = depth
            if self.take(";") or self.kind in ends:
                continue
            self._between_statements(first, ends)
        return tuple(found)

    def _between_statements(self, first: int, ends: frozenset[str]) -> None:
        """No semicolon and no end: the next line may begin another query, else the rest is one error."""
        if self.resumes() and self.at > first:
            start, end = self.gap()
            message = f"expected ; before the next query or statement, found {self.found()}"
            self.diagnostics.error("kql-semicolon", message, start, end)
            return
        start, end = self.start, self.ends[self.at]
        if not any(item.start == self.diagnostics.source.utf16(start) for item in self.diagnostics.sorted()):
            self.note("; or the end of the query", code="kql-leftover")
        at = self.at
        self.skip(at, _STOPS)
        if self.at == at and self.kind not in ends and self.kind != ";":
            self.advance()
            self.skip(self.at, _STOPS)
        self.take(";")

    def resumes(self) -> bool:
        """Whether a new line begins here with what starts a statement."""
        fresh = self._line_breaks(self.last_end, self.start)
        if not fresh:
            return False
        return self._is_statement() or self.kind == "NAME" or self.starts_operator()

    def _is_statement(self) -> bool:
        kind = self.kind
        if kind == "let":
            return self.name_length(1) > 0 or self.peek(2) == "="
        if kind == "declare":
            return self.peek() in ("pattern", "query_parameters")
        if kind == "alias":
            return self.peek() == "database"
        if kind == "restrict":
            return self.peek() == "access"
        return kind == "set"

    def statement(self) -> Statement:
        """The statement that begins here."""
        if self._is_statement():
            if self.kind == "let":
                return self._let()
            if self.kind == "set":
                return self._set()
            if self.kind == "alias":
                return self._alias()
            if self.kind == "restrict":
                return self._restrict()
            return self._pattern() if self.peek() == "pattern" else self._query_parameters()
        if self.kind == "." and (self.at == 0 or self.kinds[self.at - 1] in (";", "DIRECTIVE")):
            self._command()
        if self.kind in ("|", ")", "]", "}", ","):
            raise self.fail("a table, a query or a statement", code="kql-leftover")
        node = self.expression()
        return QueryStatement(node.start, node.end, node)

    def _command(self) -> None:
        start = self.start
        self.jump(len(self.kinds) - 1)
        message = "a management command (it begins with .) does not run here; only queries do"
        self.diagnostics.error("kql-command", message, start, self.last_end)
        raise Abandon

    # let

    def _let(self) -> Statement:
        start = self.advance()
        name = self.name(what="a name after let")
        self.expect("=", "after let's name")
        if self.kind == "entity_group" and self.peek() != "(":
            value: Expression = self.entity_group()
        elif self._declares_function():
            value = self.function()
        else:
            value = self.expression()
        return Let(start, value.end, name, value)

    def _declares_function(self) -> bool:
        ahead = 0
        if self.kind == "view" and self.peek() == "(":
            ahead = 1
        if self.peek(ahead) != "(":
            return False
        if self.peek(ahead + 1) in (")", "*"):
            return True
        length = self.name_length(ahead + 1, rename=True)
        if length and self.peek(ahead + 1 + length) == ":":
            return True
        return bool(length) and self.peek(ahead + length + 1) in (")", ",") and self._brace_follows(ahead)

    def _brace_follows(self, ahead: int) -> bool:
        """``(a, b) {``: a function whose parameters lack their types."""
        while self.peek(ahead) not in (")", "END", "|", ";"):
            ahead += 1
        return self.peek(ahead) == ")" and self.peek(ahead + 1) == "{"

    def function(self) -> FunctionDeclaration:
        """``view (parameters) { body }``."""
        start = self.start
        view = self.take("view")
        opened = self.expect("(")
        parameters = self.commas(self._function_parameter, "a parameter", least=0)
        self.close(")", opened, "the parameters")
        body = self._body()
        return FunctionDeclaration(start, body.end, parameters, body, view)

    def _function_parameter(self) -> FunctionParameter:
        name = self.name(rename=True, what="a parameter's name")
        self.expect(":", f"and a type after the parameter {name.text}")
        kind: TypeName | TableSchema
        if self.kind == "(":
            kind = self._table_schema()
        else:
            kind = self.type_name()
        default: Expression | None = None
        if self.take("="):
            is_word = self.kind == "NAME" or self.kind in NAME_WORDS
            default = self.plain_name(self.start) if is_word else self.signed_literal("a default value")
        return FunctionParameter(name.start, self.last_end, name, kind, default)

    def _table_schema(self) -> TableSchema:
        start = self.start
        opened = self.advance()
        columns: tuple[ColumnDeclaration | Star, ...]
        if self.kind == "*":
            columns = (Star(self.advance(), self.last_end),)
        else:
            columns = self.commas(self.column_declaration, "a column", least=0)
        end = self.close(")", opened, "the table's columns")
        return TableSchema(start, end, columns)

    def _body(self) -> FunctionBody:
        if self.kind != "{":
            raise self.fail("{ and the function's body")
        start = self.start
        opened = self.advance()
        self.enter()
        statements: list[Statement] = []
        expression: Expression | None = None
        while self.kind not in ("}", "END"):
            first = self.at
            try:
                statement = self.statement()
            except Abandon:
                self.skip(first, _STOPS)
                statement = QueryStatement(
                    self.last_end, self.last_end, Missing(self.last_end, self.last_end)
                )
            if isinstance(statement, QueryStatement):
                expression = statement.expression
            else:
                statements.append(statement)
            if not self.take(";"):
                break
        self.depth -= 1
        end = self.close("}", opened, "the function's body")
        return FunctionBody(start, end, tuple(statements), expression)

    # The other statements

    def _set(self) -> Statement:
        start = self.advance()
        name = self.name(rename=True, what="an option's name after set")
        value = self.unnamed() if self.take("=") else None
        return SetOption(start, self.last_end, name.text, value)

    def _query_parameters(self) -> Statement:
        start = self.advance()
        self.advance()
        opened = self.expect("(", "and the parameters")
        parameters = self.commas(self._function_parameter, "a parameter")
        end = self.close(")", opened, "the parameters")
        return DeclareQueryParameters(start, end, parameters)

    def _alias(self) -> Statement:
        start = self.advance()
        self.advance()
        name = self.name(what="a name for the database")
        self.expect("=", "after the database's name")
        value = self.unnamed()
        return AliasDatabase(start, value.end, name, value)

    def _restrict(self) -> Statement:
        start = self.advance()
        self.advance()
        self.expect("to", "after restrict access")
        opened = self.expect("(", "and what may be read")
        entities = self.commas(lambda: self.wildcard() or self.entity(), "a table or database")
        self.close(")", opened, "the tables")
        properties: tuple[Parameter, ...] = ()
        if self.kind == "with":
            properties = self.properties()
        return RestrictAccess(start, self.last_end, entities, properties)

    def entity(self) -> Expression:
        """A table or database by its path, or anything in parentheses."""
        if self.kind == "(":
            return self.unnamed(99)
        node: Expression = self._entity_part()
        while self.kind == "." and (self.name_length(1) or self.peek() == "["):
            at = self.at
            self.advance()
            if self.is_rename() and self.peek() == "*" and self.adjacent():
                self.jump(at)
                break
            part = self._entity_part()
            if isinstance(part, Call):
                node = MemberCall(node.start, part.end, node, part)
            else:
                node = Member(node.start, part.end, node, part)
        return node

    def _entity_part(self) -> Name | Call:
        if self.kind == "[" and self.peek() in ("*", "NAME") and not self.name_length():
            inner = self._bracketed_wildcard()
            if inner is not None:
                return Name(inner.start, inner.end, inner.text)
        if self.kind in ("materialize", "toscalar", "totable", "datatable", "externaldata", "external_data"):
            raise self.missing("a table's name")
        name = self.name(what="a table's name")
        return self._call(name) if self.kind == "(" else name

    def entity_group(self) -> Expression:
        """``entity_group [entities]``."""
        start = self.advance()
        opened = self.expect("[", "and the group's databases")
        entities = self.commas(self.unnamed, "a database")
        end = self.close("]", opened, "the group")
        return EntityGroup(start, end, entities)

    # declare pattern

    def _pattern(self) -> Statement:
        start = self.advance()
        self.advance()
        name = self.name(what="a pattern's name")
        if not self.take("="):
            return DeclarePattern(start, name.end, name)
        opened = self.expect("(")
        parameters = self.commas(self.column_declaration, "a parameter", least=0)
        self.close(")", opened, "the parameters")
        path: ColumnDeclaration | None = None
        if self.take("["):
            path = self.column_declaration()
            self.expect("]", "after the path's type")
        opened = self.expect("{", "and the pattern's matches")
        matches: list[PatternMatch] = []
        while self.kind == "(":
            matches.append(self._pattern_match())
        end = self.close("}", opened, "the pattern")
        return DeclarePattern(start, end, name, parameters, path, tuple(matches))

    def _pattern_match(self) -> PatternMatch:
        start = self.start
        opened = self.advance()
        values = self.commas(self.unnamed, "a value")
        self.close(")", opened, "the values")
        path: Expression | None = None
        if self.take("."):
            self.expect("[")
            path = self.signed_literal()
            self.expect("]")
        self.expect("=", "and a body in braces")
        body = self._body()
        self.expect(";", "after each match")
        return PatternMatch(start, self.last_end, values, path, body)
