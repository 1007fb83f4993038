"""scan: sequences of rows. Source of the rules: Kusto documentation, "scan operator", "Matching logic".

Every step has a state: the rows that it and the steps before it matched, and the sequence's number. A row meets the
steps from last to first. It matches a step when the step before has a state, which then moves on; or when the step
itself has one (the first step always may), which it then renews.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from crosswarden.engines.outside import Outside
from crosswarden.engines.procedures.frame import Frame, Procedure
from crosswarden.engines.procedures.remembering import FUNCTIONS
from crosswarden.kql.plan import Staged
from crosswarden.tables import Type

__all__ = ["PROCEDURES"]

Row = tuple[Any, ...]
State = dict[str, Row]
Value = Callable[[Row, "State", Sequence[Any]], Any]
"""Of the input's row, the steps' rows, and the declared columns as they are."""


@dataclass(slots=True)
class _Held:
    """A step's state: rows by step name, the sequence's number, and the row still to be given out (``output=last``)."""

    rows: State
    number: int
    pending: Row | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    output: str
    condition: Value
    assigned: tuple[tuple[int, Value], ...]


def _compile(node: Any, empty: Row) -> Value:
    """An expression in plain values as a function."""
    kind = node[0]
    if kind == "row":
        at = node[1]
        return lambda row, state, declared: row[at]
    if kind == "declared":
        at = node[1]
        return lambda row, state, declared: declared[at]
    if kind == "step":
        name, at = node[1], node[2]
        return lambda row, state, declared: state.get(name, empty)[at]
    if kind == "constant":
        return lambda row, state, declared: node[1]
    _, function, result, kinds, parts = node
    run = FUNCTIONS[function]
    values = [_compile(part, empty) for part in parts]
    return lambda row, state, declared: run([value(row, state, declared) for value in values], kinds, result)


class _Scanner:
    def __init__(self, steps: Sequence[_Step], width: int, defaults: Row) -> None:
        self.steps = steps
        self.width = width
        self.defaults = defaults
        self.held: list[_Held | None] = [None] * len(steps)
        self.number = -1

    def meet(self, row: Row) -> list[tuple[Row, int]]:
        """The rows that one row of the input brings out, each with its sequence's number."""
        out: list[tuple[Row, int]] = []
        for at in range(len(self.steps) - 1, -1, -1):
            before = self.held[at - 1] if at else None
            if before is not None and self._passes(at, row, before.rows):
                self._release(at, out)
                self._release(at - 1, out)
                self.held[at - 1] = None
                self._take(at, row, _Held(before.rows, before.number), out)
            elif (own := self.held[at]) is not None or at == 0:
                state = own.rows if own is not None else {}
                if self._passes(at, row, state):
                    if at == 0:
                        self._release(0, out)
                        self.number += 1
                        self._take(at, row, _Held(state, self.number), out)
                    elif own is not None:
                        self._take(at, row, own, out)
        return out

    def finish(self) -> list[tuple[Row, int]]:
        """The rows that ``output=last`` still holds."""
        out: list[tuple[Row, int]] = []
        for at in range(len(self.steps)):
            self._release(at, out)
        return out

    def _passes(self, at: int, row: Row, state: State) -> bool:
        return self.steps[at].condition(row, state, self.defaults) is True

    def _take(self, at: int, row: Row, held: _Held, out: list[tuple[Row, int]]) -> None:
        step = self.steps[at]
        declared = list(self.defaults)
        for place, value in step.assigned:
            declared[place] = value(row, held.rows, declared)
        made = (*row[: self.width], *declared)
        first = {} if at == 0 else held.rows
        self.held[at] = _Held(
            {**first, step.name: made}, held.number, made if step.output == "last" else None
        )
        if step.output == "all":
            out.append((made, held.number))

    def _release(self, at: int, out: list[tuple[Row, int]]) -> None:
        held = self.held[at]
        if held is not None and held.pending is not None:
            out.append((held.pending, held.number))
            held.pending = None


def _scan(step: Staged, inputs: Sequence[Frame], outside: Outside) -> list[Row]:
    options = step.options
    places, keys, kinds = options["defaults"], options["partition"], options["kinds"]
    assert isinstance(places, tuple) and isinstance(keys, tuple) and isinstance(kinds, tuple)
    width, written = options["width"], options["steps"]
    assert isinstance(width, int) and isinstance(written, tuple)
    rows = inputs[0].rows
    defaults = tuple(rows[0][place] for place in places) if rows else ()
    empty = (*("" if kind is Type.STRING else None for kind in kinds[:width]), *defaults)
    steps = [
        _Step(
            name,
            output,
            _compile(condition, empty),
            tuple((place, _compile(value, empty)) for place, value in assigned),
        )
        for name, output, condition, assigned in written
    ]
    scanners: dict[Row, _Scanner] = {}
    out: list[tuple[Row, int]] = []
    for row in rows:
        key = tuple(row[place] for place in keys)
        scanner = scanners.get(key)
        if scanner is None:
            scanner = scanners[key] = _Scanner(steps, width, defaults)
        out += scanner.meet(row)
    for scanner in scanners.values():
        out += scanner.finish()
    if options["numbered"]:
        return [(*made, number) for made, number in out]
    return [made for made, _ in out]


PROCEDURES: dict[str, Procedure] = {"scan": _scan}
