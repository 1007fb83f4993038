"""The catalogue of refusals: complete, printable, and honest about where each rule is written."""

from __future__ import annotations

import pytest

from crosswarden.tokens import (
    REASONS,
    Requirements,
    TokenRefused,
    Trust,
    Validator,
    read_key_set,
    read_metadata,
)
from crosswarden.tokens.refusals import refusal, shown


def test_every_reason_names_a_page_and_a_sentence() -> None:
    """Each refusal carries a sentence without a second person and an https address of an RFC or of Microsoft."""
    for reason in REASONS.values():
        assert reason.reference.startswith(
            ("https://www.rfc-editor.org/rfc/rfc", "https://learn.microsoft.com/", "https://www.microsoft.com/", "https://nvd.nist.gov/")
        ), reason.code  # fmt: skip
        assert reason.sentence and not reason.sentence.endswith(".")
        assert " you" not in reason.sentence.lower()


@pytest.mark.parametrize(
    "value", ["\x1b[2J", "a" * 100_000, "\u202e", "é\n", {"a": ["b" * 10_000]}, "'" * 500]
)
def test_a_value_from_a_token_is_printed_bounded_and_escaped(value: object) -> None:
    """What an attacker wrote reaches a message in printable ASCII and at most a line long."""
    text = shown(value)
    assert len(text) <= 180
    assert text.replace("…", "").isascii() and text.isprintable()


def test_a_refusal_is_a_refused_error_with_exit_code_one() -> None:
    """The command line ends with 1 for a refused token."""
    error = refusal("kid-missing")
    assert isinstance(error, TokenRefused) and error.exit_code == 1
    assert error.again() is not error and str(error.again()) == str(error)


@pytest.mark.parametrize("token", [None, b"e30.e30.AA", 7, ["e30.e30.AA"]])
def test_what_is_not_text_is_refused_as_such(token: object) -> None:
    """Bytes, numbers and None are no tokens, and say so instead of crashing."""
    trust = Trust(
        read_metadata({"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"}),
        read_key_set({"keys": []}),
    )
    with pytest.raises(TokenRefused) as caught:
        Validator(trust, Requirements.of("a")).validate(token, at=0)
    assert caught.value.code == "token-not-text"
