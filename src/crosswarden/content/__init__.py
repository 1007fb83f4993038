"""Data only: hunts, permission tiers, first-party applications, address ranges, ATT&CK names."""
