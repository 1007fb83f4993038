"""Makes keys, key sets, metadata and tokens, good and forged: for the tests and for the comparison of libraries.

Nothing here uses crosswarden: a mistake shared by forger and judge would pass its own test. All of it is synthetic;
keys are made when asked for and thrown away.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

TENANT = "5d2c1f5e-9a51-4f6c-8d7e-2f0b64a1c001"
OTHER_TENANT = "b8a6a3de-71c4-4f0e-9d55-3c1d2e4f5002"
CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
AUDIENCE = "6e74172b-be56-4843-9ff4-e66a39bb12e3"
CLIENT = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"
NOW = int(os.environ.get("CROSSWARDEN_FORGERY_NOW", "1750000000"))
"""The present of every token: 2025-06-15T15:06:40Z, unless the comparison with other libraries sets it."""
WORLDWIDE = "https://login.microsoftonline.com"
GOVERNMENT = "https://login.microsoftonline.us"
CHINA = "https://login.partner.microsoftonline.cn"

Json = dict[str, Any]
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def encode(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value: int, length: int | None = None) -> str:
    """A number as a JWK holds it."""
    return encode(value.to_bytes(length or (value.bit_length() + 7) // 8))


@functools.cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """One RSA key a name and process; the key named small is."""
    return rsa.generate_private_key(65537, 1024 if name == "small" else 2048)


@functools.cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    """One P-256 key a name and process."""
    del name
    return ec.generate_private_key(ec.SECP256R1())


def public_members(key: PrivateKey) -> Json:
    """kty and the numbers of the public half."""
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        return {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
    point = key.public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": number(point.x, 32), "y": number(point.y, 32)}


def certificate(key: rsa.RSAPrivateKey, since: datetime, until: datetime) -> bytes:
    """A self-signed certificate (DER), as Microsoft's key sets carry."""
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, "accounts.accesscontrol.windows.net (synthetic)")]
    )
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1000, since, until)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def jwk(
    key: PrivateKey, kid: str, issuer: str | None, cloud: str | None = "microsoftonline.com", **members: Any
) -> Json:
    """An entry of a key set in the form of the platform's v2 document; members of None are left out."""
    entry = {
        "use": "sig",
        "kid": kid,
        **public_members(key),
        "issuer": issuer,
        "cloud_instance_name": cloud,
        **members,
    }
    return {name: value for name, value in entry.items() if value is not None}


def metadata(
    host: str, tenant: str, cloud: str | None = "microsoftonline.com", version: int = 2, **members: Any
) -> Json:
    """An OpenID configuration; ``tenant`` is common, organizations, consumers or a GUID."""
    in_issuer = {"common": "{tenantid}", "organizations": "{tenantid}", "consumers": CONSUMERS}.get(
        tenant, tenant
    )
    v1_host = "https://sts.chinacloudapi.cn" if host == CHINA else "https://sts.windows.net"
    path = "/v2.0" if version == 2 else ""
    document = {
        "issuer": f"{host}/{in_issuer}/v2.0" if version == 2 else f"{v1_host}/{in_issuer}/",
        "token_endpoint": f"{host}/{tenant}/oauth2{path}/token",
        "authorization_endpoint": f"{host}/{tenant}/oauth2{path}/authorize",
        "jwks_uri": f"{host}/{tenant}/discovery{path}/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "cloud_instance_name": cloud,
        **members,
    }
    return {name: value for name, value in document.items() if value is not None}


def sign(algorithm: str, key: Any, message: bytes) -> bytes:
    """A signature; ``key`` is a private key, or octets for HS algorithms."""
    digests: dict[str, Callable[[], hashes.HashAlgorithm]] = {
        "256": hashes.SHA256,
        "384": hashes.SHA384,
        "512": hashes.SHA512,
    }
    digest = digests[algorithm[2:]]()
    match algorithm[:2]:
        case "RS":
            return bytes(key.sign(message, padding.PKCS1v15(), digest))
        case "PS":
            return bytes(key.sign(message, padding.PSS(padding.MGF1(digest), digest.digest_size), digest))
        case "ES":
            r, s = decode_dss_signature(key.sign(message, ec.ECDSA(digest)))
            return r.to_bytes(32) + s.to_bytes(32)
        case _:
            return hmac.new(key, message, getattr(hashlib, f"sha{algorithm[2:]}")).digest()


def assemble(header: Json | bytes, claims: Json | bytes, key: Any, algorithm: str = "RS256") -> str:
    """A compact token with exactly this header and these claims; no key, no signature."""
    parts = [
        encode(part if isinstance(part, bytes) else json.dumps(part, separators=(",", ":")).encode())
        for part in (header, claims)
    ]
    message = ".".join(parts).encode()
    return f"{parts[0]}.{parts[1]}.{encode(sign(algorithm, key, message)) if key is not None else ''}"


def pem(key: PrivateKey) -> bytes:
    """The public half as PEM: what an HMAC with the public key uses as its secret."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def v2_claims(tenant: str = TENANT, host: str = WORLDWIDE, **changes: Any) -> Json:
    """Claims of a delegated v2 token; a change to ``...`` leaves the claim out."""
    claims = {
        "aud": AUDIENCE, "iss": f"{host}/{tenant}/v2.0", "iat": NOW - 300, "nbf": NOW - 300, "exp": NOW + 3600,
        "aio": "AWQAm/8TAAAAsynthetic", "azp": CLIENT, "azpacr": "1", "name": "Synthetic Person",
        "oid": "3b1f6c7e-0000-4000-8000-00000000a001", "preferred_username": "person@example.com", "rh": "0.AAAA.",
        "scp": "access_as_user", "sub": "q1w2e3synthetic", "tid": tenant, "uti": "k3yW0rDsYnTh3t1c", "ver": "2.0",
    }  # fmt: skip
    return {name: value for name, value in {**claims, **changes}.items() if value is not ...}


def v1_claims(tenant: str = TENANT, host: str = "https://sts.windows.net", **changes: Any) -> Json:
    """Claims of a delegated v1 token."""
    claims = v2_claims(
        tenant, iss=f"{host}/{tenant}/", ver="1.0", azp=..., azpacr=..., preferred_username=...
    )
    claims |= {
        "appid": CLIENT,
        "appidacr": "1",
        "upn": "person@example.com",
        "unique_name": "person@example.com",
    }
    return {name: value for name, value in {**claims, **changes}.items() if value is not ...}


def app_claims(claims: Json) -> Json:
    """The same, as an app-only token."""
    rest = {
        name: value
        for name, value in claims.items()
        if name not in ("scp", "name", "preferred_username", "upn", "unique_name")
    }
    return {**rest, "idtyp": "app", "roles": ["Tasks.Read.All"], "sub": rest["oid"]}


@dataclass(frozen=True)
class Case:
    """One token, the world it is judged in, and the refusal expected ("" for a valid one)."""

    name: str
    code: str
    token: str
    world: str = "common"
    demands: Mapping[str, Any] = field(default_factory=dict)
    at: float = NOW


@dataclass(frozen=True)
class World:
    """A key set and metadata, as files would hold them."""

    jwks: Json
    metadata: Json


def date(text: str) -> datetime:
    """A UTC moment."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@functools.cache
def worlds() -> Mapping[str, World]:
    """The worlds by name."""
    entra, consumer, other = rsa_key("entra"), rsa_key("consumer"), rsa_key("other")
    template, msa = WORLDWIDE + "/{tenantid}/v2.0", f"{WORLDWIDE}/{CONSUMERS}/v2.0"
    good = [jwk(entra, "entra-key", template), jwk(consumer, "consumer-key", msa)]
    recent = certificate(entra, date("2024-01-01"), date("2029-01-01"))
    old = certificate(other, date("2016-04-05"), date("2021-04-04"))
    fresh = certificate(other, date("2090-01-01"), date("2095-01-01"))
    odd = [
        jwk(entra, "odd key/1", template),
        jwk(
            entra,
            "certified-key",
            template,
            x5c=[base64.b64encode(recent).decode()],
            x5t=encode(hashlib.sha1(recent).digest()),
        ),
        jwk(other, "expired-key", template, x5c=[base64.b64encode(old).decode()]),
        jwk(other, "expired-consumer-key", msa, x5c=[base64.b64encode(old).decode()]),
        jwk(other, "future-key", template, x5c=[base64.b64encode(fresh).decode()]),
        jwk(other, "swapped-certificate", template, x5c=[base64.b64encode(recent).decode()]),
        jwk(other, "revoked-key", template, revoked={"revoked_at": NOW - 86_400, "reason": "compromised"}),
        jwk(other, "retired-key", template, gone="2025-01-01T00:00:00Z"),
        jwk(other, "dated-key", template, exp=NOW - 86_400),
        jwk(consumer, "1LTMzakihiRla_8z2BEJVXeWMqo", msa),
        jwk(other, "no-issuer", None),
        jwk(other, "empty-issuer", ""),
        jwk(other, "space-issuer", " "),
        jwk(other, "odd-issuer", f"{WORLDWIDE}/common/v2.0"),
        {**jwk(other, "list-issuer", None), "issuer": [template]},
        jwk(other, "other-tenant-key", f"{WORLDWIDE}/{OTHER_TENANT}/v2.0"),
        jwk(other, "tenant-key", f"{WORLDWIDE}/{TENANT}/v2.0"),
        jwk(other, "government-key", GOVERNMENT + "/{tenantid}/v2.0"),
        jwk(other, "government-cloud", template, cloud="microsoftonline.us"),
        jwk(other, "no-cloud", template, cloud=None),
        jwk(other, "twice", template),
        jwk(consumer, "twice", template),
        jwk(entra, "two-issuers", template),
        jwk(entra, "two-issuers", msa),
        jwk(other, "encryption-key", template, use="enc"),
        jwk(other, "sign-only", template, key_ops=["sign"]),
        jwk(other, "ps-key", template, alg="PS256"),
        jwk(other, "rsa-oaep", template, alg="RSA-OAEP"),
        jwk(rsa_key("small"), "small-key", template),
        jwk(other, "exponent-one", template, e="AQ"),
        jwk(other, "exponent-three", template, e="Aw"),
        jwk(other, "private-key", template, d=number(other.private_numbers().d)),
        jwk(other, "broken-key", template, n="!!"),
        jwk(ec_key("curve"), "curve-key", template),
        jwk(ec_key("curve"), "curve-wrong-alg", template, alg="ES384"),
        jwk(ec_key("curve"), "off-curve", template, y=number(5, 32)),
    ]
    common = {"keys": good + odd}
    government = {"keys": [jwk(entra, "entra-key", GOVERNMENT + "/{tenantid}/v2.0", "microsoftonline.us")]}
    china = {"keys": [jwk(entra, "entra-key", CHINA + "/{tenantid}/v2.0", "partner.microsoftonline.cn")]}
    plain = {"keys": [jwk(entra, "entra-key", None, None), jwk(other, "other-key", None, None)]}
    b2c_host = "https://contoso.b2clogin.com"
    b2c = {
        "issuer": f"{b2c_host}/{TENANT}/v2.0/",
        "token_endpoint": f"{b2c_host}/contoso.onmicrosoft.com/b2c_1_susi/oauth2/v2.0/token",
        "jwks_uri": f"{b2c_host}/contoso.onmicrosoft.com/b2c_1_susi/discovery/v2.0/keys",
    }
    external = f"https://{TENANT}.ciamlogin.com/{TENANT}/v2.0"
    return {
        "common": World(common, metadata(WORLDWIDE, "common")),
        "organizations": World(common, metadata(WORLDWIDE, "organizations")),
        "consumers": World(common, metadata(WORLDWIDE, "consumers")),
        "tenant": World(common, metadata(WORLDWIDE, TENANT)),
        "v1": World(plain, metadata(WORLDWIDE, "common", version=1)),
        "v1 with issuers": World(common, metadata(WORLDWIDE, "common", version=1)),
        "v1 tenant": World(plain, metadata(WORLDWIDE, TENANT, version=1)),
        "v2 without issuers": World(plain, metadata(WORLDWIDE, "common")),
        "government": World(government, metadata(GOVERNMENT, "common", "microsoftonline.us")),
        "government v1": World(government, metadata(GOVERNMENT, "common", "microsoftonline.us", version=1)),
        "government, own v1 host": World(
            government,
            {
                **metadata(GOVERNMENT, "common", "microsoftonline.us", 1),
                "issuer": "https://sts.microsoftonline.us/{tenantid}/",
            },
        ),
        "china": World(china, metadata(CHINA, "common", "partner.microsoftonline.cn")),
        "silent metadata": World(common, metadata(WORLDWIDE, "common", None)),
        "old": World(
            {"keys": [jwk(entra, "entra-key", template, None), jwk(consumer, "consumer-key", msa, None)]},
            metadata(WORLDWIDE, "common"),
        ),
        "no clouds": World(
            {"keys": [jwk(entra, "entra-key", template, None)]}, metadata(WORLDWIDE, "common", None)
        ),
        "with secret": World(
            {"keys": [*good, {"kty": "oct", "kid": "secret", "k": encode(b"s" * 32)}]},
            metadata(WORLDWIDE, "common"),
        ),
        "b2c": World({"keys": [jwk(entra, "entra-key", None, None)]}, b2c),
        "b2c foreign key": World(
            {"keys": [jwk(entra, "entra-key", template, None), jwk(other, "plain-key", None, None)]}, b2c
        ),
        "external id": World({"keys": [jwk(entra, "entra-key", external, None)]}, {"issuer": external}),
        "empty": World({"keys": []}, metadata(WORLDWIDE, "common")),
    }


def token(
    claims: Json | bytes | None = None,
    key: str = "entra",
    kid: Any = "entra-key",
    algorithm: str = "RS256",
    **header: Any,
) -> str:
    """A token signed with one of the named keys; header members of ``...`` are left out."""
    members = {"typ": "JWT", "alg": algorithm, "kid": kid, **header}
    chosen: Any = ec_key("curve") if key == "curve" else rsa_key(key)
    return assemble(
        {n: v for n, v in members.items() if v is not ...},
        v2_claims() if claims is None else claims,
        chosen,
        algorithm,
    )


def with_member(claims: Json, text: str) -> bytes:
    """The claims as JSON with more members appended as they are: the way to write a member twice."""
    return json.dumps(claims, separators=(",", ":")).encode()[:-1] + b"," + text.encode() + b"}"


def header_bytes(text: str) -> bytes:
    """A header written by hand around the usual members."""
    return ('{"typ":"JWT","alg":"RS256","kid":"entra-key"' + text + "}").encode()


def years(count: float) -> int:
    """Seconds."""
    return int(timedelta(days=365.25 * count).total_seconds())
