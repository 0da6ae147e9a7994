"""Every write of the cashier. Others import from here. Payouts have a package of their own: cashier.operations.payouts."""

from cashier.operations.answers import AUTHORIZE, finish_authorization
from cashier.operations.apply import apply_event
from cashier.operations.authorizations import AuthorizeOrder, begin_authorization
from cashier.operations.breakers import force_circuit, let_circuit_go
from cashier.operations.calls import Act, run_call
from cashier.operations.captures import CAPTURE, begin_capture, finish_capture
from cashier.operations.completions import begin_completion
from cashier.operations.credits import CaptureProof, Credited, credit_capture
from cashier.operations.deliveries import HOOKS, receive_delivery
from cashier.operations.expiry import expire_intent
from cashier.operations.holds import adopt_refund, place_hold, release_hold
from cashier.operations.instruments import VERIFY, block_instrument, finish_verification, store_instrument
from cashier.operations.intents import IntentRequest, cancel_intent, create_intent
from cashier.operations.late_money import credit_late_money, refund_late_money
from cashier.operations.movements import confirm_movement
from cashier.operations.outages import revive_after_outage
from cashier.operations.pauses import pause_captures, pause_provider, request_provider_resume, request_resume, resume_captures
from cashier.operations.payer_holds import accept_payer, keep_refused, unsee_payer
from cashier.operations.pulls import pull_event, sweep_late
from cashier.operations.receive import Received, WebhookRefused, count_refusal, receive_event
from cashier.operations.refund_outcomes import REFUND, RefundEnd, fail_refund, finish_refund, process_refund, reverse_refund
from cashier.operations.refunds import RefundOrder, submit_refund
from cashier.operations.refunds_by_hand import execute_refund, preview_refund, refund_by_hand
from cashier.operations.replays import replay_event, request_replay
from cashier.operations.resolve import resolve_intent
from cashier.operations.reviews import decide_review
from cashier.operations.sweep import sweep_calls, sweep_events, sweep_overdue
from cashier.operations.taken_back import fail_capture_late, return_deposit
from cashier.operations.void_outcomes import VOID, finish_void
from cashier.operations.voids import begin_void
from cashier.psp.base import PspFailure

__all__ = [
    "AUTHORIZE",
    "CAPTURE",
    "HOOKS",
    "REFUND",
    "VERIFY",
    "VOID",
    "Act",
    "AuthorizeOrder",
    "CaptureProof",
    "Credited",
    "IntentRequest",
    "PspFailure",
    "Received",
    "RefundEnd",
    "RefundOrder",
    "WebhookRefused",
    "accept_payer",
    "adopt_refund",
    "apply_event",
    "begin_authorization",
    "begin_capture",
    "begin_completion",
    "begin_void",
    "block_instrument",
    "cancel_intent",
    "confirm_movement",
    "count_refusal",
    "create_intent",
    "credit_capture",
    "credit_late_money",
    "decide_review",
    "execute_refund",
    "expire_intent",
    "fail_capture_late",
    "fail_refund",
    "finish_authorization",
    "finish_capture",
    "finish_refund",
    "finish_verification",
    "finish_void",
    "force_circuit",
    "keep_refused",
    "let_circuit_go",
    "pause_captures",
    "pause_provider",
    "place_hold",
    "preview_refund",
    "process_refund",
    "pull_event",
    "receive_delivery",
    "receive_event",
    "refund_by_hand",
    "refund_late_money",
    "release_hold",
    "replay_event",
    "request_provider_resume",
    "request_replay",
    "request_resume",
    "resolve_intent",
    "resume_captures",
    "return_deposit",
    "reverse_refund",
    "revive_after_outage",
    "run_call",
    "store_instrument",
    "submit_refund",
    "sweep_calls",
    "sweep_events",
    "sweep_late",
    "sweep_overdue",
    "unsee_payer",
]
