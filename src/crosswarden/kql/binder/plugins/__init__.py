"""Plugins of ``evaluate``, one module a family; ``table`` is the list of them all."""
