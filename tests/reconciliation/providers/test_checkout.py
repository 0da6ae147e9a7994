"""A Checkout.com payout from its breakdown to the bank's line, and the payouts report that controls it (FORMATS.md 1.6)."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.house import House

HEADER = (
    "Client Entity ID,Type,Payment ID,Action ID,Reference,Processed On,Available On,Holding Currency,Payout ID,Gross,Deduction,Net,"
    "Processing In Holding Currency,Scheme In Holding Currency,Interchange In Holding Currency,Tax In Holding Currency,"
    "Reserve In Holding Currency,Processing Currency,Gross In Processing Currency,FX Rate Applied,Payment Method\n"
)
PAID = "00000003K599"
ENTITY = "ent_wb2jxbhsyrz6q7h3j7mcvldpqi"


def row(kind: str, payment: str, reference: str, *amounts: str) -> str:
    gross = amounts[0]
    cells = f"{ENTITY},{kind},{payment},,{reference},2026-11-19T13:00:00,2026-11-20T00:00:00,EUR,{PAID},{','.join(amounts)}"
    return f"{cells},EUR,{gross},1,VISA\n"


def breakdown(reference: str) -> str:
    """A sale of 100 with a reserve of 10 and fees of 2.504, a network token of 0.004, the payout's fee of 2: 85.49 in all."""
    return HEADER + "".join(
        (
            row("Charge", "pay_1", reference, "100", "-12.504", "87.496", "-1", "-0.5", "-0.8", "-0.204", "-10"),
            row("Network Token", "pay_1", "", "0", "-0.004", "-0.004", "-0.004", "0", "0", "0", "0"),
            row("Merchant Payout", "", "", "0", "-2", "-2", "0", "0", "0", "0", "0"),
        )
    )


def fees_by_kind(ref: str) -> dict[str, Any]:
    """What the batch posted to fees, by kind: tax on them is one (POSTINGS.md section 1)."""
    from ledger.models import Entry

    return dict(Entry.objects.filter(ref=ref, account__kind="fees").values_list("label", "amount_minor"))


def payouts(amount: str) -> str:
    return f"Client Entity ID,Payout ID,Holding Currency,Payout Amount,Payout Date\n{ENTITY},{PAID},EUR,{amount},2026-11-20T00:00:00\n"


@pytest.mark.spec("R3", "R4", "R5", "R8")
def test_a_breakdown_is_a_payout_proved_to_the_bank(house: "House") -> None:
    from reconciliation.models import PspLine
    from reconciliation.queries import three_way_proof
    from tests.reconciliation.providers import office

    # given a file that names the account by the PSP's own id of it, and the payout id in the bank's text
    records = office.open_office(house, "checkout", "CHECKOUT_EU", payer="CHECKOUT LTD", name=ENTITY)
    house.merchant.fee_schedule = {"line_texts": ["Network Token", "Merchant Payout"]}
    house.merchant.save()
    capture = records.capture(10000, psp_ref="pay_1")
    result = office.take_in(breakdown(office.reference(capture)), "checkout_breakdown")
    office.bank_shows(("C85,49", f"CKO {PAID} SETTLEMENT"))

    # when
    office.run()

    # then
    batch = office.batch_of(PAID)
    assert result["lines"] == 3
    assert office.items_of(batch) == [("sale.object@1", capture.pk, 0)]
    assert {label: int(minor) for label, minor in fees_by_kind(batch.ref).items()}["tax"] == 20
    office.assert_proved(batch, 8549, "bank.payout_reference@1")
    terms = {term.name: term.amount_minor for term in three_way_proof(batch).terms}
    assert terms == {"captures": 10000, "fees": -451, "reserve_withheld": -1000}
    sale = PspLine.objects.get(batch=batch, kind="sale")
    assert [int(minor) for minor in (sale.scheme_minor, sale.interchange_minor, sale.gross_minor)] == [50, 80, 10000]
    balances = {kind: records.balance(kind) for kind in ("clearing", "in_transit", "reserve", "suspense")}
    assert balances == {"clearing": 0, "in_transit": 0, "reserve": 1000, "suspense": 0}
    assert office.unproved() == []


@pytest.mark.spec("R12")
@pytest.mark.parametrize(("agreed", "too_much"), [("1.00", 0), ("0.90", 10)])
def test_a_fee_is_held_against_the_contract_without_its_tax(house: "House", agreed: str, too_much: int) -> None:
    from reconciliation.queries.fee_report import fee_claim, fee_weeks
    from tests.reconciliation.providers import office

    # given a sale of 100 that costs 1.00 and, told beside it, 0.20 of tax on all its fees
    records = office.open_office(house, "checkout", "CHECKOUT_EU", payer="CHECKOUT LTD", name=ENTITY)
    terms = {kind: {"percent": percent} for kind, percent in (("processing", agreed), ("scheme", "0.50"), ("interchange", "0.80"))}
    house.merchant.fee_schedule = {**terms, "line_texts": ["Network Token", "Merchant Payout"]}
    house.merchant.save()
    capture = records.capture(10000, psp_ref="pay_1")
    office.take_in(breakdown(office.reference(capture)), "checkout_breakdown")

    # when
    office.run()

    # then the tax is nobody's overcharge, and the claim says what was left out
    told = [(week.fee, week.over_minor, week.under_minor) for week in fee_weeks()]
    claimed = [(line.gross_minor, line.tax_minor, line.charged_minor, line.agreed_minor, line.difference_minor)
               for _, _, line in fee_claim(house.merchant)]  # fmt: skip
    assert told == ([("processing", too_much, 0)] if too_much else [])
    assert claimed == ([(10000, 20, 100, 90, 10)] if too_much else [])


@pytest.mark.parametrize("breakdown_first", [True, False])
@pytest.mark.spec("R5", "R8")
def test_a_hundredth_between_rows_and_payout_is_rounding(house: "House", breakdown_first: bool) -> None:
    from reconciliation.models import ExceptionCase
    from reconciliation.queries import three_way_proof
    from tests.reconciliation.providers import office

    # given a payouts report that says a hundredth more than the rows, before or after them
    records = office.open_office(house, "checkout", "CHECKOUT_EU", payer="CHECKOUT LTD", name=ENTITY)
    house.merchant.fee_schedule = {"line_texts": ["Network Token", "Merchant Payout"]}
    house.merchant.save()
    capture = records.capture(10000, psp_ref="pay_1")
    papers = [(breakdown(office.reference(capture)), "checkout_breakdown"), (payouts("85.50"), "checkout_payouts")]
    for text, source in papers if breakdown_first else reversed(papers):
        office.take_in(text, source, name=f"{source}.csv")
    office.bank_shows(("C85,50", f"CKO {PAID}"))

    # when
    office.run()

    # then the payout is what was told, and the books say where the hundredth is
    batch = office.batch_of(PAID)
    office.assert_proved(batch, 8550, "bank.payout_reference@1")
    assert {term.name: term.amount_minor for term in three_way_proof(batch).terms}["fees"] == -450
    assert records.balance("in_transit") == 0
    assert not ExceptionCase.objects.exists()
    assert office.unproved() == []


@pytest.mark.parametrize("breakdown_first", [True, False])
@pytest.mark.spec("R2")
def test_more_than_a_hundredth_holds_the_batch_until_the_papers_agree(house: "House", breakdown_first: bool) -> None:
    from reconciliation.models import ExceptionCase
    from tests.reconciliation.providers import office

    office.open_office(house, "checkout", "CHECKOUT_EU", payer="CHECKOUT LTD", name=ENTITY)
    papers = [(breakdown("pi_1"), "checkout_breakdown"), (payouts("85.51"), "checkout_payouts")]
    for text, source in papers if breakdown_first else reversed(papers):
        office.take_in(text, source, name=f"{source}.csv")

    assert office.batch_of(PAID).state == "HELD"
    case = ExceptionCase.objects.get()
    assert (case.reason_id, case.amount_minor) == ("SETTLEMENT_BATCH_UNBALANCED", 2)
    assert (case.facts["rows_minor"], case.facts["payout_minor"]) == (8549, 8551)

    # and a corrected paper lets it go
    office.take_in(payouts("85.49"), "checkout_payouts", name="corrected.csv")
    case.refresh_from_db()
    assert (office.batch_of(PAID).state, case.state) == ("LOADED", "AUTO_RESOLVED")


@pytest.mark.spec("R2")
def test_a_payouts_report_makes_no_lines(house: "House") -> None:
    from reconciliation.models import PspLine, SettlementBatch, SourceFile
    from tests.reconciliation.providers import office

    office.open_office(house, "checkout", "CHECKOUT_EU", payer="CHECKOUT LTD", name=ENTITY)

    result = office.take_in(payouts("85.51"), "checkout_payouts")

    assert (result["lines"], result["statements"][0]["number"], result["statements"][0]["closing_minor"]) == (1, PAID, 8551)
    assert (SourceFile.objects.get().state, PspLine.objects.count(), SettlementBatch.objects.count()) == ("LOADED", 0, 0)


@pytest.mark.spec("R2")
def test_the_report_of_another_entity_is_not_taken_for_ours(house: "House") -> None:
    from tests.reconciliation.ingest.papers import ingest

    named = ingest(breakdown("pi_1").encode(), source="checkout_breakdown", account="SANDBOX_EU")
    unnamed = ingest(breakdown("pi_2").encode(), source="checkout_breakdown", account="")

    assert [check["name"] for check in named["checks"] if not check["ok"]] == ["account_matches"]
    assert (unnamed["error"]["code"], unnamed["accepted"]) == ("account", False)
