"""Coverage-guided fuzzing of the token validator with atheris: ``make fuzz-tokens``, ten minutes.

    python -m bench._fuzz_tokens SECONDS

Runs in an environment of its own (requirements/fuzz.txt). Ends with 0 when the time is over and nothing was found; a
finding is printed with the input that causes it.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["crosswarden"]):
    from bench._fuzz_target import attempt, seeds

__all__ = ["main", "one_input"]


def one_input(data: bytes) -> None:
    """What atheris calls: two octets choose, the rest are edits."""
    if len(data) >= 3:
        attempt(data[0], data[1] << 8 | data[2], data[3:])


def main() -> None:
    """Fuzzes for the seconds given."""
    seconds = int(sys.argv[1])
    seeds()
    atheris.Setup(
        [sys.argv[0], f"-max_total_time={seconds}", "-max_len=512", "-print_final_stats=1", "-verbosity=0"],
        one_input,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
