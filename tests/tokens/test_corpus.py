"""The authored corpus: every forged token is refused for its own reason, every valid one is accepted."""

from __future__ import annotations

from collections import Counter

import pytest
from bench._corpus import forged, valid
from bench._forgery import Case
from bench._judge import judge, verdict

from crosswarden.tokens import REASONS

FORGED, VALID = forged(), valid()


@pytest.mark.parametrize("case", FORGED, ids=[case.name for case in FORGED])
def test_forged_token_is_refused_for_its_own_reason(case: Case) -> None:
    """A forged token meets exactly the refusal that names its fault."""
    assert verdict(case) == case.code


@pytest.mark.parametrize("case", VALID, ids=[case.name for case in VALID])
def test_valid_token_is_accepted(case: Case) -> None:
    """A valid token of each kind passes, and its tenant is the one it names."""
    token = judge(case)
    assert token.tenant == token.claims["tid"]


def test_corpus_is_large_and_no_case_is_given_twice() -> None:
    """At least 120 forged tokens, all different and under different names."""
    assert len({case.name for case in FORGED + VALID}) == len(FORGED) + len(VALID)
    assert len({(case.token, case.world, str(case.demands), case.at) for case in FORGED}) >= 320


def test_every_reason_of_the_catalogue_is_met() -> None:
    """No refusal exists that no forged token can reach, but for those that other tests reach."""
    elsewhere = {"key-roca", "token-not-text"}
    assert set(REASONS) - {case.code for case in FORGED} == elsewhere


def test_no_reason_serves_for_everything() -> None:
    """The reasons are distinct: none but the plain mismatches covers more than a score of cases."""
    most = Counter(case.code for case in FORGED).most_common(3)
    assert {code for code, count in most if count > 15} <= {
        "issuer-mismatch",
        "tid-malformed",
        "kid-malformed",
    }


def test_documented_table_is_of_this_corpus() -> None:
    """Each row of docs/token-libraries.md is a forged token of the corpus with its code, refused here."""
    from bench._compare import DOCUMENT, MARK, ordinary

    known = {f"| {case.name} | `{case.code}` | refused |" for case in FORGED if ordinary(case)}
    rows = DOCUMENT.read_text(encoding="utf-8").partition(MARK)[2].strip().splitlines()
    listed = {" ".join(row.split(" ")[: row.split(" ").index("refused") + 2]) for row in rows[2:-2]}
    assert len(listed) > 100 and listed <= known
    assert f"of {sum(map(ordinary, FORGED))} forged" in rows[-2]
