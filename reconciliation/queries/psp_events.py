"""Events of a PSP's activity export, read again from the file that is stored: what the level "PSP events" is matched with (R4)."""

from collections.abc import Iterator

from django.conf import settings

from reconciliation.formats import PspEvent, read
from reconciliation.models import SourceFile
from reconciliation.queries.stored import stored_path


def iter_events(source_file: SourceFile) -> Iterator[PspEvent]:
    """Every event of a loaded export, in the file's order, which is none in time."""
    with stored_path(source_file.storage_path).open("rb") as file:
        for event in read(source_file.source, file, registry=settings.REPORT_FORMATS):
            if isinstance(event, PspEvent):
                yield event
