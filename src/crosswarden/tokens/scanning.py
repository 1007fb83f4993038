"""Finds tokens in files: logs, HAR, captures and dumps, whatever their form, in bounded memory.

Files are read as bytes in pieces that overlap, so that no token is lost at a seam; gzip and zip are read through, within bounds.
A found token is described, never printed whole; its SHA-256 tells two of them apart.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from crosswarden.tokens.discovery import Trust
from crosswarden.tokens.inspection import judge_for_itself
from crosswarden.tokens.refusals import shown
from crosswarden.tokens.rfc7515 import TOKEN_LIMIT
from crosswarden.tokens.rfc7519 import time_shown
from crosswarden.tokens.verdicts import elided, unverified

__all__ = ["PIECE", "FoundToken", "Scan", "scan_paths"]

PIECE = 4 * 1024 * 1024
INFLATED_LIMIT = 16 * 1024 * 1024 * 1024
"""Octets that one compressed file may become."""

DISTINCT_LIMIT = 100_000
PLACES_LIMIT = 20

_TOKEN = re.compile(
    rb"e(?<![A-Za-z0-9_.-]e)[wy][A-Za-z0-9_-]{8,16384}\.(?:[A-Za-z0-9_-]{2,65536})?\.[A-Za-z0-9_-]{0,8192}(?:\.[A-Za-z0-9_-]{1,65536}\.[A-Za-z0-9_-]{1,64})?"
)
_WIDE = re.compile(rb"(?:[\x21-\x7e]\x00){40,}")
_OVERLAP = 160 * 1024


@dataclass
class FoundToken:
    """One token and where it was met. ``verdict`` is as in an inspection; encrypted tokens cannot be judged."""

    fingerprint: str
    shown: str
    kind: str
    verdict: str
    code: str
    sentence: str
    stated: dict[str, str]
    usable: bool
    count: int = 0
    places: list[tuple[str, int]] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "token": self.shown, "sha256": self.fingerprint, "kind": self.kind, "verdict": self.verdict, "code": self.code,
            "sentence": self.sentence, "stated": self.stated, "usable": self.usable, "count": self.count,
            "places": [{"path": path, "offset": offset} for path, offset in self.places],
        }  # fmt: skip


@dataclass
class Scan:
    """Everything found, and what could not be read."""

    found: dict[str, FoundToken] = field(default_factory=dict)
    files: int = 0
    octets: int = 0
    unread: list[tuple[str, str]] = field(default_factory=list)
    overflow: int = 0


def scan_paths(paths: Sequence[Path], at: float, trusts: Sequence[Trust] = ()) -> Scan:
    """Scans files and folders, and the entries of zip archives (links to folders are not followed)."""
    scan = Scan()
    for path in _files(paths):
        scan.files += 1
        try:
            for name, open_it in _streams(path):
                _scan_one(scan, name, open_it, at, trusts)
        except (OSError, zipfile.BadZipFile) as error:
            scan.unread.append((str(path), str(error) or type(error).__name__))
    return scan


def _scan_one(
    scan: Scan, name: str, open_it: Callable[[], IO[bytes]], at: float, trusts: Sequence[Trust]
) -> None:
    try:
        with open_it() as file:
            for offset, text in _tokens(file, scan):
                _note(scan, name, offset, text, at, trusts)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        scan.unread.append((name, str(error) or type(error).__name__))


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*") if one.is_file())
        else:
            yield path


def _streams(path: Path) -> Iterator[tuple[str, Callable[[], IO[bytes]]]]:
    """What is to be read of a file, by name: itself, what its gzip holds, or each entry of its zip archive."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(b"\x1f\x8b"):
        yield str(path), cast(Callable[[], IO[bytes]], functools.partial(gzip.open, path, "rb"))
    elif start == b"PK\x03\x04":
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if not entry.is_dir():
                    yield f"{path}!{entry.filename[:200]}", functools.partial(archive.open, entry)
    else:
        yield str(path), lambda: path.open("rb")


def _tokens(file: IO[bytes], scan: Scan) -> Iterator[tuple[int, str]]:
    """Offset and text of each token; those that touch the end of a piece wait for the next."""
    kept, start, first, read = b"", 0, 0, 0
    while piece := file.read(PIECE):
        read += len(piece)
        scan.octets += len(piece)
        if read > INFLATED_LIMIT:
            raise OSError(f"it becomes more than {INFLATED_LIMIT:,} octets")
        window = kept + piece
        settled = max(0, len(window) - _OVERLAP) if len(piece) == PIECE else len(window)
        yield from _in_window(window, start, first, settled)
        first = min(settled, 2)  # a little before, so that a token's middle is not taken for a beginning
        kept, start = window[settled - first :], start + settled - first
    yield from _in_window(kept, start, first, len(kept))


def _in_window(window: bytes, start: int, first: int, settled: int) -> Iterator[tuple[int, str]]:
    """Tokens that begin from ``first`` on and before ``settled``; also those in UTF-16, whose octets alternate with zeros."""
    for match in _TOKEN.finditer(window):
        if first <= match.start() < settled:
            yield start + match.start(), match[0].decode("ascii")
    if b"e\x00y\x00" in window or b"e\x00w\x00" in window:
        for wide in _WIDE.finditer(window):
            for match in _TOKEN.finditer(wide[0][::2]):
                place = wide.start() + 2 * match.start()
                if first <= place < settled:
                    yield start + place, match[0].decode("ascii")


def _note(scan: Scan, path: str, offset: int, text: str, at: float, trusts: Sequence[Trust]) -> None:
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    found = scan.found.get(fingerprint)
    if found is None:
        found = _described(text, fingerprint, at, trusts)
        if found is None:
            return
        if len(scan.found) >= DISTINCT_LIMIT:
            scan.overflow += 1
            return
        scan.found[fingerprint] = found
    found.count += 1
    if len(found.places) < PLACES_LIMIT:
        found.places.append((path, offset))


def _described(text: str, fingerprint: str, at: float, trusts: Sequence[Trust]) -> FoundToken | None:
    """What is found, or None when it only looks like a token."""
    parts = text.split(".")
    stated = unverified(".".join(parts[:2]) + ".")
    header, claims = stated.get("header"), stated.get("claims", {})
    if not isinstance(header, dict) or not isinstance(header.get("alg"), str):
        return None
    encrypted = len(parts) == 5 or "enc" in header
    if not encrypted and not claims:
        return None
    kind = "encrypted" if encrypted else "signed" if parts[2] else "unsigned"
    if encrypted:
        verdict, code, sentence = (
            "cannot say",
            "token-encrypted",
            "it is encrypted; only its audience can read it",
        )
    elif len(text) > TOKEN_LIMIT:
        verdict, code, sentence = "refused", "token-too-long", "it is longer than a token may be"
    else:
        verdict, code, sentence = judge_for_itself(text, claims, at, trusts)
    ends = claims.get("exp")
    within = isinstance(ends, int | float) and not isinstance(ends, bool) and at < ends
    usable = kind != "unsigned" and (encrypted or within) and verdict != "refused"
    names = ("iss", "aud", "tid", "appid", "azp", "oid", "uti", "idtyp", "scp")
    said = {name: shown(claims[name], 100).strip("'") for name in names if name in claims}
    if isinstance(ends, int | float) and not isinstance(ends, bool):
        said["exp"] = str(time_shown(ends))
    said |= {name: shown(header[name], 60).strip("'") for name in ("alg", "kid") if name in header}
    return FoundToken(fingerprint, _short(text), kind, verdict, code, sentence, said, usable)


def _short(text: str) -> str:
    parts = text.split(".")
    return elided(".".join(parts[:3])) if len(parts) != 5 else f"{parts[0][:40]}.(encrypted, left out)"
