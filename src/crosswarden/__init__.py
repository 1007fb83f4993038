"""crosswarden: offline workbench for people who defend Microsoft tenants.

From exported logs and policy snapshots it answers whether anyone has abused the trust between tenants, the
applications in them, or the tokens they honour. ARCHITECTURE.md describes the rooms and the way through them.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
