"""What Microsoft's own issuer-validation tests hold, from their meaning, and where this validator is stricter.

The 38 distinct cases are those of AadTokenValidationParametersExtensionTests in Microsoft.IdentityModel.Validators;
the ten of AadIssuerValidatorTests follow. STRICTER says, for each case that Microsoft accepts and this validator
refuses, why; docs/tokens.md repeats the list, and a test compares the two.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from bench._forgery import (
    AUDIENCE,
    GOVERNMENT,
    NOW,
    OTHER_TENANT,
    TENANT,
    WORLDWIDE,
    assemble,
    jwk,
    metadata,
    rsa_key,
    token,
    v1_claims,
    v2_claims,
)  # fmt: skip

from crosswarden.tokens import Requirements, TokenRefused, Trust, Validator, read_key_set, read_metadata
from crosswarden.tokens.issuers import read_issuer

TEMPLATE = WORLDWIDE + "/{tenantid}/v2.0"
PPE = "https://login.windows-ppe.net"

STRICTER = {
    "no key at all": "a token without a key is not validated, it is refused",
    "no metadata": "without metadata there is no validator",
    "no keys in the metadata": "an unknown key is refused",
    "no matching key in the metadata": "an unknown key is refused",
    "key without an issuer": "the set must say whose key it is",
    "key with a blank issuer": "the set must say whose key it is",
    "cloud named by the metadata only": "one-sided silence about the cloud is refused",
    "cloud named by the key only": "one-sided silence about the cloud is refused",
    "no tenant, switched off": "there is no switch",
    "no tenant in a JSON web token, switched off": "there is no switch",
    "unsigned tokens allowed": "there is no switch",
    "key validation switched off": "there is no switch",
    "metadata silent about the cloud": "one-sided silence about the cloud is refused",
    "key silent about the cloud": "one-sided silence about the cloud is refused",
    "key is null, unsigned tokens allowed": "there is no switch",
}


def code(
    claims: dict[str, Any] | None = None,
    *,
    key: dict[str, Any] | None = None,
    description: dict[str, Any] | None = None,
    keys: list[dict[str, Any]] | None = None,
    text: str | None = None,
    **demands: Any,
) -> str:
    """The refusal of a token under one key, or ""."""
    entry = jwk(rsa_key("entra"), "entra-key", TEMPLATE) if key is None else key
    trust = Trust(
        read_metadata(json.dumps(description or metadata(WORLDWIDE, "common")).encode()),
        read_key_set(json.dumps({"keys": [entry] if keys is None else keys}).encode()),
    )
    try:
        Validator(trust, Requirements.of(AUDIENCE, **demands)).validate(
            token(claims) if text is None else text, at=NOW
        )
    except TokenRefused as error:
        return error.code
    return ""


def entra(
    issuer: str | None = TEMPLATE, cloud: str | None = "microsoftonline.com", **members: Any
) -> dict[str, Any]:
    """The one key of most cases."""
    return jwk(rsa_key("entra"), "entra-key", issuer, cloud, **members)


def without(name: str) -> dict[str, Any]:
    """Claims without one."""
    return v2_claims(**{name: ...})


def described(cloud: str | None) -> dict[str, Any]:
    """Metadata of the common endpoint that names this cloud."""
    return metadata(WORLDWIDE, "common", cloud)


EXPIRED = {"exp": NOW - 86_400}

CASES: dict[str, tuple[str, dict[str, Any]]] = {
    # switching the check on, alone and with an application's own key validator beside it: here it is always on, and
    # the application's own demands are heard after it
    "check switched on": ("", {}),
    "check switched on beside an application's own": ("", {"clients": "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"}),
    "check switched on beside an application's older own": ("", {"scopes": "access_as_user"}),
    "clouds agree": ("", {"description": described("microsoftonline.com"), "key": entra()}),
    "clouds differ": ("cloud-mismatch", {"description": described("microsoftonline.com"), "key": entra(cloud="microsoftonline.us")}),
    "clouds differ, and the application's own check would pass": (
        "cloud-mismatch", {"description": described("microsoftonline.us"), "key": entra(), "scopes": "access_as_user"},
    ),
    "cloud named by the metadata only": ("cloud-missing", {"key": entra(cloud=None)}),
    "cloud named by the key only": ("cloud-missing", {"description": described(None)}),
    # the cloud check alone
    "no key at all": ("kid-missing", {"text": token(kid=...)}),
    "no metadata": ("", {}),
    "no matching key in the metadata": ("kid-unknown", {"text": token(kid="another")}),
    "metadata silent about the cloud": ("cloud-missing", {"description": described(None)}),
    "key silent about the cloud": ("cloud-missing", {"key": entra(cloud=None)}),
    "cloud matches": ("", {"key": entra(cloud="microsoftonline.com")}),
    "cloud does not match": ("cloud-mismatch", {"key": entra(cloud="partner.microsoftonline.cn")}),
    # the key's own validity
    "key is null": ("kid-missing", {"text": token(kid=None)}),
    "key is null, unsigned tokens allowed": ("alg-none", {"text": assemble({"alg": "none"}, v2_claims(), None)}),
    "unsigned tokens allowed": ("signature-missing", {"text": token().rpartition(".")[0] + "."}),
    "key validation switched off": ("key-expired", {"key": entra(**EXPIRED)}),
    "certificate dates are held": ("", {"key": entra(exp=NOW + 86_400)}),
    # whose key it is
    "no token": ("token-empty", {"text": ""}),
    "no keys in the metadata": ("kid-unknown", {"keys": []}),
    "key without an issuer": ("key-without-issuer", {"key": entra(None)}),
    "key with a blank issuer": ("key-without-issuer", {"key": entra(" ")}),
    "key of another issuer": ("key-of-other-cloud", {"key": entra(f"{GOVERNMENT}/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0")}),
    "key of another issuer, v1 token": (
        "key-of-other-cloud", {"claims": v1_claims(), "key": entra(f"{GOVERNMENT}/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0")},
    ),
    "key of the token's issuer": ("", {"key": entra(TEMPLATE)}),
    "no tenant": ("tid-missing", {"claims": without("tid")}),
    "not a JSON web token": ("base64-alphabet", {"text": "<saml:Assertion/>"}),
    "tenant not in the issuer": ("tid-not-of-issuer", {"claims": v2_claims(tid=OTHER_TENANT)}),
    "tenant not in the issuer, v1 token": ("tid-not-of-issuer", {"claims": v1_claims(tid=OTHER_TENANT)}),
    "no tenant, switched off": ("tid-missing", {"claims": without("tid"), "b2c": True}),
    "no tenant, switch off by name": ("tid-missing", {"claims": v1_claims(tid=...)}),
    "no tenant in a JSON web token, switch off by name": ("tid-missing", {"claims": without("tid"), "scopes": "access_as_user"}),
    "no tenant in a JSON web token, switched off": ("tid-missing", {"claims": without("tid"), "kind": "delegated"}),
    "tenant in two cases": ("tid-case-variant", {"claims": v2_claims(TID=OTHER_TENANT)}),
    "tenant in two cases, other order": ("tid-case-variant", {"claims": {"iss": v2_claims()["iss"], "TID": OTHER_TENANT, **v2_claims()}}),
    "tenant in the wrong case only": ("tid-case-variant", {"claims": v2_claims(tid=..., TID=TENANT)}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_microsofts_case(name: str) -> None:
    """Each of the 38 cases ends here as its meaning asks, or stricter."""
    expected, situation = CASES[name]
    assert code(**situation) == expected


def test_there_are_thirty_eight_and_each_exemption_is_one_of_them() -> None:
    """The list is complete and the stricter places are among it."""
    assert len(CASES) == 38
    assert set(STRICTER) <= set(CASES)
    assert [name for name in STRICTER if not CASES[name][0]] == ["no metadata"]


def test_without_metadata_or_keys_there_is_no_validator() -> None:
    """What Microsoft skips when the configuration is null cannot be left out here: the types demand it."""
    assert {field.name for field in dataclasses.fields(Trust)} == {"metadata", "keys"}
    assert all(field.default is dataclasses.MISSING for field in dataclasses.fields(Trust))


def test_documentation_lists_each_stricter_place() -> None:
    """docs/tokens.md states every place where Microsoft accepts and this validator refuses."""
    text = (Path(__file__).resolve().parents[2] / "docs" / "tokens.md").read_text()
    assert [name for name in STRICTER if f"| {name} |" not in text] == []


TENANT_ISSUER = f"{WORLDWIDE}/{TENANT}/v2.0"
V1_ISSUER = f"https://sts.windows.net/{TENANT}/"


@pytest.mark.parametrize(
    ("template", "issuer", "tenant", "matches"),
    [
        ("https://sts.windows.net/{tenantid}/", V1_ISSUER, TENANT, True),
        (TEMPLATE, TENANT_ISSUER, TENANT, True),
        (TENANT_ISSUER, TENANT_ISSUER, TENANT, True),
        ("https://sts.windows.net/{tenantid}/", TENANT_ISSUER, TENANT, False),
        (TEMPLATE, V1_ISSUER, TENANT, False),
        ("https://sts.windows.net/{tenantid}/", "", TENANT, False),
        ("https://sts.windows.net/{tenantid}/", TENANT_ISSUER, "", False),
        (PPE + "/{tenantid}", f"{WORLDWIDE}/{TENANT}", TENANT, False),
        (TEMPLATE, TEMPLATE, TENANT, False),
        (f"{PPE}/{TENANT}/v2.0", TENANT_ISSUER, TENANT, False),
    ],
)
def test_issuer_templates_stand_for_whole_values(
    template: str, issuer: str, tenant: str, matches: bool
) -> None:
    """A template filled with the tenant equals the issuer letter for letter, or does not match (AadIssuerValidatorTests)."""
    assert (read_issuer(template).of(tenant) == issuer) is matches
