"""The published support matrix."""

from __future__ import annotations

from pathlib import Path

from crosswarden.kql.functions import Support, find_function, signatures
from crosswarden.kql.functions.support import matrix

ROOT = Path(__file__).resolve().parents[3]


def test_the_support_matrix_is_current() -> None:
    """docs/kql-support.md is what the catalogue writes today."""
    assert (ROOT / "docs/kql-support.md").read_text("utf-8") == matrix(), (
        "write it anew: python -m crosswarden.kql.functions.support > docs/kql-support.md"
    )


def test_every_refused_function_says_why() -> None:
    """A function that does not run here carries a reason, and one that runs carries a lowering."""
    for name in signatures.names("functions"):
        function = find_function(name)
        assert function is not None
        if function.support in (Support.UNSUPPORTED, Support.BINDER):
            assert function.reason, name
        else:
            assert function.lowering is not None, name
