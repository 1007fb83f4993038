"""What the simulated tenant answers when a request cannot be carried out, in Microsoft Graph's error form.

Source: Microsoft Graph documentation, "Microsoft Graph error responses and resource types".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Problem", "bad_request", "not_found"]


@dataclass(eq=False)
class Problem(Exception):
    """An error answer: HTTP status, Graph's code, and the sentence.

    >>> Problem(404, "Request_ResourceNotFound", "gone").document()["error"]["code"]
    'Request_ResourceNotFound'
    """

    status: int
    code: str
    sentence: str

    def document(self) -> dict[str, Any]:
        """The body."""
        return {"error": {"code": self.code, "message": self.sentence}}


def bad_request(sentence: str) -> Problem:
    """The request's content is wrong."""
    return Problem(400, "Request_BadRequest", sentence)


def not_found(what: str) -> Problem:
    """There is no such resource."""
    return Problem(
        404,
        "Request_ResourceNotFound",
        f"Resource '{what}' does not exist or one of its queried reference-property objects are not present.",
    )
