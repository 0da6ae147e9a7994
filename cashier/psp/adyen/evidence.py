"""A defence as Adyen takes it: a reason that applies, and documents under the types that the reason names.

https://docs.adyen.com/risk-management/disputes-api. A note in words has no place there; it goes into a document.
"""

import base64
from collections.abc import Mapping
from typing import Any

from cashier.psp.base import EvidenceRequest

DOCUMENT_TYPES = frozenset({"application/pdf", "image/jpeg", "image/jpg", "image/tiff"})
CATCH_ALL = "SupplyDefenseMaterial"
Reason = Mapping[str, Any]


def pick_reason(body: Mapping[str, Any], *, files: int) -> Reason | None:
    """The reason that takes any material, else the one whose required documents our files can be; None for none."""
    reasons: list[Reason] = [reason for reason in body.get("defenseReasons") or [] if len(_types(reason, "Required")) <= files]
    general = [reason for reason in reasons if reason.get("defenseReasonCode") == CATCH_ALL]
    return next(iter(general or reasons), None)


def documents_of(request: EvidenceRequest, reason: Reason) -> list[dict[str, str]] | None:
    """Required types first, then the others; files beyond them go under the last. None for a kind of file that Adyen refuses."""
    types = _types(reason, "Required") + _types(reason, "Optional")
    if not types or not request.files or any(file.content_type not in DOCUMENT_TYPES for file in request.files):
        return None
    return [
        {
            "content": base64.b64encode(file.content).decode(),
            "contentType": file.content_type,
            "defenseDocumentTypeCode": types[min(number, len(types) - 1)],
        }
        for number, file in enumerate(request.files)
    ]


def _types(reason: Reason, level: str) -> list[str]:
    found = reason.get("defenseDocumentTypes") or []
    return [each["defenseDocumentTypeCode"] for each in found if each.get("requirementLevel") == level]
