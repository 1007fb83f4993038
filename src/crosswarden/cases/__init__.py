"""Joins findings by entity into a story: timeline, graph, verdict, containment steps."""
