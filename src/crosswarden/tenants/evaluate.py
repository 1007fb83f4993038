"""Microsoft's nine-row table as a pure function: may this user use this application under one setting.

============  ==================  =====================================================================
users         applications        meaning
============  ==================  =====================================================================
blocked all   blocked all         everything blocked
allowed all   allowed all         everything allowed
allowed g1    allowed all         g1 any application; everybody else blocked
allowed all   allowed a1          everyone, only a1
allowed g1    blocked a1          g1 any application except a1; others blocked
blocked g1    blocked all         g1 no application; others all
blocked g1    allowed a1          g1 nothing; others only a1
allowed g1    allowed a1          g1 only a1; everything else blocked
blocked g1    blocked a1          g1 blocked from a1 only; everything else allowed
============  ==================  =====================================================================

All nine rows follow from one rule: two *blocked* halves block their intersection; otherwise each half must admit its
side. Membership that cannot be told (an application under the keyword Office365, a user whose groups
are not known) makes the answer *undetermined*
where it matters, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crosswarden.tenants.model import ALL_APPLICATIONS, ALL_USERS, Access, Half, Setting

__all__ = ["Application", "Person", "Verdict", "evaluate"]

OFFICE_365 = frozenset(
    {
        "00000002-0000-0ff1-ce00-000000000000",  # Exchange Online
        "00000003-0000-0ff1-ce00-000000000000",  # SharePoint Online
        "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe",  # Microsoft Teams Services
    }
)
"""Members of the Office365 keyword that are certain; others are undetermined."""


class Verdict(StrEnum):
    """The answer of a setting or of a whole path."""

    ALLOWED = "allowed"
    BLOCKED = "blocked"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class Person:
    """A user by object id, with every group the user is in; None when the groups are not known."""

    id: str
    groups: frozenset[str] | None = frozenset()


@dataclass(frozen=True)
class Application:
    """An application by its appId."""

    id: str


Known = bool | None


def evaluate(setting: Setting, person: Person, application: Application) -> Verdict:
    """Whether SETTING (both halves resolved) lets PERSON use APPLICATION."""
    users, applications = setting.users, setting.applications
    if users is None or applications is None:
        return Verdict.UNDETERMINED
    named_user = _user(users, person)
    named_application = _application(applications, application)
    if users.access is Access.BLOCKED and applications.access is Access.BLOCKED:
        return _verdict(_not(_and(named_user, named_application)))
    user_admitted = named_user if users.access is Access.ALLOWED else _not(named_user)
    application_admitted = (
        named_application if applications.access is Access.ALLOWED else _not(named_application)
    )
    return _verdict(_and(user_admitted, application_admitted))


def _user(half: Half, person: Person) -> Known:
    if half.names(ALL_USERS):
        return True
    wanted = {person.id.lower(), *(group.lower() for group in person.groups or ())}
    if any(item.target in wanted for item in half.targets):
        return True
    return None if person.groups is None and any(item.kind != "user" for item in half.targets) else False


def _application(half: Half, application: Application) -> Known:
    name = application.id.lower()
    if half.names(ALL_APPLICATIONS) or any(item.target.lower() == name for item in half.targets):
        return True
    if half.names("Office365"):
        return True if name in OFFICE_365 else None
    if half.names("MicrosoftAdminPortals"):
        return None
    return False


def _and(left: Known, right: Known) -> Known:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _not(value: Known) -> Known:
    return None if value is None else not value


def _verdict(value: Known) -> Verdict:
    if value is None:
        return Verdict.UNDETERMINED
    return Verdict.ALLOWED if value else Verdict.BLOCKED
