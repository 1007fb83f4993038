"""The sources of logs and policy, one family a file."""

from crosswarden.collect.sources.graph import APPLICATIONS, DIRECTORY_AUDITS, POLICY, PROVISIONING, SIGN_INS
from crosswarden.collect.sources.log_analytics import TABLES, workspace_table
from crosswarden.collect.sources.management import management_activity
from crosswarden.collect.sources.model import Outcome, Source, Window
from crosswarden.collect.sources.purview import UNIFIED_AUDIT

__all__ = [
    "APPLICATIONS",
    "DIRECTORY_AUDITS",
    "POLICY",
    "PROVISIONING",
    "SIGN_INS",
    "TABLES",
    "UNIFIED_AUDIT",
    "Outcome",
    "Source",
    "Window",
    "management_activity",
    "workspace_table",
]
