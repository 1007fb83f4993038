"""KQL text to SQL text: crosswarden's front end beside the nearest peer's, on the same hunts in the same run.

The hunts are the packaged ones and the documentation's examples, or the JSON Lines (``{"id", "query"}``) that
CROSSWARDEN_HUNTS names. The peer (duckdb-kql) lives in an environment of its own under .bench/, installed from the
locked requirements/peer.txt. Queries that either refuses count for neither median.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 3
PEER = """
import json, sys, time
import duckdb_kql
schema = json.load(open(sys.argv[1]))
for line in sys.stdin:
    row = json.loads(line)
    best = None
    for _ in range(int(sys.argv[2])):
        start = time.perf_counter()
        try:
            str(duckdb_kql.to_sql(row["query"], schema=schema))
        except Exception:  # whatever the peer raises is its refusal; the query then counts for neither side
            best = None
            break
        took = time.perf_counter() - start
        best = took if best is None else min(best, took)
    print(json.dumps({"id": row["id"], "seconds": best}), flush=True)
"""


def _hunts() -> list[dict[str, str]]:
    named = os.environ.get("CROSSWARDEN_HUNTS")
    if named:
        return [json.loads(line) for line in Path(named).read_text("utf-8").splitlines() if line.strip()]
    rules = sorted((ROOT / "src/crosswarden/content/hunts").glob("*.yaml"))
    hunts = [{"id": path.stem, "query": yaml.safe_load(path.read_text("utf-8"))["query"]} for path in rules]
    documented = ROOT.parent / "shared/data/conformance/kql-docs.jsonl"
    if documented.exists():
        hunts += [json.loads(line) for line in documented.read_text("utf-8").splitlines()]
    return hunts


def _ours(hunts: list[dict[str, str]]) -> dict[str, float]:
    from crosswarden.errors import CrosswardenError
    from crosswarden.kql.compile import compile_query
    from crosswarden.kql.sql import to_sql

    best: dict[str, float] = {}
    for hunt in hunts:
        try:
            for _ in range(ROUNDS):
                start = time.perf_counter()
                for query in compile_query(hunt["query"]).queries:
                    for stage in query.stages:
                        for statement in stage.inputs:
                            to_sql(statement.expression)
                    to_sql(query.statement.expression)
                took = time.perf_counter() - start
                best[hunt["id"]] = min(took, best.get(hunt["id"], took))
        except CrosswardenError:
            best.pop(hunt["id"], None)
    return best


def _peer_python() -> Path:
    home = ROOT / ".bench/peer"
    python = home / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        locked = str(ROOT / "requirements/peer.txt")
        subprocess.run(
            [
                str(python),
                "-m",
                "pip",
                "install",
                "-q",
                "--disable-pip-version-check",
                "--require-hashes",
                "-r",
                locked,
            ],
            check=True,
        )
    return python


def _peers(hunts: list[dict[str, str]]) -> dict[str, float]:
    from crosswarden.tables import documented, known_tables

    schema = {
        name: [column.name for column in table.columns]
        for name in known_tables()
        if (table := documented(name))
    }
    file = ROOT / ".bench/schema.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(schema), "utf-8")
    lines = "".join(json.dumps(hunt) + "\n" for hunt in hunts)
    done = subprocess.run(
        [str(_peer_python()), "-c", PEER, str(file), str(ROUNDS)],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
    )
    rows = (json.loads(line) for line in done.stdout.splitlines())
    return {row["id"]: row["seconds"] for row in rows if row["seconds"] is not None}


def run() -> None:
    """Prints medians in milliseconds and their ratio, over the hunts that both translate."""
    hunts = _hunts()
    ours, peers = _ours(hunts), _peers(hunts)
    both = sorted(ours.keys() & peers.keys())
    mine, theirs = (statistics.median(times[key] for key in both) * 1000 for times in (ours, peers))
    every = statistics.median(ours.values()) * 1000
    print(
        f"hunts: {len(hunts)}; crosswarden compiles {len(ours)}, duckdb-kql translates {len(peers)}, both {len(both)}"
    )
    print(
        f"parse + bind + lower, median of all of ours: {every:.2f} ms (slowest {max(ours.values()) * 1000:.1f} ms)"
    )
    print(
        f"on the hunts of both: crosswarden {mine:.2f} ms, duckdb-kql {theirs:.2f} ms: {theirs / mine:.1f} times faster"
    )
