"""A day of papers in an office: what engine and people may do with it, one act at a time. What is refused changes nothing.

Ada asks and Ben agrees, Kim prepares, Max signs, Eve agrees to reopen.
"""

import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.db import transaction
from django_fsm import TransitionNotAllowed

from ledger.actors import user_actor
from ledger.models import ApprovalRequest, User
from ledger.operations import decide, seal_audit
from ledger.refusals import Refused
from reconciliation.models import DailyClose, ExceptionCase, Match
from reconciliation.models.cases import LIVE_STATES, UNDECIDED_STATES
from reconciliation.operations import reconcile
from reconciliation.operations.casework import DISPOSITIONS, allowed_dispositions, propose_disposition
from reconciliation.operations.closing import CloseNotReady, open_close, prepare_close, prove_books, request_override, request_reopen
from reconciliation.operations.unmatching import ask_to_unmatch
from tests.ledger.cast import make_person
from tests.reconciliation.cases.records import make_records
from tests.reconciliation.detect.bench import Bench, later, row, sale_row
from tests.reconciliation.house import DAY, NOW, make_house
from tests.reconciliation.ingest.papers import ACTOR

REASON = "the PSP says so, ticket 4711"
SALES = (30_000, 12_000, 5_000, 8_000, 8_000)
ACCOUNTS = ("SANDBOX_EU", "BANK_EUR")
PAPERS = ("statement 2", "statement 3", "report 39", "report 38 again", "statement 2 again")
FIRST, SECOND = "TX635094338XT batch 38, COUNTROOM_SANDBOX_EU", "TX635094339XT batch 39, COUNTROOM_SANDBOX_EU"


class Office:
    """`now` is the product's clock. `bench`: house, records and the way in for papers."""

    def __init__(self, bench: Bench, captures: list[str]) -> None:
        self.bench, self.captures = bench, captures
        self.now = NOW
        self.here: set[str] = set()

    @property
    def close(self) -> DailyClose:
        """The day's newest version."""
        return open_close(entity=self.bench.house.entity, day=DAY, now=self.now)

    # --- the engine ---

    def run(self, account: str, day: int = 0) -> None:
        reconcile(date=later(day), now=self.now, account=account)

    def pass_day(self) -> None:
        self.now += timedelta(days=1)

    def bring(self, paper: str) -> None:
        """A paper that was missing comes, late or in time; once."""
        if paper not in self.here:
            self.here.add(paper)
            PAPER[paper](self.bench, self.sales())

    def sales(self) -> list[Any]:
        from cashier.models import Capture

        return [Capture.objects.select_related("intent").get(pk=Capture.id_of(each)) for each in self.captures]

    # --- people ---

    def unmatch(self, match: Match, *, agrees: bool = True) -> bool:
        """Ada asks for it, Ben decides; whether it was done."""
        request = self.try_to(ask_to_unmatch, match_id=match.pk, reason=REASON, actor=self.as_("ada"))
        return request is not None and self.decide(request, "ben", approve=agrees) and agrees

    def end(self, case: ExceptionCase, disposition: str, target: str = "", *, agrees: bool = True) -> bool:
        """Ada proposes how the case ends, Ben decides where money moves; whether it was done."""
        wanted = {"case_id": case.pk, "disposition": disposition, "reason": REASON, "target": target}
        proposed = self.try_to(propose_disposition, actor=self.as_("ada"), **wanted)
        if proposed is None or proposed.approval_id is None:
            return proposed is not None
        return self.decide(ApprovalRequest.objects.get(pk=proposed.approval_id), "ben", approve=agrees) and agrees

    def prepare(self) -> None:
        """Kim prepares; what is missing is let pass by Kim and Max."""
        prove_books(actor=ACTOR, now=self.now)
        seal_audit(now=self.now)
        close, kim = self.close, person("kim")
        with contextlib.suppress(Refused):
            try:
                prepare_close(close_id=close.pk, preparer=kim, now=self.now)
            except CloseNotReady:
                self.let_pass(close)
                seal_audit(now=self.now)
                prepare_close(close_id=close.pk, preparer=kim, now=self.now)

    def let_pass(self, close: DailyClose) -> None:
        close.refresh_from_db()
        for item in close.checklist:
            if not item["ok"] and not item["overridden"]:
                request = self.try_to(request_override, close_id=close.pk, name=item["name"], reason=REASON, actor=self.as_("kim"))
                _ = request and self.decide(request, "max", approve=True)

    def sign(self, *, approve: bool) -> None:
        request = ApprovalRequest.objects.filter(kind="close.sign_off", state=ApprovalRequest.State.PENDING).first()
        _ = request and self.decide(request, "max", approve=approve)

    def reopen(self) -> None:
        request = self.try_to(request_reopen, close_id=self.close.pk, reason=REASON, actor=self.as_("max"))
        _ = request and self.decide(request, "eve", approve=True)

    # --- what there is to act on ---

    def live_matches(self) -> list[Match]:
        return list(Match.objects.filter(undone_at=None).order_by("pk"))

    def cases(self) -> list[ExceptionCase]:
        return list(ExceptionCase.objects.filter(state__in=UNDECIDED_STATES).order_by("number"))

    def case_of(self, line_kind: str, line_id: int) -> ExceptionCase | None:
        cases = ExceptionCase.objects.filter(links__kind=f"{line_kind}_line", links__target_id=str(line_id), state__in=LIVE_STATES)
        return cases.order_by("-number").first()

    def ways(self, case: ExceptionCase) -> list[str]:
        """Ways to end the case at once; naming an item is an act of its own."""
        return [way.name for way in allowed_dispositions(case) if not way.rests_days and way.name != "identify_line"]

    # --- how it is done ---

    def as_(self, name: str) -> Any:
        return user_actor(person(name))

    def decide(self, request: ApprovalRequest, name: str, *, approve: bool) -> bool:
        decided = self.try_to(decide, request_id=request.pk, approve=approve, checker=person(name), reason="" if approve else REASON)
        return decided is not None

    def try_to(self, operation: Callable[..., Any], **wanted: Any) -> Any:
        """What the operation gives; None where it is refused."""
        try:
            with transaction.atomic():
                return operation(**wanted, now=self.now)
        except (Refused, TransitionNotAllowed):
            return None


def person(name: str) -> User:
    return User.objects.get(username=name)


def make_office() -> Office:
    """The house on the morning after the day: five deposits; a report that names three of them, one with another amount, and a line
    that is nobody's; the day's statement with a payment that nobody knows."""
    house = make_house()
    make_person("kim", "prepare_close")
    make_person("max", "prepare_close", "sign_close", "reopen_close")
    make_person("eve", "reopen_close")
    house.ben.user_permissions.set(Permission.objects.filter(codename="approve_disposition"))
    bench = Bench(house, make_records(house))
    sales = [bench.sale(minor, f"obj_{number}") for number, minor in enumerate(SALES)]
    stranger = row("Settled", ours="pi_unknown", psp="psp-x", object_="obj_x", gross=700, net=700)
    bench.report(sale_row(sales[0], commission=450), sale_row(sales[1]), sale_row(sales[2], gross=4_500), stranger)
    bench.statement((2_500, "SOMEBODY"), (-150, "CHARGE"))
    return Office(bench, [sale.public_id for sale in sales])


def _report_39(bench: Bench, sales: list[Any]) -> None:
    bench.report(sale_row(sales[3]), batch="39", day=later(1))


def _report_38_again(bench: Bench, sales: list[Any]) -> None:
    """Restated: the third sale has its right amount, the line that was nobody's is gone."""
    bench.report(sale_row(sales[0], commission=450), sale_row(sales[1]), sale_row(sales[2]))


def _statement_2(bench: Bench, sales: list[Any]) -> None:
    bench.statement((46_750, FIRST), number=2, opening=102_350, day=later(1))


def _statement_2_again(bench: Bench, sales: list[Any]) -> None:
    """The bank sends it once more, with another name of its message."""
    bench.statement((46_750, FIRST), number=2, opening=102_350, day=later(1))


def _statement_3(bench: Bench, sales: list[Any]) -> None:
    """The second payout in two parts."""
    bench.statement((5_000, SECOND), (3_000, f"{SECOND} PART"), number=3, opening=149_100, day=later(2))


PAPER: dict[str, Callable[[Bench, list[Any]], None]] = {
    "statement 2": _statement_2,
    "statement 3": _statement_3,
    "report 39": _report_39,
    "report 38 again": _report_38_again,
    "statement 2 again": _statement_2_again,
}

__all__ = ["ACCOUNTS", "DISPOSITIONS", "PAPERS", "Office", "make_office", "person"]
