"""Which rules a run uses: chosen when it begins, and kept to its end (R9, R15)."""

from datetime import datetime

from reconciliation.matching.ruleset import DEFAULT, RuleSet
from reconciliation.models import ReconciliationRun, RunRules
from reconciliation.queries.matching_rules import active_rules, rules_of, used_by


def take_rules(run: ReconciliationRun, *, was_broken: bool, now: datetime) -> RuleSet:
    """The version in force; a run that did not come to its end goes on with the one that it began with. Noted with the run's turn, in
    the transaction that starts it: one that comes into force meanwhile is for the next run."""
    before = used_by(run) if was_broken else None
    rules = before.rules if before else active_rules()
    if rules is None:
        return DEFAULT
    RunRules.objects.create(run=run, turn=run.times_run, rules=rules, at=now)
    return rules_of(rules)
