"""Settings that move money or limits change under four eyes (S1): asked for on their page, done by the second yes, kept with history."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cashier.models import BankAccount, Brand, MerchantAccount, PayerPolicy, PayoutPolicy, Player, RetryCap, SettlementRoute
from cashier.operations.settings.accounts import is_iban
from disputes.models import DisputePolicy
from ledger.models import ApprovalRequest, ApprovalThreshold, AuditRecord, LegalEntity
from ledger.operations import ApprovalRefused, decide
from tests.backoffice.pressing import list_url, place_of, press

WHY = "Agreed with the bank by letter"
IBAN = "DE89370400440532013000"
SETTINGS = {
    "currencies": "EUR",
    "methods": "card",
    "report_zone": "UTC",
    "payout_funding": "prefund",
    "concurrency": "4",
    "timeout_seconds": "9",
}


def newest(kind: str) -> ApprovalRequest:
    return ApprovalRequest.objects.filter(kind=kind).latest("id")


def yes(scene: Any, request: ApprovalRequest, name: str = "kim", *, later: timedelta = timedelta(0)) -> ApprovalRequest:
    return decide(request_id=request.pk, approve=True, checker=scene.staff[name], reason="", now=scene.now + later)


def fees_of(scene: Any) -> Any:
    return MerchantAccount.objects.get(pk=scene.accounts[0].pk).fee_schedule


GUARDS = {
    "breaker_window_seconds": "60", "breaker_min_calls": "10", "breaker_open_seconds": "15", "breaker_probes": "3",
    "rate_per_second": "200", "rate_burst": "400", "lookups_per_minute": "60",
}  # fmt: skip
CHANGES = [
    ("merchant_account.change", "settings", {**SETTINGS, "is_active": "on"}, lambda scene: scene.accounts[0],
     lambda scene: MerchantAccount.objects.get(pk=scene.accounts[0].pk).payout_funding, "prefund"),
    ("call_guards.change", "guards", {**GUARDS, "breaker_failure_percent": "30"}, lambda scene: scene.accounts[0],
     lambda scene: MerchantAccount.objects.get(pk=scene.accounts[0].pk).breaker_failure_percent, 30),
    ("fees.change", "fees", {"fee_schedule": '{"commission": {"percent": "1.20"}}'}, lambda scene: scene.accounts[0],
     fees_of, {"commission": {"percent": "1.20"}}),
    ("settlement_route.change", "route", {"currency": "EUR", "bank_account": "BANK_EUR", "payer_name": "OTHER PAYER"},
     lambda scene: scene.accounts[0],
     lambda scene: SettlementRoute.objects.get(merchant_account=scene.accounts[0], currency="EUR").payer_name, "OTHER PAYER"),
    ("bank_details.change", "details",
     {"name": "New", "iban": "DE89 3704 0044 0532 0130 00", "statement_format": "camt053", "is_active": "on"},
     lambda scene: scene.banks[0], lambda scene: BankAccount.objects.get(pk=scene.banks[0].pk).iban, IBAN),
    ("retry_cap.change", "change",
     {"limits": "10 in 24 h\n35 in 30 d", "never_codes": "stolen_card", "never_advice": "03, 21", "never_days": "30", "source": "Rules"},
     lambda scene: RetryCap.objects.get(scheme="mastercard"),
     lambda scene: RetryCap.objects.get(scheme="mastercard").never_codes, ["stolen_card"]),
    ("brand_licences.change", "licences", {"licences": "MT=MGA\n*=CUR", "merchant_category": "7995"}, lambda scene: scene.brand,
     lambda scene: Brand.objects.get(pk=scene.brand.pk).licences, {"MT": "MGA", "*": "CUR"}),
    ("account_licences.change", "licences", {"licences": "MGA, CUR", "merchant_category": "7995"}, lambda scene: scene.accounts[0],
     lambda scene: MerchantAccount.objects.get(pk=scene.accounts[0].pk).licences, ["MGA", "CUR"]),
    ("payer_policy.change", "payers", {"name_threshold": "92", "unknown": "LET"}, lambda scene: scene.brand,
     lambda scene: PayerPolicy.objects.filter(brand=scene.brand).values_list("name_threshold", flat=True).first(), 92),
    ("calendar.change", "calendar", {"days": "2026-12-25\n2026-12-24"}, lambda scene: scene.entity,
     lambda scene: LegalEntity.objects.get(pk=scene.entity.pk).calendar, ["2026-12-24", "2026-12-25"]),
]  # fmt: skip


@pytest.mark.spec("S1", "S3")
@pytest.mark.parametrize(("kind", "act", "form", "row", "read", "after"), CHANGES, ids=[change[0] for change in CHANGES])
def test_a_change_is_asked_for_shown_and_done_by_the_second_yes(
    kind: str, act: str, form: dict[str, str], row: Any, read: Any, after: Any, scene: Any, browser_of: Callable[[str], Client]
) -> None:
    before = read(scene)
    assert press(browser_of("ada"), row(scene), act, **form, reason=WHY).status_code == 403
    assert press(browser_of("ben"), row(scene), act, **form, reason=WHY).status_code == 302
    request = newest(kind)
    assert read(scene) == before
    assert press(browser_of("ben"), request, "approve").status_code == 403
    page = browser_of("kim").get(place_of(request).url_of(request)).content.decode()
    assert "What becomes different" in page
    assert "Nothing changed since it was asked for" in page

    assert press(browser_of("kim"), request, "approve").status_code == 302

    assert read(scene) == after
    record = AuditRecord.objects.filter(act="settings.changed").latest("id")
    assert (record.actor_id, record.detail["what"], record.reason) == (str(scene.staff["kim"].pk), kind, WHY)
    assert press(browser_of("ben"), row(scene), act, **form, reason=WHY).status_code == 409


@pytest.mark.spec("S1", "R12")
def test_minor_units_are_of_a_currency_before_a_second_one_comes(scene: Any) -> None:
    """A fee of 10 cents is not one of 10 yen: an account takes a further currency only with what was agreed said by currency."""
    from cashier.operations.settings import FEES, MERCHANT_ACCOUNT
    from ledger.actors import user_actor
    from ledger.operations.settings_changes import propose_change

    account, ben = scene.accounts[0], user_actor(scene.staff["ben"])
    MerchantAccount.objects.filter(pk=account.pk).update(currencies=["EUR"], fee_schedule={"processing": {"fixed_minor": 10}})

    def ask(setting: Any, **after: Any) -> ApprovalRequest:
        key = {"merchant_account": account.public_id}
        return propose_change(setting, key=key, after=after, reason=WHY, maker=ben, now=scene.now)

    with pytest.raises(ApprovalRefused, match="of no currency"):
        ask(MERCHANT_ACCOUNT, currencies=["EUR", "JPY"])
    ask(MERCHANT_ACCOUNT, is_active=False)
    ask(FEES, fee_schedule={"processing": {"fixed_minor": 12}})

    MerchantAccount.objects.filter(pk=account.pk).update(currencies=["EUR", "JPY"])
    ask(MERCHANT_ACCOUNT, is_active=False)  # what stands so from before hinders nobody who turns the account off
    with pytest.raises(ApprovalRefused, match="of no currency"):
        ask(FEES, fee_schedule={"processing": {"fixed_minor": 12}})
    ask(FEES, fee_schedule={"processing": {"fixed_minor": {"EUR": 12, "JPY": 20}}})


@pytest.mark.spec("S1")
def test_what_changed_meanwhile_is_not_overwritten(scene: Any, browser_of: Callable[[str], Client]) -> None:
    bank = scene.banks[0]
    form = {"name": "", "statement_format": "camt053", "is_active": "on", "reason": WHY}
    press(browser_of("ben"), bank, "details", **form, iban=IBAN)
    press(browser_of("fay"), bank, "details", **form, iban="GB82WEST12345698765432")
    shown = browser_of("kim").get(reverse("admin:ledger_approvalrequest_together"), {"chosen": str(newest("bank_details.change").pk)})
    assert "→ GB82WEST12345698765432" in shown.content.decode()
    second, first = ApprovalRequest.objects.filter(kind="bank_details.change").order_by("-id")[:2]
    yes(scene, first)
    with pytest.raises(ApprovalRefused, match="changed since"):
        yes(scene, second)
    assert BankAccount.objects.get(pk=bank.pk).iban == IBAN
    assert AuditRecord.objects.latest("id").act == "approval.refused"
    assert bank.history.count() == 2


@pytest.mark.spec("S1")
@pytest.mark.parametrize(
    ("row", "act", "form", "words"),
    [
        (lambda scene: scene.banks[0], "details", {"name": "", "iban": "DE89370400440532013001", "statement_format": "camt053"}, "no IBAN"),
        (lambda scene: scene.accounts[0], "route", {"currency": "EUR", "bank_account": "BANK_SEK", "payer_name": ""}, "of that currency"),
        (lambda scene: scene.accounts[0], "settings", {**SETTINGS, "report_zone": "Mars/North"}, "no IANA time zone"),
        (lambda scene: scene.accounts[0], "fees", {"fee_schedule": '{"percent": 1.4}'}, "float"),
        (lambda scene: scene.entity, "calendar", {"days": "Christmas"}, "no day like"),
        (lambda scene: scene.brand, "licences", {"licences": "MGA", "merchant_category": ""}, "one region, once"),
        (lambda scene: RetryCap.objects.get(scheme="visa"), "change", {"limits": "often", "never_days": "30", "source": "x"}, "be read"),
    ],
    ids=["iban", "route", "zone", "fees", "day", "licences", "limits"],
)
def test_what_cannot_stand_is_refused_in_words(
    row: Any, act: str, form: dict[str, str], words: str, scene: Any, browser_of: Callable[[str], Client]
) -> None:
    count = ApprovalRequest.objects.count()
    answer = press(browser_of("ben"), row(scene), act, **form, reason=WHY)
    assert (answer.status_code, ApprovalRequest.objects.count()) == (409, count)
    assert words in answer.content.decode()


@pytest.mark.spec("S1", "P4", "X6")
@pytest.mark.parametrize(
    ("model", "url", "form", "kind", "field", "change"),
    [
        (PayoutPolicy, "admin:cashier_payoutpolicy_list_act", {"brand": "lucky", "currency": "sek", "review_above_minor": "100",
         "review_week_above_minor": "500", "second_review_above_minor": "300", "player_fee_minor": ""}, "payout_policy.change",
         "review_above_minor", {"review_above_minor": "50", "review_week_above_minor": "500", "second_review_above_minor": "300",
         "player_fee_minor": "0"}),
        (DisputePolicy, "admin:disputes_disputepolicy_list_act", {"entity": "MT1", "currency": "SEK", "above": "100"},
         "dispute_policy.change", "four_eyes_above_minor", {"above": "50"}),
    ],
    ids=["payouts", "disputes"],
)  # fmt: skip
def test_a_policy_is_made_and_changed_by_two_people(
    model: Any, url: str, form: dict[str, str], kind: str, field: str, change: dict[str, str], scene: Any,
    browser_of: Callable[[str], Client],
) -> None:  # fmt: skip
    ApprovalThreshold.objects.all().delete()
    assert browser_of("ben").post(reverse(url, args=["new"]), {**form, "reason": WHY, "once": f"new-{kind}"}).status_code == 302
    assert not model.objects.filter(currency="SEK").exists()
    assert yes(scene, newest(kind)).state == "APPROVED"
    policy = model.objects.get(currency="SEK")
    assert getattr(policy, field) == 10_000

    assert press(browser_of("ben"), policy, "change", **change, reason=WHY).status_code == 302
    yes(scene, newest(kind))

    policy.refresh_from_db()
    assert (getattr(policy, field), policy.history.count()) == (5_000, 2)
    assert "Versions" in browser_of("ola").get(place_of(policy).url_of(policy)).content.decode()
    assert browser_of("ola").get(list_url(model)).status_code == 200


@pytest.mark.spec("S1")
def test_a_policy_out_of_order_is_refused(scene: Any, browser_of: Callable[[str], Client]) -> None:
    form = {"brand": "lucky", "currency": "SEK", "review_above_minor": "100", "review_week_above_minor": "500",
            "second_review_above_minor": "99", "reason": WHY, "once": "out-of-order"}  # fmt: skip
    answer = browser_of("ben").post(reverse("admin:cashier_payoutpolicy_list_act", args=["new"]), form)
    assert (answer.status_code, "Two people are needed above" in answer.content.decode()) == (409, True)


@pytest.mark.spec("S1", "K5")
def test_a_limit_is_raised_by_two_people_after_the_cooling_off_time(scene: Any, browser_of: Callable[[str], Client]) -> None:
    player: Player = scene.players[0]
    player.limits = {"deposit": {"EUR": {"day_minor": 10_000, "week_minor": 50_000}}}
    player.save()
    page = browser_of("ada").get(place_of(player).url_of(player)).content.decode()
    assert "Deposit in EUR, day: 100.00 EUR" in page
    form = {"path": "deposit.EUR.day_minor", "reason": WHY}
    lower = press(browser_of("ada"), player, "limit", **form, limit="50")
    assert (lower.status_code, "holds at once" in lower.content.decode()) == (409, True)
    assert press(browser_of("ada"), player, "limit", **form, limit="200").status_code == 302

    request = newest("limit.raise")
    with pytest.raises(ApprovalRefused, match="cooling-off time ends"):
        yes(scene, request, "rafe", later=timedelta(hours=23))
    assert Player.objects.get(pk=player.pk).limits["deposit"]["EUR"]["day_minor"] == 10_000
    assert yes(scene, request, "rafe", later=timedelta(hours=24)).state == "APPROVED"

    assert Player.objects.get(pk=player.pk).limits == {"deposit": {"EUR": {"day_minor": 20_000, "week_minor": 50_000}}}
    press(browser_of("ada"), player, "limit", path="deposit.EUR.week_minor", limit="", reason=WHY)
    yes(scene, newest("limit.raise"), "rafe", later=timedelta(hours=24))
    assert Player.objects.get(pk=player.pk).limits == {"deposit": {"EUR": {"day_minor": 20_000}}}


@pytest.mark.spec("S1")
@pytest.mark.parametrize(
    ("text", "good"), [(IBAN, True), ("MT84MALT011000012345MTLCAST001S", True), ("DE88370400440532013000", False), ("x", False)]
)
def test_ibans_are_known_by_their_check_digits(text: str, good: bool) -> None:
    assert is_iban(text) == good
