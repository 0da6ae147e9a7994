"""Proofs that the books are what they must be (L9, L10). Memory is bounded: the database sums, Python streams."""

from ledger.proofs.checks import Check, Report
from ledger.proofs.one import Said, prove_transaction
from ledger.proofs.replay import replay_journal
from ledger.proofs.run import prove_ledger, verify_audit

__all__ = ["Check", "Report", "Said", "prove_ledger", "prove_transaction", "replay_journal", "verify_audit"]
