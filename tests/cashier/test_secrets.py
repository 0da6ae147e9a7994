"""Secrets of merchant accounts come from the environment or a file, several while they rotate (S4)."""

from pathlib import Path
from typing import Any

import pytest

from cashier.secrets import MissingSecret, Purpose, read_secret, read_secrets


@pytest.mark.spec("S4")
def test_the_environment_wins_over_the_file(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SECRETS_DIR = str(tmp_path)
    (tmp_path / "SHOP_API_KEY").write_text("from-file\n")
    assert read_secret("SHOP", Purpose.API_KEY) == "from-file"

    monkeypatch.setenv("SHOP_API_KEY", "from-environment")
    assert read_secret("SHOP", Purpose.API_KEY) == "from-environment"


@pytest.mark.spec("S4")
def test_the_newest_is_used_and_all_are_known(tmp_path: Path, settings: Any) -> None:
    settings.SECRETS_DIR = str(tmp_path)
    (tmp_path / "SHOP_WEBHOOK_SECRET").write_text("new\n\n old \n")

    assert read_secret("SHOP", Purpose.WEBHOOK_SECRET) == "new"
    assert read_secrets("SHOP", Purpose.WEBHOOK_SECRET) == ["new", "old"]


def test_a_missing_secret_says_what_to_set(settings: Any, tmp_path: Path) -> None:
    settings.SECRETS_DIR = str(tmp_path)

    assert read_secrets("SHOP", Purpose.API_KEY) == []
    with pytest.raises(MissingSecret, match="SHOP_API_KEY"):
        read_secret("SHOP", Purpose.API_KEY)
