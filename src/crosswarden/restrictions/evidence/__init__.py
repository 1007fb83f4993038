"""Evidence that restrictions work, or do not: Windows event logs, proxy logs and sign-in rows become findings."""

from crosswarden.restrictions.evidence.judge import Evidence, judge
from crosswarden.restrictions.evidence.reading import Gathered, gather

__all__ = ["Evidence", "Gathered", "gather", "judge"]
