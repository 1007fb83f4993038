"""Benchmarks: ratios measured side by side in one run. ``make bench`` runs all of them, ``make bench BENCH=name`` one."""
