"""Stages of a dispute as chips."""

from ledger.admin.frames import Tone, chip_map

chip_map(
    "dispute",
    INQUIRY=(Tone.ATTENTION, "Inquiry|help"),
    NOTIFIED=(Tone.ATTENTION, "To answer|gavel"),
    EVIDENCE=(Tone.ATTENTION, "Collecting evidence|folder_open"),
    SUBMITTED=(Tone.MOVING, "Answered|send"),
    PRE_ARBITRATION=(Tone.ATTENTION, "Pre-arbitration|gavel"),
    ARBITRATION=(Tone.MOVING, "Arbitration|balance"),
    WON_PROVISIONALLY=(Tone.MOVING, "Won for now|hourglass_top"),
    WON=(Tone.GOOD, "Won"),
    LOST=(Tone.BAD, "Lost"),
    ACCEPTED=(Tone.IDLE, "Accepted"),
    EXPIRED=(Tone.BAD, "Too late|timer_off"),
    WITHDRAWN=(Tone.GOOD, "Withdrawn|undo"),
    AUTO_REFUNDED=(Tone.IDLE, "Refunded by the scheme|undo"),
    INQUIRY_CLOSED=(Tone.IDLE, "Inquiry closed"),
)
chip_map(
    "answer",
    READY=(Tone.MOVING, "To be sent|schedule_send"),
    SENT=(Tone.MOVING, "Sent"),
    UNKNOWN=(Tone.ATTENTION, "Outcome unknown|question_mark"),
    DONE=(Tone.GOOD, "Answered"),
)
