"""The one list of declines, and the sandbox's codes on it."""

import pytest

from cashier.psp.base import Retry
from cashier.psp.declines import DECLINES, get_decline, normal_code
from cashier.psp.sandbox.codes import DECLINE_CODES
from cashier.psp.sandbox.translate import read_refusal
from config.sandbox.tokens import DECLINES as SANDBOX_DECLINES

pytestmark = pytest.mark.spec("C15")


def test_every_code_of_the_sandbox_is_on_the_list() -> None:
    raw = {*SANDBOX_DECLINES.values(), "authentication_required", "authentication_failed", "invalid_token", "account_closed"}
    assert raw <= set(DECLINE_CODES)
    assert {normal_code(code, DECLINE_CODES) for code in raw} | set(DECLINE_CODES.values()) <= set(DECLINES)


def test_what_must_never_be_tried_again() -> None:
    never = {code for code, decline in DECLINES.items() if decline.retry is Retry.NEVER}
    assert {"stolen_card", "lost_card", "suspected_fraud", "not_permitted"} <= never
    assert not {"insufficient_funds", "issuer_unavailable", "authentication_required"} & never


def test_an_unknown_code_is_a_generic_decline() -> None:
    assert get_decline("something_new").code == "generic_decline"
    refusal = read_refusal({"error": "SOMETHING_NEW"})
    assert (refusal.decline_code, refusal.provider_code) == ("invalid_request", "SOMETHING_NEW")
