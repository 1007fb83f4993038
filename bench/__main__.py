"""Runs the benchmarks named on the command line, or all; each is a module of this package with ``run()``."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import bench


def main() -> None:
    """Prints each benchmark's figures under its name."""
    every = sorted(
        module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_")
    )
    for name in sys.argv[1:] or every:
        print(f"== {name}", flush=True)
        importlib.import_module(f"bench.{name}").run()


if __name__ == "__main__":
    main()
