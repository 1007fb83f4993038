"""``token inspect`` and ``token scan``: a token explained and found, never trusted and never printed whole."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bench._corpus import forged
from bench._forgery import (
    AUDIENCE,
    CONSUMERS,
    NOW,
    TENANT,
    WORLDWIDE,
    app_claims,
    jwk,
    rsa_key,
    token,
    v1_claims,
    v2_claims,
)
from bench._judge import trust
from click.testing import Result

from crosswarden.tokens.claim_words import MEANINGS, explain
from crosswarden.tokens.inspection import inspect_token
from crosswarden.tokens.oddities import oddities
from crosswarden.tokens.scanning import PIECE, scan_paths

Files = Callable[[str], list[str]]
Run = Callable[..., Result]
TRUSTS = (trust("common"),)


def test_a_genuine_token_is_explained() -> None:
    """Every claim has words, the key has an owner, and nothing is odd."""
    found = inspect_token(token(v2_claims(uti="k3yW0rDsYnTh3t1cAAAAAA")), NOW, TRUSTS)
    assert (found.verdict, found.owner) == (
        "valid",
        "Entra ID, for every tenant at login.microsoftonline.com",
    )
    assert found.odd == () and found.problems == ()
    words = {one.name: one.meaning for one in found.explained}
    assert words["iss"] == f"who says all this: tenant {TENANT}, worldwide cloud, token version 2.0"
    assert words["scp"].startswith("delegated") and words["iat"] == "issued at: 2025-06-15T15:01:40Z"
    assert set(v2_claims()) == set(words)


@pytest.mark.parametrize("claims", [v2_claims(), v1_claims(), app_claims(v2_claims()), v2_claims(CONSUMERS)])
def test_no_documented_claim_is_left_without_words(claims: dict[str, Any]) -> None:
    """What ordinary tokens carry is explained, all of it."""
    assert [
        one.name for one in explain(claims) if one.meaning == "not a claim that Microsoft documents"
    ] == []


@pytest.mark.parametrize("value", [None, 7, [], {}, "x" * 10_000, True, 1e308, ["\x1b[2J"]])
def test_any_value_of_any_claim_can_be_explained(value: object) -> None:
    """An attacker's value of whatever kind gets printable words."""
    for one in explain(dict.fromkeys([*MEANINGS, "unheard_of", "xms_new", "a" * 5000], value)):
        assert one.value.isprintable() and len(one.value) < 300 and len(one.name) <= 80 and one.meaning


def test_the_forgery_of_storm_0558_is_told() -> None:
    """A consumer key under an enterprise token: refused, and the owner of the key is named."""
    found = inspect_token(token(None, "consumer", "consumer-key"), NOW, TRUSTS)
    assert (found.verdict, found.code) == ("refused", "key-of-consumers")
    assert found.owner == "personal accounts (the consumer tenant)"
    stolen = inspect_token(token(None, "consumer", "1LTMzakihiRla_8z2BEJVXeWMqo"), NOW)
    assert "Storm-0558" in stolen.owner and any("Storm-0558" in one for one in stolen.odd)


def test_an_expired_genuine_token_is_told_from_a_forged_one() -> None:
    """Past its time, a token is still known to be genuine; a forged one is still refused."""
    later = NOW + 90 * 86_400
    good = inspect_token(token(), later, TRUSTS)
    assert (
        (good.verdict, good.code) == ("expired", "expired") and "90 days" in good.age
    ) or "89 days" in good.age
    assert inspect_token(token(None, "attacker"), later, TRUSTS).verdict == "refused"
    assert inspect_token(token(None, "consumer", "consumer-key"), later, TRUSTS).code == "key-of-consumers"


def test_without_keys_nothing_is_said_of_the_signature() -> None:
    """No key set, or none that has the key: cannot say."""
    assert inspect_token(token(), NOW).verdict == "cannot say"
    assert inspect_token(token(kid="unheard-of"), NOW, TRUSTS).verdict == "cannot say"


@pytest.mark.parametrize("case", forged(), ids=lambda case: case.name)
def test_every_forged_token_can_be_inspected(case: Any) -> None:
    """No token breaks the inspection, and none comes out with its signature."""
    document = json.dumps(inspect_token(case.token, NOW, TRUSTS).document())
    signature = case.token.rpartition(".")[2]
    assert len(signature) < 40 or signature[:40] not in document


ODD = {
    "for 28 hours at most": v2_claims(exp=NOW + 315_360_000),
    "ends before it was issued": v2_claims(exp=1),
    "has no uti": v2_claims(uti=...),
    "not 16 octets": v2_claims(uti="short"),
    "no object id": v2_claims(oid=...),
    "lacks rh": v2_claims(rh=...),
    "nbf and iat differ": v2_claims(nbf=NOW - 100),
    "iat is missing": v2_claims(iat=...),
    "exp is no time": v2_claims(exp="soon"),
    "not of a form": v2_claims(iss="https://evil.example/"),
    "no issuer": v2_claims(iss=...),
    "not the one in tid": v2_claims(tid=CONSUMERS),
    "not one GUID": v2_claims(tid="contoso.com"),
    "says version '1.0'": v2_claims(ver="1.0"),
    "in several cases": v2_claims(TID=TENANT),
    "app-only and carries": {**app_claims(v2_claims()), "scp": "x"},
    "different applications": v2_claims(appid="x"),
    "does not name": v2_claims(azp=...),
    "several audiences": v2_claims(aud=["a", "b"]),
    "Azure AD B2C": v2_claims(iss=f"https://c.b2clogin.com/{TENANT}/v2.0/"),
}


@pytest.mark.parametrize("words", ODD)
def test_what_is_odd_is_said(words: str) -> None:
    """Each oddity is found where it is, and not in an ordinary token."""
    claims = ODD[words]
    claims = claims if "uti" in words or "octets" in words else {**claims, "uti": "k3yW0rDsYnTh3t1cAAAAAA"}
    header = {"alg": "RS256", "kid": "k", "typ": "JWT"}
    assert any(words in one for one in oddities(header, claims))
    assert not any(words in one for one in oddities(header, v2_claims(uti="k3yW0rDsYnTh3t1cAAAAAA")))


def test_inspect_on_the_command_line(run: Run, world_files: Files, tmp_path: Path) -> None:
    """Words on standard output, a document where asked, exit code 0 whatever the verdict."""
    out = tmp_path / "inspection.json"
    result = run(
        "inspect",
        "-",
        *world_files("common"),
        "--at",
        str(NOW),
        "-o",
        str(out),
        stdin=token(None, "attacker").encode(),
    )
    assert (
        result.return_value == 0
        and "refused: the signature" in result.output
        and "key: Entra ID" in result.output
    )
    assert json.loads(out.read_text())["code"] == "signature-invalid"
    result = run("inspect", token(v2_claims(name="\x1b[2J\x07evil"), kid="a\u202eb"))
    assert result.return_value == 0 and "\x1b" not in result.output and "\u202e" not in result.output


def scan(tmp_path: Path, content: bytes, name: str = "dump.log") -> list[dict[str, Any]]:
    """What is found in one file."""
    path = tmp_path / name
    path.write_bytes(content)
    return [found.document() for found in scan_paths([path], NOW, TRUSTS).found.values()]


def test_tokens_are_found_in_whatever_surrounds_them(tmp_path: Path) -> None:
    """Headers, URLs, JSON, HAR, binary, UTF-16: each holds its token, and each is found once."""
    surroundings = {
        "header": b"GET / HTTP/1.1\r\nAuthorization: Bearer %s\r\n\r\n", "url": b"https://x/#access_token=%s&token_type=Bearer",
        "json": b'{"access_token":"%s","expires_in":3599}', "har": b'{"name":"cookie","value":"auth=%s; path=/"}',
        "binary": b"\x00\xff\x01%s\x00\xfe", "quoted": b"token='%s'", "alone": b"%s",
    }  # fmt: skip
    for name, frame in surroundings.items():
        text = token(v2_claims(name=name)).encode()
        found = scan(tmp_path, b"before " * 1000 + frame % text + b" after" * 1000, name)
        assert [one["verdict"] for one in found] == ["valid"], name
        assert found[0]["count"] == 1 and found[0]["stated"]["tid"] == TENANT
    wide = scan(tmp_path, ("memory: " + token() + "\n").encode("utf-16-le"), "wide")
    assert [one["verdict"] for one in wide] == ["valid"]


def test_tokens_across_the_seams_of_pieces_are_found_whole(tmp_path: Path) -> None:
    """Wherever a token lies to the end of a piece, it is found once and whole."""
    text = token().encode()
    for before in (
        PIECE - 1,
        PIECE - 5,
        PIECE - len(text),
        PIECE - len(text) - 1,
        PIECE - 160 * 1024,
        PIECE - 160 * 1024 - 1,
        2 * PIECE - 700,
    ):
        found = scan(tmp_path, b" " * before + text + b" " * 300_000)
        assert [(one["verdict"], one["count"], one["places"][0]["offset"]) for one in found] == [
            ("valid", 1, before)
        ], before


def test_a_token_met_often_is_one_finding(tmp_path: Path) -> None:
    """Places are counted all and listed within bounds; gzip is read through."""
    path = tmp_path / "proxy.log.gz"
    path.write_bytes(gzip.compress((token().encode() + b"\n") * 500))
    scan_result = scan_paths([tmp_path], NOW, TRUSTS)
    found = next(iter(scan_result.found.values()))
    assert len(scan_result.found) == 1 and found.count == 500 and len(found.places) == 20


@pytest.mark.parametrize(
    "text",
    [
        b"eyJhbGciOiJSUzI1NiJ9",
        b"eyJ.eyJ.x",
        b"a" * 100_000,
        b"eyJ" * 50_000,
        b"ey" + b"." * 1000,
        b"eyAAAAAAAAAAAA.AAAAAAAA.AAAA",
    ],
)
def test_what_only_looks_like_a_token_is_left_alone(tmp_path: Path, text: bytes) -> None:
    """A header that is not one is no finding, and nothing takes long."""
    assert scan(tmp_path, text) == []


def test_kinds_of_tokens_are_told_apart(tmp_path: Path) -> None:
    """Signed, unsigned, encrypted, expired, forged, of an unknown key."""
    unsigned = token(alg="none").rpartition(".")[0] + "."
    encrypted = token(alg="RSA-OAEP", enc="A256GCM").split(".")[0] + ".AAAA.BBBB.CCCCCCCC.DDDD"
    expired, unknown, attacker = (
        token(v2_claims(exp=NOW - 1)),
        token(kid="other-authority"),
        token(None, "attacker"),
    )
    found = scan(tmp_path, "\n".join([token(), unsigned, encrypted, expired, unknown, attacker]).encode())
    told = {(one["kind"], one["verdict"], one["usable"]) for one in found}
    assert told == {
        ("signed", "valid", True), ("unsigned", "refused", False), ("encrypted", "cannot say", True), ("signed", "expired", False),
        ("signed", "cannot say", True), ("signed", "refused", False),
    }  # fmt: skip


def test_scan_on_the_command_line_prints_no_usable_token(
    run: Run, world_files: Files, tmp_path: Path
) -> None:
    """JSON Lines without a signature; exit codes for usable tokens and for files that cannot be read."""
    folder = tmp_path / "logs"
    folder.mkdir()
    text = token()
    (folder / "a.har").write_text(json.dumps({"value": "Bearer " + text}))
    arguments = ["scan", str(folder), *world_files("common"), "--at", str(NOW)]
    result = run(*arguments)
    assert result.return_value == 0 and json.loads(result.stdout)["verdict"] == "valid"
    assert text.split(".")[2][:30] not in result.output and text.split(".")[1] not in result.output
    assert run(*arguments, "--fail-on", "usable").return_value == 1
    assert run(*arguments[:-1], str(NOW + 10**6), "--fail-on", "usable").return_value == 0
    (folder / "broken.gz").write_bytes(gzip.compress(b"x" * 1000)[:-20])
    result = run(*arguments)
    assert result.return_value == 3 and "broken.gz cannot be read" in result.stderr


def test_key_history_tells_when_a_key_was_served(run: Run, tmp_path: Path) -> None:
    """watch on files, served, diff, and inspect with the history."""
    history, keys, none = tmp_path / "h.sqlite", tmp_path / "k.json", tmp_path / "n.json"
    keys.write_text(
        json.dumps({"keys": [jwk(rsa_key("entra"), "entra-key", WORLDWIDE + "/{tenantid}/v2.0")]})
    )
    none.write_text('{"keys":[]}')
    watch = ["keys", "watch", "common", "--history", str(history)]
    first = run(*watch, "--jwks", str(keys), "--at", "2025-01-01")
    assert [json.loads(line)["OperationName"] for line in first.stdout.splitlines()] == ["key-new"]
    assert run(*watch, "--jwks", str(keys), "--at", "2025-02-01").stdout == ""
    assert (
        json.loads(run(*watch, "--jwks", str(none), "--at", "2025-03-01").stdout)["OperationName"]
        == "key-gone"
    )
    served = json.loads(run("keys", "served", "--history", str(history), "--at", "2025-01-15").stdout)
    assert [key["kid"] for key in served["keys"]] == ["entra-key"]
    assert json.loads(run("keys", "served", "--history", str(history), "--at", "2025-04-01").stdout) == {
        "keys": []
    }
    told = run("inspect", token(), "--history", str(history)).output
    assert "served by common from 2025-01-01T00:00:00Z, gone 2025-03-01T00:00:00Z" in told
    diff = run("keys", "diff", str(keys), str(none))
    assert json.loads(diff.stdout)["OperationName"] == "key-gone" and diff.return_value == 0


def test_a_key_long_gone_is_refused_by_name(run: Run, world_files: Files, tmp_path: Path) -> None:
    """The key set that the history writes judges tokens: after its key has gone, a token is refused as key-retired."""
    history, keys, out = tmp_path / "h.sqlite", tmp_path / "k.json", tmp_path / "served.json"
    entry = jwk(rsa_key("entra"), "entra-key", WORLDWIDE + "/{tenantid}/v2.0")
    for text, at in (({"keys": [entry]}, "2025-01-01"), ({"keys": []}, "2025-03-01")):
        keys.write_text(json.dumps(text))
        run("keys", "watch", "common", "--history", str(history), "--jwks", str(keys), "--at", at)
    run("keys", "served", "--history", str(history), "-o", str(out))
    check = [
        "check",
        token(),
        "--jwks",
        str(out),
        *world_files("common")[2:],
        "--audience",
        AUDIENCE,
        "--at",
        str(NOW),
    ]
    result = run(*check)
    assert result.return_value == 1 and "[key-retired]" in result.output


def test_too_many_distinct_tokens_are_counted_not_dropped_in_silence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the limit of distinct tokens the rest is counted, said, and makes the exit code 3."""
    monkeypatch.setattr("crosswarden.tokens.scanning.DISTINCT_LIMIT", 2)
    path = tmp_path / "many.log"
    path.write_text("\n".join(token(v2_claims(x=number)) for number in range(5)))
    result = run("scan", str(path), "--at", str(NOW))
    assert (
        result.return_value == 3
        and len(result.stdout.splitlines()) == 2
        and "3 further tokens" in result.stderr
    )


def test_what_becomes_too_large_is_a_file_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A compressed file that grows beyond the limit is named, and what was found before it counts."""
    monkeypatch.setattr("crosswarden.tokens.scanning.INFLATED_LIMIT", PIECE)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(token().encode() + b" " * 3 * PIECE))
    found = scan_paths([path], NOW, TRUSTS)
    assert len(found.unread) == 1 and "more than" in found.unread[0][1] and len(found.found) == 1


def test_archives_are_read_entry_by_entry(tmp_path: Path) -> None:
    """Each entry of a zip archive is scanned under its own name; one that is broken does not hide the others."""
    path = tmp_path / "case.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/first.har", token(v2_claims(x=1)))
        archive.writestr("broken.log", b"x" * 100_000)
        archive.writestr("second.log", token(v2_claims(x=2)))
    data = bytearray(path.read_bytes())
    place = data.index(b"broken.log") + len("broken.log") + 5
    data[place : place + 8] = b"\xff" * 8
    path.write_bytes(data)
    found = scan_paths([path], NOW, TRUSTS)
    assert {one.places[0][0] for one in found.found.values()} == {f"{path}!a/first.har", f"{path}!second.log"}
    assert [name for name, _ in found.unread] == [f"{path}!broken.log"]
    (tmp_path / "no.zip").write_bytes(b"PK\x03\x04" + b"x" * 100)
    assert len(scan_paths([tmp_path / "no.zip"], NOW).unread) == 1


def test_wide_text_without_a_break_is_read_across_pieces(tmp_path: Path) -> None:
    """Tokens in UTF-16 that holds no white space for megabytes are found wherever they are."""
    text = (
        "x" * 3_000_000
        + ","
        + token(v2_claims(x=1))
        + ","
        + "y" * 3_000_000
        + ","
        + token(v2_claims(x=2))
        + ","
    ).encode("utf-16-le")
    assert [one["verdict"] for one in scan(tmp_path, text)] == ["valid", "valid"]
