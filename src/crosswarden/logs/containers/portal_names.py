"""The column headers of the Entra portal's CSV downloads, in the languages that are known, by their English names.

English from exports of 2025; Spanish from a parser that reads such exports; Italian from the portal's own labels as
exports and pages show them. No public export was found in German, French, Portuguese, Dutch or Japanese: for those,
as for any other language, the columns' fixed order and the look of their values decide (see portal.py).
"""

from __future__ import annotations

__all__ = ["AUDIT", "SIGN_IN", "TRANSLATIONS"]

_PROPERTIES = (
    f"ModifiedProperty{number}{part}" for number in range(1, 6) for part in ("Name", "OldValue", "NewValue")
)
_TARGET = ("Type", "DisplayName", "ObjectId", "UserPrincipalName", *_PROPERTIES)

AUDIT = (
    "Date (UTC)", "CorrelationId", "Service", "Category", "Activity", "Result", "ResultReason", "User Agent",
    "ActorType", "ActorDisplayName", "ActorObjectId", "ActorUserPrincipalName", "IPAddress", "ActorHomeTenantId",
    "ActorHomeTenantName", "ActorServicePrincipalId", "ActorServicePrincipalName",
    *(f"Target{number}{part}" for number in range(1, 4) for part in _TARGET),
    *(f"AdditionalDetail{number}{part}" for number in range(1, 11) for part in ("Key", "Value")),
)  # fmt: skip
"""The audit log's columns in the order in which the portal writes them."""

SIGN_IN = (
    "Date (UTC)", "Request ID", "User agent", "Correlation ID", "User ID", "User", "Username", "User type",
    "Cross tenant access type", "Incoming token type", "Authentication Protocol", "Unique token identifier",
    "Original transfer method", "Client credential type", "Token Protection - Sign In Session",
    "Token Protection - Sign In Session StatusCode", "Application", "Application ID", "App owner tenant ID",
    "Resource", "Resource ID", "Resource tenant ID", "Resource owner tenant ID", "Home tenant ID",
    "Home tenant name", "IP address", "Location", "Status", "Sign-in error code", "Failure reason", "Client app",
    "Device ID", "Browser", "Operating System", "Compliant", "Managed", "Join Type",
    "Multifactor authentication result", "Multifactor authentication auth method",
    "Multifactor authentication auth detail", "Authentication requirement", "Sign-in identifier", "Session ID",
    "IP address (seen by resource)", "Through Global Secure Access", "Global Secure Access IP address",
    "Autonomous system number", "Flagged for review", "Token issuer type", "Incoming token type",
    "Token issuer name", "Latency", "Conditional Access", "Managed Identity type", "Associated Resource Id",
    "Federated Token Id", "Federated Token Issuer",
)  # fmt: skip
"""The user sign-ins' columns in the order in which the portal writes them."""

_SPANISH = {
    "Fecha (UTC)": "Date (UTC)", "Fecha": "Date (UTC)", "Servicio": "Service", "Categoría": "Category",
    "Actividad": "Activity", "Resultado": "Result", "Agente de usuario": "User Agent",
    "Objetivo1NombrePrincipalDeUsuario": "Target1UserPrincipalName", "Id. de solicitud": "Request ID",
    "Id. de correlación": "Correlation ID", "Id. de usuario": "User ID", "Usuario": "User",
    "Nombre de usuario": "Username", "Tipo de usuario": "User type", "Aplicación": "Application",
    "Id. de aplicación": "Application ID", "Recurso": "Resource", "Id. de recurso": "Resource ID",
    "Dirección IP": "IP address", "Ubicación": "Location", "Estado": "Status", "Motivo del error": "Failure reason",
    "Código de error de inicio de sesión": "Sign-in error code", "Aplicación cliente": "Client app",
    "Explorador": "Browser", "Sistema operativo": "Operating System",
    "Número de sistema autónomo": "Autonomous system number", "Protocolo de autenticación": "Authentication Protocol",
    "Requisito de autenticación": "Authentication requirement", "Acceso condicional": "Conditional Access",
    "Tipo de credencial de cliente": "Client credential type",
}  # fmt: skip

_ITALIAN = {
    "Data (UTC)": "Date (UTC)", "Data": "Date (UTC)", "Servizio": "Service", "Categoria": "Category",
    "Attività": "Activity", "Risultato": "Result", "Motivo del risultato": "ResultReason",
    "Agente utente": "User Agent", "ID richiesta": "Request ID", "ID correlazione": "Correlation ID",
    "ID utente": "User ID", "Utente": "User", "Nome utente": "Username", "Tipo di utente": "User type",
    "Applicazione": "Application", "ID applicazione": "Application ID", "Risorsa": "Resource",
    "ID risorsa": "Resource ID", "Indirizzo IP": "IP address", "Posizione": "Location", "Località": "Location",
    "Stato": "Status", "Codice errore di accesso": "Sign-in error code", "Motivo dell'errore": "Failure reason",
    "App client": "Client app", "Browser": "Browser", "Sistema operativo": "Operating System",
    "Requisito per l'autenticazione": "Authentication requirement", "ID sessione": "Session ID",
    "Accesso condizionale": "Conditional Access",
}  # fmt: skip

TRANSLATIONS: dict[str, str] = {
    name.casefold(): english for names in (_SPANISH, _ITALIAN) for name, english in names.items()
}
"""Localised header (case folded) → English header. Names that two languages share mean the same."""
