"""Checks of the books themselves: the trial balance, suspense against its lines and cases, debts, the audit chain."""

from datetime import timedelta

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Cast

from ledger.models import AuditRecord, AuditSeal
from ledger.money import money_text
from ledger.queries import trial_balance
from ledger.queries.receivables import list_debts
from reconciliation.models import CaseLink, SuspenseItem
from reconciliation.models.cases import LIVE_STATES
from reconciliation.queries.activity import SAW_NOTHING, count_unseen
from reconciliation.queries.balances import trial_of
from reconciliation.queries.checklist.items import CheckItem, Day, capped, check_item

PROVED = "books.proved"
SEALER_TIME = timedelta(seconds=30)


def suspense_is_explained(day: Day) -> CheckItem:
    """Every line in suspense has an open case, and the lines are all that `suspense` holds (POSTINGS.md section 4)."""
    waiting = SuspenseItem.objects.filter(Q(merchant_account__entity=day.entity) | Q(bank_account__entity=day.entity), cleared_at=None)
    rows, count = capped(_without_case(waiting).order_by("placed_at", "pk"))
    missing = [f"{row.ref}: {money_text(row.amount_minor, row.currency)} without an open case" for row in rows]
    differing = _difference_to_books(day, waiting)
    oldest = waiting.order_by("placed_at").first()
    lines = waiting.count()
    figure = f"{lines:,} {'line' if lines == 1 else 'lines'}" + (f", oldest {(day.now - oldest.placed_at).days} d" if oldest else "")
    return check_item("suspense", "Suspense has cases", figure, [*differing, *missing], count=count + len(differing))


def receivables_are_known(day: Day) -> CheckItem:
    """What players owe at the day's end, and since when. Tells; never missing."""
    owed = [money_text(row.total_minor, row.asset) for row in day.balances if row.kind == "receivable"]
    age = f", oldest {_oldest_debt_days(day)} d" if owed else ""
    return check_item("receivables", "Owed by players", f"{' and '.join(owed)}{age}" if owed else "nothing")


def _oldest_debt_days(day: Day) -> int:
    """Days since the oldest debt that is still open began."""
    return max((debt.age_days(day.date) for debt in list_debts(day.entity.pk)), default=0)


def books_balance(day: Day) -> CheckItem:
    """The trial balance is zero per currency, with all business days up to this one; pending mirrors unconfirmed."""
    totals: dict[str, int] = {}
    seen: dict[str, int] = {}
    for row in trial_of(day.balances):
        totals[row.asset] = totals.get(row.asset, 0) + row.balance_minor
        if row.kind in ("pending", "unconfirmed"):
            seen[row.asset] = seen.get(row.asset, 0) + row.balance_minor
    missing = [f"{money_text(total, asset)} too much on one side" for asset, total in sorted(totals.items()) if total]
    missing += [f"pending and unconfirmed differ by {money_text(total, asset)}" for asset, total in sorted(seen.items()) if total]
    return check_item("trial_balance", "Trial balance is zero", f"{len(totals)} currenc{'y' if len(totals) == 1 else 'ies'}", missing)


def books_are_proved(day: Day) -> CheckItem:
    """The last proof of the books (`ledger_prove`, every sub-ledger of POSTINGS.md section 4) held, and saw all of the day: what was
    posted into the day since, it has not proved.

    It reads all books, so that it is run every night, by a button and by who prepares the day, not while a page is looked at.
    """
    last = _last_proof()
    if last is None:
        never = ["no proof was run yet: prove the books"]
        return check_item("proofs", "Books proved", "not proved yet: a proof is run every night", never)
    figure = f"{last.detail['checks']} checks, {last.recorded_at:%d %b %Y %H:%M} UTC"
    missing = [f"{name} does not hold" for name in last.detail["failing"]]
    return check_item("proofs", "Books proved", figure, [*missing, *_not_proved(last, day)])


def proof_is_due(day: Day) -> bool:
    """Whether a proof that is run now says more of the day than the last one did."""
    last = _last_proof()
    return last is None or bool(_not_proved(last, day))


def audit_is_sealed(day: Day) -> CheckItem:
    """Every audit record stands in the chain, the sealer's last seconds excepted (preparing seals them first)."""
    last = AuditSeal.objects.order_by("-position").first()
    late = AuditRecord.objects.filter(pk__gt=last.record_id if last else 0, recorded_at__lt=day.now - SEALER_TIME).count()
    figure = f"chain at {last.position:,}" if last else "nothing sealed yet"
    words = "1 record is" if late == 1 else f"{late:,} records are"
    return check_item("audit", "Audit chain is up to date", figure, [f"{words} not sealed yet"] if late else [])


def _last_proof() -> AuditRecord | None:
    return AuditRecord.objects.filter(act=PROVED).order_by("-pk").first()


def _not_proved(proof: AuditRecord, day: Day) -> list[str]:
    """What of an ended day the proof has not seen. One that does not say what it saw is not known to have seen anything."""
    if day.now < day.end:
        return []
    if proof.recorded_at < day.end:
        return ["the last proof is from before the day ended; one is run every night, or prove the books now"]
    count = count_unseen(day.entity.pk, day.date, proof.detail.get("snapshot", SAW_NOTHING))
    words = "1 posting of the day has" if count == 1 else f"{count:,} postings of the day have"
    told = f"{words} not been seen by the proof of {proof.recorded_at:%d %b %Y %H:%M} UTC"  # named: to let it pass covers no other proof's
    return [f"{told}; prove the books now, or prepare the day, which proves them"] if count else []


def _without_case(waiting: QuerySet[SuspenseItem]) -> QuerySet[SuspenseItem]:
    """Lines to which no live case links; a link names a line by its number or by its reference."""
    live = CaseLink.objects.filter(case__state__in=LIVE_STATES)
    number = Cast(OuterRef("line_id"), CharField())
    psp = live.filter(kind="psp_line", target_id=number)
    bank = live.filter(kind="bank_line", target_id=number)
    return waiting.exclude(Q(line_kind="psp") & Exists(psp)).exclude(Q(line_kind="bank") & Exists(bank))


def _difference_to_books(day: Day, waiting: QuerySet[SuspenseItem]) -> list[str]:
    """`suspense` in the books as it stands now, less what the waiting lines say."""
    books = {row.asset: row.balance_minor for row in trial_balance(day.entity.pk) if row.kind == "suspense"}
    for row in waiting.values("currency").annotate(total=Sum("amount_minor")):
        books[row["currency"]] = books.get(row["currency"], 0) - int(row["total"])
    return [f"suspense holds {money_text(rest, asset)} that no waiting line names" for asset, rest in sorted(books.items()) if rest]
