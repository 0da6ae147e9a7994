"""Column maps of accounts: drafted, tried on a sample, approved by a second person, and then what the account's files are read by (R1)."""

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ledger.models import ApprovalRequest, User
    from reconciliation.models import ColumnMapVersion
    from tests.reconciliation.house import House

pytestmark = pytest.mark.spec("R1")
LAYOUT: dict[str, Any] = {
    "dates": "%d.%m.%Y",
    "delimiter": ";",
    "decimal": ",",
    "payout": "computed",
    "constants": {"gross_currency": "EUR", "line_type": "Sale"},
    "columns": {"created_at": "Tag", "gross": "Betrag", "batch_number": "Auszahlung", "merchant_reference": "Referenz"},
    "kinds": {"sale": "sale"},
}
SAMPLE = "Tag;Betrag;Auszahlung;Referenz\n20.11.2026;40,00;7;pi_unknown\n"


def drafted(account: str = "SANDBOX_EU", layout: dict[str, Any] | None = None) -> "ColumnMapVersion":
    from reconciliation.operations.column_maps import draft_map, save_layout
    from tests.reconciliation.house import NOW
    from tests.reconciliation.ingest.papers import ACTOR

    made = draft_map(account=account, maker=ACTOR, now=NOW)
    return save_layout(map_id=made.pk, layout=layout or LAYOUT, actor=ACTOR, now=NOW) if layout is not None else made


def tried(row: "ColumnMapVersion", sample: str = SAMPLE) -> dict[str, Any]:
    from reconciliation.operations.column_maps import try_map
    from tests.reconciliation.house import NOW
    from tests.reconciliation.ingest.papers import ACTOR

    return try_map(map_id=row.pk, file=io.BytesIO(sample.encode()), name="sample.csv", actor=ACTOR, now=NOW)


def proposed(row: "ColumnMapVersion", maker: "User") -> "ApprovalRequest":
    from ledger.actors import user_actor
    from reconciliation.operations.column_maps import propose_map
    from tests.reconciliation.house import NOW

    return propose_map(map_id=row.pk, reason="the provider's own layout", maker=user_actor(maker), now=NOW)


def decided(request: "ApprovalRequest", checker: "User", approve: bool = True) -> None:
    from ledger.operations import decide
    from tests.reconciliation.house import NOW

    decide(request_id=request.pk, approve=approve, checker=checker, reason="seen", now=NOW)


def people() -> tuple["User", "User"]:
    from tests.ledger.cast import make_person

    return make_person("mia", "propose_column_map"), make_person("max", "approve_column_map")


@pytest.mark.spec("S1")
def test_a_map_is_in_force_after_a_second_person_and_reads_the_accounts_files(house: "House") -> None:
    from reconciliation.models import SettlementBatch
    from reconciliation.queries.column_maps import active_map
    from tests.reconciliation.ingest.papers import ingest

    mia, kim = people()
    assert not ingest(SAMPLE.encode(), source="csv_psp")["accepted"]
    row = drafted(layout=LAYOUT)
    assert tried(row)["accepted"]
    decided(proposed(row, mia), kim)

    found = active_map(house.merchant)
    assert found is not None and (found.pk, found.state) == (row.pk, "ACTIVE")
    assert ingest(SAMPLE.encode(), source="csv_psp")["accepted"]
    assert SettlementBatch.objects.get().payout_minor == 4000


def test_the_next_version_begins_as_a_copy_and_retires_the_one_before(house: "House") -> None:
    mia, kim = people()
    first = drafted(layout=LAYOUT)
    tried(first)
    decided(proposed(first, mia), kim)
    second = drafted()
    assert (second.version, second.layout) == (2, LAYOUT)
    tried(second)
    decided(proposed(second, mia), kim)

    first.refresh_from_db()
    assert (first.state, first.retired_at is not None) == ("RETIRED", True)


@pytest.mark.spec("S1")
def test_only_what_was_tried_as_it_is_can_be_sent(house: "House") -> None:
    from ledger.errors import ApprovalRefused
    from reconciliation.operations.column_maps import save_layout
    from tests.reconciliation.house import NOW
    from tests.reconciliation.ingest.papers import ACTOR

    mia, kim = people()
    row = drafted(layout=LAYOUT)
    with pytest.raises(ApprovalRefused, match="Try this version"):
        proposed(row, mia)
    assert not tried(row, "nothing\n")["readable"]
    with pytest.raises(ApprovalRefused, match="Try this version"):
        proposed(row, mia)
    tried(row)
    save_layout(map_id=row.pk, layout={**LAYOUT, "zone": "Europe/Malta"}, actor=ACTOR, now=NOW)
    with pytest.raises(ApprovalRefused, match="changed since"):
        proposed(row, mia)
    tried(row)
    decided(proposed(row, mia), kim, approve=False)
    row.refresh_from_db()
    assert row.state == "DRAFT"


def test_a_layout_that_can_not_be_is_refused_with_its_place(house: "House") -> None:
    from ledger.refusals import Invalid

    with pytest.raises(Invalid, match=r"columns: no created_at.*zone: 'Mars'"):
        drafted(layout={**LAYOUT, "zone": "Mars", "columns": {"gross": "Betrag", "batch_number": "Auszahlung"}})


def test_a_bank_account_has_a_map_for_statements(house: "House") -> None:
    from tests.reconciliation.ingest.papers import ingest

    mia, kim = people()
    columns = {"booking_date": "Tag", "amount": "Betrag", "balance": "Saldo", "narrative": "Text"}
    layout = {"dates": "%d.%m.%Y", "delimiter": ";", "decimal": ",", "columns": columns, "constants": {"currency": "EUR"}}
    sample = "Tag;Betrag;Saldo;Text\n23.11.2026;39,75;1039,75;PAYOUT 7\n"
    row = drafted("BANK_EUR", layout)
    assert tried(row, sample)["accepted"], json.dumps(row.trial)
    decided(proposed(row, mia), kim)

    assert ingest(sample.encode(), source="csv_bank", account="BANK_EUR")["accepted"]
