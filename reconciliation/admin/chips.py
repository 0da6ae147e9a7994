"""States of this app's nouns as chips."""

from ledger.admin.frames import Tone, chip_map

chip_map(
    "case",
    OPEN=(Tone.ATTENTION, "Open|radio_button_unchecked"),
    INVESTIGATING=(Tone.MOVING, "In work|person_search"),
    WAITING=(Tone.IDLE, "Waiting|hourglass_top"),
    PROPOSED=(Tone.MOVING, "Waiting for approval|group"),
    RESOLVED=(Tone.GOOD, "Resolved"),
    AUTO_RESOLVED=(Tone.GOOD, "Resolved by itself|auto_mode"),
)
chip_map(
    "severity",
    critical=(Tone.BAD, "Critical|priority_high"),
    high=(Tone.ATTENTION, "High|keyboard_double_arrow_up"),
    medium=(Tone.IDLE, "Medium|drag_handle"),
    low=(Tone.IDLE, "Low|keyboard_arrow_down"),
)
chip_map(
    "run",
    PENDING=(Tone.IDLE, "Not started|schedule"),
    RUNNING=(Tone.MOVING, "Running"),
    DONE=(Tone.GOOD, "Done"),
    FAILED=(Tone.BAD, "Failed"),
)
chip_map("file", RECEIVED=(Tone.MOVING, "Received"), LOADED=(Tone.GOOD, "Loaded"), REFUSED=(Tone.BAD, "Refused|block"))
chip_map(
    "pull",
    WAITING=(Tone.IDLE, "Asked for|schedule"),
    RUNNING=(Tone.MOVING, "Looking"),
    DONE=(Tone.GOOD, "Done"),
    FAILED=(Tone.BAD, "Failed"),
)
chip_map(
    "batch",
    LOADED=(Tone.MOVING, "Loaded"),
    HELD=(Tone.BAD, "Held|pan_tool"),
    SETTLED=(Tone.ATTENTION, "Waiting for the bank|schedule"),
    PAID=(Tone.GOOD, "Paid"),
)
chip_map(
    "close",
    OPEN=(Tone.ATTENTION, "Open|radio_button_unchecked"),
    CLOSING=(Tone.MOVING, "Closing"),
    PREPARED=(Tone.MOVING, "Prepared, to be signed|draw"),
    SIGNED_OFF=(Tone.GOOD, "Signed off|verified"),
)
chip_map(
    "alert",
    OPEN=(Tone.ATTENTION, "New|notifications_active"),
    SEEN=(Tone.MOVING, "Seen|visibility"),
    PASSED=(Tone.IDLE, "Passed"),
)
chip_map(
    "back_test",
    WAITING=(Tone.IDLE, "Asked for|schedule"),
    RUNNING=(Tone.MOVING, "Running"),
    DONE=(Tone.GOOD, "Done"),
    FAILED=(Tone.BAD, "Failed"),
)
