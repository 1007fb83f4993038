"""Walks into dynamic values: one JSON path where the steps are known, one look a computed step."""

from __future__ import annotations

from crosswarden.kql.lowering.context import Lowering
from crosswarden.kql.lowering.step import Step
from crosswarden.kql.plan import Call, Path, Ref, Scalar
from crosswarden.kql.sql import Expression, call, case, cast, exp, number, text
from crosswarden.tables import Type

__all__ = ["PARSERS", "is_short", "json_path", "lower_path", "path_text"]

PARSERS = frozenset({"parse_json", "todynamic", "parsejson", "toobject"})


def json_path(steps: tuple[str | int, ...]) -> str | None:
    """The steps as DuckDB's JSON path; None for a name that its syntax cannot say.

    >>> json_path(("user", 0, -1, "a.b"))
    '$."user"[0][#-1]."a.b"'
    """
    written = ["$"]
    for step in steps:
        if isinstance(step, int):
            written.append(f"[{step}]" if step >= 0 else f"[#{step}]")
        elif '"' in step or "\\" in step or not step:
            return None
        else:
            written.append(f'."{step}"')
    return "".join(written)


def _split(path: Path) -> tuple[tuple[str | int, ...], tuple[str | int | Scalar, ...]]:
    """The steps known beforehand, and the rest from the first computed one on."""
    for at, step in enumerate(path.steps):
        if not isinstance(step, str | int) or (isinstance(step, str) and json_path((step,)) is None):
            return tuple(s for s in path.steps[:at] if isinstance(s, str | int)), path.steps[at:]
    return tuple(step for step in path.steps if isinstance(step, str | int)), ()


def lower_path(lowering: Lowering, path: Path, step: Step) -> Expression:
    """The JSON text at the end of the path; null where it leads nowhere or to JSON null."""
    direct = through_text(path)
    if direct is not None:
        return call("coalesce", lower_path(lowering, direct, step), _walked(lowering, path, step))
    return _walked(lowering, path, step)


def through_text(path: Path) -> Path | None:
    """``parse_json(tostring(x.a)).b`` as ``x.a.b``: where that holds something, it is the answer.

    Then x.a is a bag or array, whose text parses to itself. Where it holds nothing, x.a may still be text with JSON
    in it, so the way through the text has to follow.
    """
    base = path.base
    if not (isinstance(base, Call) and base.function.name in PARSERS and len(base.arguments) == 1):
        return None
    inner = base.arguments[0]
    if not (isinstance(inner, Call) and inner.function.name == "tostring"):
        return None
    value = inner.arguments[0]
    if value.type is not Type.DYNAMIC or not is_short(value):
        return None
    if isinstance(value, Path):
        return Path(value.base, (*value.steps, *path.steps))
    return Path(value, path.steps)


def is_short(value: Scalar) -> bool:
    """Whether an expression is a column or a plain path into one: short enough to be written several times."""
    base = value.base if isinstance(value, Path) else value
    return isinstance(base, Ref)


def _walked(lowering: Lowering, path: Path, step: Step) -> Expression:
    made = lowering.scalar(path.base, step)
    known, rest = _split(path)
    if known:
        made = call("json_extract", made, text(json_path(known) or "$"))
    for item in rest:
        made = _computed(lowering, made, item, step)
    return _without_null(made)


def _without_null(value: Expression) -> Expression:
    return call("nullif", cast(value, "VARCHAR"), text("null"))


def _computed(lowering: Lowering, value: Expression, item: str | int | Scalar, step: Step) -> Expression:
    if isinstance(item, int):
        return call("json_extract", value, text(json_path((item,)) or "$"))
    if isinstance(item, str):
        return call("json_extract", value, _pointer(text(item)))
    index = lowering.scalar(item, step)
    if item.type in (Type.INT, Type.LONG):
        return call("json_extract", value, _position(index))
    if item.type is Type.DYNAMIC:
        plain = call("json_extract_string", index, text("$"))
        number_like = call("regexp_full_match", plain.copy(), text(r"-?\d+"))
        return call("json_extract", value, case([(number_like, _position(plain.copy()))], _pointer(plain)))
    return call("json_extract", value, _pointer(index))


def _position(index: Expression) -> Expression:
    """``$[n]``, from the end where n is negative."""
    negative = exp.LT(this=cast(index.copy(), "BIGINT"), expression=number(0))
    from_end = call("concat", text("$[#"), index.copy(), text("]"))
    return case([(negative, from_end)], call("concat", text("$["), index, text("]")))


def _pointer(name: Expression) -> Expression:
    """A JSON pointer to the entry of that name, whatever characters it has."""
    escaped = call(
        "replace", call("replace", cast(name, "VARCHAR"), text("~"), text("~0")), text("/"), text("~1")
    )
    return call("concat", text("/"), escaped)


def path_text(lowering: Lowering, path: Path, step: Step) -> Expression | None:
    """``tostring(path)`` in one look; None where the path is not known beforehand."""
    known, rest = _split(path)
    if rest:
        return None
    direct = through_text(path)
    if direct is not None and not _split(direct)[1]:
        quick = lowering.scalar(direct.base, step)
        steps = text(json_path(_split(direct)[0]) or "$")
        slow = call("json_extract_string", lowering.scalar(path.base, step), text(json_path(known) or "$"))
        return call("coalesce", call("json_extract_string", quick, steps), slow, text(""))
    base = lowering.scalar(path.base, step)
    return call("coalesce", call("json_extract_string", base, text(json_path(known) or "$")), text(""))
