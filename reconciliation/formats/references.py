"""References in texts of banks, which wrap, cut and space them as they like."""

import re

_PAYOUT = re.compile(r"TX\d{5,20}XT")
_SHORTEST = 6  # digits of an account number that is told without its bank
_MANY_SPACES = re.compile(r"[\s\xad]+")  # and soft hyphens


def squeeze(*texts: str) -> str:
    """The texts in upper case without white space, each apart from the next by "|", so that wrapped references are whole again."""
    return "|".join(_MANY_SPACES.sub("", text).upper() for text in texts if text)


def find_payout_references(squeezed: str) -> tuple[str, ...]:
    """Every different TX…XT in squeezed text, in order: the reference that Adyen sends to the bank with a payout."""
    return tuple(dict.fromkeys(_PAYOUT.findall(squeezed)))


def same_account(ours: str, theirs: str) -> bool:
    """Whether two spellings name one account: equal without punctuation, or an IBAN and the national number at its end.

    Statements write "70011110/4005287001EUR" or "0123456789" where we keep the IBAN.
    """
    a, b = _alphanumerics(ours), _alphanumerics(theirs)
    if not a or not b:
        return False
    a, b = _without_currency(a), _without_currency(b)
    if a.isdecimal() and b.isdecimal() and len(a) != len(b):
        return len(a.lstrip("0")) >= _SHORTEST and a.lstrip("0") == b.lstrip("0")
    return a == b or _ends_iban(a, theirs) or _ends_iban(b, ours) or _is_swedish(a, b) or _is_swedish(b, a)


def _alphanumerics(text: str) -> str:
    return "".join(char for char in text.upper() if char.isalnum())


def _without_currency(text: str) -> str:
    return text[:-3] if len(text) > 10 and text[-3:].isalpha() else text


def _ends_iban(iban: str, national: str) -> bool:
    """German statements give bank code / account, British ones sort code / account; others the bare account number, with or without
    leading zeros, or the whole of what follows the IBAN's check digits. The bank's BIC may stand before any of them, the IBAN too."""
    if not (iban[:2].isalpha() and iban[2:4].isdigit()):
        return False
    parts = [_without_currency(_alphanumerics(part)) for part in national.split("/")]
    if iban in parts or iban[4:] in parts:
        return True
    account = parts[-1].lstrip("0")
    bank = parts[-2] if len(parts) > 1 and parts[-2].isdigit() else ""
    is_its_bank = iban[4:].startswith(bank) or iban.endswith(bank + parts[-1])
    return len(account) >= _SHORTEST and account.isalnum() and account[0].isdigit() and is_its_bank and iban.endswith(account)


def _is_swedish(iban: str, national: str) -> bool:
    """Swedish accounts have a clearing number of four digits, or of five with its own check digit, and an account number after it. Their
    IBANs hold the account alone, or both with the account filled up to ten digits, after the bank's three digits of its own."""
    if not (re.fullmatch(r"SE\d{22}", iban, re.ASCII) and national.isascii() and national.isdecimal()):
        return False
    held = iban[7:].lstrip("0")
    cut = [(national[:clearing], national[clearing:].lstrip("0")) for clearing in (4, 5)]
    return any(len(account) >= _SHORTEST and held in (account, clearing + account.zfill(10)) for clearing, account in cut)
