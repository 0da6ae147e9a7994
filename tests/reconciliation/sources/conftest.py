"""A server and its source, a folder and its source; both empty, with files stored where the test ends."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.reconciliation.sources.server import PASSWORD, Server, serving

if TYPE_CHECKING:
    from reconciliation.models import FileSource


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT, settings.DROP_DIR = str(tmp_path / "files"), str(tmp_path / "drop")
    settings.SFTP_TIMEOUT_SECONDS = 5.0
    monkeypatch.setenv("BANK_SFTP_PASSWORD", PASSWORD)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    root = tmp_path / "theirs"
    (root / "out").mkdir(parents=True)
    with serving(root) as running:
        yield running


@pytest.fixture
def at_server(house: Any, server: Server) -> "FileSource":
    from tests.reconciliation.sources.places import make_sftp_source

    return make_sftp_source(server)


@pytest.fixture
def at_folder(house: Any, tmp_path: Path) -> "FileSource":
    from tests.reconciliation.sources.places import make_folder_source

    (tmp_path / "drop" / "bank").mkdir(parents=True)
    return make_folder_source()
