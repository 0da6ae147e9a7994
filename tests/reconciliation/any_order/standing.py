"""What must hold after any act: proofs, each batch's own sum, what people decided, what was signed."""

from typing import Any

from django.db.models import Sum

from ledger.models import Entry, JournalTransaction
from ledger.proofs import prove_ledger, replay_journal
from ledger.queries import get_balance
from reconciliation.models import CloseSnapshot, CloseState, DailyClose, ExceptionCase, Match, SettlementBatch
from reconciliation.operations.casework.pairing import RULE
from reconciliation.queries import three_way_proof
from tests.reconciliation.any_order.office import SALES, Office
from tests.reconciliation.house import DAY

MADE_BY_HAND = "states cashier."  # the deposits of this house were written by the test, without their transitions


def require_proved() -> None:
    report = prove_ledger()
    wrong = {check.name: check.differences for check in report.checks if not check.ok and not check.name.startswith(MADE_BY_HAND)}
    assert not wrong, wrong


def require_replayed() -> None:
    assert replay_journal().ok


def require_whole_batches() -> None:
    """What a posted batch's lines come to is what the PSP pays."""
    for batch in SettlementBatch.objects.exclude(posted_txn=""):
        proof = three_way_proof(batch)
        assert proof.computed_minor == proof.payout_minor, (batch.number, batch.version, proof)


class Decided:
    """What people decided so far, and what was signed: neither engine nor papers change it."""

    def __init__(self) -> None:
        self.apart: dict[int, str] = {}  # line key by match
        self.named: dict[int, tuple[Any, ...]] = {}
        self.ended: dict[Any, tuple[str, str]] = {}
        self.signed: dict[int, tuple[Any, ...]] = {}
        self.journal_of_day = 0

    def note(self) -> None:
        """Called right after an act of people."""
        self.apart = _taken_apart()
        self.named = {match.pk: _facts(match) for match in Match.objects.filter(rule=RULE, undone_at=None)}
        self.ended = {case.pk: (str(case.state), case.resolution) for case in ExceptionCase.objects.filter(state="RESOLVED")}
        for shot in CloseSnapshot.objects.all():
            self.signed.setdefault(shot.pk, (shot.sha256, shot.signature, shot.totals["journal"]))
        self.journal_of_day = _journal_of_day()

    def require_unchanged(self) -> None:
        """Called after every act of engine, papers and time."""
        live = {match.pk: _facts(match) for match in Match.objects.filter(rule=RULE, undone_at=None)}
        assert live == self.named, f"people named {self.named}, now {live}"
        apart = _taken_apart()
        assert apart == self.apart, f"people took apart {self.apart}, now {apart}"
        taken = set(Match.objects.filter(pk__in=self.apart).values_list("line_kind", "line_id"))
        live_ones = Match.objects.filter(undone_at=None).exclude(rule=RULE)
        again = [match for match in live_ones if (match.line_kind, match.line_id) in taken]
        assert not again, f"a run paired again what people took apart: {again}"
        states = {case.pk: (str(case.state), case.resolution) for case in ExceptionCase.objects.filter(pk__in=self.ended)}
        assert states == self.ended, f"people ended {self.ended}, now {states}"
        assert {shot.pk: (shot.sha256, shot.signature, shot.totals["journal"]) for shot in CloseSnapshot.objects.all()} == self.signed
        newest = DailyClose.objects.filter(business_date=DAY).order_by("-version").first()
        if newest is not None and newest.state == CloseState.SIGNED_OFF:
            assert _journal_of_day() == self.journal_of_day, "something was posted into the signed day"


def _taken_apart() -> dict[int, str]:
    """By people, each with the reason. The engine takes apart what a restated report says no more."""
    return {match.pk: match.undone_reason for match in Match.objects.exclude(undone_at=None).exclude(undone_by_kind="system")}


def require_right_ends(office: Office) -> None:
    """Clearing, transit and suspense are what the live matches leave, but for what two people moved elsewhere."""
    house, merchant = office.bench.house, office.bench.house.merchant.public_id
    psp = Match.objects.filter(line_kind="psp", undone_at=None).aggregate(minor=Sum("line_minor"))["minor"] or 0
    paid = Match.objects.filter(line_kind="bank", item_kind="batch", undone_at=None).aggregate(minor=Sum("line_minor"))["minor"] or 0
    posted = SettlementBatch.objects.exclude(posted_txn="").order_by("version")  # a batch pays what its newest report says
    sent = sum(dict(posted.values_list("number", "payout_minor")).values())
    expected = {"clearing": sum(SALES) - psp + moved("clearing", merchant), "in_transit": sent - paid + moved("in_transit", merchant)}
    found = {kind: get_balance(house.entity.pk, kind, merchant, "EUR") for kind in expected}
    assert found == expected, f"{found}, not {expected}"


def require_stated_bank(office: Office) -> None:
    """`bank` is the newest statement's closing balance, once all lines are posted."""
    bank = office.bench.house.bank
    newest = bank.statements.order_by("-closing_date").values_list("closing_minor", flat=True)[0]
    booked = get_balance(bank.entity_id, "bank", bank.public_id, "EUR")
    assert booked == newest, f"bank is {booked}, its statement says {newest}"


def moved(kind: str, holder: str) -> int:
    """What dispositions moved of an account; naming an item, or taking it from its line, is the match itself."""
    entries = Entry.objects.filter(account__kind=kind, account__owner_ref=holder, transaction__posting_key__startswith="approval:")
    named = ("LINE_IDENTIFIED@1", "BANK_IDENTIFIED@1", "BANK_IDENTIFIED@2", "LINE_UNMATCHED@1", "BANK_UNMATCHED@1", "BANK_UNMATCHED@2")
    return int(entries.exclude(transaction__rule__in=named).aggregate(minor=Sum("amount_minor"))["minor"] or 0)


def _journal_of_day() -> int:
    return JournalTransaction.objects.filter(business_date=DAY).count()


def _facts(match: Match) -> tuple[Any, ...]:
    place = (match.line_kind, match.line_id, match.line_part)
    return (*place, match.item_kind, match.item_id, int(match.line_minor), int(match.difference_minor))
