"""A person says what a line is: it leaves suspense and consumes its item, once (R6, E4)."""

import pytest

from ledger.models import Transition
from reconciliation.models import CaseLink, ExceptionCase, Match
from reconciliation.operations.casework import NothingToMove, preview_of
from tests.reconciliation.cases.acting import a_case, end, propose
from tests.reconciliation.cases.records import Records
from tests.reconciliation.house import make_case

pytestmark = pytest.mark.spec("E4", "R6")


def test_a_line_is_identified_with_the_named_capture_and_consumed(records: Records) -> None:
    capture = records.capture(5000)
    _, (line,) = records.batch(("unknown", 4900, None))
    case = a_case(records, "UNKNOWN_LINE_TYPE", [("psp_line", str(line.pk))], amount_minor=4900)

    end(records, case, "identify_line", capture.public_id)

    match = Match.objects.get()
    assert (match.item_id, match.rule, match.line_minor, match.difference_minor) == (capture.pk, "person.named@1", 4900, -100)
    assert (records.balance("suspense"), records.balance("clearing")) == (0, 100)


@pytest.mark.parametrize("target", ["", "nobody", "cap_00000000000000000000000000", "pi_00000000000000000000000000", "sb_1"])
def test_nothing_that_is_not_there_can_be_named(records: Records, target: str) -> None:
    _, (line,) = records.batch(("unknown", 4900, None))
    case = a_case(records, "UNKNOWN_LINE_TYPE", [("psp_line", str(line.pk))], amount_minor=4900)
    with pytest.raises(NothingToMove, match="cap_"):
        propose(records, case, "identify_line", target)
    assert (records.balance("suspense"), Match.objects.count()) == (-4900, 0)


def test_an_item_that_has_its_line_is_not_consumed_again(records: Records) -> None:
    capture = records.capture(5000)
    _, (_, line) = records.batch(("sale", 5000, capture), ("unknown", 5000, None))
    case = a_case(records, "UNKNOWN_LINE_TYPE", [("psp_line", str(line.pk))])
    with pytest.raises(NothingToMove, match="has its line already"):
        propose(records, case, "identify_line", capture.public_id)


@pytest.mark.parametrize(("came", "left"), [(5000, 0), (4960, 40)])
def test_a_bank_line_is_identified_with_the_named_batch(records: Records, came: int, left: int) -> None:
    batch, _ = records.batch(("sale", 5000, records.capture(5000)))
    line = records.bank_line(came)
    case = make_case(records.house, "BANK_CREDIT_UNIDENTIFIED", amount_minor=came, links=[("bank_line", str(line.pk))])
    case.bank_account, case.merchant_account = records.house.bank, None
    case.save()

    end(records, case, "identify_line", batch.public_id)

    batch.refresh_from_db()
    assert (batch.state, batch.paid_minor, records.balance("in_transit")) == ("PAID", came, left)
    assert records.balance("suspense", records.house.bank.public_id) == 0
    codes = [each.reason_id for each in ExceptionCase.objects.filter(state="OPEN")]
    assert codes == (["BANK_SETTLEMENT_AMOUNT_DIFFERS"] if left else [])


@pytest.mark.spec("E3", "S8")
def test_the_case_that_a_person_ends_by_it_ends_once_and_the_payouts_own_by_itself(records: Records) -> None:
    batch, _ = records.batch(("sale", 5000, records.capture(5000)))
    line = records.bank_line(5000)
    case, missing = (make_case(records.house, "BANK_CREDIT_UNIDENTIFIED", about=str(number)) for number in range(2))
    CaseLink.objects.create(case=case, kind="bank_line", target_id=str(line.pk))
    for each, key in ((case, f"BANK_CREDIT_UNIDENTIFIED:{line.ref}"), (missing, f"PSP_SUCCESS_MISSING_BANK_SETTLEMENT:{batch.ref}")):
        each.bank_account, each.merchant_account, each.dedupe_key = records.house.bank, None, key  # as a run raises them
        each.save()

    end(records, case, "identify_line", batch.public_id)

    ways = Transition.objects.filter(target_id=case.pk).order_by("id").values_list("from_state", "to_state")
    assert list(ways) == [("", "OPEN"), ("OPEN", "PROPOSED"), ("PROPOSED", "RESOLVED")]
    assert not case.rule_acts.exists()
    missing.refresh_from_db()
    assert (case.resolution, missing.resolution) == ("identify_line", "bank_line_came@1")


def test_of_a_batch_only_what_is_in_transit_is_open(records: Records) -> None:
    batch, _ = records.batch(("sale", 5000, records.capture(5000)))
    case = a_case(records, "PSP_SUCCESS_MISSING_BANK_SETTLEMENT", [("batch", batch.public_id)])
    assert [(line.kind, line.amount_minor) for line in preview_of(case, "write_off")] == [("write_off", 5000), ("in_transit", -5000)]


@pytest.mark.spec("L15")
def test_a_converted_line_is_identified_in_the_items_own_currency(records: Records) -> None:
    """50.00 EUR in suspense that were 550.00 SEK: what the capture stands for in clearing is kronor."""
    from cashier.models import Capture
    from ledger.models import Entry
    from ledger.proofs import replay_journal

    capture, in_euros = records.capture(55_000), records.capture(5000, psp_ref="psp-cap-2")
    Capture.objects.filter(pk=capture.pk).update(currency="SEK")
    _, (line,) = records.batch(("unknown", 5000, None))
    type(line).objects.filter(pk=line.pk).update(gross_currency="SEK", gross_minor=55_000, exchange_rate="0.0909")
    case = a_case(records, "UNKNOWN_LINE_TYPE", [("psp_line", str(line.pk))])
    with pytest.raises(NothingToMove, match="another merchant account or currency"):
        propose(records, case, "identify_line", in_euros.public_id)

    end(records, case, "identify_line", capture.public_id)

    entries = Entry.objects.filter(transaction__rule="LINE_IDENTIFIED@2").values_list("account__kind", "asset", "amount_minor")
    told = [("clearing", "SEK", -55_000), ("fx", "EUR", -5000), ("fx", "SEK", 55_000), ("suspense", "EUR", 5000)]
    assert sorted((kind, asset, int(minor)) for kind, asset, minor in entries) == told
    assert (Match.objects.get().line_minor, Match.objects.get().difference_minor) == (55_000, 0)
    assert replay_journal().ok


@pytest.mark.spec("L15")
def test_a_refund_that_was_converted_is_not_taken_from_a_wallet_of_another_currency(records: Records) -> None:
    capture = records.capture(5000)
    _, (line,) = records.batch(("refund", -2000, None))
    type(line).objects.filter(pk=line.pk).update(gross_currency="SEK", gross_minor=-22_000)
    links = [("psp_line", str(line.pk)), ("capture", capture.public_id)]
    case = a_case(records, "REFUND_UNKNOWN_TO_PLATFORM", links, amount_minor=2000)
    with pytest.raises(NothingToMove, match="converted"):
        propose(records, case, "adopt_refund", capture.public_id)
    assert records.playable() == 5000
