"""A day of PayPal and its withdrawals, from the settlement report to the bank's lines (FORMATS.md 1.3)."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.house import House

ACCOUNT = "YSXG5JQYHLMWE"
CH = (
    "CH,Transaction ID,Invoice ID,PayPal Reference ID,PayPal Reference ID Type,Transaction Event Code,Transaction Initiation Date,"
    "Transaction Completion Date,Transaction Debit or Credit,Gross Transaction Amount,Gross Transaction Currency,Fee Debit or Credit,"
    "Fee Amount,Fee Currency,Custom Field,Consumer ID,Payment Tracking ID,Store ID,Bank Reference ID\n"
)


def row(transaction: str, invoice: str, event: str, side: str, gross: str, fee: str = "", *, bank: str = "") -> str:
    at = "2026/11/19 03:00:30 -0800"
    fees = f"DR,{fee},EUR" if fee else ",,"
    return f"SB,{transaction},{invoice},,,{event},{at},{at},{side},{gross},EUR,{fees},,,,,{bank}\n"


def report(reference: str) -> str:
    """A sale of 100.00 less 3.20, a hold of 5.00, two withdrawals of 60.00 and 20.00."""
    return "".join(
        (
            f'SH,2026/11/19 00:00:00 -0800,2026/11/19 23:59:59 -0800,{ACCOUNT}\n',
            CH,
            row("9TA25700AB", reference, "T0006", "CR", "10000", "320"),
            row("8HO11100CD", "", "T1110", "DR", "500"),
            row("7WD00100EF", "", "T0400", "DR", "6000", bank="1047428557493"),
            row("6WD00200GH", "", "T0400", "DR", "2000", bank="1047428557999"),
            "SF,EUR,10000,8500,0,320,CR,0,CR,1180,CR,0,CR,1180,4\n",
            "SC,4\n",
        )
    )  # fmt: skip


@pytest.mark.spec("R3", "R4", "R5", "R8")
def test_withdrawals_are_tied_by_the_bank_reference(house: "House") -> None:
    from reconciliation.models import ExceptionCase
    from reconciliation.queries import three_way_proof
    from tests.reconciliation.providers import office

    # given a report that names the account, and a bank that shows both withdrawals
    records = office.open_office(house, "paypal", ACCOUNT, payer="PAYPAL EUROPE")
    capture = records.capture(10000, psp_ref="9TA25700AB")
    result = office.take_in(report(office.reference(capture)), "paypal_stl")
    office.bank_shows(("C20,00", "PAYPAL 1047428557999"), ("C60,00", "PAYPAL 10474 28557493 WITHDRAWAL"))

    # when
    office.run()

    # then
    assert result["lines"] == 4
    day = office.batch_of("2026-11-19")
    assert office.items_of(day) == [("sale.object@1", capture.pk, 0)]
    assert {term.name: term.amount_minor for term in three_way_proof(day).terms} == {
        "captures": 10000, "fees": -320, "reserve_withheld": -500, "carried_forward": -9180,
    }  # fmt: skip
    for number, minor in (("7WD00100EF", 6000), ("6WD00200GH", 2000)):
        withdrawal = office.batch_of(number)
        office.assert_proved(withdrawal, minor, "bank.payout_reference@1")
        assert {term.name: term.amount_minor for term in three_way_proof(withdrawal).terms} == {"brought_forward": minor}
    balances = {kind: records.balance(kind) for kind in ("clearing", "in_transit", "fees", "reserve")}
    assert balances == {"clearing": 0, "in_transit": 1180, "fees": 320, "reserve": 500}  # 11.80 is still at PayPal
    assert not ExceptionCase.objects.exists()
    assert office.unproved() == []


def leg(transaction: str, parent: str, event: str, side: str, gross: str, currency: str) -> str:
    at = "2026/11/19 03:01:00 -0800"
    return f"SB,{transaction},,{parent},TXN,{event},{at},{at},{side},{gross},{currency},,,,,,,,\n"


@pytest.mark.spec("L15", "R8")
def test_both_legs_of_a_conversion_are_booked_as_foreign_exchange(house: "House") -> None:
    """A sale of 100.00 EUR, of which PayPal turns 50.00 into 54.25 USD."""
    from ledger.queries import get_balance
    from reconciliation.models import ExceptionCase, Match
    from reconciliation.queries import three_way_proof
    from tests.reconciliation.providers import office

    records = office.open_office(house, "paypal", ACCOUNT, payer="PAYPAL EUROPE")
    capture = records.capture(10000, psp_ref="9TA25700AB")
    legs = leg("2CV001", "9TA25700AB", "T0200", "DR", "5000", "EUR") + leg("2CV002", "9TA25700AB", "T0200", "CR", "5425", "USD")
    text = CH + row("9TA25700AB", office.reference(capture), "T0006", "CR", "10000", "320") + legs
    office.take_in(text + "SF,EUR,10000,5000,0,320,2\nSF,USD,5425,0,0,0,1\n", "paypal_stl", account=ACCOUNT)

    office.run()

    terms = {
        batch.currency: {t.name: t.amount_minor for t in three_way_proof(batch).terms} for batch in house.merchant.settlement_batches.all()
    }
    assert terms["EUR"] == {"captures": 10000, "fees": -320, "converted": -5000, "carried_forward": -4680}
    assert terms["USD"] == {"converted": 5425, "carried_forward": -5425}
    entity = house.entity
    assert [get_balance(entity.pk, "fx", entity.public_id, asset) for asset in ("EUR", "USD")] == [5000, -5425]
    assert [get_balance(entity.pk, "in_transit", house.merchant.public_id, asset) for asset in ("EUR", "USD")] == [4680, 5425]
    matches = Match.objects.filter(item_kind="conversion").order_by("item_part")
    assert [(m.currency, (m.compared or {})["rate"], (m.compared or {})["other_minor"]) for m in matches] == [
        ("EUR", "1.085", 5425), ("USD", "1.085", -5000)
    ]  # fmt: skip
    assert not ExceptionCase.objects.exists()
    assert office.unproved() == []


@pytest.mark.spec("L15", "R8", "R9")
def test_legs_of_a_conversion_that_stand_in_two_reports_are_booked_when_the_other_comes(house: "House") -> None:
    """50.00 EUR leave late in the evening, 54.25 USD come after midnight: the report after."""
    from ledger.models import JournalTransaction
    from ledger.queries import get_balance
    from reconciliation.models import ExceptionCase
    from tests.reconciliation.providers import office

    office.open_office(house, "paypal", ACCOUNT, payer="PAYPAL EUROPE")
    out, into = leg("2CV001", "9TA25700AB", "T0200", "DR", "5000", "EUR"), leg("2CV002", "9TA25700AB", "T0200", "CR", "5425", "USD")
    office.take_in(CH + out + "SF,EUR,0,5000,0,0,1\n", "paypal_stl", account=ACCOUNT)
    office.run()
    (case,) = ExceptionCase.objects.all()
    assert (case.reason_id, case.state) == ("UNKNOWN_LINE_TYPE", "OPEN")

    office.take_in(CH + into + "SF,USD,5425,0,0,0,1\n", "paypal_stl", account=ACCOUNT, name="next.csv")
    office.run()
    office.run()

    # both currencies stand in fx, nothing in suspense; the case tells whoever works it
    entity, ours = house.entity, house.merchant.public_id
    assert [get_balance(entity.pk, "fx", entity.public_id, asset) for asset in ("EUR", "USD")] == [5000, -5425]
    assert [get_balance(entity.pk, "suspense", ours, asset) for asset in ("EUR", "USD")] == [0, 0]
    (legs,) = JournalTransaction.objects.get(kind="LINE_IDENTIFIED").source["conversions"]
    assert (legs["other"], legs["minor"], legs["other_minor"]) == ("USD", -5000, 5425)
    assert ExceptionCase.objects.count() == 1
    assert office.unproved() == []


@pytest.mark.spec("L15", "R7")
@pytest.mark.parametrize("more", ["", leg("2CV002", "9TA25700AB", "T0200", "CR", "5425", "EUR")])
def test_a_leg_without_its_other_waits_for_a_person(house: "House", more: str) -> None:
    from reconciliation.models import ExceptionCase, Match
    from tests.reconciliation.providers import office

    office.open_office(house, "paypal", ACCOUNT, payer="PAYPAL EUROPE")
    one = leg("2CV001", "9TA25700AB", "T0200", "DR", "5000", "EUR")
    footer = "SF,EUR,5425,5000,0,0,2\n" if more else "SF,EUR,0,5000,0,0,1\n"
    office.take_in(CH + one + more + footer, "paypal_stl", account=ACCOUNT)

    office.run()

    assert {case.reason_id for case in ExceptionCase.objects.all()} == {"UNKNOWN_LINE_TYPE"}
    assert not Match.objects.filter(item_kind="conversion").exists()


@pytest.mark.spec("R2")
def test_a_footer_that_says_otherwise_is_reported_and_nothing_is_loaded(house: "House") -> None:
    from reconciliation.models import ExceptionCase, PspLine
    from tests.reconciliation.ingest.papers import ingest
    from tests.reconciliation.providers import office

    office.open_office(house, "paypal", ACCOUNT, payer="PAYPAL EUROPE")
    trimmed = "".join(line + "\n" for line in report("pi_1").splitlines() if "8HO11100CD" not in line)

    result = ingest(trimmed.encode(), source="paypal_stl", account=ACCOUNT)

    assert (result["readable"], result["accepted"], PspLine.objects.count()) == (True, False, 0)
    failed = [(check["name"], check["expected"], check["actual"]) for check in result["checks"] if not check["ok"]]
    assert failed == [("control_total", 8500, 8000), ("line_count", 4, 3), ("line_count", 4, 3)]
    assert ExceptionCase.objects.get().reason_id == "FILE_REFUSED"


@pytest.mark.spec("R7")
def test_an_event_that_nobody_knows_is_kept_and_is_a_case(house: "House") -> None:
    from reconciliation.models import ExceptionCase, SuspenseItem
    from tests.reconciliation.providers import office

    records = office.open_office(house, "paypal", ACCOUNT, payer="PAYPAL EUROPE")
    office.take_in(CH + row("1ZZ90000AB", "", "T9900", "CR", "700") + "SF,EUR,700,0,0,0,1\n", "paypal_stl", account=ACCOUNT)

    office.run()

    case = ExceptionCase.objects.get()
    assert (case.reason_id, case.amount_minor, SuspenseItem.objects.get().amount_minor) == ("UNKNOWN_LINE_TYPE", 700, -700)
    assert (records.balance("suspense"), records.balance("in_transit")) == (-700, 700)


@pytest.mark.spec("R4", "R5", "R8")
def test_what_a_withdrawal_costs_is_a_fee_and_a_fee_that_is_held_is_held(house: "House") -> None:
    """A sale of 100.00 less 3.20, a payment of 5.00 held with its fee of 0.17, and 60.00 withdrawn for 0.35."""
    from reconciliation.models import ExceptionCase
    from reconciliation.queries import three_way_proof
    from tests.reconciliation.providers import office

    records = office.open_office(house, "paypal", ACCOUNT, payer="PAYPAL EUROPE")
    capture = records.capture(10000, psp_ref="9TA25700AB")
    rows = (
        row("9TA25700AB", office.reference(capture), "T0006", "CR", "10000", "320"),
        row("8HO11100CD", "", "T1110", "DR", "500", "17").replace("DR,17", "CR,17"),
        row("7WD00100EF", "", "T0400", "DR", "6000", "35", bank="1047428557493"),
    )
    office.take_in(CH + "".join(rows) + "SF,EUR,10000,6500,17,355,3\n", "paypal_stl", account=ACCOUNT)
    office.bank_shows(("C60,00", "PAYPAL 1047428557493 WITHDRAWAL"))

    office.run()

    withdrawal = office.batch_of("7WD00100EF")
    office.assert_proved(withdrawal, 6000, "bank.payout_reference@1")
    assert {term.name: term.amount_minor for term in three_way_proof(withdrawal).terms} == {"brought_forward": 6035, "fees": -35}
    balances = {kind: records.balance(kind) for kind in ("clearing", "in_transit", "fees", "reserve", "suspense")}
    assert balances == {"clearing": 0, "in_transit": 3162, "fees": 355, "reserve": 483, "suspense": 0}
    assert not ExceptionCase.objects.exists()
    assert office.unproved() == []
