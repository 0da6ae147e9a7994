"""A match is taken apart by two people: the books follow by reversal, and no run repeats it (R6, S1)."""

from typing import TYPE_CHECKING

import pytest

from tests.reconciliation.detect.bench import later, sale_row

if TYPE_CHECKING:
    from reconciliation.models import Match
    from tests.reconciliation.detect.bench import Bench

pytestmark = pytest.mark.spec("R6", "S1")
BOTH = "TX635094338XT TX635094339XT COUNTROOM_SANDBOX_EU"


def take_apart(bench: "Bench", match: "Match") -> None:
    """Asked by Ada, agreed by Ben; what was shown is what is posted."""
    from ledger.actors import user_actor
    from ledger.models import JournalTransaction
    from ledger.operations import decide
    from reconciliation.operations.unmatching import ask_to_unmatch, preview_unmatch
    from tests.reconciliation.house import NOW

    request = ask_to_unmatch(match_id=match.pk, reason="the bank says it is another's", actor=user_actor(bench.house.ada), now=NOW)
    shown = sorted((line.kind, line.amount_minor) for line in preview_unmatch(request.payload))
    decide(request_id=request.pk, approve=True, checker=bench.house.ben, reason="", now=NOW)
    posted = JournalTransaction.objects.get(posting_key=f"approval:{request.public_id}:unmatch")
    assert shown == sorted((entry.account.kind, int(entry.amount_minor)) for entry in posted.entries.all())


def require_proved(bench: "Bench") -> None:
    from ledger.proofs.people import acts_of_people_are_approved
    from reconciliation import proofs, proofs_of_accounts

    checks = (
        acts_of_people_are_approved(),
        proofs.batches_relieved_their_items(), proofs.suspense_is_named(), proofs.bank_lines_are_booked(),
        proofs.lines_are_consumed_once(), proofs_of_accounts.in_transit_is_named(), proofs_of_accounts.bank_is_its_lines(),
        proofs_of_accounts.clearing_is_named(),
    )  # fmt: skip
    assert [(check.name, check.differences) for check in checks if not check.ok] == []


def test_a_line_of_several_payouts_is_taken_apart_as_a_whole_and_named_again(bench: "Bench") -> None:
    from reconciliation.models import Match, SettlementBatch
    from tests.reconciliation.cases.acting import end

    bench.report(sale_row(bench.sale(30_000)))
    bench.report(sale_row(bench.sale(12_000, "obj_2")), batch="39", day=later(1))
    bench.run(later(1))
    bench.statement((42_000, BOTH), day=later(2))
    bench.run(later(2), "BANK_EUR")

    take_apart(bench, Match.objects.get(line_kind="bank", line_part=1))

    bank = bench.house.bank.public_id
    assert (bench.records.balance("in_transit"), bench.records.balance("suspense", bank)) == (42_000, -42_000)
    assert [(batch.state, int(batch.paid_minor)) for batch in SettlementBatch.objects.all()] == [("SETTLED", 0)] * 2
    assert Match.objects.filter(line_kind="bank").exclude(undone_at=None).count() == 2
    (case,) = bench.cases()
    assert (case.reason_id, case.amount_minor) == ("BANK_CREDIT_UNIDENTIFIED", 42_000)
    require_proved(bench)

    # a run does not repeat it, and people may
    bench.run(later(3), "BANK_EUR")
    assert bench.records.balance("suspense", bank) == -42_000
    end(bench.records, case, "identify_line", " ".join(batch.public_id for batch in SettlementBatch.objects.all()))
    assert (bench.records.balance("in_transit"), bench.records.balance("suspense", bank)) == (0, 0)
    require_proved(bench)


def test_it_takes_the_player_s_brand_and_is_not_for_the_player_s_own_account(bench: "Bench") -> None:
    from ledger.actors import user_actor
    from ledger.errors import ApprovalRefused
    from reconciliation.models import Match
    from reconciliation.operations.unmatching import ask_to_unmatch
    from tests.reconciliation.house import NOW

    bench.report(sale_row(bench.sale(30_000)))
    bench.run()
    match, ada, player = Match.objects.get(line_kind="psp"), bench.house.ada, bench.records.player

    request = ask_to_unmatch(match_id=match.pk, reason="the bank says it is another's", actor=user_actor(ada), now=NOW)
    assert (request.player_ref, request.brand) == (player.public_id, bench.house.brand.code)

    ada.player_refs = [player.public_id]
    ada.save(update_fields=["player_refs"])
    with pytest.raises(ApprovalRefused, match="own player account"):
        ask_to_unmatch(match_id=match.pk, reason="the bank says it is another's", actor=user_actor(ada), now=NOW)


def test_a_reports_line_goes_back_to_suspense_and_its_capture_is_open_again(bench: "Bench") -> None:
    from reconciliation.models import Match
    from reconciliation.queries import three_way_proof

    capture = bench.sale(30_000)
    bench.report(sale_row(capture))
    bench.run()
    match = Match.objects.get(line_kind="psp")

    take_apart(bench, match)
    bench.run(later(1))

    assert (bench.records.balance("clearing"), bench.records.balance("suspense")) == (30_000, -30_000)
    (case,) = bench.cases()
    assert (case.reason_id, case.facts["taken_apart_from"]) == ("PSP_LINE_UNKNOWN_REFERENCE", capture.public_id)
    proof = three_way_proof(match.batch)  # type: ignore[arg-type]
    assert [(term.name, term.amount_minor) for term in proof.terms] == [("unidentified", 30_000)]
    require_proved(bench)

    # named again, taken apart again: the line stands where it first stood
    from tests.reconciliation.cases.acting import end

    end(bench.records, case, "identify_line", capture.public_id)
    assert (bench.records.balance("clearing"), bench.records.balance("suspense")) == (0, 0)
    take_apart(bench, Match.objects.get(undone_at=None))
    assert (bench.records.balance("clearing"), bench.records.balance("suspense")) == (30_000, -30_000)
    require_proved(bench)


def test_what_cannot_be_taken_back_is_refused_in_words(bench: "Bench") -> None:
    from ledger.actors import user_actor
    from reconciliation.models import Match
    from reconciliation.operations.casework import NothingToMove
    from reconciliation.operations.unmatching import ask_to_unmatch
    from tests.reconciliation.house import NOW

    bench.report(sale_row(bench.sale(30_000)))
    bench.run()
    first, second = "TX635094338XT batch 38, COUNTROOM_SANDBOX_EU", "TX635094338XT batch 38, COUNTROOM_SANDBOX_EU PART"
    bench.statement((10_000, first), (20_000, second))
    bench.run(account="BANK_EUR")
    earlier = Match.objects.get(line_kind="bank", item_part=0)

    with pytest.raises(NothingToMove, match="later part"):
        ask_to_unmatch(match_id=earlier.pk, reason="the bank says it is another's", actor=user_actor(bench.house.ada), now=NOW)


@pytest.mark.spec("D3")
def test_who_takes_a_match_apart_acts_by_hand_on_the_day(bench: "Bench") -> None:
    from reconciliation.models import Match
    from reconciliation.queries.manual_acts import has_acted_on

    bench.report(sale_row(bench.sale(30_000)))
    bench.run()
    take_apart(bench, Match.objects.get(line_kind="psp"))

    house = bench.house
    acted = [has_acted_on(person, house.entity, later(1)) for person in (house.ada, house.ben, house.fay)]
    assert acted == [True, True, False]
