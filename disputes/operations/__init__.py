"""Every write of disputes. Others import from here."""

from disputes.operations.answer import accept_dispute, submit_dispute
from disputes.operations.ending import auto_refund_dispute, close_accepted, expire_dispute, lose_dispute, win_dispute, withdraw_dispute
from disputes.operations.evidence import attach_evidence
from disputes.operations.hearing import hear_event
from disputes.operations.inquiries import close_inquiry, open_inquiry
from disputes.operations.lines import open_dispute_from_line
from disputes.operations.money import credit_dispute, debit_dispute, go_to_pre_arbitration
from disputes.operations.opening import Notice, open_dispute
from disputes.operations.sending import send_answer, sweep_answers
from disputes.refusals import (
    AnswerOpen,
    AnswerTooLate,
    BadEvidence,
    DisputeAmountDiffers,
    DisputeNotAnswerable,
    DisputeStateConflict,
    EvidenceDamaged,
    NoEvidence,
    UnknownCapture,
)

__all__ = [
    "AnswerOpen",
    "AnswerTooLate",
    "BadEvidence",
    "DisputeAmountDiffers",
    "DisputeNotAnswerable",
    "DisputeStateConflict",
    "EvidenceDamaged",
    "NoEvidence",
    "Notice",
    "UnknownCapture",
    "accept_dispute",
    "attach_evidence",
    "auto_refund_dispute",
    "close_accepted",
    "close_inquiry",
    "credit_dispute",
    "debit_dispute",
    "expire_dispute",
    "go_to_pre_arbitration",
    "hear_event",
    "lose_dispute",
    "open_dispute",
    "open_dispute_from_line",
    "open_inquiry",
    "send_answer",
    "submit_dispute",
    "sweep_answers",
    "win_dispute",
    "withdraw_dispute",
]
