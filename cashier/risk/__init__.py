"""Risk: pure engines. So far who paid (K10)."""

from cashier.risk.payers import HIDDEN, REASONS, RULE, Payer, Person, Verdict, compare, payer_in, without_payer

__all__ = ["HIDDEN", "REASONS", "RULE", "Payer", "Person", "Verdict", "compare", "payer_in", "without_payer"]
