"""Loads hunts, runs them over a window, says found, clean or blind (and why), with the evidence rows."""
