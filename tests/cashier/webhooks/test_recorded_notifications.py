"""Every recorded notification of third parties is read: each leads to its event, or to a named "not relevant" (W1)."""

import json
from pathlib import Path
from typing import Any

import pytest

from cashier.webhooks import adyen, stripe
from cashier.webhooks.adyen import kinds as adyen_kinds
from cashier.webhooks.canonical import UnreadableBody, read_event
from cashier.webhooks.stripe import kinds as stripe_kinds
from cashier.webhooks.values import Delivery, NotRelevant
from tests.cashier.webhooks.signing import adyen_item

# File -> the event and the references that it must give, or "" for what is not relevant here.
ADYEN: dict[str, str] = {
    "ACH_NOTIFICATION_OF_CHANGE-ach_notification_of_change": "",
    "AUTHORISATION-authorisation": "payment.authorized psp=QFQTPCQ8HXSKGK82",
    "AUTHORISATION_ADJUSTMENT-authorisation_adjustment": "",
    "AUTORESCUE-autorescue": "",
    "CANCELLATION-cancellation": "payment.voided psp=9913140798220028",
    "CANCEL_AUTORESCUE-cancel_autorescue": "",
    "CANCEL_OR_REFUND-cancel_or_refund": "payment.voided psp=9913140798220028",
    "CAPTURE-capture": "payment.captured psp=9913140798220028 capture=QFQTPCQ8HXSKGK82",
    "CAPTURE_FAILED-capture_failed": "payment.failed psp=9913140798220028 capture=QFQTPCQ8HXSKGK82",
    "CHARGEBACK-chargeback": "dispute.debited psp=9913140798220028 capture=8636172945333378 dispute=QFQTPCQ8HXSKGK82 movement=1",
    "CHARGEBACK_REVERSED-chargeback_reversed": "dispute.credited dispute=QFQTPCQ8HXSKGK82 movement=1",
    "DIRECT_DEBIT_NOTICE_OF_CHANGE_NOTIFICATION-ach_notice_of_change": "",
    "DIRECT_DEBIT_NOTICE_OF_CHANGE_NOTIFICATION-eft_notice_of_change": "",
    "DISPUTE_DEFENSE_PERIOD_ENDED-dispute_defense_period_ended": "dispute.lost psp=9914444444444444 dispute=9915555555555555",
    "EXPIRE-expire": "payment.expired psp=QFQTPCQ8HXSKGK82",
    "INFORMATION_SUPPLIED-information_supplied": "",
    "ISSUER_COMMENTS-issuer_comments": "",
    "ISSUER_RESPONSE_TIMEFRAME_EXPIRED-issuer_response_timeframe_expired": "dispute.won psp=9914444444444444 dispute=9915555555555555",
    "MANUAL_REVIEW_ACCEPT-manual_review_accept": "",
    "MANUAL_REVIEW_REJECT-manual_review_reject": "",
    "NOTIFICATION_OF_CHARGEBACK-notification_of_chargeback": (
        "dispute.opened psp=9913140798220028 capture=8536173024791891 dispute=QFQTPCQ8HXSKGK82"
    ),
    "NOTIFICATION_OF_FRAUD-notification_of_fraud": "dispute.inquiry psp=9913140798220028 dispute=QFQTPCQ8HXSKGK82",
    "OFFER_CLOSED-offer_closed": "payment.expired psp=QFQTPCQ8HXSKGK82",
    "ORDER_CLOSED-order_closed": "",
    "ORDER_OPENED-order_opened": "",
    "PAIDOUT_REVERSED-paidout_reversed": ("payout.returned psp=9913140798220028 payout=9913140798220028 movement=QFQTPCQ8HXSKGK82"),
    "PAYOUT_DECLINE-payout_decline": "payout.failed psp=9913140798220028 payout=9913140798220028",
    "PAYOUT_EXPIRE-payout_expire": "payout.failed psp=9913140798220028 payout=9913140798220028",
    "PAYOUT_THIRDPARTY-payout_thirdparty": "payout.settled psp=QFQTPCQ8HXSKGK82 payout=QFQTPCQ8HXSKGK82",
    "POSTPONED_REFUND-postponed_refund": "refund.submitted psp=9913140798220028 refund=QFQTPCQ8HXSKGK82",
    "PREARBITRATION_LOST-prearbitration_lost": "dispute.lost dispute=QFQTPCQ8HXSKGK82",
    "PREARBITRATION_WON-prearbitration_won": "dispute.won dispute=QFQTPCQ8HXSKGK82",
    "RECURRING_CONTRACT-recurring_contract": "",
    "REFUND-refund": "refund.failed psp=9913140798220028 refund=QFQTPCQ8HXSKGK82",
    "REFUNDED_REVERSED-refunded_reversed": "refund.reversed psp=9913140798220028 refund=QFQTPCQ8HXSKGK82",
    "REFUND_FAILED-refund_failed": "refund.failed psp=9913140798220028 refund=QFQTPCQ8HXSKGK82",
    "REFUND_WITH_DATA-refund_with_data": "refund.processed psp=9913140798220028 refund=QFQTPCQ8HXSKGK82",
    "REPORT_AVAILABLE-report_available": "",
    "REQUEST_FOR_INFORMATION-request_for_information": "dispute.inquiry psp=9913140798220028 dispute=QFQTPCQ8HXSKGK82",
    "SECOND_CHARGEBACK-second_chargeback": "dispute.debited dispute=QFQTPCQ8HXSKGK82 movement=2",
    "TECHNICAL_CANCEL-technical_cancel": "payment.voided psp=8313547924770610",
    "VOID_PENDING_REFUND-void_pending_refund": "refund.failed psp=9913140798220028 refund=QFQTPCQ8HXSKGK82",
}
NOTHING = "not relevant: "
PAYMENT = "psp={{id}}"
STRIPE_INTENTS: dict[str, str] = {
    "payment_intent.amount_capturable_updated": f"payment.authorized {PAYMENT}",
    "payment_intent.succeeded": f"payment.captured {PAYMENT} capture=ch_1FF3RuEZsufgnuO0IPT8CY3o",
    "payment_intent.payment_failed": f"payment.failed {PAYMENT}",
    "payment_intent.processing": f"payment.pending {PAYMENT}",
    "payment_intent.canceled": f"payment.canceled {PAYMENT}",
    "payment_intent.created": "",
    "payment_intent.requires_action": "",
}
# The rest of Stripe's files are answers of its API, which are no notifications.
STRIPE_EVENTS = {
    "balance_available",
    "charge_refund_updated",
    "notification_payment_intent",
    "notification_payment_intent_payment_failed",
    "payout_notification",
}


def meaning(scheme: Any, body: bytes) -> str:
    """The canonical events of a delivery in short, or why it is not relevant."""
    said = []
    for item in scheme.split(Delivery({}, body, 0)):
        try:
            said += [short(each) for each in scheme.normalise(item.data)]
        except NotRelevant as why:
            said.append(f"{NOTHING}{why}")
    return "; ".join(said)


def assert_means(found: str, expected: str) -> None:
    """`expected` "" is a named "not relevant", its reason in a few words."""
    if expected:
        assert found == expected
    else:
        assert found.startswith(NOTHING) and len(NOTHING) + 5 < len(found) < 80, found


def short(body: dict[str, Any]) -> str:
    event = read_event(json.dumps(body).encode())
    refs = {"psp": event.psp_ref, "capture": event.capture_ref, "refund": event.refund_ref, "payout": event.payout_ref}
    refs |= {"dispute": event.dispute_ref, "movement": event.movement}
    return " ".join([event.event, *(f"{name}={value}" for name, value in refs.items() if value)])


@pytest.mark.spec("W1")
@pytest.mark.parametrize("name", sorted(ADYEN))
def test_what_each_of_adyens_notifications_means(shared_data: Path, name: str) -> None:
    assert_means(meaning(adyen, (shared_data / f"webhooks/adyen/{name}.json").read_bytes()), ADYEN[name])


@pytest.mark.spec("W1")
def test_no_recorded_file_is_left_out(shared_data: Path) -> None:
    assert {path.stem for path in (shared_data / "webhooks/adyen").iterdir()} == set(ADYEN)
    assert {path.stem for path in (shared_data / "webhooks/stripe").iterdir()} >= STRIPE_EVENTS


@pytest.mark.spec("W1")
@pytest.mark.parametrize("kind", sorted(STRIPE_INTENTS))
@pytest.mark.parametrize("name", ["notification_payment_intent", "notification_payment_intent_payment_failed"])
def test_what_stripes_payment_notifications_mean(shared_data: Path, name: str, kind: str) -> None:
    body = (shared_data / f"webhooks/stripe/{name}.json").read_text().replace("{{type}}", kind)
    held = json.loads(body)
    payment_ref, charges = held["data"]["object"]["id"], held["data"]["object"]["charges"]["data"]

    expected = STRIPE_INTENTS[kind].replace("{{id}}", payment_ref).replace("ch_1FF3RuEZsufgnuO0IPT8CY3o", charges[0]["id"])

    assert_means(meaning(stripe, body.encode()), expected)


@pytest.mark.spec("W1")
def test_what_stripes_other_notifications_mean(shared_data: Path) -> None:
    folder = shared_data / "webhooks/stripe"

    assert_means(meaning(stripe, (folder / "balance_available.json").read_bytes()), "")
    assert meaning(stripe, (folder / "charge_refund_updated.json").read_bytes()) == "refund.failed psp=pi_123456 refund=re_123456"
    for kind in ("payout.created", "payout.paid", "payout.failed", "payout.updated"):
        text = (folder / "payout_notification.json").read_text().replace("{{type}}", kind)
        assert_means(meaning(stripe, text.encode()), "")


@pytest.mark.spec("W1", "W3")
def test_answers_of_stripes_api_are_no_notifications(shared_data: Path) -> None:
    for path in (shared_data / "webhooks/stripe").iterdir():
        if path.stem not in STRIPE_EVENTS:
            with pytest.raises(UnreadableBody):
                stripe.split(Delivery({}, path.read_bytes(), 0))


@pytest.mark.spec("W1")
def test_stripes_fixture_objects_are_read_in_each_event_that_carries_them(shared_data: Path) -> None:
    resources = json.loads((shared_data / "webhooks/stripe/stripe-openapi-fixtures3.json").read_text())["resources"]
    carried = {"payment_intent.": "payment_intent", "refund.": "refund", "charge.dispute.": "dispute", "payout.": "payout"}
    for kind in stripe_kinds.MEANINGS:
        noun = next((noun for start, noun in carried.items() if kind.startswith(start)), "charge" if kind == "charge.expired" else "refund")
        body = {"id": "evt_1", "object": "event", "type": kind, "created": 1773133200, "data": {"object": resources[noun]}}
        found = meaning(stripe, json.dumps(body).encode())
        assert found.startswith(NOTHING) == (noun == "payout" or kind == "charge.dispute.closed"), (kind, found)


@pytest.mark.spec("W1")
def test_a_kind_in_no_table_is_a_dead_letter_not_silence() -> None:
    with pytest.raises(UnreadableBody):
        adyen.normalise(adyen_item(eventCode="SOMETHING_NEW"))
    with pytest.raises(UnreadableBody):
        stripe.normalise({"object": "event", "type": "payment_intent.exploded", "created": 1, "data": {"object": {}}})
    assert not set(adyen_kinds.MEANINGS) & set(adyen_kinds.NOT_RELEVANT)
    assert not set(stripe_kinds.MEANINGS) & set(stripe_kinds.NOT_RELEVANT)


@pytest.mark.spec("W1", "W3")
@pytest.mark.parametrize(
    ("changes", "event"),
    [
        ({"success": "false"}, "payment.failed"),
        ({"success": False}, "payment.failed"),
        ({"eventCode": "REFUND"}, "refund.processed"),
        ({"eventCode": "REFUND", "success": "false"}, "refund.failed"),
        ({"eventCode": "CAPTURE", "success": "false"}, "payment.failed"),
        ({"eventCode": "CANCEL_OR_REFUND", "additionalData": {"modification.action": "refund"}}, "refund.processed"),
        ({"eventCode": "PAYOUT_THIRDPARTY", "success": "false"}, "payout.failed"),
        ({"eventCode": "CANCELLATION", "success": "false"}, ""),
        ({"eventCode": "CAPTURE_FAILED", "success": "false"}, ""),
    ],
)
def test_success_decides_what_an_adyen_item_means(changes: dict[str, Any], event: str) -> None:
    try:
        told = [body["event"] for body in adyen.normalise(adyen_item(**changes))]
    except NotRelevant:
        told = []
    assert told == ([event] if event else [])


@pytest.mark.spec("W1")
@pytest.mark.parametrize(
    ("value", "currency", "minor"), [("0", "EUR", 0), (1000, "EUR", 1000), ("1000", "JPY", 1000), (12300, "ISK", 123), (5, "IDR", 500)]
)
def test_adyens_amounts_come_as_text_or_number_and_in_its_own_minor_units(value: Any, currency: str, minor: int) -> None:
    (body,) = adyen.normalise(adyen_item(amount={"value": value, "currency": currency}))

    assert body["amount"] == {"minor_units": minor, "currency": currency}


@pytest.mark.spec("W1")
def test_a_dispute_keeps_its_code_its_scheme_and_its_deadline(shared_data: Path) -> None:
    held = json.loads((shared_data / "webhooks/adyen/CHARGEBACK-chargeback.json").read_text())

    (body,) = adyen.normalise(held["notificationItems"][0]["NotificationRequestItem"])

    assert (body["reason_code"], body["scheme"], body["respond_by"]) == ("4853", "mc", "2021-07-31T03:03:07+02:00")
