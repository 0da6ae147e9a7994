"""A back-test from papers to sums."""

from collections.abc import Callable
from typing import Any

from reconciliation.matching.comparing import Comparison
from reconciliation.matching.ruleset import RuleSet
from reconciliation.operations.matching_rules.bank_lines import replay_bank
from reconciliation.operations.matching_rules.papers import Papers
from reconciliation.operations.matching_rules.report_lines import replay_reports

Told = Callable[[int], None]  # how many lines more are done


def replay(papers: Papers, *, old: RuleSet, new: RuleSet, told: Told) -> dict[str, Any]:
    """What the old and the new rules make of these lines, as Comparison.as_body has it. Pairs of report lines lie in a temporary table,
    so that memory does not grow with them; of bank lines and their payouts those of one account are held at a time."""
    comparison = Comparison()
    for account, batches in papers.batches.items():
        replay_reports(account, batches, old=old, new=new, into=comparison, told=told)
    for bank in papers.banks:
        replay_bank(bank, papers.since, papers.until, old=old, new=new, into=comparison, told=told)
    return comparison.as_body({"files": papers.files})
