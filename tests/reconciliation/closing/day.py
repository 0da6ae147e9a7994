"""A business day that can be closed: 19 Nov 2026 of one entity, over since midnight in Malta, its papers in, its runs done."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.db import transaction

from ledger.actors import system_actor, user_actor
from ledger.horizon import current_snapshot
from ledger.models import ApprovalRequest, BusinessDay, JournalTransaction, User
from ledger.operations import PostedTransaction, Posting, decide, post, propose_adjustment, record_audit, seal_audit
from reconciliation.models import BankStatement, DailyClose, ReconciliationRun, RunState, SourceFile
from reconciliation.operations.closing import open_close, prepare_close
from reconciliation.queries.checklist.books import PROVED
from tests.reconciliation.house import DAY, NOW, PLAYER, House, make_house

NOON = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
NEXT_DAY = DAY + timedelta(days=1)
REASON = "the bank sends it tomorrow"
TESTER = system_actor("tests")


@dataclass
class ReadyDay:
    """The house, its day and the close of the day."""

    house: House
    close: DailyClose

    def fresh(self) -> DailyClose:
        """The close as the database has it now."""
        return DailyClose.objects.get(pk=self.close.pk)

    def state(self) -> str:
        return str(self.fresh().state)

    def prepare(self, person: User | None = None, *, now: datetime = NOW) -> DailyClose:
        return prepare_close(close_id=self.close.pk, preparer=person or self.house.ada, now=now)

    def request(self) -> ApprovalRequest:
        """The request for the signature that waits."""
        return ApprovalRequest.objects.get(kind="close.sign_off", state="PENDING")

    def sign(self, person: User | None = None, *, approve: bool = True, now: datetime = NOW) -> DailyClose:
        decide(
            request_id=self.request().pk, approve=approve, checker=person or self.house.ben, reason="" if approve else "look again", now=now
        )
        return self.fresh()

    def pay(self, key: str, amount_minor: int = 1000, *, at: datetime = NOON) -> PostedTransaction:
        """Money into the player's wallet, posted at `at` and committed."""
        with transaction.atomic():
            return self.post(key, amount_minor, at=at)

    def post(self, key: str, amount_minor: int = 1000, *, at: datetime = NOON, player: str = PLAYER) -> PostedTransaction:
        """As pay, in the caller's transaction."""
        source = {"entity": self.house.entity.public_id, "player": player, "asset": "EUR", "amount_minor": amount_minor, "ref": key}
        return post(Posting("MANUAL_CREDIT@1", key, self.house.entity.pk, source, at, player_id=player), actor=TESTER, now=at)

    def adjust(self, maker: User, checker: User, *, now: datetime = NOON) -> None:
        """An adjustment of 5.00 by one person, approved by another, at `now`; who approves these decides on no case (S2)."""
        checker.user_permissions.remove(Permission.objects.get(codename="approve_disposition"))
        checker.user_permissions.add(Permission.objects.get(codename="approve_adjustment"))
        request = propose_adjustment(
            entity_id=self.house.entity.pk, player_id=PLAYER, asset="EUR", amount_minor=500, direction="credit",
            reason="goodwill for a delay",
            maker=user_actor(maker), now=now,
        )  # fmt: skip
        decide(request_id=request.pk, approve=True, checker=User.objects.get(pk=checker.pk), reason="", now=now)

    def is_open(self, day: date = DAY) -> bool:
        row = BusinessDay.objects.filter(entity=self.house.entity, date=day).first()
        return row is None or row.is_open

    def dates(self) -> list[date]:
        """Business dates of the journal, in the order of posting."""
        return list(JournalTransaction.objects.order_by("xact_id", "id").values_list("business_date", flat=True))


def make_ready_day() -> ReadyDay:
    """Two movements of 10.00 and 15.00 on the day; nothing is missing."""
    house = make_house()
    ready = ReadyDay(house, open_close(entity=house.entity, day=DAY, now=NOW))
    ready.pay("first", 1000)
    ready.pay("second", 1500)
    make_papers(house, DAY)
    prove(NOW)
    seal_audit(now=NOW)
    return ready


def prove(now: datetime) -> None:
    """The night's proof of the books, which held."""
    detail = {"ok": True, "checks": 40, "failing": [], "snapshot": current_snapshot()}
    record_audit(act=PROVED, actor=TESTER, target_kind="Ledger", target_id="books", detail=detail, now=now)


def make_papers(house: House, day: date, *, closing_minor: int = 0) -> BankStatement:
    """The bank's statement of the day and the run over it."""
    file = make_file(house, f"{day}.camt053.xml")
    statement = BankStatement.objects.create(
        source_file=file, bank_account=house.bank, index=0, number=day.strftime("%j"), currency="EUR", opening_minor=0,
        closing_minor=closing_minor,
        opening_date=day, closing_date=day, lines=0, bucket=202611, loaded_at=NOW,
    )  # fmt: skip
    make_run(house, day)
    return statement


def make_run(house: House, day: date = DAY, **facts: Any) -> ReconciliationRun:
    values = {
        "account_code": house.bank.code,
        "state": RunState.DONE,
        "finished_at": NOW,
        "updated_at": NOW,
        "lines": 4,
        "matched": 3,
        "carried_forward": 1,
        **facts,
    }
    return ReconciliationRun.objects.create(entity=house.entity, bank_account=house.bank, date=day, **values)


def make_file(house: House, name: str) -> SourceFile:
    digest = f"{SourceFile.objects.count() + 1:064x}"
    return SourceFile.objects.create(
        source="camt053", name=name, sha256=digest, byte_size=900, storage_path=name, state="LOADED", bank_account=house.bank,
        received_at=NOW,
        received_by_kind="system", received_by_id="tests", loaded_at=NOW, updated_at=NOW,
    )  # fmt: skip
