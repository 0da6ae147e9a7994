"""A deposit that stands in the books twice: which of its postings has no capture behind it (DUPLICATE_LEDGER_POSTING)."""

from ledger.errors import BadPublicId
from ledger.ids import from_public
from ledger.models import Entry, JournalTransaction
from ledger.operations.reversals import mirror_of
from reconciliation.models import ExceptionCase
from reconciliation.operations.casework.holding import holds_of
from reconciliation.operations.casework.people import captures_of
from reconciliation.operations.casework.refusals import DispositionNotAllowed, NothingToMove, TargetNeeded
from reconciliation.operations.casework.steps import Step, call_step

# The cashier's own postings of a capture: one of them must stay, for the capture itself stands behind it.
OWN_EVENTS = ("deposit.captured", "deposit.late_credited")


def plan_reverse_duplicate(case: ExceptionCase, target: str) -> list[Step]:
    """The surplus posting is mirrored, naming it: what the player has is taken, the rest is owed (POSTINGS.md 3.10, story 27).

    `target`: id of the transaction, needed where more than one could be the surplus. Raises NothingToMove, DispositionNotAllowed.
    """
    surplus = surplus_of(case)
    chosen = _named(surplus, target) if target else _only(surplus)
    player, asset = chosen.player_ref, chosen.currency
    released = sum(int(hold.amount_minor) for hold in holds_of(case) if hold.player.public_id == player and hold.currency == asset)
    rule, source = mirror_of(chosen, released_minor=released)
    return [call_step("reverse_posting", rule=rule, source=source, player=player, transaction=chosen.public_id)]


def surplus_of(case: ExceptionCase) -> list[JournalTransaction]:
    """Postings that credited a player for a linked capture and are neither the cashier's own of it nor reversed, oldest first."""
    refs = [capture.public_id for capture in captures_of(case)]
    own = [f"{event}:{ref}" for event in OWN_EVENTS for ref in refs]
    credits = Entry.objects.filter(ref__in=refs, account__kind="playable", account__entity_id=case.entity_id, amount_minor__lt=0)
    rows = JournalTransaction.objects.filter(pk__in=credits.values("transaction_id"), reverses=None, reversed_by=None)
    return list(rows.exclude(posting_key__in=own).order_by("pk"))


def _named(surplus: list[JournalTransaction], target: str) -> JournalTransaction:
    try:
        wanted = from_public(target, JournalTransaction.PREFIX)
    except BadPublicId:
        wanted = None
    found = next((each for each in surplus if each.pk == wanted), None)
    if found is None:
        names = ", ".join(each.public_id for each in surplus) or "none"
        raise DispositionNotAllowed(
            f"{target[:80]} is no surplus posting of this case; these are: {names}.", field="target", rule="surplus"
        )
    return found


def _only(surplus: list[JournalTransaction]) -> JournalTransaction:
    if not surplus:
        raise NothingToMove("No posting of this deposit stands in the books beside the cashier's own.")
    if len(surplus) > 1:
        names = ", ".join(each.public_id for each in surplus)
        raise TargetNeeded(f"{len(surplus)} postings could be the surplus; name the one to reverse: {names}.")
    return surplus[0]
