"""Where files come from changes under four eyes (S1), and only to what can be."""

from typing import Any

import pytest

from ledger.actors import user_actor
from ledger.errors import ApprovalRefused
from ledger.operations import decide
from ledger.operations.settings_changes import propose_change
from reconciliation.models import FileSource
from reconciliation.operations.sources.changing import FILE_SOURCE
from tests.ledger.cast import make_person
from tests.reconciliation.house import NOW, House

pytestmark = pytest.mark.spec("R1", "S1")
FIELDS: dict[str, Any] = {
    "kind": "sftp", "format": "camt053", "account": "BANK_EUR", "host": "sftp.bank.example", "port": 22, "username": "countroom",
    "host_key": "SHA256:" + "a" * 43, "secret_ref": "BANK", "directory": "/out", "pattern": "*.xml", "every_minutes": 30,
    "is_on": True,
}  # fmt: skip


def ask(house: House, **changed: Any) -> Any:
    return propose_change(
        FILE_SOURCE, key={"source": "bank"}, after={**FIELDS, **changed}, reason="The bank's letter", maker=user_actor(house.ada), now=NOW
    )


def test_a_source_is_there_after_the_second_yes_and_keeps_its_past(house: House) -> None:
    kim = make_person("kim", "approve_policy", "propose_policy")
    request = ask(house)
    assert not FileSource.objects.exists()
    decide(request_id=request.pk, approve=True, checker=kim, reason="", now=NOW)
    source = FileSource.objects.get()
    assert {name: getattr(source, name) for name in FIELDS} == FIELDS
    assert source.history.get().history_change_reason == "The bank's letter"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"kind": "ftp"}, "SFTP server or a folder"),
        ({"format": "xls"}, "No format"),
        ({"account": "NOBODY"}, "No account"),
        ({"host": "sftp://bank"}, "without sftp://"),
        ({"port": 70_000}, "port"),
        ({"username": ""}, "as whom"),
        ({"host_key": "MD5:aa"}, "fingerprint"),
        ({"secret_ref": "../etc"}, "secret's name"),
        ({"directory": "a/../../b"}, "no .. in it"),
        ({"pattern": "a/*.xml"}, "one directory"),
        ({"every_minutes": 0}, "1 to 1440"),
        ({"kind": "folder", "directory": ""}, "below DROP_DIR"),
        ({"kind": "folder", "directory": "../up"}, "below DROP_DIR"),
        ({"kind": "folder", "directory": "/etc"}, "below DROP_DIR"),
    ],
)
def test_what_can_not_be_is_refused_in_words(house: House, changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ApprovalRefused, match=words):
        ask(house, **changed)
