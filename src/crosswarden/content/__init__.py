"""Data only: hunts as YAML and KQL in Sentinel's rule format, permission tiers, applications, address ranges.

- ``hunts/<id>.yaml``: the hunts; ``observations/<id>.yaml``: queries whose rows feed the correlations
- ``prelude.kql``: directory events of three logs in one form; every hunt that needs it holds this very text
- ``permissions.json``, ``first_party.json``, ``microsoft_egress.json``: made by ``scripts/make_content.py``
- ``attack.json``: names of the ATT&CK techniques that hunts cite
"""
