"""A file is stored as received, is one file however often it comes, and is loaded whole or refused whole (R1, R2)."""

import hashlib
import threading
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.house import House

pytestmark = pytest.mark.spec("R2")


def lines() -> int:
    from reconciliation.models import PspLine

    return PspLine.objects.count()


def test_a_sound_report_is_stored_and_loaded(house: "House") -> None:
    from reconciliation.models import PspLine, SettlementBatch, SourceFile
    from reconciliation.queries import raw_line
    from reconciliation.queries.stored import stored_path
    from tests.reconciliation.ingest.papers import ingest, sound_report

    content = sound_report()

    result = ingest(content)

    file = SourceFile.objects.get()
    assert (result["accepted"], result["duplicate_of"], result["lines"]) == (True, None, 2)
    assert (file.state, file.sha256, file.lines) == ("LOADED", hashlib.sha256(content).hexdigest(), 2)
    assert stored_path(file.storage_path).read_bytes() == content
    batch = SettlementBatch.objects.get()
    assert (batch.number, batch.currency, batch.payout_minor, batch.business_date.isoformat()) == ("38", "EUR", 4920, "2026-11-19")
    sale = PspLine.objects.get(kind="sale")
    assert (sale.gross_minor, sale.net_minor, sale.commission_minor, sale.line_number) == (5000, 4920, 80, 2)
    assert raw_line(sale) == content.decode().splitlines()[1]


def test_the_same_file_twice_is_one_file(house: "House") -> None:
    from reconciliation.models import SourceFile
    from tests.reconciliation.ingest.papers import ingest, sound_report

    ingest(sound_report())

    again = ingest(sound_report(), name="renamed.csv")

    assert again["duplicate_of"] == SourceFile.objects.get().public_id
    assert again["accepted"] is True
    assert lines() == 2


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", 1),
        (b"not,a,report\n1,2,3\n", 1),
        (None, 3),  # cut in the middle of a row
    ],
)
def test_a_broken_file_is_refused_whole_with_its_place(house: "House", content: bytes | None, line: int) -> None:
    from reconciliation.models import ExceptionCase, SourceFile
    from tests.reconciliation.ingest.papers import ingest, sound_report

    result = ingest(sound_report()[:-60] if content is None else content)

    assert (result["readable"], result["accepted"], result["error"]["line"]) == (False, False, line)
    assert (lines(), SourceFile.objects.get().state) == (0, "REFUSED")
    case = ExceptionCase.objects.get()
    assert (case.reason_id, case.facts["line"], case.merchant_account) == ("FILE_REFUSED", line, house.merchant)


def test_a_right_file_of_the_same_name_ends_the_refusal(house: "House") -> None:
    from reconciliation.models import ExceptionCase
    from tests.reconciliation.ingest.papers import ingest, sound_report

    ingest(sound_report()[:-60])

    ingest(sound_report())

    assert ExceptionCase.objects.get().state == "AUTO_RESOLVED"


def test_a_batch_that_does_not_add_up_is_not_loaded(house: "House") -> None:
    from reconciliation.models import ExceptionCase
    from tests.reconciliation.ingest.papers import PAYOUT, SALE, ingest, report, row

    result = ingest(report(row(*SALE), row(*PAYOUT[:6], "48.20", "", "")))

    assert (result["readable"], result["accepted"], lines()) == (True, False, 0)
    case = ExceptionCase.objects.get()
    assert (case.reason_id, case.amount_minor, case.currency) == ("SETTLEMENT_BATCH_UNBALANCED", 100, "EUR")


def test_a_right_file_of_another_name_ends_the_refusal_of_the_same_batch_alone(house: "House") -> None:
    from reconciliation.models import ExceptionCase
    from tests.reconciliation.ingest.papers import PAYOUT, SALE, ingest, report, row, sound_report

    ingest(report(row(*SALE), row(*PAYOUT[:6], "48.20", "", "")))
    case = ExceptionCase.objects.get()

    assert ingest(sound_report(batch="39"), name="batch_39.csv")["accepted"]
    case.refresh_from_db()
    assert case.state == "OPEN"

    assert ingest(sound_report(), name="corrected.csv")["accepted"]
    case.refresh_from_db()
    assert (case.state, case.resolution) == ("AUTO_RESOLVED", "right_file_loaded@1")


def test_a_right_statement_of_another_name_ends_the_refusal_only_where_it_is_the_same_statement(house: "House") -> None:
    from reconciliation.models import ExceptionCase
    from tests.reconciliation.ingest.papers import ingest, statement

    sound = statement("C12,50", "C1,00")
    assert not ingest(sound.replace(b"C12,50", b"C12,40"), name="1.sta", source="mt940", account="BANK_EUR")["accepted"]

    # a bank that calls every statement the first tells by its balances which one it is
    assert ingest(statement("C7,00", opening="1013,50", day="261120"), name="2.sta", source="mt940", account="BANK_EUR")["accepted"]
    case = ExceptionCase.objects.get(reason="FILE_REFUSED")
    assert case.state == "OPEN"

    assert ingest(sound, name="1_new.sta", source="mt940", account="BANK_EUR")["accepted"]
    case.refresh_from_db()
    assert case.state == "AUTO_RESOLVED"


def test_a_name_that_every_file_bears_does_not_say_that_a_right_one_came(house: "House") -> None:
    from reconciliation.models import ExceptionCase
    from tests.reconciliation.ingest.papers import ingest, sound_report

    assert ingest(sound_report(batch="37"))["accepted"]
    ingest(sound_report()[:-60])
    case = ExceptionCase.objects.get()

    assert ingest(sound_report(batch="39"))["accepted"]
    case.refresh_from_db()
    assert (case.reason_id, case.state) == ("FILE_REFUSED", "OPEN")


def test_a_right_file_of_another_account_ends_no_refusal(house: "House") -> None:
    from cashier.models import MerchantAccount
    from reconciliation.models import ExceptionCase
    from tests.reconciliation.ingest.papers import ingest, sound_report

    MerchantAccount.objects.create(
        code="SANDBOX_US", entity=house.entity, provider="sandbox", secret_ref="SANDBOX_US", base_url="http://127.0.0.1:9",
        currencies=["EUR"], regions=["EU"], methods=["card"], report_zone="Europe/Malta",
    )  # fmt: skip
    ingest(sound_report()[:-60])
    assert ingest(sound_report(account="SANDBOX_US"), account="SANDBOX_US")["accepted"]

    assert ExceptionCase.objects.get().state == "OPEN"


def test_a_report_of_another_account_is_refused(house: "House") -> None:
    from tests.reconciliation.ingest.papers import ingest, sound_report

    named = ingest(sound_report(account="ELSEWHERE"))
    unnamed = ingest(sound_report(account="ELSEWHERE"), account="", name="other.csv")

    assert not named["accepted"] and not unnamed["accepted"]
    assert lines() == 0


@pytest.mark.spec("C14")
def test_a_card_number_inside_sets_the_file_aside(house: "House") -> None:
    from reconciliation.models import SourceFile
    from reconciliation.queries.stored import stored_path
    from tests.reconciliation.ingest.papers import ingest, sound_report

    content = sound_report().replace(b"pi_unknown", b"4111111111111111")

    result = ingest(content)

    file = SourceFile.objects.get()
    assert result["error"]["code"] == "card_number" and "4111" not in str(result["error"])
    assert file.storage_path.startswith("quarantine/")
    assert stored_path(file.storage_path).stat().st_mode & 0o077 == 0
    assert lines() == 0


def test_a_restated_report_is_compared_and_never_loaded_to_be_posted(house: "House") -> None:
    from reconciliation.models import ExceptionCase, SettlementBatch
    from tests.reconciliation.ingest.papers import PAYOUT, SALE, ingest, report, row

    ingest(report(row(*SALE), row(*PAYOUT)))

    ingest(report(row(*SALE), row(*SALE[:3], "obj_2", "", "10", "", "10", ""), row(*PAYOUT[:6], "59.20", "", "")), name="again.csv")

    assert list(SettlementBatch.objects.order_by("version").values_list("version", "state")) == [(1, "LOADED"), (2, "HELD")]
    case = ExceptionCase.objects.get(reason_id="SETTLEMENT_REPORT_RESTATED")
    assert (case.facts["new_lines"], case.facts["gone_lines"], case.amount_minor, case.state) == (2, 1, 1000, "OPEN")


def test_a_restated_report_with_equal_lines_resolves_itself(house: "House") -> None:
    from reconciliation.models import ExceptionCase
    from tests.reconciliation.ingest.papers import ingest, sound_report

    ingest(sound_report())

    ingest(sound_report() + b"\n", name="again.csv")

    assert ExceptionCase.objects.get().state == "AUTO_RESOLVED"


def test_a_skipped_batch_number_is_a_case_until_it_comes(house: "House") -> None:
    from reconciliation.models import ExceptionCase
    from tests.reconciliation.ingest.papers import ingest, sound_report

    ingest(sound_report("38"), name="38.csv")
    ingest(sound_report("40"), name="40.csv")
    case = ExceptionCase.objects.get()
    assert (case.reason_id, case.facts, case.state) == ("SETTLEMENT_REPORT_GAP", {"batch": 39}, "OPEN")

    ingest(sound_report("39"), name="39.csv")

    case.refresh_from_db()
    assert case.state == "AUTO_RESOLVED"


def test_a_wide_gap_is_one_case_and_narrows_as_reports_come(house: "House") -> None:
    from reconciliation.models import ExceptionCase
    from tests.reconciliation.ingest.papers import ingest, sound_report

    ingest(sound_report("20260228"), name="1.csv")
    ingest(sound_report("99999999999999999999"), name="2.csv")
    case = ExceptionCase.objects.get()
    assert case.facts == {"batch": 20260229, "to": 99999999999999999998, "missing": 99999999999979739770}

    ingest(sound_report("20260230"), name="3.csv")

    case.refresh_from_db()
    assert case.state == "AUTO_RESOLVED"
    left = ExceptionCase.objects.filter(state="OPEN").order_by("number")
    assert [row.facts["batch"] for row in left] == [20260229, 20260231]


def test_a_gap_that_a_person_closed_stays_closed(house: "House") -> None:
    from reconciliation.models import ExceptionCase
    from tests.reconciliation.ingest.papers import ingest, sound_report

    ingest(sound_report("38"), name="38.csv")
    ingest(sound_report("41"), name="41.csv")
    ExceptionCase.objects.update(state="RESOLVED")

    ingest(sound_report("42"), name="42.csv")

    case = ExceptionCase.objects.get()
    assert (case.state, case.facts) == ("RESOLVED", {"batch": 39, "to": 40, "missing": 2})


def test_numbers_that_are_no_row_do_not_bury_the_desk(house: "House", monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciliation.models import ExceptionCase
    from reconciliation.operations.load import after
    from tests.reconciliation.ingest.papers import PAYOUT, SALE, ingest, report, row

    monkeypatch.setattr(after, "_NEWEST", 3)

    ingest(report(*(row(*part, batch=str(number)) for number in range(10, 70, 10) for part in (SALE, PAYOUT))))

    assert sorted(case.facts["batch"] for case in ExceptionCase.objects.all()) == [31, 41, 51]


def test_two_who_take_in_the_same_file_at_once_load_it_once(committed_db: Any) -> None:
    from django.db import connections

    from tests.reconciliation.house import make_house
    from tests.reconciliation.ingest.papers import ingest, sound_report

    make_house()
    results: list[dict[str, Any]] = []
    start = threading.Barrier(4)

    def take_in() -> None:
        start.wait()
        try:
            results.append(ingest(sound_report()))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take_in) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(results) == 4
    assert sum(result["duplicate_of"] is None for result in results) == 1
    assert lines() == 2


def test_a_dry_run_says_the_same_and_writes_nothing(house: "House") -> None:
    import io

    from reconciliation.models import SourceFile
    from reconciliation.operations import dry_run
    from tests.reconciliation.ingest.papers import ingest, sound_report

    dry = dry_run(file=io.BytesIO(sound_report()), name="report.csv", source="adyen_sdr", account="SANDBOX_EU")

    assert not SourceFile.objects.exists()
    assert dry == ingest(sound_report())
