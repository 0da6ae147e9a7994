"""A version comes into force after a second person, with a back-test of exactly itself; an older one comes back the same way (R15, S1)."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.detect.bench import Bench
    from tests.reconciliation.house import House

pytestmark = pytest.mark.spec("R15", "S1")


def test_the_first_version_is_in_force_and_says_what_the_code_has(house: "House") -> None:
    from reconciliation.matching.ruleset import DEFAULT
    from reconciliation.queries.matching_rules import active_rules, rules_of

    row = active_rules()
    assert row is not None and (row.version, row.maker_id) == (1, "product")
    assert rules_of(row).uses == DEFAULT.uses


def test_only_what_was_back_tested_as_it_is_can_be_sent(house: "House") -> None:
    from cashier.refusals import Invalid
    from ledger.actors import user_actor
    from ledger.errors import ApprovalRefused
    from reconciliation.operations.matching_rules.versions import save_rules
    from tests.reconciliation.house import NOW
    from tests.reconciliation.rules.test_versions_are_safe import asking
    from tests.reconciliation.rules.versions import decided, drafted, make_people, proposed, run_test

    mia, max_ = make_people()
    row = drafted(mia, bank_payout_reference={"shortest_reference": 10})
    with pytest.raises(ApprovalRefused, match="Back-test this version first"):
        proposed(row, mia)
    run_test(row, mia)
    with pytest.raises(Invalid, match="by chance"):
        save_rules(rules_id=row.pk, body=asking("bank.payout_reference", shortest_reference=4), actor=user_actor(mia), now=NOW)
    save_rules(rules_id=row.pk, body=asking("bank.payout_reference", shortest_reference=11), actor=user_actor(mia), now=NOW)
    with pytest.raises(ApprovalRefused, match="changed since"):
        proposed(row, mia)
    test = run_test(row, mia)
    request = proposed(row, mia)
    told = request.payload
    assert (told["back_test"], told["back_test_digest"]) == (test.public_id, test.result_digest)
    title = "Payout by the PSP's own reference"
    assert (told["before"][title], told["after"][title]) == ("11. on, @1: shortest reference 8", "11. on, @2: shortest reference 11")
    decided(request, max_, approve=False)
    row.refresh_from_db()
    assert row.state == "DRAFT"


def test_a_back_test_that_saw_no_line_tests_nothing(house: "House") -> None:
    from ledger.errors import ApprovalRefused
    from reconciliation.models import BankLine
    from tests.reconciliation.rules.versions import drafted, make_people, proposed, run_test

    mia, _ = make_people()
    row = drafted(mia, bank_payout_reference={"shortest_reference": 10})
    for lines, account in ((0, ""), (1, "SANDBOX_EU")):  # nothing is loaded; a line is, of another account
        test = run_test(row, mia, account=account, lines=lines)
        assert (test.state, test.result["lines"], BankLine.objects.count()) == ("DONE", 0, lines)
        with pytest.raises(ApprovalRefused, match="saw no line"):
            proposed(row, mia)

    run_test(row, mia)
    assert proposed(row, mia).payload["lines"] == 1


def test_what_changes_nothing_is_not_sent(house: "House") -> None:
    from ledger.errors import ApprovalRefused
    from tests.reconciliation.rules.versions import drafted, make_people, proposed, run_test

    mia, _ = make_people()
    row = drafted(mia)
    run_test(row, mia)
    with pytest.raises(ApprovalRefused, match="Nothing differs"):
        proposed(row, mia)


def test_nobody_decides_on_what_they_drafted(house: "House") -> None:
    from django.db import Error, transaction

    from ledger.errors import ApprovalRefused
    from ledger.models import SeparateDuty
    from reconciliation.queries.matching_rules import active_rules
    from tests.ledger.cast import make_person
    from tests.reconciliation.rules.versions import decided, drafted, proposed, run_test

    # given that who drafts can't even hold the permission to approve
    with pytest.raises(Error), transaction.atomic():
        make_person("una", "propose_matching", "approve_matching")
    SeparateDuty.objects.filter(first="reconciliation.approve_matching").delete()
    both = make_person("ugo", "propose_matching", "approve_matching")
    row = drafted(both, bank_payout_reference={"shortest_reference": 10})
    run_test(row, both)
    request = proposed(row, both)
    with pytest.raises(ApprovalRefused):
        decided(request, both)
    active = active_rules()
    assert active is not None and active.version == 1


def test_of_two_that_were_sent_one_comes_into_force(house: "House") -> None:
    from ledger.errors import ApprovalRefused
    from reconciliation.models import MatchingRules
    from tests.reconciliation.rules.versions import decided, drafted, make_people, proposed, run_test

    mia, max_ = make_people()
    rows = [drafted(mia, bank_payout_reference={"shortest_reference": least}) for least in (10, 12)]
    requests = []
    for row in rows:
        run_test(row, mia)
        requests.append(proposed(row, mia))
    decided(requests[0], max_)
    with pytest.raises(ApprovalRefused, match="Another version came into force"):
        decided(requests[1], max_)
    assert list(MatchingRules.objects.filter(state="ACTIVE").values_list("version", flat=True)) == [2]


def test_an_older_version_comes_back_the_same_way(house: "House") -> None:
    from ledger.errors import ApprovalRefused
    from reconciliation.models import MatchingRules
    from tests.reconciliation.rules.versions import decided, in_force, make_people, proposed, run_test

    mia, max_ = make_people()
    second = in_force(mia, max_, bank_payout_reference={"shortest_reference": 10})
    first = MatchingRules.objects.get(version=1)
    assert (first.state, second.state) == ("RETIRED", "ACTIVE")
    with pytest.raises(ApprovalRefused, match="Back-test"):
        proposed(first, mia)
    run_test(first, mia)
    decided(proposed(first, mia), max_, approve=False)
    first.refresh_from_db()
    assert first.state == "RETIRED"
    decided(proposed(first, mia), max_)

    first.refresh_from_db(), second.refresh_from_db()
    assert (first.state, second.state, first.retired_at) == ("ACTIVE", "RETIRED", None)


def test_parameters_keep_their_number_and_what_was_sent_never_changes(house: "House") -> None:
    from django.db import Error, transaction

    from reconciliation.models import MatchingRules
    from tests.reconciliation.rules.test_versions_are_safe import row_of
    from tests.reconciliation.rules.versions import drafted, in_force, make_people

    mia, max_ = make_people()
    second = in_force(mia, max_, bank_payout_reference={"shortest_reference": 10})
    third = drafted(mia, bank_payout_reference={"shortest_reference": 12})
    back = drafted(mia, bank_payout_reference={"shortest_reference": 8})
    numbers = [row_of(row.body, "bank.payout_reference")["version"] for row in (second, third, back)]
    assert numbers == [2, 3, 1]
    with pytest.raises(Error, match="never changed"), transaction.atomic():
        MatchingRules.objects.filter(pk=second.pk).update(digest="0" * 64)


@pytest.mark.spec("R6", "R9")
def test_a_run_keeps_the_rules_that_it_began_with_and_its_matches_name_them(bench: "Bench", monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    from reconciliation.models import Match, ReconciliationRun, RunRules
    from reconciliation.operations.run import conduct, pairing
    from reconciliation.queries.matching_rules import rule_said
    from tests.reconciliation.detect.bench import sale_row
    from tests.reconciliation.house import DAY
    from tests.reconciliation.rules.versions import decided, drafted, make_people, proposed, run_test

    mia, max_ = make_people()
    row = drafted(mia, sale_object={"shortest_reference": 3})
    run_test(row, mia)
    request, pair = proposed(row, mia), pairing.pair_batch

    def pair_after_activation(*given: Any) -> list[str]:
        if request.state == "PENDING":
            decided(request, max_)
            request.refresh_from_db()
        return pair(*given)

    monkeypatch.setattr(conduct, "pair_batch", pair_after_activation)
    bench.report(sale_row(bench.sale(30_000)))
    bench.run()
    bench.report(sale_row(bench.sale(500, "obj_2")), batch="39", day=DAY + timedelta(days=1))
    bench.run(DAY + timedelta(days=1))

    first, second = Match.objects.filter(line_kind="psp").order_by("id")
    assert (first.rule, second.rule) == ("sale.object@1", "sale.object@2")
    assert list(RunRules.objects.order_by("id").values_list("run__date", "turn", "rules__version")) == [
        (DAY, 1, 1), (DAY + timedelta(days=1), 1, 2),
    ]  # fmt: skip
    said = [rule_said(match) for match in (first, second)]
    assert all(each is not None and each.rules is not None for each in said)
    assert [(each.rules.version, each.parameters.split(";")[0]) for each in said if each and each.rules] == [
        (1, "shortest PSP reference 1"), (2, "shortest PSP reference 3"),
    ]  # fmt: skip

    # a run that was killed goes on with the rules that it began with; one that was done takes those in force
    run = ReconciliationRun.objects.get(date=DAY)
    ReconciliationRun.objects.filter(pk=run.pk).update(state="RUNNING")
    bench.run()
    bench.run()
    assert list(RunRules.objects.filter(run=run).order_by("turn").values_list("rules__version", flat=True)) == [1, 1, 2]
