"""How far a permission reaches, on two axes: control of the tenant, and reach into data.

Mail access is never "tier 0", so one axis of takeover alone misses it; the seed's ten roles mix both. Each axis runs
from 0 to 4; application and delegated permissions are scored apart, since a delegated one never exceeds what the
signed-in user may do.

====== =========================================== ===========================================================
score  control of the tenant                       reach into data
====== =========================================== ===========================================================
0      none                                        none, or the signed-in user's own profile
1      reads the directory or settings             reads the directory, reports or audit content
2      changes something bounded                   reads some content, or one consenting user's content
3      changes identities, devices or policy       reads every user's content, or writes one user's
4      can grant itself anything                   reads and writes, sends or exports every user's content
====== =========================================== ===========================================================

Scores of known permissions come from ``content/permissions.json`` (made by ``scripts/make_content.py`` from
Microsoft's privilege levels and the control-plane classification of AzurePrivilegedIAM, both MIT); a permission that
is not listed is scored by its name, and says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Reach", "reach", "score", "worst"]

TAKEOVER = frozenset(
    [
        "rolemanagement.readwrite.directory",
        "approleassignment.readwrite.all",
        "application.readwrite.all",
        "application.readupdate.all",
        "roleassignmentschedule.readwrite.directory",
        "roleeligibilityschedule.readwrite.directory",
        "rolemanagementpolicy.readwrite.directory",
        "domain.readwrite.all",
        "domain-internalfederation.readwrite.all",
        "policy.readwrite.permissiongrant",
        "policy.readwrite.crosstenantaccess",
        "policy.readwrite.authenticationmethod",
        "userauthenticationmethod.readwrite.all",
        "user-passwordprofile.readwrite.all",
        "synchronization.readwrite.all",
        "privilegedaccess.readwrite.azuread",
        "privilegedaccess.readwrite.azureadgroup",
        "directory.readwrite.all",
        "privilegedassignmentschedule.readwrite.azureadgroup",
        "privilegedeligibilityschedule.readwrite.azureadgroup",
        "identityprovider.readwrite.all",
        "organization.readwrite.all",
        "publickeyinfrastructure.readwrite.all",
        "delegatedpermissiongrant.readwrite.all",
        "entitlementmanagement.readwrite.all",
        "devicemanagementconfiguration.readwrite.all",
        "devicemanagementscripts.readwrite.all",
        "onpremdirectorysynchronization.readwrite.all",
        "adsynchronization.readwrite.all",
        "exchange.manageasapp",
        "exchange.manageasappv2",
        "exchange.adminapi.manageasapp",
        "passwordwriteback.refreshclient.all",
        "user.manageidentities.all",
        "mutualtlsoauthconfiguration.readwrite.all",
    ]
)
"""Permissions with a documented way to become Global Administrator, or to become anybody."""

_CONTENT = re.compile(
    r"^(mail|files|filestoragecontainer|sites|chat|chats|channelmessage|notes|calendars|contacts|"
    r"contact|mailbox|mailboxitem|mailboxfolder|mailboxsettings|mailboxconfigitem|onlinemeeting\w*|callrecord\w*|"
    r"callrecording|calltranscript|teamwork|tasks|people|user-mail|group-conversation|ediscovery|externalitem|"
    r"externalconnection|backuprestore-\w+|engagementconversation|community|storyline|content|userteamwork|"
    r"sharepointcrosstenantmigration|teamsactivity|printjob|copilot\w*|aienterpriseinteraction\w*|data|file)\b",
    re.IGNORECASE,
)
_WHOLE = frozenset(
    {
        "full_access_as_app",
        "full_access_as_user",
        "user.export.all",
        "ews.accessasuser.all",
        "imap.accessasapp",
    }
    | {
        "pop.accessasapp",
        "imap.accessasuser.all",
        "pop.accessasuser.all",
        "exchange.manage",
        "mailbox.migration",
    }
    | {"smtp.sendasapp", "smtp.send", "content.superuser"}
)
_MINOR = re.compile(r"^(mailboxsettings|people|tasks|contacts|contact|calendars)\b", re.IGNORECASE)
_WRITES = re.compile(r"write|manage|fullcontrol|send|create|export|delete|migrat|accessas", re.IGNORECASE)
_IDENTITY = re.compile(
    r"credential|password|role|privileg|authenticat|authmethod|consent|grant|policy|federat|application|device|group|"
    r"domain|certificate|secret|key|user|member|tenant|organization|synchroniz|machine",
    re.IGNORECASE,
)
_BOUNDED = re.compile(
    r"\.(selected|ownedby|managedby|owned|appfolder|shared|group|chat)\b|basic", re.IGNORECASE
)
_SIGN_IN = frozenset({"openid", "profile", "email", "offline_access", "user.read", "user_impersonation"})


@dataclass(frozen=True, slots=True, order=True)
class Reach:
    """What a permission allows: two scores from 0 to 4, and whether it was listed or scored by its name."""

    control: int
    data: int
    listed: bool = False

    @property
    def permissive(self) -> bool:
        """Whether it deserves attention on its own: 3 or more on either axis."""
        return max(self.control, self.data) >= 3


def score(name: str, *, application: bool, plane: str = "", level: int = 0) -> Reach:
    """Scores a permission by its name, and by its plane and Microsoft's privilege level where they are known.

    >>> score("Mail.Read", application=True)
    Reach(control=0, data=4, listed=False)
    >>> score("Mail.Read", application=False).data, score("ActivityFeed.Read", application=True).permissive
    (2, False)
    >>> score("RoleManagement.ReadWrite.Directory", application=True).control
    4
    """
    low = name.lower()
    if low in _SIGN_IN:
        return Reach(0, 0)
    writes = bool(_WRITES.search(low))
    return Reach(
        _control(low, application=application, writes=writes, plane=plane),
        _data(low, application=application, writes=writes, level=level),
    )


def _control(low: str, *, application: bool, writes: bool, plane: str) -> int:
    if low in TAKEOVER:
        return 4 if application else 3
    if _CONTENT.search(low) or low in _WHOLE:
        return 0
    bounded = bool(_BOUNDED.search(low))
    if writes and plane in ("ControlPlane", "") and _IDENTITY.search(low):
        return (2 if bounded else 3) - (0 if application else 1)
    if writes:
        return 2 if application else 1
    return 1


def _data(low: str, *, application: bool, writes: bool, level: int) -> int:
    if low in _WHOLE:
        return 4 if application else 3
    if not _CONTENT.search(low):
        return 1 if ".all" in low or level >= 3 else 0
    if _BOUNDED.search(low) or low.endswith("selected"):
        return 2 if application else 1
    if _MINOR.search(low):
        return (3 if writes else 2) - (0 if application else 1)
    if application:
        return 4 if writes or low.startswith(("mail.", "files.", "sites.", "chat.")) else 3
    return 3 if writes else 2


@cache
def _listed() -> dict[str, dict[str, list[int]]]:
    text = files("crosswarden.content").joinpath("permissions.json").read_text("utf-8")
    kinds: dict[str, dict[str, list[int]]] = json.loads(text)["permissions"]
    return {
        kind: {name.lower(): scores for name, scores in kinds[kind].items()}
        for kind in ("application", "delegated")
    }


def reach(name: str, *, application: bool) -> Reach:
    """The reach of a permission by its value as the logs give it (``Mail.Read``).

    >>> reach("full_access_as_app", application=True)
    Reach(control=0, data=4, listed=True)
    >>> reach("Invented.ReadWrite.All", application=True).listed
    False
    """
    scores = _listed()["application" if application else "delegated"].get(name.strip().lower())
    if scores is None:
        return score(name.strip(), application=application)
    return Reach(scores[0], scores[1], True)


def worst(names: Iterable[str], *, application: bool) -> Reach:
    """The highest score on each axis over several permissions.

    >>> worst(["User.Read", "Mail.Send", "Files.ReadWrite.All"], application=False)
    Reach(control=0, data=3, listed=True)
    """
    reaches = [reach(name, application=application) for name in names if name.strip()]
    return Reach(
        max((each.control for each in reaches), default=0),
        max((each.data for each in reaches), default=0),
        all(each.listed for each in reaches),
    )
