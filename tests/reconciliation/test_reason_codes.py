"""The default set of reason codes is whole and loaded (E2)."""

import pytest

from reconciliation.data.reason_codes import reason_code_rows
from reconciliation.models import ReasonCode


@pytest.mark.django_db
@pytest.mark.spec("E2")
def test_every_row_is_loaded_with_owner_clock_and_playbook():
    rows = {row["code"]: row for row in reason_code_rows()}

    loaded = {row.code: row for row in ReasonCode.objects.all()}

    assert loaded.keys() == rows.keys()
    assert len(loaded) == 75
    for row in loaded.values():
        assert [step["title"] for step in row.playbook] == ["What it means", "Check", "Do", "Don't"]
        assert all(step["text"].endswith((".", "?")) for step in row.playbook), row.code
        assert row.dispositions, row.code


@pytest.mark.spec("E2")
@pytest.mark.parametrize(
    ("code", "severity", "owner", "clock", "value"),
    [
        ("DUPLICATE_PSP_CAPTURE", "critical", "payments_ops", "h", 2),
        ("BANK_DEBIT_UNIDENTIFIED", "high", "finance", "same_day", 0),
        ("REFUND_MISSING_AT_PSP", "medium", "payments_ops", "d", 1),
        ("PSP_SUCCESS_MISSING_BANK_SETTLEMENT", "low", "finance", "bd", 3),
        ("FEE_DIFFERS", "low", "finance", "d", 7),
    ],
)
def test_severity_follows_from_the_clock(code, severity, owner, clock, value):
    row = next(row for row in reason_code_rows() if row["code"] == code)

    assert (row["severity"], row["owner_team"], row["sla_clock"], row["sla_value"]) == (severity, owner, clock, value)
