"""What a bank line's text says of a PSP's transfer (R5, FORMATS.md 1.1 BANK TIE). Pure.

Banks wrap, cut and space texts as they like: references are looked for in upper case without white space, batch numbers only as whole
words ("batch 38" is not "batch 380"), and never without the account's code.
"""

import re
from dataclasses import dataclass

_TRANSFER = re.compile(r"TX\d{5,20}XT")
_NOT_WORD = re.compile(r"[^A-Z0-9]+")


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


def names_batch(text: str, transfer: Transfer) -> bool:
    """Rule bank.batch_and_account@1: the batch number as a whole word after "batch", and the account's code, in the same text.

    A text with a transfer reference of another payout is never taken for this one.
    """
    found = transfer_references(text)
    if found and transfer.reference:
        return False
    words = [word for word in _NOT_WORD.split(text.upper()) if word]
    has_batch = any(word == "BATCH" and following == transfer.number for word, following in zip(words, words[1:], strict=False))
    code = "".join(word for word in _NOT_WORD.split(transfer.account.upper()))
    return has_batch and code in "".join(words)
