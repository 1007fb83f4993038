"""CSV that the Entra portal downloads, in the language of whoever downloads it.

Headers follow public parsers of such files. English is whole; of Spanish, French and Italian only part of the headers
is publicly attested, the others are written in English, as the portal itself does for what it has not translated.
The portal keeps three targets of five properties each; what is beyond them is lost there, and so it is here.
"""

from __future__ import annotations

from collections.abc import Mapping

from crosswarden.errors import UsageError
from crosswarden.rehearsal.clock import as_form
from crosswarden.rehearsal.event import Record, Stream
from crosswarden.rehearsal.shapes.setting import Setting, Shape
from crosswarden.rehearsal.shapes.unified import csv_line

__all__ = ["ENTRA_CSV", "LANGUAGES"]

TARGETS, PROPERTIES = 3, 5

_AUDIT_HEAD = (
    "Date (UTC)", "CorrelationId", "Service", "Category", "Activity", "Result", "ResultReason", "User Agent", "ActorType",
    "ActorDisplayName", "ActorObjectId", "ActorUserPrincipalName", "IPAddress", "ActorHomeTenantId", "ActorHomeTenantName",
    "ActorServicePrincipalId", "ActorServicePrincipalName",
)  # fmt: skip
_TARGET_HEAD = ("Type", "DisplayName", "ObjectId", "UserPrincipalName")
_SIGNIN_HEAD = (
    "Date (UTC)", "Request ID", "User agent", "Correlation ID", "User ID", "User", "Username", "User type",
    "Cross tenant access type", "Incoming token type", "Authentication Protocol", "Unique token identifier",
    "Original transfer method", "Client credential type", "Token Protection - Sign In Session",
    "Token Protection - Sign In Session StatusCode", "Application", "Application ID ", "App owner tenant ID", "Resource",
    "Resource ID ", "Resource tenant ID", "Resource owner tenant ID", "Home tenant ID", "Home tenant name", "IP address",
    "Location", "Status", "Sign-in error code", "Failure reason", "Client app", "Device ID", "Browser",
    "Operating System", "Compliant", "Managed", "Join Type", "Multifactor authentication result",
    "Multifactor authentication auth method", "Multifactor authentication auth detail", "Authentication requirement",
    "Sign-in identifier", "Session ID", "IP address (seen by resource)", "Through Global Secure Access",
    "Global Secure Access IP address", "Autonomous system  number", "Flagged for review", "Token issuer type",
    "Token issuer name", "Latency", "Conditional Access",
)  # fmt: skip

LANGUAGES: Mapping[str, Mapping[str, str]] = {
    "en": {},
    "es": {
        "Date (UTC)": "Fecha (UTC)", "Correlation ID": "Id. de correlación", "User type": "Tipo de usuario",
        "IP address": "Dirección IP", "Location": "Ubicación", "Autonomous system  number": "Número de sistema autónomo",
        "Operating System": "Sistema operativo", "Browser": "Explorador", "Client app": "Aplicación cliente",
        "Status": "Estado", "Client credential type": "Tipo de credencial de cliente",
        "Authentication Protocol": "Protocolo de autenticación", "Authentication requirement": "Requisito de autenticación",
        "Failure reason": "Motivo del error", "Application": "Aplicación", "Resource": "Recurso",
        "Category": "Categoría", "Result": "Resultado", "Service": "Servicio", "Activity": "Actividad",
        "User Agent": "Agente de usuario",
    },
    "fr": {
        "Username": "Nom d'utilisateur", "IP address": "Adresse IP", "Location": "Emplacement",
        "Autonomous system  number": "Numéro de système autonome", "Status": "Statut", "Application ID ": "ID d'application",
        "Resource": "Ressource", "User agent": "Agent utilisateur",
        "Authentication requirement": "Exigence d’authentification", "Session ID": "ID de session",
        "Device ID": "ID de l'appareil", "Operating System": "Système d'exploitation", "Browser": "Navigateur",
        "Sign-in error code": "Code d'erreur de connexion", "Authentication Protocol": "Protocole d'authentification",
        "Original transfer method": "Méthode de transfert d'origine", "Client app": "Application cliente",
        "Compliant": "Conforme", "Managed": "Géré",
        "Multifactor authentication auth method": "Méthode d’authentification multifacteur",
    },
    "it": {
        "Date (UTC)": "Data (UTC)", "Request ID": "ID richiesta", "User agent": "Agente utente",
        "Correlation ID": "ID correlazione", "User ID": "ID utente", "User": "Utente", "Username": "Nome utente",
        "User type": "Tipo di utente", "Application": "Applicazione", "Application ID ": "ID applicazione",
        "Resource": "Risorsa", "Resource ID ": "ID risorsa", "IP address": "Indirizzo IP", "Location": "Località",
        "Status": "Stato", "Client app": "App client", "Device ID": "ID dispositivo", "Operating System": "Sistema operativo",
        "Service": "Servizio", "Category": "Categoria", "Activity": "Attività", "Result": "Risultato",
        "User Agent": "Agente utente",
    },
}  # fmt: skip
"""Language → header in English → header in it."""


def _headers(stream: Stream, setting: Setting) -> list[str]:
    names = LANGUAGES.get(setting.language)
    if names is None:
        raise UsageError(
            "rehearsal-language",
            f"there are no headers in {setting.language!r}",
            remedy=f"there are {', '.join(LANGUAGES)}",
        )
    if stream is not Stream.AUDIT:
        return [names.get(each, each) for each in _SIGNIN_HEAD]
    headers = [names.get(each, each) for each in _AUDIT_HEAD]
    for target in range(1, TARGETS + 1):
        headers += [f"Target{target}{each}" for each in _TARGET_HEAD]
        for number in range(1, PROPERTIES + 1):
            headers += [
                f"Target{target}ModifiedProperty{number}{each}" for each in ("Name", "OldValue", "NewValue")
            ]
    for number in range(1, PROPERTIES + 1):
        headers += [f"AdditionalDetail{number}Key", f"AdditionalDetail{number}Value"]
    return headers


def _audit(record: Record) -> list[str]:
    user = record["initiatedBy"].get("user", {})
    application = record["initiatedBy"].get("app", {})
    details = [each for each in record["additionalDetails"] if each["key"] != "User-Agent"]
    agent = next((each["value"] for each in record["additionalDetails"] if each["key"] == "User-Agent"), "")
    cells = [
        as_form("iso", record["activityDateTime"]),
        record["correlationId"],
        record["loggedByService"],
        record["category"],
        record["activityDisplayName"],
        record["result"],
        record["resultReason"],
        agent,
        "User" if user else "Application" if application else "",
        application.get("displayName") or "",
        user.get("id") or "",
        user.get("userPrincipalName") or "",
        user.get("ipAddress") or "",
        "",
        "",
        application.get("servicePrincipalId") or "",
        application.get("servicePrincipalName") or "",
    ]
    targets = record["targetResources"][:TARGETS]
    for target in targets:
        cells += [
            target["type"],
            target["displayName"] or "",
            target["id"],
            target["userPrincipalName"] or "",
        ]
        changed = target["modifiedProperties"][:PROPERTIES]
        for each in changed:
            cells += [each["displayName"], each["oldValue"] or "", each["newValue"] or ""]
        cells += [""] * 3 * (PROPERTIES - len(changed))
    cells += [""] * (4 + 3 * PROPERTIES) * (TARGETS - len(targets))
    for each in details[:PROPERTIES]:
        cells += [each["key"], each["value"]]
    return cells + [""] * 2 * (PROPERTIES - len(details[:PROPERTIES]))


def _yes(value: object) -> str:
    return "Yes" if value else "No"


def _signin(record: Record) -> list[str]:
    device, status, place = record["deviceDetail"], record["status"], record["location"]
    return [
        as_form("seconds_z", record["createdDateTime"]),
        record["id"],
        record["userAgent"],
        record["correlationId"],
        record["userId"],
        record["userDisplayName"],
        record["userPrincipalName"],
        record["userType"],
        record["crossTenantAccessType"],
        record["incomingTokenType"],
        record["authenticationProtocol"],
        record["uniqueTokenIdentifier"],
        record["originalTransferMethod"],
        record["clientCredentialType"],
        record["tokenProtectionStatusDetails"]["signInSessionStatus"],
        str(record["tokenProtectionStatusDetails"]["signInSessionStatusCode"]),
        record["appDisplayName"],
        record["appId"],
        record["appOwnerTenantId"],
        record["resourceDisplayName"],
        record["resourceId"],
        record["resourceTenantId"],
        record["resourceOwnerTenantId"],
        record["homeTenantId"],
        "",
        record["ipAddress"],
        f"{place['city']}, {place['state']}, {place['countryOrRegion']}",
        "Failure" if status["errorCode"] else "Success",
        str(status["errorCode"] or ""),
        status.get("failureReason", "Other."),
        record["clientAppUsed"],
        device["deviceId"],
        device.get("browser", ""),
        device["operatingSystem"],
        _yes(device.get("isCompliant")),
        _yes(device.get("isManaged")),
        device.get("trustType", ""),
        status.get("additionalDetails", ""),
        record["mfaDetail"].get("authMethod", ""),
        "",
        {"multiFactorAuthentication": "Multifactor authentication"}.get(
            record["authenticationRequirement"], "Single-factor authentication"
        ),
        record["signInIdentifier"],
        record["sessionId"],
        "",
        _yes(record["isThroughGlobalSecureAccess"]),
        "",
        str(record["autonomousSystemNumber"]),
        _yes(record["flaggedForReview"]),
        record["tokenIssuerType"],
        record["tokenIssuerName"],
        str(record["processingTimeInMilliseconds"]),
        {"success": "Success", "failure": "Failure"}.get(record["conditionalAccessStatus"], "Not Applied"),
    ]


def _line(stream: Stream, record: Record, setting: Setting) -> bytes:
    return csv_line(_audit(record) if stream is Stream.AUDIT else _signin(record))


def _head(stream: Stream, setting: Setting) -> bytes:
    return csv_line(_headers(stream, setting)) + b"\r\n"


def _tail(stream: Stream, setting: Setting) -> bytes:
    return b"\r\n"


ENTRA_CSV = Shape(
    "entra-csv",
    "the Entra portal's download, with headers in --language",
    {
        Stream.AUDIT: "AuditLogs.csv",
        Stream.SIGNIN: "InteractiveSignIns.csv",
        Stream.NONINTERACTIVE: "NonInteractiveSignIns.csv",
    },
    _line,
    _head,
    _tail,
    b"\r\n",
)
