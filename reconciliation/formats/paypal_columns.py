"""PayPal's settlement report as data: which column is what, which transaction event code is which kind.

developer.paypal.com/docs/reports/sftp-reports/settlement-report, and its list of transaction event codes. The columns of a section are
those that its CH record names: 22 in version 9, 55 in the wide one.
"""

from reconciliation.formats.csv_table import Columns

COLUMNS = Columns(
    what="PayPal settlement report",
    headers={
        "transaction": ("transaction id",),
        "invoice": ("invoice id",),
        "parent": ("paypal reference id",),
        "parent_type": ("paypal reference id type",),
        "event": ("transaction event code",),
        "begun": ("transaction initiation date", "initiation date"),
        "completed": ("transaction completion date", "completion date"),
        "side": ("transaction debit or credit", "debit or credit", "debit/credit"),
        "gross": ("gross transaction amount", "gross amount"),
        "currency": ("gross transaction currency", "gross currency"),
        "fee_side": ("fee debit or credit", "fee debit/credit"),
        "fee": ("fee amount",),
        "fee_currency": ("fee currency",),
        "custom": ("custom field",),
        "consumer": ("consumer id",),
        "bank": ("bank reference id",),
        "store": ("store id",),
        "tracking": ("payment tracking id",),
    },
    required=frozenset({"transaction", "event", "completed", "side", "gross", "currency", "fee_side", "fee"}),
    ids=frozenset({"transaction", "parent", "bank", "consumer", "tracking"}),
)

# Event code -> (kind, what a reversal undoes). A code that is not here goes by its group, T and two digits.
EVENTS: dict[str, tuple[str, str]] = {
    "T1105": ("reserve", ""),  # gives back what T15 held: of each payout, its amount and fee
    "T1106": ("chargeback", ""),
    "T1107": ("refund", ""),
    "T1108": ("fee", ""),
    "T1109": ("fee", ""),
    "T1110": ("reserve", ""),
    "T1111": ("reserve", ""),
    "T1114": ("reversal", "payout"),
    "T1115": ("reversal", "payout"),
    "T1201": ("chargeback", ""),
    "T1202": ("reversal", "chargeback"),
}
GROUPS: dict[str, tuple[str, str]] = {
    "T00": ("sale", ""),
    "T01": ("fee", ""),
    "T02": ("fx", ""),
    "T03": ("transfer", ""),
    "T04": ("transfer", ""),
    "T12": ("adjustment", ""),
    "T15": ("reserve", ""),
    "T16": ("reserve", ""),
    "T19": ("adjustment", ""),
    "T21": ("reserve", ""),
}
SAID: dict[str, str] = {"T0106": "Chargeback fee", "T1108": "Fee reversal", "T1109": "Fee refund"}


def kind_of(event: str, *, is_credit: bool) -> tuple[str, str]:
    """Kind, and what a reversal undoes. A payment that we made is a payout; a refund that we got back is a reversal of one; a chargeback
    that brings money, or a reversal of one that takes it, is nothing that we know."""
    kind, reverses = EVENTS.get(event) or GROUPS.get(event[:3]) or ("unknown", "")
    if kind == "sale" and not is_credit:
        return "payout", ""
    if kind == "refund" and is_credit:
        return "reversal", "refund"
    if "chargeback" in (kind, reverses) and is_credit != (kind == "reversal"):
        return "unknown", ""
    return kind, reverses
