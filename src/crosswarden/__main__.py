"""Runs the command line: ``python -m crosswarden`` is the same as ``crosswarden``."""

from crosswarden.cli.main import main

if __name__ == "__main__":
    main()
