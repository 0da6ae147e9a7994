"""What a merchant account's provider can do, how it is reconciled, which secrets the account holds (C16). Never a secret itself."""

from cashier.models import MerchantAccount
from cashier.operations.own_secrets import list_shared, words_for
from cashier.psp.capabilities import Capabilities, capabilities_of
from cashier.secrets import LISTED, BadCertificate, certificate_ends_at, read_secrets

Pair = tuple[str, str]
WORDS = {"API_KEY": "API key", "WEBHOOK_SECRET": "Webhook secret", "WEBHOOK_PUBLIC_KEY": "Webhook public key"}
UNKNOWN = "Nothing is known of this provider."


def can_pairs(account: MerchantAccount) -> list[Pair]:
    """The row of the capability matrix, in words."""
    can = capabilities_of(account.provider)
    if can is None:
        return [("Provider", UNKNOWN)]
    return [
        ("Capture by hand", _captures(can)),
        ("Void", _yes(can.void)),
        ("Refunds", _yes(can.refunds)),
        ("Captures, voids, refunds", "answered at once" if can.modifies_at_once else "taken in; the end comes by notification"),
        ("Payouts to players", _yes(can.payouts)),
        ("Disputes", _disputes(can)),
        ("Our reference", str(can.reference)),
        ("Makes its own reference", _yes(can.makes_own_reference)),
        ("Can be asked", _asked(can)),
        ("Honours a key", f"{can.key_days} days" if can.key_days else "for good"),
        ("Challenges", "end at the provider" if can.completes_challenge else "end with what the browser brings back"),
        ("Methods it takes", ", ".join(can.methods)),
        ("Reports", ", ".join(can.reports)),
        ("How it is reconciled", can.reconciled),
    ]


def secret_pairs(account: MerchantAccount) -> list[Pair]:
    """What is set, and until when; what another account holds too."""
    pairs = [(WORDS[purpose], _set(len(read_secrets(account.secret_ref, purpose)))) for purpose in LISTED]
    try:
        ends_at = certificate_ends_at(account.secret_ref)
        pairs.append(("Client certificate", f"valid until {ends_at:%Y-%m-%d}" if ends_at else "none"))
        shared = list_shared(account)
    except BadCertificate as error:
        return [*pairs, ("Client certificate", f"{error}: calls are refused")]
    return [*pairs, ("Shared with another account", " ".join(words_for(account, each) for each in shared) or "nothing")]


def _captures(can: Capabilities) -> str:
    if not can.manual_capture:
        return "no"
    if not can.partial_capture:
        return "the whole amount"
    return "in parts, several" if can.several_captures else "in part, once; the rest is released"


def _disputes(can: Capabilities) -> str:
    acts = [words for words, offered in (("evidence", can.evidence), ("accept", can.accept_dispute)) if offered]
    return " and ".join(acts) or "no"


def _asked(can: Capabilities) -> str:
    ways = (("our reference", can.lookup_by_reference), ("our key", can.lookup_by_key), ("its reference", can.lookup_by_psp_ref))
    found = [words for words, offered in ways if offered]
    return "by " + ", ".join(found) if found else "no: the same request is sent again under its key"


def _set(count: int) -> str:
    return {0: "not set", 1: "set"}.get(count, f"rotating: {count} values, the newest is used, all are believed")


def _yes(offered: bool) -> str:
    return "yes" if offered else "no"
