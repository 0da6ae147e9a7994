"""Rules that end cases without a person, as two people approved them (E3): small, capped, written down, taken back by a person.

Only what can't lose money: a bank's small charge, or a small fee that its batch has booked already. A credit, a return, a
settlement is never a rule's: it goes the normal path once the PSP confirms.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum

from ledger.actors import Actor
from ledger.ids import from_public
from ledger.models import ApprovalRequest, JournalTransaction
from ledger.operations.reversals import propose_reversal
from ledger.refusals import Refused
from reconciliation.models import AutoRule, CaseState, ExceptionCase, RuleAct
from reconciliation.operations.cases import ENGINE, add_entry, auto_resolve_case, write_rule_act
from reconciliation.operations.casework.plans import plan_disposition, stands_open
from reconciliation.operations.casework.refusals import NothingToMove
from reconciliation.operations.casework.steps import Doing, run_step

MOST = 500
MAY_POST = ("ITEM_BOOKED_AS_BANK_CHARGE@1",)


def apply_auto_rules(*, now: datetime) -> dict[str, int]:
    """Every rule with an action that is on, over at most 500 cases each; gives how many cases each of them ended."""
    rules = AutoRule.objects.filter(is_on=True).exclude(action="").order_by("rank")
    return {rule.code: sum(_apply(rule.code, case_id, now) for case_id in _candidates(rule)) for rule in rules}


def undo_rule(case: ExceptionCase, *, reason: str, actor: Actor, now: datetime) -> None:
    """A person takes back what a rule did: counted against the rule, and the mirror of what it posted is asked for."""
    ended = case.rule_acts.order_by("-id").first() if case.state == CaseState.AUTO_RESOLVED else None
    if ended is None or ended.act != RuleAct.ENDED:
        return
    write_rule_act(case, rule=f"{ended.rule}@{ended.version}", act=RuleAct.REOPENED, posted=ended.posted, now=now)
    for posted in ended.posted:
        original = from_public(posted, JournalTransaction.PREFIX)
        if JournalTransaction.objects.filter(reverses_id=original).exists():
            continue
        request = propose_reversal(transaction_id=original, reason=reason, maker=actor, now=now)
        data = {"approval_id": request.public_id}
        add_entry(case, kind="proposal", text=f"Asked for: {request.summary}. Somebody else decides.", data=data, actor=actor, now=now)


def _candidates(rule: AutoRule) -> list[UUID]:
    """Cases that nobody has touched, within what the rule may end, due first; none that a person opened again."""
    small = Q(pk__in=[])
    for currency, minor in rule.each_minor.items():
        small |= Q(currency=currency, amount_minor__lte=minor)
    cases = ExceptionCase.objects.filter(small, state=CaseState.OPEN, assignee=None, reason__in=rule.reason_codes)
    cases = cases.exclude(rule_acts__act=RuleAct.REOPENED).order_by("due_at", "id")
    return list(cases.values_list("pk", flat=True)[:MOST])


def _apply(code: str, case_id: UUID, now: datetime) -> bool:
    """One case, in one transaction. The rule's row is locked: two workers never pass its monthly cap together."""
    try:
        with transaction.atomic():
            rule = AutoRule.objects.select_for_update(no_key=True).get(pk=code)
            case = ExceptionCase.objects.select_for_update(of=("self",)).select_related("reason").get(pk=case_id)
            if not _may(rule, case, now):
                return False
            posted = _do(rule, case, now)
            text = f"{rule.title}: within what {rule.label} may end by itself."
            return auto_resolve_case(case, rule=rule.label, text=text, posted=posted, now=now, data={"posted": posted})
    except Refused:
        return False


def _may(rule: AutoRule, case: ExceptionCase, now: datetime) -> bool:
    """As long as it is untouched, small enough, and the month has room."""
    untouched = case.state == CaseState.OPEN and case.assignee_id is None and case.reason_id in rule.reason_codes
    each, month = rule.each_minor.get(case.currency, -1), rule.month_minor.get(case.currency, -1)
    return rule.is_on and untouched and case.amount_minor <= each and _this_month(rule, case, now) + case.amount_minor <= month


def _this_month(rule: AutoRule, case: ExceptionCase, now: datetime) -> int:
    since = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    acts = RuleAct.objects.filter(rule=rule.code, act=RuleAct.ENDED, currency=case.currency, at__gte=since, case__entity=case.entity_id)
    return int(acts.aggregate(total=Sum("amount_minor"))["total"] or 0)


def _do(rule: AutoRule, case: ExceptionCase, now: datetime) -> Sequence[str]:
    """Public ids of what was posted, through the same plan as a person's. Raises NothingToMove where it would be anything else."""
    if rule.action == "no_action":
        if stands_open(case):
            raise NothingToMove("Money stands open for it: a person decides.")
        return []
    steps = plan_disposition(case, rule.action, "")["steps"]
    if any(step["do"] != "post" or step["rule"] not in MAY_POST for step in steps):
        raise NothingToMove("This moves more than a rule may.")
    request = ApprovalRequest.objects.filter(pk__in=[rule.approval_id] if rule.approval_id else []).first()
    if request is None:
        raise NothingToMove("Nobody approved this rule.")
    key = f"auto_rule:{rule.label}:{case.public_id}"
    doing = Doing(case, request, ENGINE, now, key)
    for number, step in enumerate(steps):
        run_step(step, number, doing)
    keys = [f"{key}:{number}" for number in range(len(steps))]
    return [row.public_id for row in JournalTransaction.objects.filter(posting_key__in=keys).order_by("pk")]
