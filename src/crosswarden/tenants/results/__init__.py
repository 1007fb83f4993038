"""Forms of the findings: JSON, CSV, HTML, OCSF, SARIF and JUnit, each a pure function from findings to text."""

from crosswarden.tenants.results.forms import FORMS, render

__all__ = ["FORMS", "render"]
