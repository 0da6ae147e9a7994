"""Mollie's settlement (JSON, as its API gives it): what each method brought and cost in each month, and what was paid for it.

docs.mollie.com, settlements. Values have four decimals, the payout has the currency's: the sum is rounded along the lines, so that they
come to what was paid. The settlement's reference ("1234567.2404.03") is what the bank shows. The whole document is read at once, 8 MiB
at most: it holds a line per method and month, never a line per payment.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import BinaryIO

from ledger.card_numbers import find_card_number
from reconciliation.formats.amounts import AmountError, get_exponent, read_amount
from reconciliation.formats.json_tree import Node, read_tree
from reconciliation.formats.payout_book import PayoutBook, account_of, psp_line
from reconciliation.formats.values import Check, PspLine, ReadResult
from reconciliation.formats.zones import to_utc

_EXACT = 8  # decimals that are kept of a value
_KINDS = {"refund": "refund", "chargeback": "chargeback", "reimbursement": "reversal"}
_METHODS = frozenset({
    "alma", "applepay", "bacs", "bancomatpay", "bancontact", "banktransfer", "belfius", "billie", "bizum", "blik", "creditcard",
    "directdebit", "eps", "giftcard", "giropay", "googlepay", "ideal", "in3", "inghomepay", "kbc", "klarna", "klarnapaylater",
    "klarnapaynow", "klarnasliceit", "mbway", "mobilepay", "multibanco", "mybank", "payconiq", "paypal", "paysafecard", "pointofsale",
    "przelewy24", "riverty", "satispay", "sofort", "swish", "trustly", "twint", "vipps", "voucher",
})  # fmt: skip
_FINAL = ("paidout", "pending")
_LONGEST = 32  # of a batch's number, as it is stored


class MollieSettlementReader:
    """Streams PspLine; see values.Reader. The document names no account of ours: `account` says whose it is."""

    encoding = "utf-8"

    def __init__(self, file: BinaryIO, *, account: Collection[str] = ()) -> None:
        self._file, self._account = file, tuple(account)
        self._book, self._checks, self._done = PayoutBook(), list[Check](), False
        self._reference, self._currency, self._at, self._id = "", "", datetime.min, ""
        self._exact = self._given = 0  # sum of the lines so far: in 10^-8, and as rounded to minor units

    def __iter__(self) -> Iterator[PspLine]:
        self._file.seek(0)
        tree = read_tree(self._file)
        paid = self._head(tree)
        periods = tree.at("periods")
        if periods is None:
            raise tree.refuse("structure", "no periods in the settlement")
        for year, months in periods.items():
            for month, period in months.items():
                yield from self._period(period, f"{year}-{month}")
        if not self._book.rows:
            raise periods.refuse("empty", "the settlement has neither revenue nor costs")
        yield from self._payout(paid, tree)
        self._done = True

    def finish(self) -> ReadResult:
        """Totals, one statement, checks. Raises LookupError before the last line was read."""
        if not self._done:
            raise LookupError("The file has not been read to its end.")
        return self._book.result(encoding=self.encoding, account=self._account, named=False, more=self._checks)

    def _head(self, tree: Node) -> int:
        """Reads what the settlement is; gives what was paid, in minor units."""
        if tree.text("resource") != "settlement":
            raise tree.refuse("not_a_statement", "not a settlement of Mollie")
        if (status := tree.text("status")) not in _FINAL:
            place = tree.at("status") or tree
            raise place.refuse(
                "not_a_statement", f"the settlement is {status[:20] or 'without a status'}: only one that is closed is booked"
            )
        self._reference, self._id = tree.text("reference"), tree.text("id")
        if not self._reference or len(self._reference) > _LONGEST:
            raise (tree.at("reference") or tree).refuse("structure", f"a reference of 1 to {_LONGEST} characters is needed")
        amount = tree.at("amount")
        if amount is None:
            raise tree.refuse("structure", "no amount")
        self._currency = amount.text("currency")
        self._at = _instant(tree.at("settledAt") or tree.at("createdAt") or tree)
        return self._minor(amount)

    def _minor(self, amount: Node) -> int:
        """A value without parts of a minor unit."""
        try:
            return read_amount(amount.text("value"), get_exponent(self._currency))
        except AmountError as error:
            code = "currency" if "currency" in str(error) else "amount"
            raise (amount.at("value") or amount).refuse(code, str(error)) from None

    def _period(self, period: Node, month: str) -> Iterator[PspLine]:
        for side in ("revenue", "costs"):
            rows = period.at(side)
            for row in rows.elements() if rows else ():
                yield self._book.add(self._line(row, side, month))

    def _line(self, row: Node, side: str, month: str) -> PspLine:
        """Costs are positive in the document. VAT on them is kept apart, as a part of what they cost."""
        gross, net, vat = (self._value(row, name) for name in ("amountGross", "amountNet", "amountVat"))
        self._note(row, gross, net + vat)
        description, method = row.text("description"), row.text("method")
        if find_card_number(description) >= 0:
            raise (row.at("description") or row).refuse("card_number", "a card number in the description; the file is to be quarantined")
        amount = self._round(gross if side == "revenue" else -gross)
        tax = _half_even(vat, self._unit) if side == "costs" else 0
        return psp_line(
            line_number=row.line, raw=row.raw, merchant_account=account_of("", self._account), batch_number=self._reference,
            line_type=f"{side} {method or 'other'}", kind="fee" if side == "costs" else _kind(method), created_at=self._at,
            reverses="chargeback" if side == "revenue" and _kind(method) == "reversal" else "",
            net_currency=self._currency, net_minor=amount, gross_minor=0 if side == "costs" else amount, tax_minor=tax,
            psp_reference=self._id, payment_method=method, modification_reference=f"{month} {description}"[:200],
        )  # fmt: skip

    def _payout(self, paid: int, tree: Node) -> Iterator[PspLine]:
        """What was paid, and where it was rounded to another minor unit than the lines were, the difference as a fee of its own."""
        amount = tree.at("amount") or tree
        within = abs(paid * self._unit - self._exact) < self._unit
        where = f"settlement {self._reference}: the periods' sum, against the amount paid, below one minor unit"
        self._checks.append(Check("control_total", within, _decimal(self._exact), _decimal(paid * self._unit), where))
        whole = {
            "line_number": amount.line, "raw": amount.raw, "merchant_account": account_of("", self._account),
            "batch_number": self._reference,
            "net_currency": self._currency, "created_at": self._at, "psp_reference": self._id,
        }  # fmt: skip
        if within and paid != self._given:
            yield self._book.add(psp_line(line_type="rounding", kind="fee", net_minor=paid - self._given, **whole), is_row=False)  # type: ignore[arg-type]
        transfer = psp_line(line_type="payout", kind="transfer", net_minor=-paid, payout_reference=self._reference, **whole)  # type: ignore[arg-type]
        yield self._book.add(transfer)

    def _value(self, row: Node, name: str) -> int:
        """A value in 10^-8, exactly; null is 0."""
        amount = row.at(name)
        if amount is None:
            if name == "amountGross":
                raise row.refuse("amount", "no amountGross")
            return 0
        if amount.text("currency") != self._currency:
            raise amount.refuse("currency", f"{amount.text('currency')[:10]!r} in a settlement in {self._currency}")
        try:
            return read_amount(amount.text("value"), _EXACT)
        except AmountError as error:
            raise (amount.at("value") or amount).refuse("amount", str(error)) from None

    @property
    def _unit(self) -> int:
        """One minor unit in 10^-8."""
        return int(10 ** (_EXACT - get_exponent(self._currency)))

    def _round(self, exact: int) -> int:
        """Minor units of a line, so that all lines so far are their exact sum, rounded."""
        self._exact += exact
        before, self._given = self._given, _half_even(self._exact, self._unit)
        return self._given - before

    def _note(self, row: Node, gross: int, parts: int) -> None:
        if gross != parts:
            where = f"line {row.line}: net and VAT are not gross"
            self._checks.append(Check("control_total", False, _decimal(gross), _decimal(parts), where))


def _kind(method: str) -> str:
    return _KINDS.get(method) or ("sale" if method in _METHODS else "unknown")


def _half_even(exact: int, unit: int) -> int:
    whole, rest = divmod(exact, unit)
    return whole + (2 * rest > unit or (2 * rest == unit and whole % 2 == 1))


def _decimal(exact: int) -> str:
    whole, rest = divmod(abs(exact), 10**_EXACT)
    return f"{'-' if exact < 0 else ''}{whole}.{rest:0{_EXACT}d}".rstrip("0").rstrip(".")


def _instant(node: Node) -> datetime:
    text = node.value if isinstance(node.value, str) else ""
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None or not text.isascii():
            raise ValueError
        return to_utc(found)
    except ValueError:
        raise node.refuse("date", f"{text[:40]!r} is not an instant like 2024-04-06T09:41:44.0Z") from None
