"""Writes docs/token-refusals.md, the page of every reason for which a token is refused; a test holds it to the code."""

from __future__ import annotations

from pathlib import Path

from crosswarden.tokens.refusals import REASONS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "token-refusals.md"
HEAD = """# Why a token is refused

Codes are stable: a code never changes its meaning and is never used again for another. `python scripts/token_refusals_page.py`
writes this page. In sentences, words in braces stand for what was found, shown bounded and escaped.

| code | sentence | rests on |
|---|---|---|
"""


def page() -> str:
    """The page as it should be."""
    rows = [
        f"| `{one.code}` | {one.sentence} | [{_name(one.reference)}]({one.reference}) |"
        for one in REASONS.values()
    ]
    return HEAD + "\n".join(rows) + "\n"


def _name(address: str) -> str:
    """A short name for a page: its last part, without the address."""
    path, _, section = address.partition("#")
    name = path.rstrip("/").rpartition("/")[2]
    return f"{name}, {section}" if section else name[:40]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
