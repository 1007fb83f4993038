"""The judge itself: Microsoft's parser answers as the other tests expect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_the_judge_accepts_refuses_and_types(judge: Callable[[dict[str, str]], dict[str, Any]]) -> None:
    """A valid query gets its columns, an invalid one an error with a place."""
    verdicts = judge(
        {"good": "AuditLogs | summarize count() by Result", "bad": "AuditLogs | where Nope == 1"}
    )
    assert verdicts["good"]["ok"]
    assert verdicts["good"]["columns"] == [
        {"name": "Result", "type": "string"},
        {"name": "count_", "type": "long"},
    ]
    assert not verdicts["bad"]["ok"] and verdicts["bad"]["errors"][0]["start"] == len("AuditLogs | where ")
