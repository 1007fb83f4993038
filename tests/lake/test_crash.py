"""A killed process loses nothing that was acknowledged and leaves no half batch; concurrent ingests add once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crosswarden.lake import Lake, ingest

Make = Callable[..., dict[str, Any]]
Write = Callable[..., Path]
Rows = Callable[..., list[dict[str, Any]]]

_CHILD = """
import sys
from crosswarden.lake import Lake, ingestion, writer
ingestion._BATCH_RECORDS = 1
from crosswarden.logs.containers import lines
lines._BLOCK = 150_000
original = writer.Writer.write
def write(self, batch):
    original(self, batch)
    print(sum(self.added.values()), flush=True)
writer.Writer.write = write
print("ready", flush=True)
account = ingestion.ingest([sys.argv[2]], Lake.open(sys.argv[1], create=True))
print("done", dict(account.rows), account.complete, flush=True)
"""


def _child(lake: Path, file: Path) -> subprocess.Popen[str]:
    source = Path(__file__).resolve().parents[2] / "src"
    environment = {**os.environ, "PYTHONPATH": str(source)}
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(lake), str(file)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_kill_9_loses_nothing_acknowledged(
    lake: Lake, audit: Make, written: Write, rows: Rows, seed: int
) -> None:
    """Killed at random moments, over and over, an ingest keeps every acknowledged batch whole and ends complete."""
    chance = random.Random(seed)
    total = 2400
    file = written("long.jsonl", (audit(number) for number in range(total)))
    acknowledged = 0
    for _ in range(4):
        child = _child(lake.path, file)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        held = len(rows(lake, "AuditLogs", "_event, _file, _position"))
        seen = 0
        for _ in range(chance.randrange(0, 3)):
            line = child.stdout.readline()
            if line[:1].isdigit():
                seen = int(line)
        time.sleep(chance.random() * 0.2)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
        acknowledged = held + seen
        events = [row["_event"] for row in rows(lake, "AuditLogs", "_event, _file, _position")]
        assert len(events) == len(set(events))
        assert len(events) >= acknowledged
    account = ingest([file], lake)
    assert account.complete
    assert account.duplicates + sum(account.rows.values()) == total
    events = [row["_event"] for row in rows(lake, "AuditLogs", "_event, _file, _position")]
    assert len(events) == len(set(events)) == total


def test_concurrent_ingests_of_overlapping_exports_add_each_event_once(
    lake: Lake, audit: Make, written: Write, rows: Rows
) -> None:
    """Two processes that read overlapping exports at once add every event exactly once, while a reader reads."""
    first = written("first.jsonl", (audit(number) for number in range(1200)))
    second = written("second.jsonl", (audit(number) for number in range(600, 1800)))
    children = [_child(lake.path, file) for file in (first, second)]
    last = 0
    while any(child.poll() is None for child in children):
        events = [row["_event"] for row in rows(lake, "AuditLogs", "_event, _file, _position")]
        assert len(events) == len(set(events)) >= last
        last = len(events)
        time.sleep(0.05)
    outputs = [child.communicate()[0] for child in children]
    assert all("done" in output and output.rstrip().endswith("True") for output in outputs), outputs
    assert len(rows(lake, "AuditLogs", "_event, _file, _position")) == 1800


def test_memory_stays_flat_as_the_input_grows(audit: Make, written: Write, tmp_path: Path) -> None:
    """Four times the input takes hardly more memory: the peak is that of a batch, not of the file."""
    script = (
        "import resource, sys\n"
        "from crosswarden.lake import Lake, ingestion\n"
        "ingestion._BATCH_BYTES = 2 << 20\n"
        "from crosswarden.logs.containers import lines\n"
        "lines._BLOCK = 1 << 20\n"
        "ingestion.ingest([sys.argv[2]], Lake.open(sys.argv[1], create=True))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)\n"
    )
    source = Path(__file__).resolve().parents[2] / "src"
    peaks = []
    for count in (6_000, 24_000):
        file = written(f"{count}.jsonl", (audit(number) for number in range(count)))
        done = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / f"{count}.lake"), str(file)],
            capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(source)},
        )  # fmt: skip
        peaks.append(int(done.stdout))
    assert peaks[1] < peaks[0] * 1.35 + 40, peaks


def test_interrupted_files_are_not_registered_as_read(lake: Lake, audit: Make, written: Write) -> None:
    """A file whose reading had faults is read again next time, and says the same again."""
    file = written("faulty.jsonl", [audit(1)])
    file.write_text(file.read_text() + "{broken\n" + json.dumps(audit(2)) + "\n")
    first = ingest([file], lake)
    again = ingest([file], lake)
    assert [account.skipped for account in (first, again)] == [1, 1]
    assert (dict(+again.rows), again.duplicates) == ({}, 2)
