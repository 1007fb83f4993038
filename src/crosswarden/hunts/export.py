"""Our hunts as Sentinel analytic rules: the same YAML without the keys that only crosswarden reads."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

__all__ = ["export_rules", "sentinel_text"]


def sentinel_text(text: str) -> str:
    """A packaged hunt's YAML without the mapping ``crosswarden``, which stands last.

    >>> sentinel_text("id: 1\\nkind: Scheduled\\ncrosswarden:\\n  family: x\\n")
    'id: 1\\nkind: Scheduled\\n'
    """
    return text.split("\ncrosswarden:\n", 1)[0].rstrip("\n") + "\n"


def export_rules(folder: Path) -> tuple[Path, ...]:
    """Writes every packaged hunt into the folder as Sentinel YAML and returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for entry in sorted(files("crosswarden.content").joinpath("hunts").iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".yaml"):
            target = folder / entry.name
            target.write_text(sentinel_text(entry.read_text("utf-8")), "utf-8")
            written.append(target)
    return tuple(written)
