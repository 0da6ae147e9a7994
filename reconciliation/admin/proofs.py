"""The three-way proof of one batch as the run's page shows it (R8, UX 4.8)."""

from ledger.admin.frames import Panel, Term
from ledger.admin.frames.records import proof
from ledger.money import money_text
from reconciliation.models import SettlementBatch
from reconciliation.queries.proof import three_way_proof


def batch_proof(batch: SettlementBatch) -> Panel:
    """Terms that add up exactly to the expected figure; expected less bank (or less the stated payout) is the residual."""
    found = three_way_proof(batch)
    left = [Term(term.title, term.amount_minor, term.lines) for term in found.terms]
    left.append(Term("= expected in bank", found.computed_minor, kind="total"))
    right = [Term("The report says it pays", found.payout_minor), Term("The bank shows", found.bank_minor)]
    right += [Term("The bank kept as its charge", found.charge_minor)] if found.charge_minor else []
    day = batch.payout_date
    note = f"batch {batch.number} · {batch.get_state_display().lower()}" + (f" · payout of {day.day} {day:%b %Y}" if day else "")
    note += f" · fees with {money_text(tax, found.currency)} of tax" if (tax := sum(batch.taxes.values())) else ""
    waits = "waits for the bank" if found.waits_for_bank else ""
    return proof(f"Proof · {found.currency}", found.currency, left, right, found.residual_minor, note=note, waits=waits)
