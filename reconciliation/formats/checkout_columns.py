"""Checkout.com's settlement reports as data: which column is what, which Type is which kind.

checkout.com/docs/funds-management/retrieve-financial-reports/settlement-reports: settlement breakdown, payouts, breakdown types.
"""

from reconciliation.formats.csv_table import Columns


def _held(*names: str) -> tuple[str, ...]:
    """A component's headers: "Scheme In Holding Currency", "Scheme Fee In Holding Currency" and so on."""
    return tuple(f"{name}{fee} in holding currency" for name in names for fee in ("", " fee", " fees"))


BREAKDOWN = Columns(
    what="Checkout.com settlement breakdown",
    headers={
        "entity": ("client entity id", "entity id", "client entity", "entity"),
        "type": ("type", "breakdown type"),
        "subtype": ("subtype", "sub type", "breakdown subtype", "breakdown sub type"),
        "payment": ("payment id",),
        "action": ("action id",),
        "reference": ("reference", "payment reference"),
        "processed": ("processed on",),
        "available": ("available on",),
        "currency": ("holding currency",),
        "payout": ("payout id",),
        "gross": ("gross", "gross in holding currency"),
        "deduction": ("deduction", "deductions", "deduction in holding currency"),
        "net": ("net", "net in holding currency"),
        "processing": _held("processing"),
        "scheme": _held("scheme"),
        "interchange": _held("interchange"),
        "tax": _held("tax"),
        "reserve": _held("reserve"),
        "charged_currency": ("processing currency",),
        "charged": ("gross in processing currency",),
        "rate": ("fx rate applied", "fx rate"),
        "method": ("payment method",),
    },
    required=frozenset({"type", "payment", "processed", "currency", "payout", "gross", "deduction", "net"}),
    ids=frozenset({"entity", "payment", "action", "payout"}),
    filled=frozenset({"gross", "net"}),
)
COMPONENTS = ("processing", "scheme", "interchange", "tax", "reserve")

PAYOUTS = Columns(
    what="Checkout.com payouts report",
    headers={
        "entity": ("client entity id", "entity id", "client entity", "entity"),
        "payout": ("payout id",),
        "currency": ("holding currency", "payout currency", "currency"),
        "amount": ("payout amount", "payout amount in holding currency"),
        "paid": ("payout date", "paid on", "payout processed on", "processed on", "period end", "period end date"),
        "status": ("payout status", "status"),
    },
    required=frozenset({"payout", "currency", "amount", "paid"}),
    ids=frozenset({"entity", "payout"}),
    filled=frozenset({"amount"}),
)

# Type, lower case, single spaces -> kind. Chargebacks of any subtype (ADJM, CBRV, RPDW, ARBW, ARBL, ARWS) go by the sign of their gross.
KINDS: dict[str, str] = {
    "charge": "sale",
    "capture": "sale",
    "refund": "refund",
    "payout": "payout",
    "card payout": "payout",
    "merchant payout": "fee",  # what a transfer to our bank costs, not the transfer
    "void": "fee",
    "authorization": "fee",
    "authorisation": "fee",
    "decline": "fee",
    "card verification": "fee",
    "account updater": "fee",
    "network token": "fee",
    "security deposit reservation": "reserve",
    "security deposit release": "reserve",
    "rolling reserve reservation": "reserve",
    "rolling reserve release": "reserve",
    "adjustment": "adjustment",
    "manual adjustment": "adjustment",
}
REVERSALS: dict[str, str] = {"refund reversal": "refund", "payout reversal": "payout", "payout return": "payout"}
FEES = (" fixed fee", " variable fee", "interchange fee")  # how breakdown types of fees end, each a row of its own in newer layouts
CHARGEBACKS = frozenset({"adjm", "cbrv", "rpdw", "arbw", "arbl", "arws"})
