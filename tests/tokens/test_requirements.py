"""Demands of an application and keys of other kinds: what cannot be meant is refused before any token is seen."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bench._forgery import AUDIENCE, NOW, TENANT, assemble, encode, jwk, rsa_key, token, v2_claims
from bench._judge import trust

from crosswarden.tokens import Requirements, TokenRefused, Trust, Validator, read_key_set, verify
from crosswarden.tokens.requirements import kind_of
from crosswarden.tokens.rfc7518 import pinned_algorithm


@pytest.mark.parametrize(
    "demands",
    [
        {"audience": ""}, {"audience": []}, {"tenants": "contoso.com"}, {"tenants": TENANT.upper()}, {"kind": "any"}, {"versions": "3.0"},
        {"leeway": -1.0}, {"leeway": 3600.0},
    ],
)  # fmt: skip
def test_demands_that_cannot_be_meant_are_errors(demands: dict[str, Any]) -> None:
    """No audience, tenants that are no ids, unknown kinds, leeway of an hour."""
    with pytest.raises(ValueError, match=r"audience|tenant|kind|leeway"):
        Requirements.of(**{"audience": AUDIENCE, **demands})


def test_a_validated_token_says_who_it_is_by_ids_only() -> None:
    """Principal is tenant and object id; kind and client are there, names decide nothing."""
    valid = Validator(trust("common"), Requirements.of(AUDIENCE)).validate(token(), at=NOW)
    assert valid.principal == (TENANT, v2_claims()["oid"])
    assert (valid.kind, valid.client, valid.version) == ("delegated", v2_claims()["azp"], "2.0")


@pytest.mark.parametrize(
    ("claims", "kind"),
    [
        ({"scp": "x"}, "delegated"), ({"idtyp": "app"}, "app"), ({"idtyp": "user"}, "identity"), ({"name": "x"}, "identity"),
        ({"oid": "a", "sub": "a", "azp": "b"}, "app"), ({"oid": "a", "sub": "b", "azp": "b"}, "identity"), ({"oid": "a", "sub": "a"}, "identity"),
        ({"idtyp": "device", "oid": "a", "sub": "a", "appid": "b"}, "identity"),
    ],
)  # fmt: skip
def test_kinds_of_tokens(claims: dict[str, Any], kind: str) -> None:
    """Delegated, app-only and identity tokens are told apart, by idtyp before any guess."""
    assert kind_of(claims) == kind


def test_the_validator_remembers_headers_within_bounds() -> None:
    """Headers of genuine tokens are kept, at most 64; those of forged ones never."""
    validator = Validator(trust("common"), Requirements.of(AUDIENCE))
    for number in range(70):
        validator.validate(token(extra=number), at=NOW)
    assert 0 < len(validator._headers) <= 64
    kept = dict(validator._headers)
    with pytest.raises(TokenRefused):
        validator.validate(token(None, "attacker", extra="new"), at=NOW)
    assert validator._headers == kept


def test_a_remembered_header_changes_no_verdict() -> None:
    """After a valid token with the same header, forged ones are refused as before."""
    validator = Validator(trust("common"), Requirements.of(AUDIENCE))
    validator.validate(token(), at=NOW)
    for forged, code in (
        (token(None, "attacker"), "signature-invalid"),
        (token(v2_claims(exp=1)), "expired"),
    ):
        with pytest.raises(TokenRefused) as caught:
            validator.validate(forged, at=NOW)
        assert caught.value.code == code


SECRET = b"s" * 32
OCT = {"kty": "oct", "kid": "s", "alg": "HS256", "k": encode(SECRET)}


def refused(text: str, key: dict[str, Any]) -> str:
    """The code with which a JWS is refused, or ""."""
    try:
        verify(text, key)
    except TokenRefused as error:
        return error.code
    return ""


def test_a_secret_verifies_only_when_the_caller_holds_one() -> None:
    """HS256 works with the caller's own secret, for signatures only, and never under a public key."""
    text = assemble({"alg": "HS256", "kid": "s"}, b"anything", SECRET, "HS256")
    assert verify(text, OCT) == b"anything"
    assert refused(text, {**OCT, "use": "enc"}) == "key-use"
    assert refused(text, {**OCT, "k": "c2hvcnQ"}) == "key-malformed"
    assert refused(text, {**OCT, "k": 7}) == "key-malformed"
    assert refused(text, {**OCT, "alg": None}) == "key-malformed"
    assert refused(text, jwk(rsa_key("entra"), "s", None, None)) == "alg-not-of-key"
    assert refused(assemble({"alg": "EdDSA", "kid": "s"}, b"x", SECRET, "HS256"), OCT) == "alg-unknown"


def test_a_key_set_needs_a_key_id() -> None:
    """In a set the header must name the key, and it must be there once."""
    keys = {"keys": [jwk(rsa_key("entra"), "entra-key", None, None)]}
    assert refused(token(), keys) == ""
    assert refused(token(kid=...), keys) == "kid-missing"
    assert refused(token(kid="x"), keys) == "kid-unknown"


@pytest.mark.parametrize(
    "members",
    [
        {"kty": "OKP"},
        {"kty": "RSA", "alg": 7},
        {"kty": "EC", "crv": ["P-256"]},
        {"kty": "EC", "crv": "secp256k1"},
        {},
    ],
)
def test_keys_that_fit_no_algorithm_say_so(members: dict[str, Any]) -> None:
    """A key of an unknown kind or curve is for no algorithm."""
    with pytest.raises(ValueError, match=r"accepted|not text"):
        pinned_algorithm(members)


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"x5c": ["AAAA"]}, ""), ({"x5c": []}, ""), ({"x5c": "AAAA"}, ""), ({"exp": "soon"}, "key-malformed"), ({"exp": 10**400}, "key-malformed"),
        ({"n": "A" * 5000}, "key-malformed"), ({"n": encode(b"\xff" * 1100)}, "key-weak"), ({"n": encode(b"\xfe" * 256)}, "key-weak"),
        ({"key_ops": "verify"}, "key-use"), ({"key_ops": ["verify"]}, ""), ({"kty": "OKP"}, "key-malformed"), ({"nbf": NOW + 1}, "key-not-yet-valid"),
        ({"nbf": "2020-01-01", "exp": "2090-01-01T00:00:00+02:00"}, ""), ({"revoked": NOW + 1}, ""), ({"revoked": "2020-01-01"}, "key-revoked"),
        ({"exp": True}, ""), ({"x5t": "1LTMzakihiRla_8z2BEJVXeWMqo"}, "key-compromised"),
    ],
)  # fmt: skip
def test_what_a_key_says_of_itself_is_held(members: dict[str, Any], code: str) -> None:
    """Members of a key that limit or spoil it do; those that cannot be read are ignored or refused, never a crash."""
    key = jwk(rsa_key("entra"), "entra-key", "https://login.microsoftonline.com/{tenantid}/v2.0", **members)
    keys = read_key_set(json.dumps({"keys": [key]}).encode())
    validator = Validator(Trust(trust("common").metadata, keys), Requirements.of(AUDIENCE))
    try:
        validator.validate(token(), at=NOW)
    except TokenRefused as error:
        assert error.code == code
    else:
        assert code == ""
