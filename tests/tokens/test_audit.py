"""``token audit``: each rule fires on the code it is for and stays quiet on the code that does it right."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from crosswarden.tokens.audit_finding import RULES
from crosswarden.tokens.audit_packages import audit_manifest, older
from crosswarden.tokens.audit_python import audit_python
from crosswarden.tokens.audit_text import audit_csharp, audit_javascript
from crosswarden.tokens.auditing import audit_paths

MS = 'AUTHORITY = "https://login.microsoftonline.com/common"\n'

PYTHON = {
    "signature-off": [
        'import jwt\njwt.decode(t, options={"verify_signature": False})',
        'from jwt import decode\ndecode(t, options={"verify_signature": False, "verify_exp": True})',
        "import jwt as j\nj.decode(t, k, verify=False)",
        'import jwt\noptions = {"verify_signature": False}\njwt.decode(t, options=options)',
        "import jwt\njwt.decode(t, options=dict(verify_signature=False))",
        "from jose import jwt\njwt.get_unverified_claims(t)",
    ],
    "audience-off": ['import jwt\njwt.decode(t, k, algorithms=["RS256"], issuer=i, options={"verify_aud": False})'],
    "issuer-off": [
        'from jose import jwt\njwt.decode(t, k, algorithms="RS256", audience=a, options={"verify_iss": False})',
        "from fastapi_azure_auth import MultiTenantAzureAuthorizationCodeBearer as M\nM(app_client_id=a, validate_iss=False)",
    ],
    "lifetime-off": ['import jwt\njwt.decode(t, k, algorithms=["RS256"], issuer=i, audience=a, options={"verify_exp": False})'],
    "issuer-missing": ['import jwt\njwt.decode(t, k, algorithms=["RS256"], audience=a)'],
    "audience-missing": ['import jwt\njwt.decode(t, k, algorithms=["RS256"], issuer=i)'],
    "algorithms-open": [
        "from jose import jwt\njwt.decode(t, k, audience=a, issuer=i)",
        'import jwt\nheader = jwt.get_unverified_header(t)\njwt.decode(t, k, algorithms=[header["alg"]], issuer=i, audience=a)',
    ],
    "alg-none-allowed": ['import jwt\njwt.decode(t, k, algorithms=["RS256", "none"], issuer=i, audience=a)'],
    "algorithm-confusion": ['import jwt\nALGS = ["RS256", "HS256"]\njwt.decode(t, k, algorithms=ALGS, issuer=i, audience=a)'],
    "endless-key-cache": [
        "from jwt import PyJWKClient\nPyJWKClient(url, cache_keys=True)",
        "import jwt\njwt.PyJWKClient(url, lifespan=7 * 24 * 3600)",
        "import jwt\njwt.PyJWKClient(url, lifespan=float('inf'))",
        "import functools, requests\n@functools.lru_cache\ndef keys():\n    return requests.get(base + '/discovery/v2.0/keys').json()",
        "from functools import cache\n@cache\ndef get_jwks():\n    return fetch()",
        "_jwks_cache = None\ndef keys():\n    global _jwks_cache\n    if _jwks_cache is None:\n        _jwks_cache = httpx.get(u).json()\n    return _jwks_cache",
        "class V:\n    def keys(self):\n        if not self._jwks:\n            self._jwks = requests.get(u).json()\n        return self._jwks",
    ],
    "key-from-token": [
        'import jwt\nheader = jwt.get_unverified_header(t)\nkey = load(header["x5c"][0])',
        'import jwt\nkey = load(jwt.get_unverified_header(t).get("jku"))\nheader.get("jwk")',
    ],
    "tls-off": ["import requests\nrequests.get('https://h/discovery/v2.0/keys', verify=False)"],
    "fixed-key": [MS + 'import jwt\nKEY = """-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----"""'],
    "mutable-identity": ['import jwt\nif claims["upn"] == "admin@contoso.com": grant()', 'import jwt\nok = claims.get("email") in admins'],
    "no-issuer-binding": [
        MS + 'import jwt\njwt.decode(t, k, algorithms=["RS256"], issuer=i, audience=a)',
        MS + "from jwt import PyJWKClient\nPyJWKClient(AUTHORITY)",
        MS + "from joserfc import jwt\njwt.decode(t, k, algorithms=['RS256'])",
        "from fastapi_azure_auth import SingleTenantAzureAuthorizationCodeBearer",
    ],
    "unreadable": ["def broken(:"],
}  # fmt: skip

PYTHON_RIGHT = [
    "from functools import lru_cache\n@lru_cache(maxsize=1)\ndef get_jwks_url():\n    return f'https://h/{tenant}/discovery/v2.0/keys'",
    "def keys(self):\n    if self._jwks is None or time.time() > self._jwks_until:\n        self._jwks = fetch()\n    return self._jwks",
    "def keys(self):\n    if not self._rows:\n        self._rows = fetch()\n    return self._rows",
    "from authlib.jose import JsonWebToken\ndecoder = JsonWebToken(['RS256'])\ndecoder.decode(t, k)",
    'import jwt\njwt.decode(t, k, algorithms=["RS256"], audience=a, issuer=i)',
    MS + "from crosswarden.tokens.pyjwt_client import PyJWKClient\nimport jwt\nk = PyJWKClient(u).get_signing_key_from_jwt(t)\njwt.decode(t, k, algorithms=['RS256'], audience=a, issuer=i)",
    "from crosswarden.tokens.fastapi_azure_auth import SingleTenantAzureAuthorizationCodeBearer",
    MS + "from crosswarden.tokens import Validator",
    "import jwt\nheaders['x5c'] = chain\njwt.encode(claims, key, headers=headers)",
    "import functools\n@functools.cache\ndef world(name): return {'jwks': 1}",
    "import json\njson.loads(x)\ndata.decode('utf-8')\nif user['email'] == x: pass",
    "import base64\ndef decode(x, options={'verify_signature': False}): ...",
    "import jwt\njwt.decode(t, **settings)\njwt.PyJWKClient(url, lifespan=300)",
    "from functools import lru_cache\n@lru_cache\ndef fibonacci(n): return n",
    "",
]  # fmt: skip

JAVASCRIPT = {
    "signature-off": ["const jwt = require('jsonwebtoken');\nconst claims = jwt.decode(token);"],
    "issuer-off": ["const { BearerStrategy } = require('passport-azure-ad');\nnew BearerStrategy({ validateIssuer: false })"],
    "issuer-missing": ["import jwt from 'jsonwebtoken';\njwt.verify(t, key, { algorithms: ['RS256'], audience: a })"],
    "audience-missing": ["import { jwtVerify } from 'jose';\nawait jwtVerify(t, keys, { issuer: i })"],
    "algorithms-open": ["import jwt from 'jsonwebtoken';\njwt.verify(t, key, { issuer: i, audience: a })"],
    "lifetime-off": ["const jwt = require('jsonwebtoken');\njwt.verify(t, k, { algorithms: ['RS256'], issuer: i, audience: a, ignoreExpiration: true })"],
    "alg-none-allowed": ["const jwt = require('jsonwebtoken');\njwt.verify(t, k, { algorithms: ['RS256', 'none'], issuer: i, audience: a })"],
    "algorithm-confusion": ["const jwt = require('jsonwebtoken');\njwt.verify(t, k, { algorithms: ['RS256', 'HS256'], issuer: i, audience: a })"],
    "endless-key-cache": ["import { createRemoteJWKSet } from 'jose';\ncreateRemoteJWKSet(u, { cacheMaxAge: Infinity })", "const c = require('jwks-rsa');\nc({ cacheMaxAge: 30 * 24 * 3600 * 1000 })"],
    "tls-off": ["const c = require('jwks-rsa');\nc({ strictSsl: false })"],
    "key-from-token": ["const jose = require('jose');\nconst key = await importJWK(header.jwk)"],
    "mutable-identity": ["const jwt = require('jsonwebtoken');\nif (claims.preferred_username === 'admin') grant()"],
    "fixed-key": ["const jwt = require('jsonwebtoken');\nconst a = 'https://login.microsoftonline.com/x'; const k = `-----BEGIN PUBLIC KEY-----\nMII`"],
    "plain-http-metadata": ["import * as c from 'jose';\nimport jwt from 'jsonwebtoken';\ndiscovery({ allowInsecureRequests: true })"],
    "no-issuer-binding": [
        "import { jwtVerify, createRemoteJWKSet } from 'jose';\nconst k = createRemoteJWKSet(new URL('https://login.microsoftonline.com/common/discovery/v2.0/keys'));\nawait jwtVerify(t, k, { issuer: i, audience: a })",
        "const passport = require('passport-azure-ad');\nnew passport.BearerStrategy(options, done)",
    ],
}  # fmt: skip

JAVASCRIPT_RIGHT = [
    "const decoded = decoder.decode(bytes); verify(x)",
    "import { jwtVerify } from 'jose';\nawait jwtVerify(t, k, { issuer: i, audience: a })",
    "const jwt = require('jsonwebtoken');\n// jwt.decode(token) is not enough\njwt.verify(t, k, { algorithms: ['RS256'], issuer: i, audience: a })",
    "const jwt = require('jsonwebtoken');\njwt.verify(t, k, options)",
]

CSHARP = {
    "issuer-off": ["var p = new TokenValidationParameters { ValidateIssuer = false };", "options.TokenValidationParameters.IssuerValidator = (issuer, token, p) => issuer;"],
    "audience-off": ["ValidateAudience=false,", "AudienceValidator = (a, b, c) => true"],
    "lifetime-off": ["ValidateLifetime = false", "RequireExpirationTime = false", "LifetimeValidator = (a, b, c, d) => true"],
    "signature-off": ["RequireSignedTokens = false", "SignatureValidator = (token, p) => new JwtSecurityToken(token)", "SignatureValidator = delegate (string t, TokenValidationParameters p) { return x; }"],
    "no-issuer-binding-dotnet": [
        'var a = "https://login.microsoftonline.com/common"; var p = new TokenValidationParameters { ValidAudience = x };',
        "IssuerSigningKeyValidator = (k, t, p) => true",
    ],
    "plain-http-metadata": ["options.RequireHttpsMetadata = false;"],
    "endless-key-cache": ["manager.AutomaticRefreshInterval = TimeSpan.MaxValue;", "AutomaticRefreshInterval = TimeSpan.FromDays(30)"],
    "binding-switched-off": ['AppContext.SetSwitch("Switch.Microsoft.IdentityModel.DoNotFailOnMissingTid", true);'],
    "tls-off": ["handler.ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator;"],
    "fixed-key": ['var a = "https://login.microsoftonline.com/x"; p.IssuerSigningKey = new X509SecurityKey(certificate);'],
}  # fmt: skip

CSHARP_RIGHT = [
    "// ValidateIssuer = false would be wrong\nvar p = new TokenValidationParameters { ValidateIssuer = true };",
    'var a = "https://login.microsoftonline.com/common"; var p = new TokenValidationParameters(); p.EnableAadSigningKeyIssuerValidation();',
    'services.AddMicrosoftIdentityWebApi(configuration.GetSection("AzureAd")); options.TokenValidationParameters.ValidAudience = x;',
    "manager.AutomaticRefreshInterval = TimeSpan.FromHours(12);",
]

MANIFESTS = {
    ("outdated-identitymodel", "App.csproj"): '<PackageReference Include="Microsoft.IdentityModel.Tokens" Version="6.31.0" />',
    ("outdated-identitymodel", "Directory.Packages.props"): '<PackageVersion Include="System.IdentityModel.Tokens.Jwt" Version="5.6.0" />',
    ("outdated-identitymodel", "Nested.csproj"): '<PackageReference Include="Microsoft.IdentityModel.Validators">\n<Version>6.30.1</Version></PackageReference>',
    ("outdated-identitymodel", "packages.config"): '<package id="Microsoft.IdentityModel.JsonWebTokens" version="6.8.0" targetFramework="net48" />',
    ("outdated-identitymodel", "packages.lock.json"): '{"dependencies":{"net8.0":{"Microsoft.IdentityModel.Protocols":{"type":"Transitive","resolved":"6.10.0"}}}}',
    ("outdated-identitymodel", "App.deps.json"): '{"libraries":{"System.IdentityModel.Tokens.Jwt/6.25.1":{}}}',
    ("outdated-identitymodel", "project.assets.json"): '{"libraries":{"Microsoft.IdentityModel.Logging/6.32.0-preview":{}}}',
    ("outdated-identity-web", "Web.csproj"): '<PackageReference Include="Microsoft.Identity.Web" Version="2.12.4" />',
    ("unmaintained", "package.json"): '{"dependencies":{"passport-azure-ad":"^4.3.5"}}',
    ("unmaintained", "package-lock.json"): '{"packages":{"node_modules/passport-azure-ad":{"version":"4.3.5"}}}',
    ("unmaintained", "yarn.lock"): 'passport-azure-ad@^4.0.0:\n  version "4.3.5"\n',
    ("unmaintained", "pnpm-lock.yaml"): "packages:\n\n  /passport-azure-ad@4.3.5:\n    resolution: {}\n",
    ("unmaintained", "requirements.txt"): "flask==3.0\npython-jose[cryptography]==3.3.0\n",
    ("unmaintained", "poetry.lock"): '[[package]]\nname = "python-jose"\nversion = "3.3.0"\n',
    ("unmaintained", "uv.lock"): '[[package]]\nname = "adal"\nversion = "1.2.7"\n',
    ("unmaintained", "Pipfile.lock"): '{"default":{"python-jose":{"hashes":[],"version":"==3.3.0"}}}',
    ("unmaintained", "pyproject.toml"): '[project]\ndependencies = ["fastapi", "python-jose>=3"]\n',
}  # fmt: skip

MANIFESTS_RIGHT = {
    "App.csproj": '<PackageReference Include="Microsoft.IdentityModel.Tokens" Version="6.32.0" /><PackageReference Include="Microsoft.Identity.Web" Version="3.1.0" />',
    "Other.csproj": '<PackageReference Include="Microsoft.IdentityModel.Abstractions" Version="6.22.0" /><PackageReference Include="Newtonsoft.Json" Version="6.0.1" />',
    "packages.lock.json": '{"dependencies":{"net8.0":{"Microsoft.IdentityModel.Tokens":{"resolved":"8.0.1"}}}}',
    "package.json": '{"dependencies":{"jose":"^5.0.0","@azure/msal-node":"2.1.0"}}',
    "requirements.txt": "pyjwt==2.10\njoserfc>=1\n# python-jose is gone\n",
}  # fmt: skip


def pairs(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Rule and code, flat."""
    return [(rule, code) for rule, codes in table.items() for code in codes]


@pytest.mark.parametrize(("rule", "code"), pairs(PYTHON))
def test_python_rule_fires(rule: str, code: str) -> None:
    """A rule meets the Python code it is for."""
    assert rule in {one.rule for one in audit_python("app.py", code)}


@pytest.mark.parametrize("code", PYTHON_RIGHT)
def test_right_python_is_left_alone(code: str) -> None:
    """Code that validates as it should, or is no validation at all, has no finding."""
    assert audit_python("app.py", code) == []


@pytest.mark.parametrize(("rule", "code"), pairs(JAVASCRIPT))
def test_javascript_rule_fires(rule: str, code: str) -> None:
    """A rule meets the JavaScript it is for."""
    assert rule in {one.rule for one in audit_javascript("app.ts", code)}


@pytest.mark.parametrize("code", JAVASCRIPT_RIGHT)
def test_right_javascript_is_left_alone(code: str) -> None:
    """Right JavaScript has no finding, comments are not code."""
    assert audit_javascript("app.ts", code) == []


@pytest.mark.parametrize(("rule", "code"), pairs(CSHARP))
def test_csharp_rule_fires(rule: str, code: str) -> None:
    """A rule meets the C# it is for."""
    assert rule in {one.rule for one in audit_csharp("Startup.cs", code)}


@pytest.mark.parametrize("code", CSHARP_RIGHT)
def test_right_csharp_is_left_alone(code: str) -> None:
    """Right C# has no finding."""
    assert audit_csharp("Startup.cs", code) == []


@pytest.mark.parametrize(("rule", "name"), MANIFESTS)
def test_package_rule_fires(rule: str, name: str) -> None:
    """An outdated or abandoned package is found in every kind of file, with its line."""
    findings, _ = audit_manifest(name, name, MANIFESTS[rule, name])
    assert [one.rule for one in findings] == [rule] and findings[0].line >= 1


@pytest.mark.parametrize("name", MANIFESTS_RIGHT)
def test_right_packages_are_left_alone(name: str) -> None:
    """Current packages, and others with low numbers, have no finding."""
    assert audit_manifest(name, name, MANIFESTS_RIGHT[name])[0] == []


def test_every_rule_has_code_that_meets_it() -> None:
    """No rule is without an example."""
    met = set(PYTHON) | set(JAVASCRIPT) | set(CSHARP) | {rule for rule, _ in MANIFESTS}
    assert set(RULES) == met


@pytest.mark.parametrize(
    ("version", "outdated"),
    [
        ("6.31.9", True),
        ("6.32.0", False),
        ("6.32.0-preview1", True),
        ("5.*", False),
        ("", False),
        ("$(Version)", False),
        ("7.0.0", False),
        ("6.4", True),
    ],
)
def test_versions_are_compared_as_numbers(version: str, outdated: bool) -> None:
    """6.4 is older than 6.32; what cannot be read is not called old."""
    assert older(version, (6, 32, 0)) is outdated


def test_a_project_is_read_as_one(tmp_path: Path) -> None:
    """The authority in a settings file makes validation elsewhere that of Microsoft's tokens; dependencies are passed over."""
    (tmp_path / "settings.yaml").write_text("authority: https://login.microsoftonline.com/common\n")
    (tmp_path / "app.py").write_text(
        'import jwt\njwt.decode(t, k, algorithms=["RS256"], issuer=i, audience=a)\n'
    )
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "x.js").write_text("const jwt = require('jsonwebtoken'); jwt.decode(t)")
    audit = audit_paths([tmp_path])
    assert [(one.rule, one.line) for one in audit.findings] == [("no-issuer-binding", 2)]
    assert audit.verdict == "found" and audit.read == {"py": 1}


def test_a_folder_without_code_is_blind_not_clean(tmp_path: Path, run: Callable[..., Result]) -> None:
    """Nothing that can be read is never called clean; code without findings is."""
    (tmp_path / "notes.txt").write_text("nothing")
    result = run("audit", str(tmp_path))
    assert result.return_value == 3 and "blind" in result.stderr
    (tmp_path / "app.py").write_text("print(1)\n")
    result = run("audit", str(tmp_path))
    assert result.return_value == 0 and "clean" in result.stderr


def test_audit_on_the_command_line(tmp_path: Path, run: Callable[..., Result]) -> None:
    """Findings with place, sentence and remedy; --fail-on by severity; JSON Lines."""
    (tmp_path / "app.py").write_text(PYTHON["signature-off"][0] + "\n")
    out = tmp_path / "findings.jsonl"
    result = run("audit", str(tmp_path), "--fail-on", "high", "-o", str(out))
    assert (
        result.return_value == 1
        and "app.py:2: critical: the signature of a token is not verified" in result.stdout
    )
    assert json.loads(out.read_text().splitlines()[0])["rule"] == "signature-off"
    (tmp_path / "app.py").write_text('import jwt\nok = claims.get("email") == x\n')
    assert run("audit", str(tmp_path), "--fail-on", "high").return_value == 0


@pytest.mark.parametrize(
    "text", ["(" * 5000, "x = " + "[" * 100_000, "\x00\x00", "a" * 3_000_000, "if 1:\n" * 200]
)
def test_hostile_source_ends_as_a_finding_at_most(text: str) -> None:
    """Source that breaks parsers does not break the audit."""
    assert {one.rule for one in audit_python("x.py", text)} <= {"unreadable"}
    audit_javascript("x.js", "require('jose')\njwtVerify" + text)
    audit_csharp("x.cs", text)


def test_what_is_too_large_is_left_out_and_said(
    tmp_path: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file beyond the limit makes the exit code 3 and is named; the rest is read."""
    monkeypatch.setattr("crosswarden.tokens.auditing.SIZE_LIMIT", 100)
    (tmp_path / "large.py").write_text("x = 1\n" * 100)
    (tmp_path / "small.py").write_text("x = 1\n")
    result = run("audit", str(tmp_path))
    assert result.return_value == 3 and "large.py: too large" in result.stderr and "1 py" in result.stderr
