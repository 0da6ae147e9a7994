"""Evidence as Stripe takes it: texts in one field, documents as uploads, one per field. https://docs.stripe.com/disputes/api"""

from dataclasses import dataclass
from io import BytesIO

from cashier.psp.base import EvidenceFile, EvidenceRequest

FILE_FIELDS = ("uncategorized_file", "service_documentation", "customer_communication", "receipt", "refund_policy", "cancellation_policy")
DOCUMENT_TYPES = frozenset({"application/pdf", "image/jpeg", "image/png"})
LONGEST_TEXT = 20_000  # of one field; all texts together 150,000


class Document(BytesIO):
    """A file to upload under its own name."""

    def __init__(self, file: EvidenceFile) -> None:
        super().__init__(file.content)
        self.name = file.name


@dataclass(frozen=True, slots=True)
class Evidence:
    """What goes into the text field, and what is uploaded."""

    text: str
    documents: list[Document]


def evidence_of(request: EvidenceRequest) -> Evidence | None:
    """None where Stripe can't take it: a kind of file that it refuses, too many documents, or too long a text."""
    texts, documents = [request.note] if request.note else [], []
    for file in request.files:
        if file.content_type in DOCUMENT_TYPES:
            documents.append(Document(file))
        elif file.content_type.startswith("text/") or file.content_type == "application/json":
            texts.append(f"{file.name}\n{file.content.decode('utf-8', 'replace')}")
        else:
            return None
    text = "\n\n".join(texts)
    return Evidence(text, documents) if len(documents) <= len(FILE_FIELDS) and len(text) <= LONGEST_TEXT else None
