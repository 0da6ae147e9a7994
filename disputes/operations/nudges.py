"""The nudge that wakes a worker for an answer; the row is the queue."""

from uuid import UUID

from cashier.nudges import nudge

SEND_TASK = "disputes.tasks.send_answer"


def nudge_answer(answer_id: UUID) -> None:
    nudge(SEND_TASK, call_id=answer_id)
