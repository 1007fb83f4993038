"""How fast ordinary life is written: a tenant of 10,000 people for some days, beside copying the same bytes.

``REHEARSE_DAYS`` (5) sets the days; 30 write over five million events. Memory is the largest of all processes, read
after one day and after all: it must not grow with the days.
"""

from __future__ import annotations

import os
import resource
import shutil
import tempfile
import time
from pathlib import Path

from crosswarden.rehearsal import rehearse

__all__ = ["run"]


def _peak() -> int:
    """Peak memory of this process and its largest child so far, in MB."""
    return (
        max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        // 1024
    )


def run() -> None:
    """Prints events, seconds, events/s, MB/s and peak memory for one day and for all of them."""
    days = int(os.environ.get("REHEARSE_DAYS", "5"))
    users = int(os.environ.get("REHEARSE_USERS", "10000"))
    for count in (2, days):
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            truth = rehearse([], folder, users=users, days=count, workers=os.cpu_count() or 1)
            seconds = time.perf_counter() - began
            size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / 1e6
            largest = max(
                (Path(folder) / each.path for each in truth.files), key=lambda path: path.stat().st_size
            )
            began = time.perf_counter()
            shutil.copyfile(largest, largest.with_suffix(".copy"))
            copied = largest.stat().st_size / 1e6 / (time.perf_counter() - began)
            print(
                f"{users} people, {count} days: {truth.events} events, {size:.0f} MB in {seconds:.1f} s: "
                f"{truth.events / seconds:,.0f} events/s, {size / seconds:.0f} MB/s "
                f"(copying a file here: {copied:.0f} MB/s), peak {_peak()} MB a process"
            )
