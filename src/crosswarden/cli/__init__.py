"""The command line: verbs, progress, exit codes. No logic of its own."""
