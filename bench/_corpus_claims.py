"""Forged tokens whose key, issuer, tenant, time, audience or rights are at fault. All synthetic."""

from __future__ import annotations

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
    token,
    v1_claims,
    v2_claims,
    with_member,
)

__all__ = ["MAKERS"]

STOLEN = "1LTMzakihiRla_8z2BEJVXeWMqo"


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


MAKERS = (_key_of_another, _issuers, _tenants, _keys, _times, _audiences, _rights, _versions, _clouds, _b2c)
