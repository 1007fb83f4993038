"""The Wycheproof vectors for JSON Web Signature, Crypto and Key (C2SP/wycheproof, Apache-2.0).

Left out as a group are the 34 JWE vectors of json_web_crypto_test.json: nothing here decrypts. Of the remaining 476,
EXCLUDED lists those whose label cannot be met by a verifier that follows the RFCs, each with the reason and with what
happens instead, which is checked as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crosswarden.tokens import TokenRefused, verify

FILES = ("json_web_signature_test.json", "json_web_crypto_test.json", "json_web_key_test.json")

EXCLUDED = {
    ("json_web_signature_test.json", 346): "labelled valid; the key says PS256, the token PS384: a key is for one algorithm",
    ("json_web_signature_test.json", 350): "labelled valid; the key says PS256, the token PS384: a key is for one algorithm",
    ("json_web_signature_test.json", 367): "labelled invalid; byte for byte the token of vector 357, which is labelled valid",
    ("json_web_signature_test.json", 370): "labelled invalid; byte for byte the token of vector 357, which is labelled valid",
    ("json_web_signature_test.json", 372): "labelled valid; a '?' inside the header: RFC 7515 section 2 has base64url only",
    ("json_web_signature_test.json", 373): "labelled valid; a '?' inside the payload: RFC 7515 section 2 has base64url only",
}  # fmt: skip


def vectors(shared: Path) -> Iterator[tuple[str, int, dict[str, Any], Any, bool]]:
    """File, number, key (public where there is one), token and whether it is labelled valid."""
    for name in FILES:
        document = json.loads((shared / "data" / "wycheproof" / name).read_text())
        for group in document["testGroups"]:
            if group["comment"].startswith("jwe"):
                continue
            for test in group["tests"]:
                yield (
                    name,
                    test["tcId"],
                    group.get("public", group["private"]) if "private" in group else group["public"],
                    test["jws"],
                    test["result"] == "valid",
                )


def accepts(token: Any, key: dict[str, Any]) -> bool:
    """Whether the vector's token is verified under the vector's key."""
    try:
        verify(token, key)
    except TokenRefused:
        return False
    return True


def test_all_vectors_are_met_but_the_excluded(shared: Path) -> None:
    """Every one of the 476 vectors ends as labelled, unless it is excluded by name."""
    every = list(vectors(shared))
    assert len(every) == 476
    wrong = [
        (name, number)
        for name, number, key, token, valid in every
        if (name, number) not in EXCLUDED and accepts(token, key) is not valid
    ]
    assert wrong == []


def test_excluded_vectors_are_really_met_the_other_way(shared: Path) -> None:
    """An exclusion that is no longer needed fails here."""
    found = {
        (name, number): accepts(token, key) is valid for name, number, key, token, valid in vectors(shared)
    }
    assert [which for which in EXCLUDED if found[which]] == []


def test_excluded_pss_vectors_pass_once_the_key_says_what_the_token_says(shared: Path) -> None:
    """The two RFC 7520 tokens verify under a key whose algorithm is corrected to PS384."""
    for name, number, key, token, _ in vectors(shared):
        if (name, number) in EXCLUDED and number in (346, 350):
            assert accepts(token, {**key, "alg": "PS384"})


def test_contradicting_vectors_are_the_same_token(shared: Path) -> None:
    """Vectors 367 and 370 are vector 357 again, so no verifier can meet all three labels."""
    tokens = {number: token for name, number, _, token, _ in vectors(shared) if name == FILES[0]}
    assert tokens[357] == tokens[367] == tokens[370]


@pytest.mark.parametrize("number", [31, 32])
def test_confusion_vectors_name_their_reason(shared: Path, number: int) -> None:
    """The algorithm confusion and the embedded key are refused for what they are."""
    expected = {31: "alg-not-of-key", 32: "header-jwk"}[number]
    for name, found, key, token, _ in vectors(shared):
        if name == FILES[0] and found == number:
            with pytest.raises(TokenRefused) as caught:
                verify(token, key)
            assert caught.value.code == expected


def test_roca_key_is_named(shared: Path) -> None:
    """The vector with a key of the ROCA weakness, which every library accepts, is refused for that reason."""
    codes = set()
    for _, _, key, token, _ in vectors(shared):
        if "roca" in json.dumps(key):
            with pytest.raises(TokenRefused) as caught:
                verify(token, key)
            codes.add(caught.value.code)
    assert codes == {"key-roca"}
