"""Simulated tenants that write the logs of attacks and of ordinary life, with the answers."""
