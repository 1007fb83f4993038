"""Brings logs and policy from the real interfaces, politely and resumably."""
