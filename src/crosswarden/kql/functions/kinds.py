"""What the binder knows of a value's type: the KQL type and, for dynamic values, the shape inside.

Kusto's own binder tells dynamic arrays from bags and remembers the element type of an array that an expression
built; a function that wants an array refuses a bag. ``Kind`` carries exactly that.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crosswarden.tables import Type

__all__ = ["ARRAY", "BAG", "DYNAMIC", "Form", "Kind", "common_kind", "of", "promotable", "widest"]


class Form(StrEnum):
    """What is inside a dynamic value, as far as the binder knows."""

    ANY = "any"
    ARRAY = "array"
    BAG = "bag"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Kind:
    """A type; for dynamic also its form, and the kind of an array's elements (or of the single value inside).

    >>> str(Kind(Type.LONG)), str(Kind(Type.DYNAMIC, Form.ARRAY, Kind(Type.STRING)))
    ('long', 'dynamic')
    """

    type: Type
    form: Form = Form.ANY
    element: Kind | None = None

    def __str__(self) -> str:
        return self.type.value

    @property
    def is_dynamic(self) -> bool:
        """Whether the value is dynamic, of whatever form."""
        return self.type is Type.DYNAMIC


_PLAIN = {kind: Kind(kind) for kind in Type}
DYNAMIC = _PLAIN[Type.DYNAMIC]
ARRAY = Kind(Type.DYNAMIC, Form.ARRAY, DYNAMIC)
BAG = Kind(Type.DYNAMIC, Form.BAG)
_WIDTH = {Type.INT: 1, Type.LONG: 2, Type.REAL: 3, Type.DECIMAL: 4}


def of(type_: Type) -> Kind:
    """The kind of a plain value of that type.

    >>> of(Type.DYNAMIC) is DYNAMIC
    True
    """
    return _PLAIN[type_]


def array_of(element: Kind) -> Kind:
    """The kind of an array whose elements are all of that kind."""
    return Kind(Type.DYNAMIC, Form.ARRAY, element)


def inside(value: Kind) -> Kind:
    """The kind that a value of that kind has once it is inside an array or bag.

    >>> inside(of(Type.LONG)).form
    <Form.VALUE: 'value'>
    """
    return value if value.is_dynamic else Kind(Type.DYNAMIC, Form.VALUE, value)


def promotable(source: Kind, target: Kind) -> bool:
    """Whether Kusto widens the source to the target by itself: int to long to real to decimal.

    >>> promotable(of(Type.INT), of(Type.REAL)), promotable(of(Type.REAL), of(Type.LONG))
    (True, False)
    """
    return _WIDTH.get(source.type, 9) < _WIDTH.get(target.type, 0)


def widest(kinds: list[Kind]) -> Kind | None:
    """The widest of the numeric kinds among those given."""
    numeric = [kind for kind in kinds if kind.type in _WIDTH]
    return max(numeric, key=lambda kind: _WIDTH[kind.type], default=None)


def common_kind(left: Kind | None, right: Kind, *, to_dynamic: bool) -> Kind | None:
    """The kind that can hold both, or None; ``to_dynamic`` lets unlike scalars meet as dynamic.

    >>> str(common_kind(of(Type.INT), of(Type.REAL), to_dynamic=False))
    'real'
    """
    if left is None or left == right:
        return right
    if DYNAMIC in (left, right):
        return DYNAMIC
    if promotable(left, right):
        return right
    if promotable(right, left):
        return left
    if left.is_dynamic and right.is_dynamic:
        return left if left.form == right.form and left.form is Form.BAG else _common_dynamic(left, right)
    return DYNAMIC if to_dynamic else _common_value(left, right)


def _common_dynamic(left: Kind, right: Kind) -> Kind:
    if left.form is Form.ARRAY and right.form is Form.ARRAY:
        return ARRAY
    return DYNAMIC


def _common_value(left: Kind, right: Kind) -> Kind | None:
    for value, other in ((left, right), (right, left)):
        if value.form is Form.VALUE and value.element is not None:
            found = common_kind(value.element, other, to_dynamic=False)
            return inside(found) if found else None
    return None
