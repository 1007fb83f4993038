"""Whose key signed: binds key, tenant and issuer to each other. What Storm-0558 used is that nobody asked this.

The rule is Microsoft's ("Access tokens", validate the signature; the check that Microsoft.IdentityModel has had since
6.32.0), but closed where that one stays open: a key without an issuer, an unknown key id, or a cloud named on one
side only is refused, and whole values are compared, never parts of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crosswarden.tokens.discovery import Metadata, Trust
from crosswarden.tokens.issuers import CONSUMER_TENANT, TEMPLATE, IssuerForm, is_b2c, is_guid, read_issuer
from crosswarden.tokens.refusals import Plain, refusal
from crosswarden.tokens.rfc7517 import SigningKey

__all__ = ["bind", "issuer_of", "tenant_of"]


def issuer_of(claims: Mapping[str, Any]) -> IssuerForm:
    """The token's issuer; raises :class:`TokenRefused` when there is none."""
    if "iss" not in claims:
        raise refusal("issuer-missing")
    issuer = claims["iss"]
    if not isinstance(issuer, str):
        raise refusal("issuer-malformed")
    return read_issuer(issuer)


def tenant_of(claims: Mapping[str, Any]) -> str:
    """The token's one tenant id; raises :class:`TokenRefused` when it is missing or no GUID."""
    if "tid" not in claims:
        raise refusal("tid-missing")
    tid = claims["tid"]
    if not is_guid(tid):
        raise refusal("tid-malformed", tid=tid)
    return str(tid)


def bind(
    claims: Mapping[str, Any], key: SigningKey, trust: Trust, *, b2c: bool = False, cloudless: bool = False
) -> tuple[str, str]:
    """The tenant and token version, once issuer, tenant, key and metadata all agree; raises :class:`TokenRefused`.

    ``b2c`` accepts Azure AD B2C; ``cloudless`` accepts a key set in which no key names its cloud, as before 2025.
    """
    issuer, metadata = issuer_of(claims), trust.metadata
    if metadata.b2c or is_b2c(issuer.text) or "tfp" in claims:
        return _bind_b2c(claims, issuer, key, trust, b2c)
    tid = tenant_of(claims)
    if issuer.tenant not in ("", tid):
        raise refusal("tid-not-of-issuer", tid=tid, iss=issuer.text)
    expected = _expected_issuer(issuer, tid, metadata)
    if issuer.text != expected:
        raise refusal("issuer-mismatch", iss=issuer.text, expected=expected)
    version = "1.0" if issuer.version == "1.0" else "2.0"
    _check_key_issuer(key, issuer, tid, trust)
    _check_cloud(key, trust, cloudless)
    if tid == CONSUMER_TENANT and metadata.endpoint == "organizations":
        raise refusal("consumer-not-accepted", endpoint=Plain(metadata.endpoint))
    return tid, version


def _expected_issuer(issuer: IssuerForm, tid: str, metadata: Metadata) -> str:
    """What the metadata says this tenant's issuer is, in the token's own version.

    The v2 metadata also stands for the v1 issuer of the same cloud and tenant; the reverse does not hold.
    """
    if issuer.version == "1.0" and metadata.issuer.version == "2.0" and metadata.cloud is not None:
        tenant = metadata.issuer.tenant.replace(TEMPLATE, tid)
        return f"https://{metadata.cloud.v1_host}/{tenant}/"
    return metadata.issuer.of(tid)


def _check_cloud(key: SigningKey, trust: Trust, cloudless: bool) -> None:
    cloud = trust.metadata.cloud_name
    if key.cloud and cloud:
        if key.cloud != cloud:
            raise refusal("cloud-mismatch", kid=key.kid, key_cloud=key.cloud, cloud=cloud)
    elif key.cloud:
        raise refusal("cloud-missing", silent=Plain("metadata"), other=Plain("key"))
    elif cloud and not (trust.keys.cloudless and (cloudless or _is_v1_document(trust))):
        raise refusal("cloud-missing", silent=Plain("key"), other=Plain("metadata"))


def _is_v1_document(trust: Trust) -> bool:
    """Whether the pair is v1's, where no key says whose it is and the document itself is the binding."""
    return trust.metadata.issuer.version == "1.0" and trust.keys.issuerless


def _check_key_issuer(key: SigningKey, issuer: IssuerForm, tid: str, trust: Trust) -> None:
    if not key.issuer.strip():
        if _is_v1_document(trust) and tid != CONSUMER_TENANT and not key.issuer_given:
            return
        raise refusal("key-without-issuer", kid=key.kid)
    owner = read_issuer(key.issuer)
    if not owner.tenant or owner.version == "other":
        raise refusal("key-issuer-malformed", kid=key.kid, issuer=key.issuer)
    if owner.tenant == CONSUMER_TENANT and tid != CONSUMER_TENANT:
        raise refusal("key-of-consumers", kid=key.kid, tid=tid)
    if tid == CONSUMER_TENANT and owner.tenant != CONSUMER_TENANT:
        raise refusal("key-not-of-consumers", kid=key.kid)
    if owner.tenant == CONSUMER_TENANT and key.issuer != issuer.text:
        raise refusal("key-issuer-mismatch", kid=key.kid, issuer=key.issuer, iss=issuer.text)
    wanted = _wanted_key_issuers(issuer, tid, trust.metadata)
    if owner.of(tid) not in wanted:
        if all(read_issuer(text).host != owner.host for text in wanted):
            raise refusal("key-of-other-cloud", kid=key.kid, host=owner.host)
        raise refusal("key-issuer-mismatch", kid=key.kid, issuer=key.issuer, iss=issuer.text)


def _wanted_key_issuers(issuer: IssuerForm, tid: str, metadata: Metadata) -> frozenset[str]:
    """What the key's issuer may be: the token's own, or for a v1 token also the v2 issuer of the same tenant and cloud."""
    if issuer.version != "1.0":
        return frozenset({issuer.text})
    if metadata.issuer.version == "2.0":
        return frozenset({issuer.text, metadata.issuer.of(tid)})
    v2 = f"https://{metadata.cloud.login_host}/{tid}/v2.0" if metadata.cloud is not None else issuer.text
    return frozenset({issuer.text, v2})


def _bind_b2c(
    claims: Mapping[str, Any], issuer: IssuerForm, key: SigningKey, trust: Trust, configured: bool
) -> tuple[str, str]:
    """B2C: one policy's own metadata and keys; the issuer is exact, and keys say nothing of theirs."""
    if not configured:
        raise refusal("b2c-not-configured")
    metadata = trust.metadata
    if metadata.issuer.template or issuer.text != metadata.issuer.text:
        raise refusal("issuer-mismatch", iss=issuer.text, expected=metadata.issuer.text)
    tid = tenant_of(claims) if "tid" in claims else issuer.tenant
    if issuer.tenant not in ("", tid):
        raise refusal("tid-not-of-issuer", tid=tid, iss=issuer.text)
    policy = claims.get("tfp", claims.get("acr"))
    if metadata.policy and (not isinstance(policy, str) or policy.lower() != metadata.policy):
        raise refusal("b2c-policy", policy=policy, expected=metadata.policy)
    if key.issuer_given and key.issuer != issuer.text:
        raise refusal("key-issuer-mismatch", kid=key.kid, issuer=key.issuer, iss=issuer.text)
    if not key.issuer_given and not trust.keys.issuerless:
        raise refusal("key-without-issuer", kid=key.kid)
    return tid, "2.0"
