"""A Sigma rule as a hunt: values to comparisons, selections to brackets, the condition to one where."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from crosswarden.errors import QueryError
from crosswarden.hunts.model import Alternative, EntityMap, FindingShape, Hunt, Requirement, Severity
from crosswarden.hunts.sigma.fields import (
    ACTIVITY,
    AUDIT,
    SIGN_INS,
    UNIFIED,
    Source,
    expression_of,
    source_of,
)

__all__ = ["SigmaError", "convert", "is_sigma"]

_SEVERITY = {
    "critical": Severity.HIGH,
    "high": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
    "informational": Severity.INFORMATIONAL,
}
_OPERATORS = {"": "=~", "contains": "contains", "startswith": "startswith", "endswith": "endswith"}
_SHAPE = FindingShape(
    ("Tenant", "Actor"),
    "",
    "",
    (
        EntityMap("tenant", "Tenant", "Tenant"),
        EntityMap("user", "Actor", "Actor"),
        EntityMap("address", "ActorIp", "ActorIp"),
    ),
)


class SigmaError(QueryError):
    """A Sigma rule asks for something that has no KQL equivalent here; the sentence names it."""

    def __init__(self, sentence: str) -> None:
        super().__init__("sigma-rule", sentence)


def is_sigma(document: object) -> bool:
    """Whether a YAML document is a Sigma rule."""
    return isinstance(document, Mapping) and "detection" in document and "logsource" in document


def convert(rule: Mapping[str, Any], *, identifier: str, path: str = "") -> Hunt:
    """The hunt that a Sigma rule describes; raises SigmaError for what cannot be said in KQL here."""
    log = rule["logsource"]
    source = source_of(str(log.get("product", "")), str(log.get("service", "")))
    if source is None:
        raise SigmaError(
            f"log source {log.get('product')}/{log.get('service')} is none of Azure or Microsoft 365"
        )
    detection = rule["detection"]
    if "timeframe" in detection and "|" in str(detection.get("condition")):
        raise SigmaError("an aggregation in the condition (a Sigma 1 form) is not supported")
    selections = {
        name: _selection(source, value)
        for name, value in detection.items()
        if name not in ("condition", "timeframe")
    }
    condition = detection.get("condition")
    conditions = condition if isinstance(condition, list) else [condition]
    where = " or ".join(f"({_Condition(str(each), selections).parse()})" for each in conditions)
    steps = [source.table, source.expand, f"| where {where}", source.finish]
    techniques = [
        tag[7:].upper() for tag in map(str, rule.get("tags") or ()) if re.match(r"attack\.t\d{4}", tag)
    ]
    title = " ".join(str(rule.get("title", identifier)).split())
    return Hunt(
        id=identifier,
        guid=str(rule.get("id", "")),
        name=title,
        description=" ".join(str(rule.get("description", "")).split()),
        severity=_SEVERITY.get(str(rule.get("level", "medium")).lower(), Severity.MEDIUM),
        tactics=(),
        techniques=tuple(techniques),
        query="\n".join(step for step in steps if step) + "\n",
        family="sigma",
        lookback=timedelta(days=1),
        requires=(Requirement(source.table, (Alternative(source.table),)),),
        finding=FindingShape(_SHAPE.key, f"{_no_braces(title)}: {{Actor}}", "", _SHAPE.entities),
        clean="The rule matched nothing.",
        source="sigma",
        path=path,
    )


def _no_braces(text: str) -> str:
    return text.replace("{", "(").replace("}", ")")


def _selection(source: Source, value: Any) -> str:
    """A selection as a KQL condition: a mapping is and, a list is or, bare strings are keywords."""
    if isinstance(value, Mapping):
        return " and ".join(_field(source, str(key), each) for key, each in value.items()) or "true"
    if isinstance(value, Sequence) and not isinstance(value, str):
        parts = [
            _selection(source, each) if isinstance(each, Mapping) else _keyword(source, each)
            for each in value
        ]
        return " or ".join(f"({part})" for part in parts)
    return _keyword(source, value)


def _keyword(source: Source, value: Any) -> str:
    where = {
        ACTIVITY.table: "strcat(OperationNameValue, ' ', tostring(Properties), ' ', Authorization)",
        AUDIT.table: "strcat(OperationName, ' ', tostring(TargetResources), ' ', tostring(InitiatedBy))",
        SIGN_INS.table: "strcat(UserPrincipalName, ' ', AppDisplayName, ' ', ResultDescription)",
        UNIFIED.table: "strcat(Operation, ' ', Parameters, ' ', ModifiedProperties)",
    }.get(source.table, "tostring(pack_all())")
    return f"{where} contains {_text(value)}"


def _field(source: Source, key: str, value: Any) -> str:
    name, *modifiers = key.split("|")
    every = "all" in modifiers
    kinds = [each for each in modifiers if each not in ("all", "cased")]
    values = value if isinstance(value, list) else [value]
    if len(kinds) > 1 or (
        kinds and kinds[0] not in (*_OPERATORS, "re", "cidr", "exists", "gt", "gte", "lt", "lte")
    ):
        raise SigmaError(f"the modifier {'|'.join(kinds)!r} of field {name!r} is not supported")
    kind = kinds[0] if kinds else ""
    special = _status(source, name, kind, values)
    if special:
        return special
    target = expression_of(source, name)
    parts = [_compare(target, kind, each, cased="cased" in modifiers) for each in values]
    return "(" + (" and " if every else " or ").join(parts) + ")"


def _status(source: Source, name: str, kind: str, values: Sequence[Any]) -> str:
    """Fields whose words differ between the portal and the log: success and failure, and the sign-in activity."""
    words = {str(each).lower() for each in values}
    if source is SIGN_INS and name.lower() == "status" and not kind and words <= {"success", "failure"}:
        return " or ".join(
            "ResultType == '0'" if each == "success" else "ResultType != '0'" for each in sorted(words)
        )
    if source is UNIFIED and name.lower() in ("status", "resultstatus") and words == {"success"}:
        return "ResultStatus in~ ('success', 'succeeded', 'true', 'partiallysucceeded')"
    if source is SIGN_INS and name.lower() == "activitydetails" and words == {"sign-ins"}:
        return "true"
    if source is UNIFIED and name.lower() == "requesttype" and not kind:
        return "(" + " or ".join(f"ExtendedProperties contains {_text(each)}" for each in values) + ")"
    return ""


def _compare(target: str, kind: str, value: Any, *, cased: bool) -> str:
    if value is None:
        return f"isempty({target})"
    if kind == "exists":
        return f"isnotempty({target})" if value else f"isempty({target})"
    if kind in ("gt", "gte", "lt", "lte"):
        sign = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}[kind]
        return f"todouble({target}) {sign} {float(value)}"
    if kind == "cidr":
        return f"ipv4_is_in_range({target}, {_text(value)})"
    if kind == "re":
        return f"{target} matches regex {_text(value)}"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if re.search(r"(?<!\\)[*?]", text):
        return f"{target} matches regex {_text(_pattern(text, kind, cased=cased))}"
    text = re.sub(r"\\([*?\\])", r"\1", text)
    operator = _OPERATORS[kind]
    if cased:
        operator = {"=~": "=="}.get(operator, f"{operator}_cs")
    return f"{target} {operator} {_text(text)}"


def _pattern(text: str, kind: str, *, cased: bool) -> str:
    """Sigma's wildcards as a regular expression."""
    parts = re.split(r"(\\.|[*?])", text)
    body = "".join(
        {"*": ".*", "?": "."}.get(part) or re.escape(part.removeprefix("\\")) for part in parts if part
    )
    start = "" if kind in ("contains", "endswith") else "^"
    end = "" if kind in ("contains", "startswith") else "$"
    return ("" if cased else "(?is)") + start + body + end


def _text(value: Any) -> str:
    """A KQL string literal; nothing in a rule can end it."""
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


class _Condition:
    """Recursive descent over a condition: or, and, not, brackets, ``1 of``, ``all of``."""

    def __init__(self, text: str, selections: Mapping[str, str]) -> None:
        self._text = text
        self._tokens = re.findall(r"\(|\)|[^\s()]+", text)
        self._selections = selections
        self._at = 0

    def parse(self) -> str:
        result = self._either()
        if self._at != len(self._tokens):
            raise SigmaError(f"the condition {self._text!r} cannot be read at {self._tokens[self._at]!r}")
        return result

    def _peek(self) -> str:
        return str(self._tokens[self._at]).lower() if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        if self._at >= len(self._tokens):
            raise SigmaError(f"the condition {self._text!r} ends early")
        self._at += 1
        return str(self._tokens[self._at - 1])

    def _joined(self, word: str, part: Callable[[], str]) -> str:
        parts = [part()]
        while self._peek() == word:
            self._take()
            parts.append(part())
        return parts[0] if len(parts) == 1 else f" {word} ".join(f"({each})" for each in parts)

    def _either(self) -> str:
        return self._joined("or", self._both)

    def _both(self) -> str:
        return self._joined("and", self._one)

    def _one(self) -> str:
        token = self._take()
        if token.lower() == "not":
            return f"not({self._one()})"
        if token == "(":  # noqa: S105
            inner = self._either()
            if self._take() != ")":
                raise SigmaError(f"the condition {self._text!r} lacks a closing bracket")
            return inner
        if token.lower() in ("1", "any", "all") and self._peek() == "of":
            self._take()
            names = self._matching(self._take())
            word = " and " if token.lower() == "all" else " or "
            return word.join(f"({self._selections[name]})" for name in names)
        if token not in self._selections:
            raise SigmaError(f"the condition names {token!r}, which the detection does not define")
        return self._selections[token]

    def _matching(self, pattern: str) -> list[str]:
        if pattern.lower() == "them":
            return [name for name in self._selections if not name.startswith("_")]
        expression = re.compile(re.escape(pattern).replace(r"\*", ".*"))
        names = [name for name in self._selections if expression.fullmatch(name)]
        if not names:
            raise SigmaError(f"no selection fits {pattern!r}")
        return names
