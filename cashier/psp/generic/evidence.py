"""Evidence in a signed JSON body: the content as base64, with its hash."""

import base64

from cashier.psp.base import EvidenceFile


def encoded(file: EvidenceFile) -> dict[str, str]:
    """{"name", "content_type", "sha256", "content"}."""
    content = base64.b64encode(file.content).decode()
    return {"name": file.name, "content_type": file.content_type, "sha256": file.sha256, "content": content}
