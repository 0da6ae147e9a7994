"""Dispute reason codes and scheme flows as data (X1, X2): which flow a code follows, how long a scheme lets us answer."""

from disputes.models.disputes import Dispute

# Scheme ceilings for our answer, in days; the provider's own date comes first.
SCHEME_DAYS = {"visa": 30, "mastercard": 45, "amex": 20}
DEFAULT_DAYS = 7
VISA_FLOWS = {
    "10": Dispute.Flow.VISA_ALLOCATION,
    "11": Dispute.Flow.VISA_ALLOCATION,
    "12": Dispute.Flow.VISA_COLLABORATION,
    "13": Dispute.Flow.VISA_COLLABORATION,
}


def flow_of(scheme: str, reason_code: str) -> str:
    """The scheme flow that a dispute follows."""
    if scheme == "visa":
        return VISA_FLOWS.get(reason_code.partition(".")[0], Dispute.Flow.NONE)
    return {"mastercard": Dispute.Flow.MASTERCARD, "amex": Dispute.Flow.AMEX, "wallet": Dispute.Flow.WALLET}.get(scheme, Dispute.Flow.NONE)


def answer_days(scheme: str) -> int:
    """Days to answer in where the provider gives no date: its published window is not known, so 7, never above the scheme's."""
    return min(DEFAULT_DAYS, SCHEME_DAYS.get(scheme, DEFAULT_DAYS))
