"""JavaScript, TypeScript and C# code that validates tokens, read by patterns: no tree, so only what is plain to see.

Comments and the contents of ordinary strings are blanked where they would mislead; line numbers stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from crosswarden.tokens.audit_finding import Finding, finding

__all__ = ["audit_csharp", "audit_javascript"]

_MICROSOFT = re.compile(
    r"login\.microsoftonline\.(?:com|us|de)|login\.partner\.microsoftonline\.cn|sts\.windows\.net|b2clogin\.com|ciamlogin\.com|AzureAd|passport-azure-ad",
    re.IGNORECASE,
)
_COMMENT = re.compile(
    r"//[^\n]*|/\*.*?\*/|(?P<string>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)", re.DOTALL
)

Pattern = tuple[re.Pattern[str], str]


def _rules(*rows: tuple[str, str]) -> tuple[Pattern, ...]:
    return tuple((re.compile(pattern, re.IGNORECASE | re.DOTALL), rule) for pattern, rule in rows)


_CSHARP = _rules(
    (r"\bValidateIssuer\s*=\s*false\b", "issuer-off"),
    (r"\bIssuerValidator\s*=\s*(?:\([^)]*\)|\w+)\s*=>\s*\w+\s*[;,}]", "issuer-off"),
    (r"\bValidateAudience\s*=\s*false\b", "audience-off"),
    (r"\bAudienceValidator\s*=\s*(?:\([^)]*\)|\w+)\s*=>\s*true\b", "audience-off"),
    (r"\bValidateLifetime\s*=\s*false\b", "lifetime-off"),
    (r"\bRequireExpirationTime\s*=\s*false\b", "lifetime-off"),
    (r"\bLifetimeValidator\s*=\s*(?:\([^)]*\)|\w+)\s*=>\s*true\b", "lifetime-off"),
    (r"\bRequireSignedTokens\s*=\s*false\b", "signature-off"),
    (r"\bSignatureValidator\s*=\s*(?:delegate\b|(?:\([^)]*\)|\w+)\s*=>)", "signature-off"),
    (r"\bIssuerSigningKeyValidator\w*\s*=\s*(?:\([^)]*\)|\w+)\s*=>\s*true\b", "no-issuer-binding-dotnet"),
    (r"\bRequireHttpsMetadata\s*=\s*false\b", "plain-http-metadata"),
    (r"\b(?:AutomaticRefreshInterval|RefreshInterval)\s*=\s*(?:TimeSpan\.MaxValue|TimeSpan\.FromDays\(\s*(?:[2-9]|\d{2,})[\d.]*\s*\))", "endless-key-cache"),
    (r"\bDoNotFailOnMissingTid\b", "binding-switched-off"),
    (r"\bDangerousAcceptAnyServerCertificateValidator\b", "tls-off"),
)  # fmt: skip

_JAVASCRIPT = _rules(
    (r"\bvalidateIssuer\s*:\s*false\b", "issuer-off"),
    (r"\bignoreExpiration\s*:\s*true\b", "lifetime-off"),
    (r"\bignoreNotBefore\s*:\s*true\b", "lifetime-off"),
    (r"\balgorithms\s*:\s*\[[^\]]*['\"]none['\"]", "alg-none-allowed"),
    (r"\balgorithms\s*:\s*\[(?=[^\]]*['\"]HS)(?=[^\]]*['\"][RPE]S)", "algorithm-confusion"),
    (r"\bcacheMaxAge\s*:\s*(?:Infinity|Number\.MAX_\w+)", "endless-key-cache"),
    (r"\bstrictSsl\s*:\s*false\b", "tls-off"),
    (r"\brejectUnauthorized\s*:\s*false\b", "tls-off"),
    (r"\ballowInsecure\w*\s*:\s*true\b", "plain-http-metadata"),
    (r"\bheader\w*\s*(?:\.|\?\.)\s*(?:jwk|jku|x5u|x5c)\b", "key-from-token"),
    (r"\b(?:claims|payload|decoded|token)\w*\s*\.\s*(?:email|upn|preferred_username|unique_name)\s*===?", "mutable-identity"),
    (r"-----BEGIN (?:PUBLIC KEY|CERTIFICATE)-----", "fixed-key"),
)  # fmt: skip

_JS_LIBRARY = re.compile(
    r"(?:require\(|from\s+|import\s+)\s*['\"](?P<name>jsonwebtoken|jose|express-jwt|jwks-rsa|passport-jwt|passport-azure-ad|express-oauth2-jwt-bearer|fast-jwt|koa-jwt)(?:/[^'\"]*)?['\"]"
)
_JS_CALL = re.compile(
    r"\b(?:(?P<object>\w+)\s*\.\s*)?(?P<name>verify|decode|jwtVerify|expressjwt|expressJwt|BearerStrategy|JwtStrategy|Strategy)\s*\("
)
_JS_MILLISECONDS = re.compile(r"\bcacheMaxAge\s*:\s*(?P<value>[\d_]+(?:\s*\*\s*[\d_]+)*)")
_BINDING_JS = re.compile(
    r"\bsigningKeyIssuer\b|\bkey\w*\s*(?:\.|\?\.)\s*issuer\b|\bjwk\w*\s*(?:\.|\?\.)\s*issuer\b"
)
_NEW_PARAMETERS = re.compile(
    r"\bnew\s+TokenValidationParameters\b|\.TokenValidationParameters\.\w+\s*=|\bAddJwtBearer\s*\("
)
_BINDING_CSHARP = re.compile(
    r"\bEnableAadSigningKeyIssuerValidation\b|\bAddMicrosoftIdentityWeb(?:Api|App)\b|\bAddMicrosoftIdentityWebApiAuthentication\b"
)
_CSHARP_KEY = re.compile(r"\bIssuerSigningKeys?\s*=\s*new\s+(?:X509SecurityKey|RsaSecurityKey|JsonWebKey)\b")


def _without_comments(text: str) -> str:
    def blank(match: re.Match[str]) -> str:
        if match["string"] is not None:
            return match[0]
        return re.sub(r"[^\n]", " ", match[0])

    return _COMMENT.sub(blank, text)


def _matches(
    path: str, text: str, rules: Sequence[Pattern], skip: Callable[[str], bool]
) -> Iterator[Finding]:
    lines = text.splitlines()
    for pattern, rule in rules:
        if skip(rule):
            continue
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield finding(path, line, rule, lines[line - 1])


def audit_csharp(path: str, text: str, microsoft: bool = False) -> list[Finding]:
    """Findings in one C# file; ``microsoft`` says that its project trusts Microsoft's authorities elsewhere."""
    code = _without_comments(text)
    lines = code.splitlines()
    microsoft = microsoft or _MICROSOFT.search(code) is not None
    found = set(_matches(path, code, _CSHARP, lambda rule: False))
    made = _NEW_PARAMETERS.search(code)
    if made and not _BINDING_CSHARP.search(code) and microsoft:
        line = code.count("\n", 0, made.start()) + 1
        found.add(finding(path, line, "no-issuer-binding-dotnet", lines[line - 1]))
    if (fixed := _CSHARP_KEY.search(code)) and microsoft:
        line = code.count("\n", 0, fixed.start()) + 1
        found.add(finding(path, line, "fixed-key", lines[line - 1]))
    return sorted(found)


def audit_javascript(path: str, text: str, microsoft: bool = False) -> list[Finding]:
    """Findings in one JavaScript or TypeScript file; nothing where no library for tokens is used."""
    code = _without_comments(text)
    libraries = {match["name"] for match in _JS_LIBRARY.finditer(code)}
    if not libraries:
        return []
    microsoft = microsoft or _MICROSOFT.search(code) is not None
    found = set(_matches(path, code, _JAVASCRIPT, lambda rule: rule == "fixed-key" and not microsoft))
    lines = code.splitlines()
    validating = 0
    for match in _JS_CALL.finditer(code):
        line = code.count("\n", 0, match.start()) + 1
        arguments = _arguments(code, match.end())
        rules, validates = _call_rules(match["object"] or "", match["name"], arguments, libraries)
        validating = validating or (line if validates else 0)
        found |= {finding(path, line, rule, lines[line - 1]) for rule in rules}
    for match in _JS_MILLISECONDS.finditer(code):
        product = 1
        for factor in match["value"].replace("_", "").split("*"):
            product *= int(factor)
        if product > 86_400_000:
            line = code.count("\n", 0, match.start()) + 1
            found.add(finding(path, line, "endless-key-cache", lines[line - 1]))
    if validating and microsoft and not _BINDING_JS.search(code):
        found.add(finding(path, validating, "no-issuer-binding", lines[validating - 1]))
    return sorted(found)


def _call_rules(owner: str, name: str, arguments: str, libraries: set[str]) -> tuple[list[str], bool]:
    """Rules that one call meets, and whether it validates tokens."""
    if name == "decode":
        return (
            ["signature-off"] if owner in ("jwt", "jsonwebtoken") and "jsonwebtoken" in libraries else []
        ), False
    if name in ("verify", "jwtVerify", "expressjwt", "expressJwt"):
        if name == "verify" and owner not in ("jwt", "jsonwebtoken", "JWT"):
            return [], False
        rules = [] if re.search(r"\bissuer\b", arguments) else ["issuer-missing"]
        rules += [] if re.search(r"\baudience\b", arguments) else ["audience-missing"]
        if name != "jwtVerify" and not re.search(r"\balgorithms\b", arguments):
            rules.append("algorithms-open")
        if re.search(r"\boptions\b|\bopts\b|\bconfig\b|\.\.\.", arguments):
            rules = []  # the options are somewhere else and cannot be seen here
        return rules, True
    return [], name in ("BearerStrategy", "JwtStrategy") or (
        name == "Strategy" and "passport-jwt" in libraries
    )


def _arguments(code: str, start: int, limit: int = 4000) -> str:
    """The text between the parentheses of a call."""
    depth = 1
    for place in range(start, min(len(code), start + limit)):
        depth += {"(": 1, ")": -1}.get(code[place], 0)
        if depth == 0:
            return code[start:place]
    return code[start : start + limit]
