"""Two workers at one source at once, with transactions of their own (R1)."""

import os
import threading
from typing import Any

import pytest

from reconciliation.models import SourceFile, SourcePull
from reconciliation.operations.sources import pull_source
from tests.reconciliation.house import NOW, make_house
from tests.reconciliation.ingest.papers import statement
from tests.reconciliation.sources.places import make_sftp_source
from tests.reconciliation.sources.server import Server
from tests.reconciliation.sources.test_sftp import LATER, look


@pytest.mark.spec("R1")
def test_two_workers_take_it_once(committed_db: Any, server: Server) -> None:
    from django.db import connections

    make_house()
    source = make_sftp_source(server)
    path = server.root / "out" / "a.sta"
    path.write_bytes(statement("C1,"))
    os.utime(path, (NOW.timestamp() - 3600,) * 2)
    look(source)
    server.seconds = 0.5
    ended: list[Any] = []

    def work() -> None:
        try:
            ended.append(pull_source(source_id=source.pk, now=NOW + LATER))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(each is None for each in ended) == [False, True]
    assert (SourceFile.objects.count(), SourcePull.objects.count(), len(server.reads)) == (1, 2, 1)
