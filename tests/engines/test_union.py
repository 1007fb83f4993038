"""What a union's items stand for."""

from __future__ import annotations

import pytest

from crosswarden.engines import Engine
from crosswarden.kql.diagnostics import KqlError

VIEWS = "let View_1 = view () { print x=1 }; let View_2 = view () { print x=1 }; let Plain_1 = print x=1; "


def test_a_wildcard_takes_views_and_leaves_other_variables() -> None:
    """The documented example: three views among the patterns; a plain variable is none (Microsoft's binder agrees)."""
    query = (
        VIEWS
        + "let OtherView_1 = view () { print x=1 }; union isfuzzy=true View*, SomeView*, OtherView* | count"
    )
    assert Engine().run(query).rows() == [(3,)]
    with pytest.raises(KqlError, match="Plain_"):
        Engine().run(VIEWS + "union Plain_* | count")


def test_a_fuzzy_union_of_nothing_known_is_an_error_not_an_empty_result() -> None:
    """Kusto answers with an error when no item of a fuzzy union resolves; zero rows would read as clean."""
    with pytest.raises(KqlError, match="None of the union's tables is known"):
        Engine().run("union isfuzzy=true NoSuchTable, NorThis* | count")


def test_a_fuzzy_union_says_what_it_left_out() -> None:
    """An unknown item beside a known one is a note."""
    assert any(
        "NoSuchTable" in note
        for note in Engine().run("union isfuzzy=true NoSuchTable, SigninLogs | count").notes
    )
