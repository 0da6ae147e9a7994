"""Settlement report rows for tests, by column name."""

_BASE = """
Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,Modification Reference
Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,Net Debit (NC),Net Credit (NC)
Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Payment Method Variant,Modification Merchant Reference,Batch Number
Reserved4,Reserved5,Reserved6,Reserved7,Reserved8,Reserved9,Reserved10
"""
HEADERS = _BASE.strip().replace("\n", ",").split(",")
_DEFAULTS = {
    "Company Account": "Casino",
    "Merchant Account": "SANDBOX_EU",
    "Psp Reference": "8825408195409505",
    "Merchant Reference": "pi_01h455vb4pex5vsknk084sn02q",
    "Payment Method": "visa",
    "Creation Date": "2026-01-05 13:14:15",
    "TimeZone": "CET",
    "Type": "Settled",
    "Modification Reference": "8835408195409506",
    "Gross Currency": "EUR",
    "Net Currency": "EUR",
    "Batch Number": "38",
}
SHORT = {
    "gross_debit": "Gross Debit (GC)",
    "gross_credit": "Gross Credit (GC)",
    "net_debit": "Net Debit (NC)",
    "net_credit": "Net Credit (NC)",
    "commission": "Commission (NC)",
    "markup": "Markup (NC)",
    "scheme": "Scheme Fees (NC)",
    "interchange": "Interchange (NC)",
    "psp": "Psp Reference",
    "reference": "Merchant Reference",
    "modification": "Modification Reference",
    "type": "Type",
    "created": "Creation Date",
    "zone": "TimeZone",
    "batch": "Batch Number",
    "gross_currency": "Gross Currency",
    "net_currency": "Net Currency",
    "rate": "Exchange Rate",
    "account": "Merchant Account",
}


def row(**values: str) -> dict[str, str]:
    """A row by short names (SHORT) over a plain card sale."""
    return {**_DEFAULTS, **{SHORT[name]: value for name, value in values.items()}}


def sale(**values: str) -> dict[str, str]:
    return row(**{"gross_credit": "10", "net_credit": "9.8", "commission": "0.2", **values})


def payout(amount: str, **values: str) -> dict[str, str]:
    """The row by which the PSP pays `amount` to our bank."""
    text = "TX635094301XT batch 38, SANDBOX_EU"
    defaults = {"type": "MerchantPayout", "psp": "", "reference": "", "modification": text, "gross_currency": "", "net_debit": amount}
    return row(**{**defaults, **values})


def report(*rows: dict[str, str], headers: list[str] | None = None) -> str:
    """The CSV text; headers default to the 30 base columns."""
    names = headers or HEADERS
    lines = [",".join(_quote(values.get(name, "")) for name in names) for values in rows]
    return "\n".join([",".join(names), *lines]) + "\n"


def _quote(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',"\n') else cell
