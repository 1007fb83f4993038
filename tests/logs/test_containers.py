"""Whatever the packing, encoding and layout, the same records come out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosswarden.logs.containers.documents import Documents
from crosswarden.logs.containers.encoding import encoding_of, to_utf8
from crosswarden.logs.times import is_day_first

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(['"', "\\", "]}", '{"', "\u2028"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
_RECORDS = st.lists(
    st.dictionaries(
        st.text(max_size=5).filter(lambda key: key not in ("value", "records", "tables")), _VALUES, max_size=4
    ),
    max_size=5,
)


def _blocks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def _layouts(records: list[dict[str, Any]]) -> list[str]:
    pretty = [json.dumps(record, indent=3) for record in records]
    return [
        json.dumps(records),
        json.dumps(records, indent=1, ensure_ascii=False),
        "\n".join(pretty),
        "".join(pretty),
        json.dumps({"value": records}),
        json.dumps(
            {
                "@odata.context": "https://graph.microsoft.com/v1.0/x",
                "@odata.count": 3,
                "value": records,
                "@odata.nextLink": "y",
            }
        ),
        json.dumps({"records": records[:2]}) + "\n" + json.dumps({"records": records[2:]}, indent=2),
    ]


@settings(max_examples=60, deadline=None)
@given(_RECORDS, st.integers(1, 40))
def test_layouts_give_the_same_records(records: list[dict[str, Any]], size: int) -> None:
    """Array, envelope, pretty and concatenated documents give the same records, however the bytes are cut."""
    for layout in _layouts(records):
        found = list(Documents(_blocks(layout.encode("utf-8", "surrogatepass"), size)))
        assert all(not reason for _, reason in found), (layout, found)
        assert [json.loads(text) for text, _ in found] == records, layout


def test_a_damaged_element_costs_only_itself() -> None:
    """A broken element of an array is named, the ones after it are read."""
    text = '[{"a": 1}, {"b": tru}, {"c": [1, 2}, {"d": 4}]'
    found = list(Documents(iter([text.encode()])))
    assert [text for text, _ in found if text][:1] == ['{"a": 1}']
    assert any("not valid JSON" in reason for _, reason in found)


def test_damaged_utf8_costs_only_its_record() -> None:
    """A record with bytes that are no UTF-8 is named, its neighbours are read."""
    found = list(Documents(iter([b'[{"a": "x"}, {"b": "\xff\xfe"}, {"c": "\xc3\xa9"}]'])))
    assert found == [('{"a": "x"}', ""), ("", "not valid UTF-8"), ('{"c": "é"}', "")]


def test_a_cut_array_is_named() -> None:
    """An array that ends early gives its whole elements and says that the file is cut off."""
    found = list(Documents(iter([b'{"value": [{"a": 1}, {"b": 2}'])))
    assert [text for text, _ in found] == ['{"a": 1}', '{"b": 2}', ""]
    assert "cut off" in found[-1][1]


def test_numbers_keep_their_digits() -> None:
    """Records are cut out as they stand: long integers and decimals are not touched."""
    text = '{"value": [{"n": 123456789012345678901234567890, "d": 1.10}]}'
    ((record, _),) = list(Documents(iter([text.encode()])))
    assert record == '{"n": 123456789012345678901234567890, "d": 1.10}'


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_encodings_are_told_by_their_bytes(encoding: str) -> None:
    """Every encoding is recognised and gives the same text, also where blocks cut a character."""
    text = '{"name": "Zoë Müller", "città": "Forlì", "n": "' + "x" * 50 + '"}'
    data = text.encode(encoding)
    name, mark = encoding_of(data)
    for size in (1, 3, 1000):
        assert b"".join(to_utf8(_blocks(data, size), name, mark)).decode() == text


@pytest.mark.parametrize(
    "data",
    [b'{"a": "\xff\xfe"}', b'{"a": "caf\xc3\x28"}', b'{"a": "\xf0\x28\x8c\x28"}', "é".encode() + b"\xe9"],
)
def test_damaged_utf8_is_not_taken_for_windows_1252(data: bytes) -> None:
    """Bytes that make no sense as Windows-1252 leave the file UTF-8, so that the damage is reported."""
    assert encoding_of(data) == ("utf-8", 0)


def test_day_and_month_are_told_by_the_values() -> None:
    """A value over 12 decides which comes first; dots mean the day does."""
    assert is_day_first(["1/2/2026 10:00", "13/2/2026 10:00"]) is True
    assert is_day_first(["1/13/2026 10:00"]) is False
    assert is_day_first(["1.2.2026 10:00"]) is True
    assert is_day_first(["1/2/2026 10:00"]) is None
