"""The authored corpus: forged tokens, each with the refusal it must meet, and valid tokens of all kinds.

Everything is synthetic. Where a token is refused for its claims it is signed by a key that is otherwise right, so that
nothing but the one fault can be the reason.
"""

from __future__ import annotations

from typing import Any

from bench import _corpus_claims, _corpus_form
from bench._forgery import (
    AUDIENCE,
    CHINA,
    CLIENT,
    CONSUMERS,
    GOVERNMENT,
    NOW,
    OTHER_TENANT,
    TENANT,
    Case,
    app_claims,
    assemble,
    rsa_key,
    token,
    v1_claims,
    v2_claims,
)

__all__ = ["forged", "valid"]


def forged() -> list[Case]:
    """Every forged token."""
    return [case for maker in (*_corpus_claims.MAKERS, *_corpus_form.MAKERS) for case in maker()]


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
