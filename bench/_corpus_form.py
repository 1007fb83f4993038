"""Forged tokens whose form, header, JSON or signature is at fault. All synthetic."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from bench._forgery import (
    AUDIENCE,
    NOW,
    TENANT,
    WORLDWIDE,
    Case,
    assemble,
    encode,
    header_bytes,
    jwk,
    pem,
    public_members,
    rsa_key,
    sign,
    token,
    v2_claims,
    with_member,
)

__all__ = ["MAKERS"]


def _algorithms() -> list[Case]:
    claims, secret = v2_claims(), pem(rsa_key("entra"))
    modulus = public_members(rsa_key("entra"))["n"].encode()

    def hs(key: bytes, algorithm: str = "HS256") -> str:
        return assemble({"typ": "JWT", "alg": algorithm, "kid": "entra-key"}, claims, key, algorithm)

    def unsigned(alg: Any) -> str:
        return assemble({"typ": "JWT", "alg": alg, "kid": "entra-key"}, claims, None)

    return [
        *(Case(f"unsigned, alg {alg!r}", "alg-none", unsigned(alg)) for alg in ("none", "None", "NONE", "nOnE", " none")),
        Case("alg none with a signature", "alg-none", token(alg="none")),
        Case("alg none with the bytes of a signature kept", "alg-none", unsigned("none") + encode(b"x" * 256)),
        Case("HMAC with the public key as PEM", "alg-symmetric", hs(secret)),
        Case("HMAC-384 with the public key as PEM", "alg-symmetric", hs(secret, "HS384")),
        Case("HMAC-512 with the public key as PEM", "alg-symmetric", hs(secret, "HS512")),
        Case("HMAC with the modulus", "alg-symmetric", hs(modulus)),
        Case("HMAC with an empty secret", "alg-symmetric", hs(b"")),
        Case("no alg", "alg-missing", token(alg=...)),
        Case("alg null", "alg-malformed", token(alg=None)),
        Case("alg list", "alg-malformed", token(alg=["RS256", "none"])),
        Case("alg empty", "alg-unknown", token(alg="")),
        Case("alg in lower case", "alg-unknown", token(alg="rs256")),
        Case("alg of another hash", "alg-not-of-key", token(algorithm="RS512")),
        Case("PSS on a key for RS256", "alg-not-of-key", token(algorithm="PS256")),
        Case("RS256 on a key for PSS", "alg-not-of-key", token(None, "other", "ps-key")),
        Case("elliptic signature under an RSA key id", "alg-not-of-key", token(None, "curve", "entra-key", "ES256")),
        Case("RSA signature under an elliptic key id", "alg-not-of-key", token(None, "entra", "curve-key")),
        Case("alg of another curve family", "alg-unknown", token(alg="ES256K")),
        Case("EdDSA", "alg-unknown", token(alg="EdDSA")),
        Case("SHA-1", "alg-unknown", token(alg="RS1")),
        Case("alg in two cases", "header-case-variant", token(ALG="none")),
        Case("alg twice", "header-duplicate", _signed(header_bytes(',"alg":"none"'))),
        Case("key set with a secret", "keyset-symmetric", token(), "with secret"),
    ]  # fmt: skip


def _signed(header: bytes | dict[str, Any], claims: bytes | None = None) -> str:
    return assemble(header, claims if claims is not None else v2_claims(), rsa_key("entra"))


def _header_keys() -> list[Case]:
    attacker = rsa_key("attacker")
    own = jwk(attacker, "entra-key", None, None)

    def signed(**header: Any) -> str:
        return token(None, "attacker", **header)

    return [
        Case("embedded jwk", "header-jwk", signed(jwk=own)),
        Case("embedded jwk under an unknown kid", "header-jwk", token(None, "attacker", "attacker-key", jwk=own)),
        Case("embedded jwk, genuine signature", "header-jwk", token(jwk=own)),
        Case("jku", "header-jku", signed(jku="https://evil.example/keys")),
        Case("jku on Microsoft's host", "header-jku", token(jku=f"{WORLDWIDE}/common/discovery/v2.0/keys")),
        Case("x5u", "header-x5u", signed(x5u="https://evil.example/chain.pem")),
        Case("x5c chain", "header-x5c", signed(x5c=["MIIB"])),
        Case("empty x5c chain", "header-x5c", token(x5c=[])),
        Case("thumbprint of another certificate", "x5t-mismatch", token(None, "entra", "certified-key", x5t=encode(hashlib.sha1(b"x").digest()))),
        Case("thumbprint that is a list", "x5t-mismatch", token(None, "entra", "certified-key", x5t=["x"])),
        Case("long thumbprint of another certificate", "x5t-mismatch", token(None, "entra", "certified-key", **{"x5t#S256": "AAAA"})),
    ]  # fmt: skip


def _header_members() -> list[Case]:
    return [
        Case("crit", "header-crit", token(crit=["exp"], exp=NOW)),
        Case("crit empty", "header-crit", token(crit=[])),
        Case("crit names b64", "header-crit", token(crit=["b64"], b64=False)),
        Case("b64 alone", "header-b64", token(b64=False)),
        Case("zip", "header-zip", token(zip="DEF")),
        Case("enc", "header-enc", token(enc="A256GCM")),
        Case("nested token", "header-cty", token(cty="JWT")),
        Case("proof of possession", "header-typ", token(typ="pop")),
        Case("security event", "header-typ", token(typ="secevent+jwt")),
        Case("logout token", "header-typ", token(typ="logout+jwt")),
        Case("encrypted type", "header-typ", token(typ="JWE")),
        Case("type null", "header-typ", token(typ=None)),
        Case("KID beside kid", "header-case-variant", token(KID="consumer-key")),
        Case("JWK in upper case", "header-case-variant", token(JWK={})),
        Case("header empty object", "alg-missing", _signed({})),
        Case("header list", "json-not-object", _signed(b"[]")),
        Case("header text", "json-not-object", _signed(b'"RS256"')),
        Case("header not JSON", "json-malformed", _signed(b"alg=RS256")),
        Case("header with a comment", "json-malformed", _signed(header_bytes("/**/"))),
        Case("header with trailing data", "json-malformed", _signed(header_bytes("") + b"{}")),
        Case("header with a byte-order mark", "json-malformed", _signed(b"\xef\xbb\xbf" + header_bytes(""))),
        Case("header in UTF-16", "json-not-utf8", _signed(header_bytes("").decode().encode("utf-16"))),
        Case("header that nests deep", "json-too-deep", _signed(header_bytes(',"x":' + "[" * 40 + "]" * 40))),
    ]  # fmt: skip


def _kids() -> list[Case]:
    injected = {
        "path": "../../../../dev/null", "address": "https://evil.example/key", "SQL": "x' UNION SELECT 'key'--",
        "command": "$(id)", "null byte": "entra-key\x00", "newline": "entra-key\n", "empty": "", "space": "entra-key ",
        "template": "{{7*7}}", "long": "k" * 4000, "homoglyph": "entra‐key", "wildcard": "*",
    }  # fmt: skip
    return [
        *(Case(f"kid: {name}", "kid-malformed", token(kid=kid)) for name, kid in injected.items()),
        Case("kid: none", "kid-missing", token(kid=...)),
        Case("kid: null", "kid-missing", token(kid=None)),
        Case("kid: number", "kid-malformed", token(kid=0)),
        Case("kid: list", "kid-malformed", token(kid=["entra-key"])),
        Case("kid: object", "kid-malformed", token(kid={"kid": "entra-key"})),
        Case("kid: unknown", "kid-unknown", token(kid="no-such-key")),
        Case("kid: other case", "kid-unknown", token(kid="Entra-Key")),
        Case("kid: empty key set", "kid-unknown", token(), "empty"),
        Case("kid: attacker's own", "kid-unknown", token(None, "attacker", "attacker-key")),
        Case("kid twice", "header-duplicate", _signed(header_bytes(',"kid":"consumer-key"'))),
    ]  # fmt: skip


def _form() -> list[Case]:
    good = token()
    header, payload, signature = good.split(".")
    last = signature[-1]
    spare = chr(ord(last) + 1)
    as_json = {"payload": payload, "signatures": [{"protected": header, "signature": signature}]}
    return [
        Case("empty", "token-empty", ""),
        Case("white space only", "token-empty", "  "),
        Case("word", "token-parts", "bearer"),
        Case("two parts", "token-parts", f"{header}.{payload}"),
        Case("four parts", "token-parts", good + "." + signature),
        Case("trailing dot", "token-parts", good + "."),
        Case("five parts", "token-encrypted", f"{header}.{payload}.{signature}.AA.AA"),
        Case("only dots", "header-empty", ".."),
        Case("no header", "header-empty", f".{payload}.{signature}"),
        Case("no payload", "signature-invalid", f"{header}..{signature}"),
        Case("signed empty payload", "payload-empty", _signed(header_bytes(""), b"")),
        Case("no signature", "signature-missing", f"{header}.{payload}."),
        Case("general JSON form", "token-json-form", json.dumps(as_json)),
        Case("flattened JSON form", "token-json-form", json.dumps({"payload": payload, "protected": header, "signature": signature})),
        Case("scheme kept", "token-whitespace", "Bearer " + good),
        Case("newline inside", "token-whitespace", f"{header}.{payload}\n.{signature}"),
        Case("padding", "base64-padding", good + "=="),
        Case("ordinary base64", "base64-alphabet", f"{header}.{payload}.+/{signature[2:]}"),
        Case("not ASCII", "base64-alphabet", f"{header}.{payload}é.{signature}"),
        Case("null byte", "base64-alphabet", good + "\x00"),
        Case("percent encoded", "base64-alphabet", good.replace(".", "%2E", 1)),
        Case("impossible length", "base64-length", good + "AAA"),
        Case("spare bits in the signature", "base64-not-canonical", good[:-1] + spare),
        Case("spare bits in the payload", "base64-not-canonical", _spare_bits()),
        Case("oversized", "token-too-long", token(v2_claims(groups=[TENANT] * 2000))),
        Case("a megabyte of dots", "token-too-long", "." * 1_000_000),
    ]  # fmt: skip


def _spare_bits() -> str:
    """A payload whose last character has unused bits set, signed as it stands."""
    padded = v2_claims(x="")
    while len(json.dumps(padded, separators=(",", ":"))) % 3 != 1:
        padded["x"] += "x"
    header, payload, _ = token(padded).split(".")
    message = f"{header}.{payload[:-1]}{chr(ord(payload[-1]) + 1)}"
    return f"{message}.{encode(sign('RS256', rsa_key('entra'), message.encode()))}"


def _json() -> list[Case]:
    claims = v2_claims()

    def raw(data: bytes) -> str:
        return token(data)

    def member(text: str) -> str:
        return token(with_member(claims, text))

    return [
        Case("claims list", "json-not-object", raw(b"[]")),
        Case("claims null", "json-not-object", raw(b"null")),
        Case("claims not JSON", "json-malformed", raw(b"aud=x")),
        Case("claims cut short", "json-malformed", raw(json.dumps(claims).encode()[:-1])),
        Case("claims with trailing data", "json-malformed", raw(json.dumps(claims).encode() + b"{}")),
        Case("claims in single quotes", "json-malformed", raw(b"{'aud':'x'}")),
        Case("claims with a trailing comma", "json-malformed", member("")),
        Case("claims with a raw control character", "json-malformed", member('"x":"\x01"')),
        Case("claims in Latin-1", "json-not-utf8", raw(json.dumps({**claims, "name": "Zoé"}, ensure_ascii=False).encode("latin-1"))),
        Case("claims in overlong UTF-8", "json-not-utf8", raw(b'{"tid":"\xc0\xae"}')),
        Case("half a surrogate pair", "json-surrogate", member('"x":"\\ud800"')),
        Case("NaN", "json-number", member('"x":NaN')),
        Case("Infinity", "json-number", member('"exp2":Infinity')),
        Case("a number beyond doubles", "json-number", member('"x":1e999')),
        Case("a number of 5,000 digits", "json-number", member('"x":' + "9" * 5000)),
        Case("deep lists", "json-too-deep", member('"x":' + "[" * 3000 + "]" * 3000)),
        Case("deep objects", "json-too-deep", member('"x":' + '{"a":' * 60 + "1" + "}" * 60)),
        Case("aud twice", "claim-duplicate", member(f'"aud":"{AUDIENCE}"')),
        Case("exp twice", "claim-duplicate", member(f'"exp":{NOW + 7200}')),
        Case("a nested member twice", "claim-duplicate", member('"xms":{"a":1,"a":2}')),
        Case("an unknown claim twice", "claim-duplicate", member('"zz":1,"zz":1')),
        Case("Roles beside roles", "claim-case-variant", token({**claims, "Roles": ["Admin"]})),
        Case("SCP in upper case", "claim-case-variant", token({**claims, "SCP": "x"})),
        Case("scp with a long s", "claim-case-variant", token({**claims, "ſcp": "x"})),
        Case("EXP in upper case", "claim-case-variant", token({**claims, "EXP": NOW + 99999})),
    ]  # fmt: skip


def _signatures() -> list[Case]:
    header, payload, signature = token().split(".")
    other_payload = token(v2_claims(scp="Directory.ReadWrite.All")).split(".")[1]
    shorter = encode(bytes(255))
    return [
        Case("payload swapped", "signature-invalid", f"{header}.{other_payload}.{signature}"),
        Case("signature of another token", "signature-invalid", f"{header}.{payload}.{token(v2_claims(x=1)).split('.')[2]}"),
        Case("attacker's signature under a genuine kid", "signature-invalid", token(None, "attacker")),
        Case("consumer's signature under the enterprise kid", "signature-invalid", token(None, "consumer")),
        Case("one bit changed", "signature-invalid", f"{header}.{payload}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"),
        Case("signature of zeros", "signature-invalid", f"{header}.{payload}.{encode(bytes(256))}"),
        Case("signature too short", "signature-invalid", f"{header}.{payload}.{shorter}"),
        Case("signature too long", "signature-invalid", f"{header}.{payload}.{encode(bytes(257))}"),
        Case("signature of one octet", "signature-invalid", f"{header}.{payload}.AA"),
        Case("header changed after signing", "signature-invalid", f"{token(typ='at+jwt').split('.')[0]}.{payload}.{signature}"),
        Case("RS512 signature called RS256", "signature-invalid", assemble({"alg": "RS256", "kid": "entra-key"}, v2_claims(), rsa_key("entra"), "RS512")),
        Case("elliptic signature of zeros", "signature-invalid", token(None, "curve", "curve-key", "ES256").rpartition(".")[0] + "." + encode(bytes(64))),
        Case("elliptic signature in DER", "signature-invalid", token(None, "curve", "curve-key", "ES256").rpartition(".")[0] + "." + encode(b"\x30\x06\x02\x01\x01\x02\x01\x01")),
        Case("token of Graph, header transformed", "signature-transformed", token(None, "attacker", nonce="AQABAAAA")),
    ]  # fmt: skip


MAKERS = (_algorithms, _header_keys, _header_members, _kids, _form, _json, _signatures)
