"""What a bank line's text says of a PSP's transfer (R5, FORMATS.md 1.1, 1.3, 1.5, 1.6 BANK TIE). Pure.

Banks wrap, cut and space texts as they like: references are looked for in upper case without white space, batch numbers only as whole
words ("batch 38" is not "batch 380"), and never without the account's code.
"""

import re
from dataclasses import dataclass

_TRANSFER = re.compile(r"TX\d{5,20}XT")
_CODED = re.compile(r"(?=.*\d)[A-Z0-9._-]{8,64}", re.ASCII)
_NOT_WORD = re.compile(r"[^A-Z0-9]+")
_MARKS = "[^A-Z0-9]*"


@dataclass(frozen=True, slots=True)
class Transfer:
    """A batch's payout as it may be named on a statement: its transfer reference, batch number, and the account's code."""

    reference: str
    number: str
    account: str


def transfer_references(text: str) -> list[str]:
    """Every TX…XT in a text, in order, each once."""
    return list(dict.fromkeys(_TRANSFER.findall(re.sub(r"\s+", "", text).upper())))


def names_transfer(text: str, transfer: Transfer) -> bool:
    """Rule bank.transfer_reference@1: the unique reference stands in the text."""
    return bool(transfer.reference) and transfer.reference in transfer_references(text)


def coded_reference(text: str) -> str:
    """The reference of a PSP that sends one without a form of its own, as its report states it: the first word, of 8 characters or
    more with a digit among them (Checkout.com's payout id, PayPal's bank reference, Stripe's trace id); "" where there is none."""
    first = next(iter(text.split()), "").upper()
    return first if _CODED.fullmatch(first) else ""


def names_reference(text: str, transfer: Transfer) -> bool:
    """Rule bank.payout_reference@1: the reference stands in the text as a whole word, wherever the bank broke it."""
    if not transfer.reference or _TRANSFER.fullmatch(transfer.reference):
        return False
    broken = r"\s*".join(map(re.escape, transfer.reference))
    return re.search(rf"(?<![A-Z0-9]){broken}(?![A-Z0-9])", text.upper()) is not None


def names_payer(text: str, payer: str) -> bool:
    """Whether the PSP's known payer stands in the text, spelled with other spaces and marks."""
    wanted = "".join(_NOT_WORD.split(payer.upper()))
    return bool(wanted) and wanted in "".join(_NOT_WORD.split(text.upper()))


def names_batch(text: str, transfer: Transfer) -> bool:
    """Rule bank.batch_and_account@1: the batch number as a whole word after "batch", and the account's whole code, in the same text:
    "SANDBOX_EU2" is not "SANDBOX_EU", whose batch of that number may be another.

    A text with a transfer reference of another payout is never taken for this one.
    """
    found = transfer_references(text)
    if found and transfer.reference:
        return False
    words = [word for word in _NOT_WORD.split(text.upper()) if word]
    has_batch = any(word == "BATCH" and following == transfer.number for word, following in zip(words, words[1:], strict=False))
    return has_batch and _names_account(text.upper(), transfer.account.upper())


def _names_account(text: str, account: str) -> bool:
    """Other names may stand before it (the company's), and the bank may write other marks in it; nothing may go on behind it."""
    signs = [re.escape(sign) for sign in _NOT_WORD.sub("", account)]
    return bool(signs) and re.search(rf"(?<![A-Z0-9]){_MARKS.join(signs)}(?![_-]?[A-Z0-9])", text) is not None
