"""Literals, names, schemas and the small tables that a query carries in its own text."""

from __future__ import annotations

from crosswarden.kql.diagnostics import shown
from crosswarden.kql.parser import literals
from crosswarden.kql.parser.cursor import LIST_END, Cursor
from crosswarden.kql.syntax import (
    ColumnDeclaration,
    ContextualDataTable,
    DataTable,
    DynamicArray,
    DynamicLiteral,
    DynamicObject,
    Expression,
    ExternalData,
    Json,
    Literal,
    Name,
    Parameter,
    Star,
    TypeName,
    TypeOf,
    WildcardName,
)
from crosswarden.kql.words import RENAME_WORDS, TYPE_WORDS
from crosswarden.tables.types import Type

__all__ = ["ValueParser"]

_SCALARS = ("string", "long", "int", "real", "decimal", "bool", "datetime", "timespan", "dynamic", "guid")


class ValueParser(Cursor):
    """Reads what stands for itself."""

    def unnamed(self, least: int = 0) -> Expression:
        """An expression without pipe and name."""
        raise NotImplementedError

    # Names

    def name(self, rename: bool = False, what: str = "a name") -> Name:
        """A name; ``rename`` admits the keywords that may be declared as one."""
        if self.is_rename() if rename else self.is_name():
            return self.plain_name(self.start)
        length = self.name_length(rename=rename)
        if not length:
            if self.kind in RENAME_WORDS or self.kind in TYPE_WORDS:
                raise self.fail(
                    what, remedy=f"as a name, this word is written ['{self.word()}']", code="kql-name"
                )
            raise self.missing(what)
        start = self.advance()
        if length == 3 and self.kind != "STRING":
            text = self.word()
        else:
            text = "".join(literals.string(self.word(ahead)) for ahead in range(length - 2))
        self.jump(self.at + length - 1)
        return Name(start, self.last_end, text)

    def wildcard(self) -> WildcardName | None:
        """A name with stars in it, if one stands here: its parts touch each other."""
        if self.kind != "*" and not (self.is_rename() and self.peek() == "*" and self.adjacent()):
            return None
        start = self.advance()
        while self.adjacent(0) and (self.kind in ("*", "LONG") or self.is_rename()):
            self.advance()
        return WildcardName(start, self.last_end, self.tokens.text[start : self.last_end])

    def name_or_wildcard(self) -> Expression:
        """A column's name, stars allowed."""
        return self.wildcard() or self.name(what="a column name")

    # Literals

    def literal(self) -> Expression:
        """The literal that stands here."""
        kind = self.kind
        if kind == "STRING":
            return self.string()
        start, end, text = self.start, self.ends[self.at], self.word()
        if kind == "dynamic":
            return self._dynamic()
        self.advance()
        if kind == "LONG":
            return Literal(start, end, Type.LONG, literals.integer(text))
        if kind == "REAL":
            return Literal(start, end, Type.REAL, float(text))
        if kind == "BOOL":
            return Literal(start, end, Type.BOOL, text.lower() == "true")
        if kind == "TIMESPAN":
            return self._checked(start, end, text)
        if kind == "GUID":
            self.diagnostics.error(
                "kql-literal", f"a bare guid is no literal; it is written guid({text})", start, end
            )
            return Literal(start, end, Type.GUID, text.lower())
        return self._checked(start, end, text)

    def _checked(self, start: int, end: int, text: str) -> Literal:
        """A timespan or ``type(content)``; content that is no such value is an error, not a null."""
        try:
            if text[0].isdigit():
                return Literal(start, end, Type.TIMESPAN, literals.span(text))
            kind, value = literals.typed(text)
        except ValueError as problem:
            self.diagnostics.error("kql-literal", f"{shown(text)} {problem}", start, end)
            kind = Type.TIMESPAN if text[0].isdigit() else Type.named(text.partition("(")[0]) or Type.STRING
            return Literal(start, end, kind, None)
        return Literal(start, end, kind, value)

    def string(self) -> Literal:
        """One string literal or several side by side, which are one text."""
        start = self.start
        if self.peek() != "STRING":
            text = self.word()
            self.advance()
            return Literal(start, self.last_end, Type.STRING, literals.string(text), text[0] in "hH")
        parts: list[str] = []
        hidden = False
        while self.kind == "STRING":
            text = self.word()
            hidden = hidden or text[0] in "hH"
            parts.append(literals.string(text))
            self.advance()
        return Literal(start, self.last_end, Type.STRING, "".join(parts), hidden)

    def signed_literal(self, what: str = "a literal") -> Expression:
        """A literal, numbers with their sign; what datatable's rows and defaults hold."""
        if self.kind in ("-", "+") and self.peek() in ("LONG", "REAL", "TIMESPAN") and self.adjacent():
            negative = self.kind == "-"
            start = self.advance()
            inner = self.literal()
            assert isinstance(inner, Literal)
            value = inner.value
            if negative and isinstance(value, int | float):
                value = -value
            return Literal(start, inner.end, inner.type, value)
        if self.kind == "typeof":
            return self.type_of()
        if self.kind in ("STRING", "LONG", "REAL", "BOOL", "TIMESPAN", "TYPED", "GUID", "dynamic"):
            return self.literal()
        raise self.missing(what)

    # dynamic(…)

    def _dynamic(self) -> Expression:
        start = self.advance()
        opened = self.expect("(", "after dynamic")
        value = self._json()
        end = self.close(")", opened, "dynamic(…)")
        return DynamicLiteral(start, end, value)

    def _json(self) -> Json:
        kind = self.kind
        if kind == "[":
            return self._json_array()
        if kind == "{":
            return self._json_object()
        if kind == "null":
            return Literal(self.advance(), self.last_end, Type.DYNAMIC, None)
        if kind == "-" and self.peek() in ("LONG", "REAL"):
            start = self.advance()
            inner = self.literal()
            assert isinstance(inner, Literal)
            assert isinstance(inner.value, int | float)
            return Literal(start, inner.end, inner.type, -inner.value)
        if kind in ("STRING", "LONG", "REAL", "BOOL", "TYPED", "TIMESPAN", "GUID"):
            node = self._json_guid() if kind == "GUID" else self.literal()
            assert isinstance(node, Literal)
            return node
        if kind == "dynamic":
            inside = self.literal()
            assert isinstance(inside, DynamicLiteral)
            return inside.value
        remedy = "JSON keys and texts stand in quotes" if kind == "NAME" else ""
        raise self.fail("a JSON value", remedy=remedy)

    def _json_guid(self) -> Literal:
        text = self.word()
        return Literal(self.advance(), self.last_end, Type.STRING, text)

    def _json_array(self) -> DynamicArray:
        start = self.start
        opened = self.advance()
        self.enter()
        items = self.commas(self._json, "a JSON value", least=0)
        self.depth -= 1
        end = self.close("]", opened, "the array")
        return DynamicArray(start, end, items)

    def _json_object(self) -> DynamicObject:
        start = self.start
        opened = self.advance()
        self.enter()
        pairs = self.commas(self._json_pair, "a JSON key", least=0)
        self.depth -= 1
        end = self.close("}", opened, "the object")
        return DynamicObject(start, end, pairs)

    def _json_pair(self) -> tuple[str, Json]:
        if self.kind != "STRING":
            raise self.fail("a JSON key in quotes")
        key = literals.string(self.word())
        self.advance()
        self.expect(":", "after the JSON key")
        return key, self._json()

    # Types and schemas

    def type_name(self) -> TypeName:
        """A scalar type."""
        if self.kind in TYPE_WORDS:
            text = self.word()
            return TypeName(self.advance(), self.last_end, text)
        raise self.fail(f"a type ({', '.join(_SCALARS)})", known=TYPE_WORDS)

    def type_of(self) -> TypeOf:
        """``typeof(type)`` or ``typeof(schema)``."""
        start = self.expect("typeof")
        opened = self.expect("(", "after typeof")
        if self.kind in TYPE_WORDS:
            items: tuple[TypeName | ColumnDeclaration | Star, ...] = (self.type_name(),)
        else:
            items = self.commas(self._type_element, "a type")
        end = self.close(")", opened, "typeof(…)")
        return TypeOf(start, end, items)

    def _type_element(self) -> ColumnDeclaration | Star:
        if self.kind == "*":
            return Star(self.advance(), self.last_end)
        return self.column_declaration()

    def column_declaration(self) -> ColumnDeclaration:
        """``name: type``."""
        name = self.name(rename=True, what="a column name")
        self.expect(":", "and a type after the column's name")
        kind = self.type_name()
        return ColumnDeclaration(name.start, kind.end, name, kind)

    def row_schema(self, what: str) -> tuple[ColumnDeclaration, ...]:
        """``(name: type, …)``."""
        if self.kind != "(":
            raise self.fail(f"( and the columns of {what}, as in (name: type, …)")
        opened = self.advance()
        self.take(",")
        columns = self.commas(self.column_declaration, "a column", least=0, trailing=True)
        self.close(")", opened, "the columns")
        return columns

    # Tables in the text

    def datatable(self) -> Expression:
        """``datatable (schema) [values]``."""
        start = self.advance()
        columns = self.row_schema("datatable")
        if self.kind != "[":
            raise self.fail("[ and the values of datatable")
        opened = self.advance()
        self.take(",")
        values = self.commas(
            self.signed_literal,
            "a literal",
            least=0,
            trailing=True,
            starts=lambda: self.kind in ("STRING", "LONG", "REAL", "BOOL", "TYPED", "TIMESPAN", "dynamic"),
        )
        if self.kind not in LIST_END:
            raise self.fail(
                "a literal or ] to close datatable", remedy="datatable holds literals only, no calls"
            )
        end = self.close("]", opened, "datatable's values")
        return DataTable(start, end, columns, values)

    def contextual_datatable(self) -> Expression:
        """``__contextual_datatable(id, schema)``."""
        start = self.advance()
        opened = self.expect("(")
        key = self.unnamed()
        self.expect(",")
        columns = self.row_schema("the table")
        end = self.close(")", opened, "the table")
        return ContextualDataTable(start, end, key, columns)

    def externaldata(self) -> Expression:
        """``externaldata (schema) [uris] with (properties)``."""
        start = self.advance()
        columns = self.row_schema("externaldata")
        if self.kind != "[":
            raise self.fail("[ and the addresses of externaldata")
        opened = self.advance()
        uris = self.commas(self.unnamed, "an address", least=0, trailing=True)
        end = self.close("]", opened, "externaldata's addresses")
        properties: tuple[Parameter, ...] = ()
        if self.kind == "with":
            properties = self.properties()
            end = self.last_end
        return ExternalData(start, end, columns, uris, properties)

    def properties(self) -> tuple[Parameter, ...]:
        """``with (name = value, …)`` whose names are free."""
        self.expect("with")
        opened = self.expect("(", "after with")
        found = self.commas(self._property, "a property", least=0)
        self.close(")", opened, "the properties")
        return found

    def _property(self) -> Parameter:
        name = self.name(rename=True, what="a property's name")
        self.expect("=", "after the property's name")
        if self.kind in ("STRING", "LONG", "REAL", "BOOL", "TYPED", "TIMESPAN", "-", "+"):
            value = self.signed_literal()
        else:
            value = self.name(rename=True, what="a property's value")
        return Parameter(name.start, value.end, name.text, value)

    def data_scope(self) -> None:
        """``datascope = hotcache``: which storage to read, which is all one here."""
        self.expect("datascope")
        self.expect("=")
        if self.word() not in ("all", "hotcache"):
            raise self.fail("all or hotcache", known=["all", "hotcache"])
        self.advance()
