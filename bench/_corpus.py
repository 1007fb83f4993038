"""The authored corpus: forged tokens, each with the refusal it must meet, and valid tokens of all kinds.

Everything is synthetic. Where a token is refused for its claims it is signed by a key that is otherwise right, so that
nothing but the one fault can be the reason.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from bench._forgery import (
    AUDIENCE,
    CHINA,
    CLIENT,
    CONSUMERS,
    GOVERNMENT,
    NOW,
    OTHER_TENANT,
    TENANT,
    WORLDWIDE,
    Case,
    app_claims,
    assemble,
    encode,
    header_bytes,
    jwk,
    pem,
    public_members,
    rsa_key,
    sign,
    token,
    v1_claims,
    v2_claims,
    with_member,
)

__all__ = ["forged", "valid"]

STOLEN = "1LTMzakihiRla_8z2BEJVXeWMqo"


def forged() -> list[Case]:
    """Every forged token."""
    makers = (
        _key_of_another, _issuers, _tenants, _algorithms, _header_keys, _header_members, _kids, _form, _json,
        _signatures, _keys, _times, _audiences, _rights, _versions, _clouds, _b2c,
    )  # fmt: skip
    return [case for maker in makers for case in maker()]


def _key_of_another() -> list[Case]:
    msa = v2_claims(CONSUMERS)
    return [
        Case("consumer key signs an enterprise token", "key-of-consumers", token(None, "consumer", "consumer-key")),
        Case("consumer key signs an enterprise token, tenant metadata", "key-of-consumers", token(None, "consumer", "consumer-key"), "tenant"),
        Case("consumer key signs an enterprise token, organizations metadata", "key-of-consumers", token(None, "consumer", "consumer-key"), "organizations"),
        Case("consumer key signs a v1 enterprise token", "key-of-consumers", token(v1_claims(), "consumer", "consumer-key")),
        Case("consumer key signs a v1 enterprise token, v1 metadata", "key-of-consumers", token(v1_claims(), "consumer", "consumer-key"), "v1 with issuers"),
        Case("consumer key signs an app-only enterprise token", "key-of-consumers", token(app_claims(v2_claims()), "consumer", "consumer-key")),
        Case("the stolen key of Storm-0558", "key-compromised", token(None, "consumer", STOLEN)),
        Case("the stolen key of Storm-0558, on a consumer token", "key-compromised", token(msa, "consumer", STOLEN)),
        Case("enterprise key signs a consumer token", "key-not-of-consumers", token(msa)),
        Case("enterprise key signs a consumer token, consumers metadata", "key-not-of-consumers", token(msa), "consumers"),
        Case("enterprise key signs a v1 consumer token", "key-not-of-consumers", token(v1_claims(CONSUMERS))),
        Case("consumer key signs a v1 consumer token", "key-issuer-mismatch", token(v1_claims(CONSUMERS), "consumer", "consumer-key")),
        Case("v1 document without issuers, consumer tenant", "key-without-issuer", token(v1_claims(CONSUMERS)), "v1"),
        Case("another tenant's own key", "key-issuer-mismatch", token(None, "other", "other-tenant-key")),
        Case("another tenant's own key, v1 token", "key-issuer-mismatch", token(v1_claims(), "other", "other-tenant-key")),
        Case("one tenant's key used for another", "key-issuer-mismatch", token(v2_claims(OTHER_TENANT), "other", "tenant-key")),
        Case("key without issuer", "key-without-issuer", token(None, "other", "no-issuer")),
        Case("key with an empty issuer", "key-without-issuer", token(None, "other", "empty-issuer")),
        Case("key with a blank issuer", "key-without-issuer", token(None, "other", "space-issuer")),
        Case("key without issuer among keys with one, v1", "key-without-issuer", token(v1_claims(), "other", "no-issuer"), "v1 with issuers"),
        Case("v2 document without any issuers", "key-without-issuer", token(), "v2 without issuers"),
        Case("v1 token, v2 document without any issuers", "key-without-issuer", token(v1_claims()), "v2 without issuers"),
        Case("key whose issuer is an endpoint", "key-issuer-malformed", token(None, "other", "odd-issuer")),
        Case("key whose issuer is a list", "key-without-issuer", token(None, "other", "list-issuer")),
        Case("key id under two keys", "kid-ambiguous", token(None, "other", "twice")),
        Case("one key under two issuers", "kid-ambiguous", token(None, "entra", "two-issuers")),
        Case("one key under two issuers, consumer token", "kid-ambiguous", token(msa, "entra", "two-issuers")),
    ]  # fmt: skip


def _issuers() -> list[Case]:
    def of(iss: object, world: str = "common") -> str:
        del world
        return token(v2_claims(iss=iss))

    good = f"{WORLDWIDE}/{TENANT}/v2.0"
    mismatched = {
        "without https": good.replace("https", "http"),
        "upper case host": good.replace("login", "LOGIN"),
        "trailing slash": good + "/",
        "query": good + "?x=1",
        "fragment": good + "#",
        "user information": good.replace("login.", "login.microsoftonline.com@evil.example/", 1),
        "look-alike host": good.replace("microsoftonline.com", "microsoftonline.com.evil.example"),
        "prefixed host": good.replace("login.", "evil-login."),
        "tenant in the query": f"https://evil.example/?{TENANT}",
        "tenant contained": f"https://evil.example/{TENANT}/v2.0",
        "leading space": " " + good,
        "trailing newline": good + "\n",
        "homoglyph": good.replace("o", "о", 1),
        "port": good.replace(".com/", ".com:443/"),
        "v1 host, v2 path": f"https://sts.windows.net/{TENANT}/v2.0",
        "v1 without slash": f"https://sts.windows.net/{TENANT}",
        "common": f"{WORLDWIDE}/common/v2.0",
        "path above": f"{WORLDWIDE}/x/../{TENANT}/v2.0",
        "version 2.1": f"{WORLDWIDE}/{TENANT}/v2.1",
        "empty": "",
        "federation service": "https://adfs.contoso.example/adfs",
        "former host": f"https://login.windows.net/{TENANT}/v2.0",
    }
    cases = [Case(f"issuer: {name}", "issuer-mismatch", of(iss)) for name, iss in mismatched.items()]
    return [
        *cases,
        Case("issuer: template itself", "tid-not-of-issuer", of(WORLDWIDE + "/{tenantid}/v2.0")),
        Case("issuer: none", "issuer-missing", of(...)),
        Case("issuer: null", "issuer-malformed", of(None)),
        Case("issuer: list", "issuer-malformed", of([good])),
        Case("issuer: object", "issuer-malformed", of({"iss": good})),
        Case("issuer: number", "issuer-malformed", of(7)),
        Case("issuer twice", "claim-duplicate", token(with_member(v2_claims(), f'"iss":"{good}"'))),
        Case("issuer in two cases", "claim-case-variant", token(v2_claims(ISS=f"{WORLDWIDE}/{OTHER_TENANT}/v2.0"))),
        Case("another tenant, tenant metadata", "issuer-mismatch", token(v2_claims(OTHER_TENANT)), "tenant"),
        Case("v2 token, v1 metadata", "issuer-mismatch", token(), "v1 with issuers"),
        Case("another tenant, v1 tenant metadata", "issuer-mismatch", token(v1_claims(OTHER_TENANT)), "v1 tenant"),
        Case("enterprise token, consumers metadata", "issuer-mismatch", token(), "consumers"),
        Case("v1 issuer of an unknown host", "issuer-mismatch", token(v1_claims(host="https://sts.evil.example"))),
        Case("v1 issuer of China, worldwide metadata", "issuer-mismatch", token(v1_claims(host="https://sts.chinacloudapi.cn"))),
    ]  # fmt: skip


def _tenants() -> list[Case]:
    other = f'"tid":"{OTHER_TENANT}"'
    malformed: dict[str, Any] = {
        "null": None, "empty": "", "number": 7, "list": [TENANT], "object": {"tid": TENANT}, "true": True,
        "upper case": TENANT.upper(), "braces": "{" + TENANT + "}", "without hyphens": TENANT.replace("-", ""),
        "short": TENANT[:-1], "name": "contoso.onmicrosoft.com", "common": "common", "trailing space": TENANT + " ",
        "trailing newline": TENANT + "\n", "full-width digit": TENANT.replace("5", "５", 1), "template": "{tenantid}",
    }  # fmt: skip
    return [
        *(Case(f"tid: {name}", "tid-malformed", token(v2_claims(tid=tid))) for name, tid in malformed.items()),
        Case("tid: none", "tid-missing", token(v2_claims(tid=...))),
        Case("tid: none, v1", "tid-missing", token(v1_claims(tid=...))),
        Case("tid twice, the wrong one last", "tid-duplicate", token(with_member(v2_claims(), other))),
        Case("tid twice, equal", "tid-duplicate", token(with_member(v2_claims(), f'"tid":"{TENANT}"'))),
        Case("tid twice, escaped", "tid-duplicate", token(with_member(v2_claims(), f'"\\u0074id":"{OTHER_TENANT}"'))),
        Case("tid and TID", "tid-case-variant", token(v2_claims(TID=OTHER_TENANT))),
        Case("TID before tid", "tid-case-variant", token({"TID": OTHER_TENANT, **v2_claims()})),
        Case("TID alone", "tid-case-variant", token(v2_claims(tid=..., TID=TENANT))),
        Case("tId", "tid-case-variant", token(v2_claims(tId=TENANT))),
        Case("tid of another tenant", "tid-not-of-issuer", token(v2_claims(tid=OTHER_TENANT))),
        Case("tid of another tenant, v1", "tid-not-of-issuer", token(v1_claims(tid=OTHER_TENANT))),
        Case("tid of the consumer tenant, issuer of an enterprise", "tid-not-of-issuer", token(v2_claims(tid=CONSUMERS), "consumer", "consumer-key")),
        Case("issuer of the consumer tenant, tid of an enterprise", "tid-not-of-issuer", token(v2_claims(CONSUMERS, tid=TENANT), "consumer", "consumer-key")),
        Case("tenant that is not accepted", "tenant-not-accepted", token(v2_claims(OTHER_TENANT)), demands={"tenants": TENANT}),
        Case("consumer where a tenant is demanded", "tenant-not-accepted", token(v2_claims(CONSUMERS), "consumer", "consumer-key"), demands={"tenants": TENANT}),
        Case("consumer at the organizations endpoint", "consumer-not-accepted", token(v2_claims(CONSUMERS), "consumer", "consumer-key"), "organizations"),
    ]  # fmt: skip


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


def _keys() -> list[Case]:
    def by(kid: str, key: str = "other", algorithm: str = "RS256", **rest: Any) -> str:
        return token(None, key, kid, algorithm, **rest)

    return [
        Case("key expired long ago", "key-expired", by("expired-key")),
        Case("consumer key expired long ago", "key-expired", by("expired-consumer-key")),
        Case("key past its exp member", "key-expired", by("dated-key")),
        Case("key not valid yet", "key-not-yet-valid", by("future-key")),
        Case("key revoked", "key-revoked", by("revoked-key")),
        Case("key no longer served", "key-retired", by("retired-key")),
        Case("certificate of another key", "key-certificate", by("swapped-certificate")),
        Case("key for encryption", "key-use", by("encryption-key")),
        Case("key without verify", "key-use", by("sign-only")),
        Case("key for RSA-OAEP", "key-malformed", by("rsa-oaep")),
        Case("key of 1024 bits", "key-weak", by("small-key", "small")),
        Case("key with exponent one", "key-weak", by("exponent-one")),
        Case("key with exponent three", "key-weak", by("exponent-three")),
        Case("key set with a private key", "key-private", by("private-key")),
        Case("key that is no number", "key-malformed", by("broken-key")),
        Case("curve key named for another curve", "key-malformed", by("curve-wrong-alg", "curve", "ES256")),
        Case("point off the curve", "key-malformed", by("off-curve", "curve", "ES256")),
    ]  # fmt: skip


def _times() -> list[Case]:
    def of(**claims: Any) -> str:
        return token(v2_claims(**claims))

    wrong: dict[str, Any] = {
        "text": str(NOW + 3600),
        "null": None,
        "true": True,
        "list": [NOW],
        "negative": -1,
        "beyond year 9999": 10**15,
    }
    return [
        Case("expired an hour ago", "expired", of(exp=NOW - 3600)),
        Case("expired this second", "expired", of(exp=NOW)),
        Case("expired two years ago, genuine otherwise", "expired", token(), at=NOW + 63_072_000),
        Case("expired beyond the leeway", "expired", of(exp=NOW - 61), demands={"leeway": 60.0}),
        Case("no exp", "exp-missing", of(exp=...)),
        *(Case(f"exp: {name}", "time-malformed", of(exp=value)) for name, value in wrong.items()),
        Case("nbf as text", "time-malformed", of(nbf=str(NOW))),
        Case("iat as text", "time-malformed", of(iat="now")),
        Case("not valid yet", "not-yet-valid", of(nbf=NOW + 600)),
        Case("not valid yet beyond the leeway", "not-yet-valid", of(nbf=NOW + 61), demands={"leeway": 60.0}),
        Case("issued in the future", "issued-in-future", of(iat=NOW + 600)),
        Case("judged before it was issued", "not-yet-valid", token(), at=NOW - 86_400),
        Case("ends before it begins", "time-order", of(nbf=NOW + 7200, exp=NOW + 3600)),
        Case("good for ten years", "lifetime-too-long", of(exp=NOW + 315_360_000), demands={"longest": 86_400.0}),
    ]  # fmt: skip


def _audiences() -> list[Case]:
    def of(aud: Any) -> str:
        return token(v2_claims(aud=aud))

    mismatched = {
        "of Graph": "00000003-0000-0000-c000-000000000000", "upper case": AUDIENCE.upper(), "as URI": f"api://{AUDIENCE}",
        "with a space": AUDIENCE + " ", "empty": "", "longer": AUDIENCE + "0", "wildcard": "*", "the client": CLIENT,
    }  # fmt: skip
    return [
        *(Case(f"aud {name}", "audience-mismatch", of(aud)) for name, aud in mismatched.items()),
        Case("aud none", "audience-missing", of(...)),
        Case("aud null", "audience-malformed", of(None)),
        Case("aud list with the right one", "audience-malformed", of([AUDIENCE])),
        Case("aud list of two", "audience-malformed", of(["00000003-0000-0000-c000-000000000000", AUDIENCE])),
        Case("aud object", "audience-malformed", of({"aud": AUDIENCE})),
        Case("AUD beside aud", "claim-case-variant", token(v2_claims(aud="x", AUD=AUDIENCE))),
    ]  # fmt: skip


def _rights() -> list[Case]:
    app = app_claims(v2_claims())
    return [
        Case("scope not granted", "scope-missing", token(), demands={"scopes": "Files.Read"}),
        Case("scope granted in part", "scope-missing", token(v2_claims(scp="access_as_user_extra")), demands={"scopes": "access_as_user"}),
        Case("scope in another case", "scope-missing", token(v2_claims(scp="Access_As_User")), demands={"scopes": "access_as_user"}),
        Case("role not granted", "role-missing", token(app), demands={"roles": "Tasks.ReadWrite.All"}),
        Case("role as scope", "role-missing", token(v2_claims(scp="Tasks.Read.All")), demands={"roles": "Tasks.Read.All"}),
        Case("scopes as a list", "claim-malformed", token(v2_claims(scp=["access_as_user"]))),
        Case("roles as text", "claim-malformed", token(v2_claims(roles="Admin"))),
        Case("roles of numbers", "claim-malformed", token(v2_claims(roles=[1]))),
        Case("appid as a list", "claim-malformed", token(v2_claims(azp=[CLIENT]))),
        Case("app-only where delegated is demanded", "delegated-required", token(app), demands={"kind": "delegated"}),
        Case("delegated where app-only is demanded", "app-only-required", token(), demands={"kind": "app"}),
        Case("app-only with delegated scopes", "idtyp-contradiction", token({**app, "scp": "access_as_user"})),
        Case("client not accepted", "client-not-accepted", token(), demands={"clients": AUDIENCE}),
        Case("client not named", "client-missing", token(v2_claims(azp=...)), demands={"clients": CLIENT}),
        Case("azp and appid disagree", "client-contradiction", token(v2_claims(appid=AUDIENCE))),
        Case("nonce missing", "nonce-missing", token(), demands={"nonce": "n-0S6"}),
        Case("nonce of another request", "nonce-mismatch", token(v2_claims(nonce="other")), demands={"nonce": "n-0S6"}),
        Case("claim demanded", "claim-missing", token(), demands={"claims": "acrs"}),
    ]  # fmt: skip


def _versions() -> list[Case]:
    return [
        Case("v2 issuer called 1.0", "version-mismatch", token(v2_claims(ver="1.0"))),
        Case("v1 issuer called 2.0", "version-mismatch", token(v1_claims(ver="2.0"))),
        Case("version 3.0", "version-unknown", token(v2_claims(ver="3.0"))),
        Case("version as a number", "version-unknown", token(v2_claims(ver=2.0))),
        Case(
            "v1 where v2 is demanded", "version-not-accepted", token(v1_claims()), demands={"versions": "2.0"}
        ),
        Case("v2 where v1 is demanded", "version-not-accepted", token(), demands={"versions": "1.0"}),
    ]


def _clouds() -> list[Case]:
    government = v2_claims(host=GOVERNMENT)
    return [
        Case("government key, worldwide token", "key-of-other-cloud", token(None, "other", "government-key")),
        Case("government key, worldwide v1 token", "key-of-other-cloud", token(v1_claims(), "other", "government-key")),
        Case("government key, government token, worldwide metadata", "issuer-mismatch", token(government, "other", "government-key")),
        Case("key of another cloud instance", "cloud-mismatch", token(None, "other", "government-cloud")),
        Case("key that names no cloud", "cloud-missing", token(None, "other", "no-cloud")),
        Case("key set that names no cloud", "cloud-missing", token(), "old"),
        Case("key set that names no cloud, consumer key", "key-of-consumers", token(None, "consumer", "consumer-key"), "old", {"cloudless": True}),
        Case("key that names no cloud among others, old sets accepted", "cloud-missing", token(None, "other", "no-cloud"), demands={"cloudless": True}),
        Case("metadata that names no cloud", "cloud-missing", token(), "silent metadata"),
        Case("worldwide token, government metadata", "issuer-mismatch", token(), "government"),
        Case("worldwide token, Chinese metadata", "issuer-mismatch", token(), "china"),
        Case("Chinese token, worldwide metadata", "issuer-mismatch", token(v2_claims(host=CHINA))),
        Case("v1 token of China, government metadata", "issuer-mismatch", token(v1_claims(host="https://sts.chinacloudapi.cn")), "government"),
    ]  # fmt: skip


def _b2c() -> list[Case]:
    host = "https://contoso.b2clogin.com"
    claims = v2_claims(iss=f"{host}/{TENANT}/v2.0/", tfp="B2C_1_susi")
    allowed = {"b2c": True}
    return [
        Case("B2C token, B2C metadata, not configured", "b2c-not-configured", token(claims), "b2c"),
        Case("B2C token, Entra metadata", "b2c-not-configured", token(claims)),
        Case("policy claim on an Entra token", "b2c-not-configured", token(v2_claims(tfp="B2C_1_susi"))),
        Case("B2C token of another policy", "b2c-policy", token({**claims, "tfp": "B2C_1_weak"}), "b2c", allowed),
        Case("B2C token without a policy", "b2c-policy", token({n: v for n, v in claims.items() if n != "tfp"}), "b2c", allowed),
        Case("B2C token of another tenant", "issuer-mismatch", token({**claims, "iss": f"{host}/{OTHER_TENANT}/v2.0/"}), "b2c", allowed),
        Case("Entra token, B2C metadata", "issuer-mismatch", token(), "b2c", allowed),
        Case("B2C token, Entra metadata, configured", "issuer-mismatch", token(claims), "common", allowed),
        Case("B2C token, key of another issuer", "key-issuer-mismatch", token(claims), "b2c foreign key", allowed),
        Case("B2C token, key without issuer among others", "key-without-issuer", token(claims, "other", "plain-key"), "b2c foreign key", allowed),
        Case("B2C token whose tid is another", "tid-not-of-issuer", token({**claims, "tid": OTHER_TENANT}), "b2c", allowed),
    ]  # fmt: skip


def valid() -> list[Case]:
    """Tokens of all kinds that must be accepted."""
    v1, v2, msa = v1_claims(), v2_claims(), v2_claims(CONSUMERS)
    b2c = v2_claims(iss=f"https://contoso.b2clogin.com/{TENANT}/v2.0/", tfp="B2C_1_susi", ver="1.0", azp=...)
    identity = v2_claims(scp=..., azp=..., nonce="n-0S6")
    consumer = token(msa, "consumer", "consumer-key")
    external = v2_claims(iss=f"https://{TENANT}.ciamlogin.com/{TENANT}/v2.0")
    cases: list[tuple[str, str, str, dict[str, Any]]] = [
        ("v2 delegated, common", token(), "common", {}),
        ("v2 delegated, organizations", token(), "organizations", {}),
        ("v2 delegated, one tenant", token(), "tenant", {}),
        ("v2 delegated, tenant demanded", token(), "common", {"tenants": TENANT}),
        ("v2 of another tenant, multi-tenant", token(v2_claims(OTHER_TENANT)), "common", {}),
        ("v2 app-only", token(app_claims(v2)), "common", {"kind": "app", "roles": "Tasks.Read.All"}),
        ("v2 app-only without idtyp", token({n: v for n, v in app_claims(v2).items() if n != "idtyp"}), "common", {"kind": "app"}),
        ("v2 delegated, everything demanded", token(), "common", {"tenants": TENANT, "clients": CLIENT, "scopes": "access_as_user", "kind": "delegated", "versions": "2.0", "claims": ["oid", "uti"]}),
        ("v2 key with an id of odd characters", token(kid="odd key/1"), "common", {}),
        ("v2 with several scopes", token(v2_claims(scp="openid access_as_user Files.Read")), "common", {"scopes": ["access_as_user", "Files.Read"]}),
        ("v2 with 200 groups", token(v2_claims(groups=[OTHER_TENANT] * 200)), "common", {}),
        ("v2 with group overage", token(v2_claims(_claim_names={"groups": "src1"}, _claim_sources={"src1": {"endpoint": "https://graph.microsoft.com"}})), "common", {}),
        ("v2 of a guest", token(v2_claims(idp=f"https://sts.windows.net/{OTHER_TENANT}/", acct=1)), "common", {}),
        ("v2 without typ", token(typ=...), "common", {}),
        ("v2 of type at+jwt", token(typ="at+jwt"), "common", {}),
        ("v2 without nbf and iat", token(v2_claims(nbf=..., iat=...)), "common", {}),
        ("v2 with fractional times", token(v2_claims(exp=NOW + 0.5)), "common", {}),
        ("v2 with a name in other scripts", token(v2_claims(name="Žofie Δ 李")), "common", {}),
        ("v2 key with certificate and thumbprint", token(None, "entra", "certified-key"), "common", {}),
        ("v2 key of one tenant", token(None, "other", "tenant-key"), "common", {}),
        ("v2 signed with PSS by a key for it", assemble({"alg": "PS256", "kid": "ps-key"}, v2, rsa_key("other"), "PS256"), "common", {}),
        ("v2 signed by an elliptic key", token(None, "curve", "curve-key", "ES256"), "common", {}),
        ("v2 identity token with nonce", token(identity), "common", {"nonce": "n-0S6"}),
        ("v2 within the leeway", token(v2_claims(exp=NOW - 30)), "common", {"leeway": 60.0}),
        ("v2 within the leeway before nbf", token(v2_claims(nbf=NOW + 30, iat=NOW + 30)), "common", {"leeway": 60.0}),
        ("v2 last second", token(v2_claims(exp=NOW + 1)), "common", {}),
        ("v2 with a key set from before 2025", token(), "old", {"cloudless": True}),
        ("v2 where no side names its cloud", token(), "no clouds", {}),
        ("v1 delegated, v2 metadata", token(v1), "common", {}),
        ("v1 delegated, v2 tenant metadata", token(v1), "tenant", {}),
        ("v1 delegated, v1 metadata without issuers", token(v1), "v1", {}),
        ("v1 delegated, v1 tenant metadata", token(v1), "v1 tenant", {"tenants": TENANT}),
        ("v1 delegated, v1 metadata, keys with issuers", token(v1), "v1 with issuers", {}),
        ("v1 app-only", token(app_claims(v1)), "v1", {"kind": "app", "clients": CLIENT}),
        ("v1 for an App ID URI", token(v1_claims(aud="api://orders")), "v1", {"audience": ["api://orders", AUDIENCE]}),
        ("v1 with the certificate's thumbprint", token(v1, "entra", "certified-key"), "v1 with issuers", {"versions": "1.0"}),
        ("consumer, common", consumer, "common", {}),
        ("consumer, consumers", consumer, "consumers", {}),
        ("consumer, its tenant demanded", consumer, "common", {"tenants": CONSUMERS}),
        ("US government", token(v2_claims(host=GOVERNMENT)), "government", {}),
        ("US government, v1 token", token(v1), "government", {}),
        ("US government, v1 metadata", token(v1), "government v1", {}),
        ("US government, v1 host of its own", token(v1_claims(host="https://sts.microsoftonline.us")), "government, own v1 host", {}),
        ("China", token(v2_claims(host=CHINA)), "china", {}),
        ("China, v1 token", token(v1_claims(host="https://sts.chinacloudapi.cn")), "china", {}),
        ("B2C, configured", token(b2c), "b2c", {"b2c": True}),
        ("External ID for customers", token(external), "external id", {}),
    ]  # fmt: skip
    return [Case(name, "", text, world, demands) for name, text, world, demands in cases]
