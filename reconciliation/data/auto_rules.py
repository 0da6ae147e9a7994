"""The rules by which cases end by themselves (E3). Those with an action are off until two people turn them on."""

from datetime import datetime
from typing import Any

# Ends a case of which nothing is broken any more; posts nothing that the books would not post without a case.
_FACTS: tuple[tuple[str, str, str], ...] = (
    ("line_came", "The missing line came", "A later report has the line of a payment that was missing."),
    ("line_identified", "The line was identified", "A line in suspense found its item; it is booked to it, as any line is."),
    ("psp_confirmed", "The PSP confirmed", "Asked again, the PSP says what our books say."),
    ("bank_line_came", "The bank line came", "The bank shows a payout that was missing."),
    ("next_batch_paid", "A later batch paid it", "A transfer that came back was paid with a later batch."),
    ("transfer_bounced", "The transfer came back", "A payout that the bank never showed was returned to the PSP."),
    ("hold_ended", "The hold ended", "The PSP gave held funds back."),
    ("reserve_came", "The reserve was given back", "A rolling reserve that was due came."),
    ("dispute_from_line", "The dispute exists now", "A dispute was opened from the line or the PSP's register, and carries it."),
    ("fee_scheduled", "The fee is known now", "The fee schedule was changed, and has the fee."),
    ("immaterial_week", "A week of immaterial fee differences", "All that differs in a week is within what the contract calls immaterial."),
    ("rounding_posted", "Rounding under the contract's cap", "At most one minor unit a line; it posts to rounding with its batch."),
    ("restated_equal", "The restated report is equal", "A report came twice, and every line is the same."),
    ("missing_report_came", "The missing report came", "A report that was late or missing was loaded."),
    ("missing_statement_came", "The missing statement came", "The statement between two others was loaded."),
    ("right_file_loaded", "A right file was loaded", "A file was refused, and a right one for the same day was loaded."),
    ("player_money_covered", "Player money is covered", "What is owed to players is covered by the funds that are kept for them."),
    ("late_money.policy", "Late money by policy", "Money that came after the end of its payment was credited or sent back by policy."),
    ("balance_explained", "The balance is explained", "What made a stated balance differ was found and is told for."),
    ("balances_agree", "The balances agree", "A balance that differed is the same on both sides again."),
    ("clearing_explained", "Clearing is explained", "Every item that stands in clearing is told for again."),
    ("cutoff_matched", "Only the day differed", "The line of another business day came, and both days agree."),
    ("file_came", "The file came", "A file that was late was loaded."),
    ("payout_in_parts", "The payout came in parts", "Several bank lines together are the payout."),
    ("payout_told_anew", "The payout was told anew", "A corrected paper says what the bank shows."),
    ("states_agree", "Both states agree", "The PSP's register and our books say the same of a payment again."),
    ("top_up_arrived", "The top-up arrived", "The PSP shows money that was sent to it."),
    ("match_taken_apart", "The match was taken apart", "Two people took a bank line from its payout; its difference is told anew."),
    ("watch_passed", "What was watched has passed", "A figure is within its threshold again."),
    ("decided_in_case", "Decided in another case", "Two cases spoke of the same money; the other one was decided."),
)  # fmt: skip

_ACTIONS: tuple[tuple[str, str, str, str, list[str]], ...] = (
    ("small_bank_charge", "Small bank charges",
     "A bank kept a small part of a PSP's transfer. The part is booked to the bank's fees, and the case ends. Never where more came.",
     "book_bank_charge", ["BANK_SETTLEMENT_AMOUNT_DIFFERS"]),
    ("small_fee_difference", "Small fees",
     "A PSP charged a little other than the contract. The batch has booked the fee already; nothing more is posted, and the case ends.",
     "no_action", ["FEE_DIFFERS", "FEE_UNEXPECTED", "CHARGEBACK_FEE_NOT_BOOKED"]),
)  # fmt: skip


def auto_rule_rows(now: datetime) -> list[dict[str, Any]]:
    """Column values of every default rule."""
    facts: list[dict[str, Any]] = [{"code": code, "title": title, "explanation": text, "is_on": True} for code, title, text in _FACTS]
    actions: list[dict[str, Any]] = [
        {"code": code, "title": title, "explanation": text, "action": action, "reason_codes": codes,
         "each_minor": {"EUR": 500}, "month_minor": {"EUR": 10_000}}
        for code, title, text, action, codes in _ACTIONS
    ]  # fmt: skip
    return [{**row, "rank": rank, "updated_at": now} for rank, row in enumerate([*actions, *facts], 1)]
