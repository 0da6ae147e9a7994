"""States of the cashier's nouns as chips."""

from ledger.admin.frames import Tone, chip_map

chip_map(
    "deposit",
    INITIATED=(Tone.MOVING, "Started"),
    ACTION_REQUIRED=(Tone.ATTENTION, "Waits for the player|touch_app"),
    AUTHORIZED=(Tone.MOVING, "Authorised|lock"),
    PENDING=(Tone.MOVING, "Pending|hourglass_top"),
    CAPTURED=(Tone.GOOD, "Captured"),
    FAILED=(Tone.BAD, "Failed"),
    EXPIRED=(Tone.IDLE, "Expired|timer_off"),
    CANCELED=(Tone.IDLE, "Cancelled"),
    VOIDED=(Tone.IDLE, "Voided|undo"),
)
chip_map(
    "capture",
    SUBMITTED=(Tone.MOVING, "Submitted"),
    SUCCEEDED=(Tone.GOOD, "Captured"),
    REFUSED=(Tone.BAD, "Refused"),
    FAILED_LATE=(Tone.BAD, "Failed afterwards"),
    RETURNED=(Tone.ATTENTION, "Returned|undo"),
)
chip_map(
    "refund",
    REFUND_SUBMITTED=(Tone.MOVING, "Submitted"),
    REFUND_PENDING=(Tone.MOVING, "Pending|hourglass_top"),
    REFUND_PROCESSED=(Tone.GOOD, "Paid back"),
    REFUND_REVERSED=(Tone.ATTENTION, "Came back|undo"),
    REFUND_FAILED=(Tone.BAD, "Failed"),
)
chip_map(
    "payout",
    REQUESTED=(Tone.MOVING, "Requested"),
    UNDER_REVIEW=(Tone.ATTENTION, "Waits for a decision|group"),
    APPROVED=(Tone.MOVING, "Approved, to be sent"),
    SUBMITTED=(Tone.MOVING, "Sent, not confirmed"),
    SETTLED=(Tone.GOOD, "Paid"),
    REJECTED=(Tone.IDLE, "Rejected|block"),
    CANCELED=(Tone.IDLE, "Cancelled"),
    FAILED=(Tone.BAD, "Failed"),
    RETURNED=(Tone.BAD, "Returned|undo"),
)
chip_map(
    "call",
    READY=(Tone.MOVING, "To be sent|schedule_send"),
    SENT=(Tone.MOVING, "Sent"),
    UNKNOWN=(Tone.ATTENTION, "Outcome unknown|question_mark"),
    DONE=(Tone.GOOD, "Answered"),
)
chip_map(
    "event",
    RECEIVED=(Tone.MOVING, "Received"),
    WAITING=(Tone.ATTENTION, "Waits for its intent|hourglass_top"),
    APPLIED=(Tone.GOOD, "Applied"),
    IGNORED=(Tone.IDLE, "No effect"),
    DEAD=(Tone.BAD, "Dead letter"),
)
chip_map(
    "player",
    ACTIVE=(Tone.GOOD, "Active"),
    SELF_EXCLUDED=(Tone.ATTENTION, "Self-excluded|do_not_disturb_on"),
    BLOCKED=(Tone.BAD, "Blocked|block"),
    CLOSED=(Tone.IDLE, "Closed"),
)
chip_map("instrument", UNVERIFIED=(Tone.ATTENTION, "Not verified"), VERIFIED=(Tone.GOOD, "Verified"), BLOCKED=(Tone.BAD, "Blocked|block"))
chip_map(
    "payer",
    same=(Tone.GOOD, "The player"),
    let=(Tone.IDLE, "Not compared"),
    held=(Tone.ATTENTION, "Held|pan_tool"),
    accepted=(Tone.GOOD, "Accepted"),
    refused=(Tone.BAD, "Refused|block"),
)
chip_map(
    "review",
    WAITING=(Tone.ATTENTION, "Waits for a decision|group"),
    ALLOWED=(Tone.GOOD, "Let through"),
    REFUSED=(Tone.BAD, "Refused|block"),
    LAPSED=(Tone.IDLE, "Ended undecided|timer_off"),
)
chip_map("hold", HELD=(Tone.ATTENTION, "Held|pan_tool"), RELEASED=(Tone.GOOD, "Released"), TAKEN=(Tone.IDLE, "Taken"))
chip_map(
    "bonus",
    ACTIVE=(Tone.MOVING, "Active|redeem"),
    PAID=(Tone.GOOD, "Paid as cash"),
    CONVERTED=(Tone.GOOD, "Converted"),
    EXPIRED=(Tone.IDLE, "Expired|timer_off"),
    FORFEITED=(Tone.BAD, "Forfeited|block"),
)
chip_map(
    "delivery",
    WAITING=(Tone.MOVING, "Waits to be sent|schedule_send"),
    DELIVERED=(Tone.GOOD, "Delivered"),
    FAILED=(Tone.BAD, "Given up"),
)
