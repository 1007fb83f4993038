"""Recognises exports (container, encoding, shape) and yields rows of the Log Analytics tables, with what it skipped."""
