"""The side-by-side table: this library and five others on the same forged tokens. ``make compare-tokens`` runs it.

The first argument is the Python of an environment that holds the five libraries. Tokens are those of the corpus that
need no special set-up (world "common", no further demands), made anew for the present time because the libraries read
the clock themselves; they claim one tenant, whose issuer and audience every library is told to enforce.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    os.environ.setdefault("CROSSWARDEN_FORGERY_NOW", str(int(time.time())))

from bench._corpus import forged, valid
from bench._forgery import AUDIENCE, NOW, TENANT, WORLDWIDE, Case, worlds
from bench._judge import verdict

__all__ = ["DOCUMENT", "MARK", "compare", "main", "ordinary", "table"]

ISSUER = f"{WORLDWIDE}/{TENANT}/v2.0"
OURS = "crosswarden"
DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "token-libraries.md"
MARK = "<!-- the table -->\n"


def ordinary(case: Case) -> bool:
    """Whether any application could be asked to judge it, without settings of its own."""
    return case.world == "common" and not case.demands and case.at == NOW


def compare(python: str) -> dict[str, dict[str, bool]]:
    """Library → token → accepted; this library first."""
    cases = [case for case in forged() if ordinary(case)]
    good = [case for case in valid() if ordinary(case) and _plain(case)]
    job = {
        "keys": worlds()["common"].jwks["keys"],
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "tokens": [{"name": case.name, "token": case.token} for case in cases + good],
    }
    judge = Path(__file__).with_name("_library_judge.py")
    run = subprocess.run(
        [python, str(judge)], input=json.dumps(job), capture_output=True, text=True, check=True
    )
    ours = {case.name: verdict(case) == "" for case in cases + good}
    return {OURS: ours, **json.loads(run.stdout)}


def _plain(case: Case) -> bool:
    """Valid tokens that every library, pinned to RS256 and to one tenant's v2 issuer, should accept now and in a second."""
    special = ("another tenant", "PSS", "elliptic", "last second", "fractional")
    return case.name.startswith("v2 ") and not any(word in case.name for word in special)


def table(accepted: dict[str, dict[str, bool]]) -> str:
    """The table as Markdown: every forged token that at least one library accepts, then the totals."""
    forgeries = [case for case in forged() if ordinary(case)]
    good = [name for name in accepted[OURS] if name not in {case.name for case in forgeries}]
    lines = [
        "| forged token | refused here as | " + " | ".join(accepted) + " |",
        "|---|---|" + "---|" * len(accepted),
    ]
    for case in forgeries:
        cells = ["**accepted**" if one[case.name] else "refused" for one in accepted.values()]
        if any(one[case.name] for one in accepted.values()):
            lines.append(f"| {case.name} | `{case.code}` | " + " | ".join(cells) + " |")
    refused = [str(sum(not one[case.name] for case in forgeries)) for one in accepted.values()]
    taken = [str(sum(one[name] for name in good)) for one in accepted.values()]
    lines.append(f"| **refused, of {len(forgeries)} forged** | | " + " | ".join(refused) + " |")
    lines.append(f"| **accepted, of {len(good)} valid** | | " + " | ".join(taken) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Prints the table, and says whether it is the documented one; ends with 1 when it is not."""
    printed = table(compare(sys.argv[1]))
    print(printed, end="")
    documented = DOCUMENT.read_text(encoding="utf-8").partition(MARK)[2].lstrip("\n")
    same = documented == printed
    print(f"{'as documented in' if same else 'DIFFERS from'} {DOCUMENT.name}", file=sys.stderr)
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
