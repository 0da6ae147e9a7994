"""References in texts of banks, which wrap, cut and space them as they like."""

import re

_PAYOUT = re.compile(r"TX\d{5,20}XT")
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
    return a == b or _without_currency(a) == _without_currency(b) or _ends_iban(a, theirs) or _ends_iban(b, ours)


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
    return len(account) >= 6 and account.isdigit() and is_its_bank and iban.endswith(account)
