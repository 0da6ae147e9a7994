"""What wallets were credited against what was captured (books alone): DEPOSIT_CREDITED_INCORRECTLY, DUPLICATE_LEDGER_POSTING."""

from datetime import UTC, datetime, time

from django.db import transaction

from cashier.models import Capture, Hold, Player
from cashier.operations.holds import place_hold
from reconciliation.operations.cases import ENGINE, raise_case
from reconciliation.operations.run.context import MerchantRun
from reconciliation.queries.credits import WrongCredit, wrong_credits


def tell_credits(step: MerchantRun) -> None:
    """A case for each capture of the run's last two days whose wallet credit is not the captured amount less the player's fee. What was
    credited too much is held at once, as far as it is there (POSTINGS.md section 5)."""
    for found in wrong_credits(step.account, until=step.date):
        with transaction.atomic():
            _tell(step, found)


def _tell(step: MerchantRun, found: WrongCredit) -> None:
    capture = Capture.objects.select_related("intent__player", "attempt").get(pk=found.capture_id)
    player: Player = capture.intent.player
    code = "DUPLICATE_LEDGER_POSTING" if found.credits > 1 and found.over_minor > 0 else "DEPOSIT_CREDITED_INCORRECTLY"
    case = raise_case(
        code=code, entity_id=step.account.entity_id, business_date=found.day, amount_minor=found.over_minor, currency=capture.currency,
        merchant_account=step.account, merchant_reference=capture.intent.public_id, psp_reference=capture.attempt.psp_ref,
        dedupe_key=f"{code}:{capture.public_id}:{found.over_minor}",
        facts={"credited_minor": found.credited_minor, "captured_minor": int(capture.amount_minor),
               "player_fee_minor": int(capture.player_fee_minor), "difference_minor": found.over_minor, "credits": found.credits},
        links=[("capture", capture.public_id), ("deposit", capture.intent.public_id), ("player", player.public_id)],
        run=step.run, now=step.now,
    )  # fmt: skip
    if found.over_minor > 0 and case.is_live:
        place_hold(
            kind=Hold.Kind.CASE, ref=case.public_id, player=player, currency=capture.currency, amount_minor=found.over_minor,
            occurred_at=datetime.combine(found.day, time(12), tzinfo=UTC), actor=ENGINE, now=step.now,
        )  # fmt: skip
