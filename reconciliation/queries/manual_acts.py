"""Who acted by hand on a day's money (D3): adjustments, write-offs, reversals, endings of cases, matches taken apart, refunds by staff."""

from datetime import date, timedelta

from django.db.models import Q, QuerySet

from ledger.calendar import day_bounds
from ledger.models import ApprovalDecision, ApprovalRequest, JournalTransaction, LegalEntity, User

MANUAL_KINDS = (
    "ledger.adjustment", "ledger.write_off", "ledger.reversal", "case.disposition", "case.dispositions", "match.unmatch", "refund.manual",
)  # fmt: skip
# What was decided on a closed day is posted into the next open one: how far back a decision may lie.
LOOK_BACK = timedelta(days=45)


def has_acted_on(user: User, entity: LegalEntity, day: date) -> bool:
    """Whether the person made or approved an act by hand that was decided on that business day or is posted into it.

    Of requests that were refused or ended undecided nothing stands in the books: they don't count.
    """
    start, end = day_bounds(entity, day)
    acts = list(_acts_of(user).filter(Q(entity=entity) | Q(entity=None), decided_at__gte=start - LOOK_BACK))
    if any(act.decided_at is not None and start <= act.decided_at < end for act in acts):
        return True
    return any(_is_posted_into(act, entity, day) for act in acts) or _has_posted_at_once(acts, entity, day)


def _acts_of(user: User) -> QuerySet[ApprovalRequest]:
    approved = ApprovalRequest.objects.filter(kind__in=MANUAL_KINDS, state=ApprovalRequest.State.APPROVED)
    consented = ApprovalDecision.objects.filter(checker=user, approve=True).values("request_id")
    return approved.filter(Q(maker_kind="user", maker_id=str(user.pk)) | Q(pk__in=consented))


def _is_posted_into(request: ApprovalRequest, entity: LegalEntity, day: date) -> bool:
    """Posting keys of people's acts begin with the approval's id (POSTINGS.md 3.10)."""
    key = f"approval:{request.public_id}"
    posted = JournalTransaction.objects.filter(Q(posting_key=key) | Q(posting_key__startswith=f"{key}:"))
    return posted.filter(entity=entity, business_date=day).exists()


def _has_posted_at_once(acts: list[ApprovalRequest], entity: LegalEntity, day: date) -> bool:
    """Some acts let the cashier post under keys of its own, of a day of its own: a payer is accepted, and his deposit is of the day on
    which he paid. What is posted by the maker at the moment of the decision is posted by it."""
    makers = {(act.maker_kind, act.maker_id, act.decided_at) for act in acts if act.decided_at is not None}
    moments = {moment for _, _, moment in makers}
    posted = JournalTransaction.objects.filter(entity=entity, business_date=day, posted_at__in=moments)
    return any(found in makers for found in posted.values_list("actor_kind", "actor_id", "posted_at"))
