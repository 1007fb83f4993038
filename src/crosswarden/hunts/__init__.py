"""Loads hunts, runs them over a window, and says found, clean or blind, with the evidence rows."""
