"""What stands before each call to a PSP (C9): a circuit breaker, a rate limit and an allowance of questions, per merchant account.

rules.py says how they work, in plain Python, and keeps them for one process; shared.py keeps them in Redis for all workers, by
scripts that say the same; doors.py asks the shared ones, and this process's own where Redis is gone (C22).
"""

from cashier.breakers.doors import admit, admit_question, read_circuits, report
from cashier.breakers.values import Admission, Change, Circuit, Limits, Pass, Turned, limits_of

__all__ = [
    "Admission",
    "Change",
    "Circuit",
    "Limits",
    "Pass",
    "Turned",
    "admit",
    "admit_question",
    "limits_of",
    "read_circuits",
    "report",
]
